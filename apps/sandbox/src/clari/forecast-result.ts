import type { JsonObject } from "../json.ts";
import { hashOf, seededRandom } from "../seeded-random.ts";
import { type Quarter, type TimeFrame, timeFramesOf } from "./quarters.ts";

/** Kinds of values that a forecast can be asked for. */
export const exportTypes = [
  "forecast",
  "quota",
  "forecast_updated",
  "adjustment",
  "crm_total",
  "crm_closed",
] as const;

/** One of the kinds of values. */
export type ExportType = (typeof exportTypes)[number];

/** What forecasts are drawn from. */
export interface ForecastWorld {
  readonly seed: number;
  /** How many salespeople there are. */
  readonly users: number;
  /** How many of them, at the end, have entries and no row of their own. */
  readonly strayUsers: number;
  /** Whether `scopeId` is an object; the vendor writes it as a text of JSON. */
  readonly scopeIdForm: "text" | "object";
}

/** What is asked for. */
export interface ForecastQuery {
  readonly forecastId: string;
  readonly quarter: Quarter;
  readonly isHistorical: boolean;
  readonly types: ReadonlySet<ExportType>;
  readonly currency: string | undefined;
  /** The time, which decides how many weeks have begun. */
  readonly now: number;
}

interface Drawing {
  readonly world: ForecastWorld;
  readonly query: ForecastQuery;
  readonly left: ReadonlySet<string>;
}

const names = [
  "Dana Roe",
  "Kim O’Day",
  "Олена Рей",
  "山田 太郎",
  'Bob "Bobby" Tables',
  "Zoë\tvan\nDyk",
] as const;
const hourMs = 3_600_000;

/** The id of a salesperson: a number, and the role in the CRM. */
export function userIdOf(index: number): string {
  return `${411_002 + index}:00E5f${String(index).padStart(8, "0")}EAK`;
}

/** Makes the document of a forecast: the entries of all who are opted in now, whatever the quarter. */
export function forecastResult(drawing: Drawing): JsonObject {
  const { world, query } = drawing;
  const frames = framesOf(query);
  const members = Array.from({ length: world.users }, (_, index) => index).filter(
    (index) => !drawing.left.has(userIdOf(index)),
  );
  const fields = fieldsOf(query);
  const { quarter } = query;
  return {
    entries: frames.flatMap((frame) =>
      members.flatMap((user) => fields.map((field) => entryOf(drawing, { frame, user, field }))),
    ),
    fields: fields.map(({ fieldId, fieldName, fieldType }) => ({ fieldId, fieldName, fieldType })),
    users: members
      .filter((index) => index < world.users - world.strayUsers)
      .map((index) => userOf(world, index)),
    timePeriods: [
      {
        timePeriodId: quarter.id,
        type: "quarter",
        label: `Quarter ${quarter.number}`,
        year: String(quarter.year),
        startDate: quarter.startDate,
        endDate: quarter.endDate,
        crmId: `0265f${quarter.id}QAK`,
      },
    ],
    timeFrames: frames.map(({ id, startDate, endDate }) => ({ timeFrameId: id, startDate, endDate })),
  };
}

/** Only weeks that have begun; of a quarter to come the first. The weeks of an export are in no order. */
function framesOf({ quarter, isHistorical, now }: ForecastQuery): readonly TimeFrame[] {
  const frames = timeFramesOf(quarter);
  const begun = frames.filter(({ startDate }) => Date.parse(startDate) <= now);
  const shown = begun.length === 0 ? frames.slice(0, 1) : begun;
  if (!isHistorical) return shown.slice(-1);
  return shown.toSorted((left, right) => hashOf(7, left.id) - hashOf(7, right.id));
}

interface Field {
  readonly fieldId: string;
  readonly fieldName: string;
  readonly fieldType: "forecast" | "quota";
}

/** Two forecasts may have a field of the same id. */
function fieldsOf({ forecastId, types }: ForecastQuery): readonly Field[] {
  const quota = { fieldId: "quota_net", fieldName: "Quota", fieldType: "quota" } as const;
  return [
    { fieldId: "fc_net_commit", fieldName: `Net Commit (${forecastId})`, fieldType: "forecast" },
    { fieldId: "arr_most_likely", fieldName: "Most Likely", fieldType: "forecast" },
    ...(types.has("quota") ? [quota] : []),
  ];
}

function userOf({ seed, scopeIdForm }: ForecastWorld, index: number): JsonObject {
  const random = seededRandom(seed, "user", index);
  const isTop = index === 0;
  // A role change gives a person a second user with the same CRM id.
  const person = index % 5 === 4 ? index - 1 : index;
  const scope = { type: isTop ? "EXEC" : "MGR" };
  return {
    userId: userIdOf(index),
    name: `${random.pick(names)} ${person}`,
    email: `user${person}@example.com`,
    crmId: `0055f${String(person).padStart(10, "0")}AK`,
    hierarchyId: `00E5f${String(index).padStart(8, "0")}EAK`,
    hierarchyName: `AE - ${random.pick(["East", "West", "Süd"])}`,
    parentHierarchyId: isTop ? null : "00E5f00000000EAK",
    parentHierarchyName: isTop ? null : "AE - All",
    scopeId: scopeIdForm === "text" ? JSON.stringify(scope) : scope,
  };
}

function entryOf(
  { world, query }: Drawing,
  { frame, user, field }: { frame: TimeFrame; user: number; field: Field },
): JsonObject {
  const { forecastId, quarter, types, currency } = query;
  const random = seededRandom(world.seed, forecastId, quarter.id, frame.id, user, field.fieldId);
  const value = random.below(100_000_000) / 100;
  const at = Date.parse(frame.startDate) + random.below(24 * 6) * hourMs + 123;
  const isUpdated = random.chance(0.5);
  const updated = isUpdated
    ? { updatedBy: String(411_002 + user), updatedOn: at }
    : { updatedBy: null, updatedOn: null };
  const isQuota = field.fieldType === "quota";
  return {
    fieldId: field.fieldId,
    userId: userIdOf(user),
    timePeriodId: quarter.id,
    timeFrameId: frame.id,
    currency: { code: currency ?? "USD", symbol: "$" },
    ...(isQuota ? { quotaValue: value } : {}),
    ...(!isQuota && types.has("forecast") ? { forecastValue: random.chance(0.1) ? null : value } : {}),
    ...(!isQuota && types.has("forecast_updated") ? { isUpdated, ...updated } : {}),
    ...(types.has("adjustment") ? { adjustmentValue: value / 2, adjustedBy: "411002", adjustedOn: at } : {}),
    ...(types.has("crm_total") ? { aggregationTotal: value * 2 } : {}),
  };
}
