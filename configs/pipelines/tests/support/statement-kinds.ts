import type { CommitStep, StagedBatch, TableShape, TableSpec } from "@chorale/target-sdk";
import {
  addColumns,
  claimLedgerRow,
  claimState,
  copyName,
  countLongNumbers,
  createLedger,
  createSchema,
  createStateTable,
  createTable,
  type Dialect,
  type ExistingColumn,
  finishCopy,
  planCommit,
  planTable,
  pruneLedger,
  readStateRow,
  type StagedTable,
  type Statement,
  type TablePlan,
  widenColumn,
  writeState,
} from "@chorale/target-sdk/sql";

/** Whatever comes from outside into the text of a statement. */
export interface Names {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  readonly key: string;
  readonly value: string;
  readonly description: string;
  readonly state: string;
}

export const plainNames: Names = {
  catalog: "raw",
  schema: "shop",
  table: "users",
  key: "id",
  value: "note",
  description: "what they say",
  state: "nightly",
};

/** Answers the statements of every kind that a dialect's targets send, for the same names and the same tables. */
export function statementKinds(
  dialect: Dialect,
  names: Names,
): Readonly<Record<string, readonly Statement[]>> {
  const fold = (name: string): string => dialect.fold(name);
  const table = { catalog: fold(names.catalog), schema: fold(names.schema), table: fold(names.table) };
  const context = { dialect, table };
  const value = fold(names.value);
  const unit = { id: "commit-1", state: { id: names.state, value: `{"${names.state}":1}` } };
  return {
    "make a schema": [createSchema(table)],
    "make a table": [
      createTable(context, [
        { name: fold(names.key), type: { kind: "integer", wide: false } },
        { name: value, type: { kind: "string" }, description: names.description },
        { name: "amount", type: { kind: "decimal", precision: 38, scale: 9 } },
        { name: "rate", type: { kind: "double" } },
        { name: "open", type: { kind: "boolean" } },
        { name: "at", type: { kind: "timestamp" } },
        { name: "day", type: { kind: "date" } },
        { name: "hour", type: { kind: "time" } },
        { name: "more", type: { kind: "json" } },
      ]),
    ],
    "add columns": addColumns(context, [
      { name: value, type: { kind: "string" }, description: names.description },
      { name: "at", type: { kind: "timestamp" } },
    ]),
    "widen a text": widenColumn(context, {
      name: value,
      change: { from: { kind: "string", maxLength: 10 }, to: { kind: "string" } },
    }),
    "widen a moment to text": widenColumn(context, {
      name: value,
      description: names.description,
      change: { from: { kind: "timestamp" }, to: { kind: "string" } },
    }),
    "widen a number to JSON": widenColumn(context, {
      name: value,
      change: { from: { kind: "double" }, to: { kind: "json" } },
    }),
    "take up a copy": [false, true].map((isComplete) =>
      finishCopy(context, { name: value, copy: copyName(value, dialect), isComplete }),
    ),
    "look for long numbers": [countLongNumbers(context, value)],
    ...commitKinds(dialect, names),
    "keep states": [
      createStateTable(context),
      ...writeState(context, { state: unit.state, commitId: unit.id }),
      claimState(context, { state: unit.state, commitId: unit.id }),
      readStateRow(context, names.state),
    ],
    "keep a ledger": [
      createLedger(context),
      claimLedgerRow(context, unit.id),
      pruneLedger(context, new Date("2026-01-31T00:00:00Z")),
    ],
  };
}

/** What a commit does to a table that has a key and a text, and in one case columns of another loader's. */
function commitKinds(dialect: Dialect, names: Names): Readonly<Record<string, readonly Statement[]>> {
  const spec: TableSpec = {
    stream: names.table,
    keyProperties: [names.key],
    columns: [
      { property: names.key, type: { kind: "integer", wide: false } },
      { property: names.value, type: { kind: "string" } },
    ],
    addRecordMetadata: true,
  };
  const table = {
    catalog: dialect.fold(names.catalog),
    schema: dialect.fold(names.schema),
    table: dialect.fold(names.table),
  };
  const planned = (existing: readonly ExistingColumn[]): TablePlan =>
    planTable({ dialect, table, spec, existing, onTypeChange: "widen" });
  const whole = planned([]);
  const shared = { ...whole, others: ["other"] };
  const shape: TableShape = { spec, table: "t", columns: whole.columns, lane: { unsafeBytes: [] } };
  const load = (changes: Partial<StagedBatch["batch"]>): CommitStep => ({
    kind: "load",
    staged: { token: "b1", batch: { ...batchOf(shape), ...changes } },
  });
  const commit = (steps: readonly CommitStep[], plan = whole): readonly Statement[] =>
    planCommit(
      { id: "commit-1", steps },
      { dialect, planOf: () => plan, stagedTable: () => stagedFor(plan, dialect) },
    ).map(({ statement }) => statement);
  return {
    append: commit([load({ loadMethod: "append-only" })]),
    upsert: commit([load({})]),
    "upsert and remove": commit([load({ hardDelete: true })]),
    "upsert into a table with other columns": commit([load({})], shared),
    overwrite: commit([{ kind: "replace", shape }, load({ loadMethod: "overwrite" })]),
    "overwrite with nothing": commit([{ kind: "replace", shape }]),
    "retire rows by removing": commit([{ kind: "activate", shape, version: 7, hardDelete: true }]),
    "retire rows by marking": commit([{ kind: "activate", shape, version: 7, hardDelete: false }]),
  };
}

function batchOf(shape: TableShape): StagedBatch["batch"] {
  const moment = new Date("2026-01-31T12:00:00Z");
  return {
    id: "b1",
    shape,
    loadMethod: "upsert",
    hardDelete: false,
    files: [],
    rows: 1,
    root: "record",
    rewritten: false,
    times: { syncStartedAt: moment, receivedAt: moment, batchedAt: moment },
  };
}

/** A staged table with a column for each of the table's. */
function stagedFor({ columns, metadata }: TablePlan, _dialect: Dialect): StagedTable {
  return {
    name: '"staged"',
    columns: [...columns, ...metadata].map(({ name, type }, index) => ({
      name,
      source: `c${index}`,
      staged: type,
    })),
  };
}
