import {
  boolean,
  fromJsonSchema,
  type Infer,
  integer,
  nullable,
  number,
  object,
  string,
  union,
} from "@chorale/singer";
import type { AnyRecord, SpooledLists, StreamContext } from "@chorale/tap-sdk";
import { type ClariConfig, clari } from "../client.ts";
import { listsOf } from "../result-lists.ts";
import { forecastExports } from "./forecast-exports.ts";

const name = "forecast_entries";

/**
 * What each person forecasts for each week and field. The names are joined from the result's other lists; an entry
 * whose person or field is not in them is there all the same, without.
 */
export const forecastEntries = clari.pagedStream({
  name,
  schema: object({
    forecastId: string(),
    timePeriodId: string(),
    timeFrameId: string(),
    userId: string(),
    fieldId: string(),
    forecastValue: nullable(number()),
    currency: nullable(union(fromJsonSchema<object>({ type: "object" }), string())),
    isUpdated: nullable(boolean()),
    updatedBy: nullable(string()),
    updatedOn: nullable(integer()),
    quotaValue: nullable(number()),
    adjustmentValue: nullable(number()),
    adjustedBy: nullable(string()),
    adjustedOn: nullable(integer()),
    aggregationTotal: nullable(number()),
    userName: nullable(string()),
    userEmail: nullable(string()),
    userCrmId: nullable(string()),
    fieldName: nullable(string()),
    fieldType: nullable(string()),
  }),
  keyProperties: ["forecastId", "timePeriodId", "timeFrameId", "userId", "fieldId"],
  parent: forecastExports,
  pages: async function* ({ parent, selects }) {
    yield { records: entriesOf({ parent, selects }) };
  },
});

interface Reading {
  readonly parent: Infer<typeof forecastExports.schema>;
  readonly selects: StreamContext<ClariConfig, unknown>["selects"];
}

async function* entriesOf({ parent, selects }: Reading): AsyncGenerator<AnyRecord, void, void> {
  const { forecastId, timePeriodId } = parent;
  const lists = listsOf(parent);
  const users = await joinedRows(lists, { ...userColumns, selects });
  const fields = await joinedRows(lists, { ...fieldColumns, selects });
  for await (const entry of lists.records("entries")) {
    yield { forecastId, timePeriodId, ...entry, ...users(entry["userId"]), ...fields(entry["fieldId"]) };
  }
}

/** Which columns of a list are joined, and what they are called then. */
interface Joined {
  readonly list: string;
  readonly id: string;
  readonly columns: Readonly<Record<string, string>>;
}

const userColumns: Joined = {
  list: "users",
  id: "userId",
  columns: { userName: "name", userEmail: "email", userCrmId: "crmId" },
};
const fieldColumns: Joined = {
  list: "fields",
  id: "fieldId",
  columns: { fieldName: "fieldName", fieldType: "fieldType" },
};

/**
 * Keeps the selected columns of each row, and answers the nulls of a left join for ids without one. Of a result it is all
 * that is held in memory: some 300 bytes for each person.
 */
async function joinedRows(
  lists: SpooledLists,
  { list, id, columns, selects }: Joined & Pick<Reading, "selects">,
): Promise<(id: unknown) => AnyRecord> {
  const names = Object.entries(columns).filter(([column]) => selects(name, column));
  const nothing = Object.fromEntries(names.map(([column]) => [column, null]));
  const rows = new Map<unknown, AnyRecord>();
  if (names.length === 0) return () => nothing;
  for await (const row of lists.records(list)) {
    rows.set(row[id], Object.fromEntries(names.map(([column, source]) => [column, row[source] ?? null])));
  }
  return (wanted) => rows.get(wanted) ?? nothing;
}
