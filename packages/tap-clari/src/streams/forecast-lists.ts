import { date, fromJsonSchema, nullable, type ObjectSchema, object, string, union } from "@chorale/singer";
import type { AnyRecord, AnyStream } from "@chorale/tap-sdk";
import { type ClariConfig, clari } from "../client.ts";
import { listsOf } from "../result-lists.ts";
import { forecastExports } from "./forecast-exports.ts";

const text = nullable(string());
const day = nullable(date());
/** Every row of a result belongs to a forecast and a quarter: the same id may mean something else in another. */
const quarter = { forecastId: string(), timePeriodId: string() };
const quarterKeys = ["forecastId", "timePeriodId"] as const;

/** A stream that is a list of a result. */
interface ListStream<Item> {
  readonly name: string;
  readonly list: string;
  readonly schema: ObjectSchema<Item>;
  readonly keyProperties: readonly (keyof NoInfer<Item> & string)[];
}

function listStream<Item>({ list, ...basics }: ListStream<Item>): AnyStream<ClariConfig> {
  return clari.pagedStream({
    ...basics,
    parent: forecastExports,
    pages: async function* ({ parent }) {
      const { forecastId, timePeriodId } = parent;
      yield { records: rowsOf(listsOf(parent).records(list), { forecastId, timePeriodId }) };
    },
  });
}

async function* rowsOf(
  rows: AsyncIterable<AnyRecord>,
  ids: AnyRecord,
): AsyncGenerator<AnyRecord, void, void> {
  for await (const row of rows) yield { ...ids, ...row };
}

/** The streams of forecasts beside the entries. */
export const forecastLists: readonly AnyStream<ClariConfig>[] = [
  listStream({
    name: "forecast_fields",
    list: "fields",
    schema: object({ ...quarter, fieldId: string(), fieldName: text, fieldType: text }),
    keyProperties: [...quarterKeys, "fieldId"],
  }),
  listStream({
    name: "forecast_users",
    list: "users",
    schema: object({
      ...quarter,
      userId: string(),
      name: text,
      email: text,
      crmId: text,
      hierarchyId: text,
      hierarchyName: text,
      parentHierarchyId: text,
      parentHierarchyName: text,
      // A text of JSON from some tenants, an object from others.
      scopeId: nullable(union(string(), fromJsonSchema<object>({ type: "object" }))),
    }),
    keyProperties: [...quarterKeys, "userId"],
  }),
  listStream({
    name: "forecast_time_periods",
    list: "timePeriods",
    schema: object({
      ...quarter,
      type: text,
      label: text,
      year: text,
      startDate: day,
      endDate: day,
      crmId: text,
    }),
    keyProperties: quarterKeys,
  }),
  listStream({
    name: "forecast_time_frames",
    list: "timeFrames",
    schema: object({ ...quarter, timeFrameId: string(), startDate: day, endDate: day }),
    keyProperties: [...quarterKeys, "timeFrameId"],
  }),
];
