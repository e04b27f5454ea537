import { problems } from "../problems.ts";
import type { SessionState } from "../sessions/session-state.ts";
import { physicalName, quoted, textLiteral } from "../values/names.ts";
import type { TableSource } from "../values/relations.ts";
import { integerType, ltzType, physicalType, type SqlType, textType, typeName } from "../values/types.ts";
import { type Column, displayName, type Schema, type Table } from "./model.ts";

type Cell = string | number | Date | null;

/** A view of INFORMATION_SCHEMA: its columns, and its rows of one database. */
interface View {
  readonly columns: readonly (readonly [name: string, type: SqlType])[];
  rows(database: string, schema: Schema): readonly (readonly Cell[])[];
}

const tables: View = {
  columns: [
    ["TABLE_CATALOG", textType],
    ["TABLE_SCHEMA", textType],
    ["TABLE_NAME", textType],
    ["TABLE_OWNER", textType],
    ["TABLE_TYPE", textType],
    ["IS_TRANSIENT", textType],
    ["RETENTION_TIME", integerType],
    ["CREATED", ltzType],
    ["COMMENT", textType],
  ],
  rows: (database, schema) =>
    [...schema.tables].map(([name, table]) => [
      database,
      schema.name,
      name,
      table.owner,
      "BASE TABLE",
      yesNo(table.kind === "TRANSIENT"),
      table.retentionDays,
      table.createdOn,
      table.comment === "" ? null : table.comment,
    ]),
};

const columns: View = {
  columns: [
    ["TABLE_CATALOG", textType],
    ["TABLE_SCHEMA", textType],
    ["TABLE_NAME", textType],
    ["COLUMN_NAME", textType],
    ["ORDINAL_POSITION", integerType],
    ["COLUMN_DEFAULT", textType],
    ["IS_NULLABLE", textType],
    ["DATA_TYPE", textType],
    ["CHARACTER_MAXIMUM_LENGTH", integerType],
    ["NUMERIC_PRECISION", integerType],
    ["NUMERIC_SCALE", integerType],
    ["DATETIME_PRECISION", integerType],
    ["COMMENT", textType],
  ],
  rows: (database, schema) =>
    [...schema.tables].flatMap(([name, table]) =>
      table.columns.map((column, index) => [database, schema.name, name, ...columnCells(column, index)]),
    ),
};

const schemata: View = {
  columns: [
    ["CATALOG_NAME", textType],
    ["SCHEMA_NAME", textType],
    ["SCHEMA_OWNER", textType],
    ["IS_TRANSIENT", textType],
    ["CREATED", ltzType],
    ["COMMENT", textType],
  ],
  rows: (database, { name, owner, isTransient, createdOn, comment }) => [
    [database, name, owner, yesNo(isTransient), createdOn, comment === "" ? null : comment],
  ],
};

const loadHistory: View = {
  columns: [
    ["SCHEMA_NAME", textType],
    ["FILE_NAME", textType],
    ["TABLE_NAME", textType],
    ["LAST_LOAD_TIME", ltzType],
    ["STATUS", textType],
    ["ROW_COUNT", integerType],
    ["ROW_PARSED", integerType],
    ["ERROR_COUNT", integerType],
  ],
  rows: (_database, schema) =>
    [...schema.tables].flatMap(([name, table]) => historyCells(schema.name, name, table)),
};

const views = new Map<string, View>([
  ["TABLES", tables],
  ["COLUMNS", columns],
  ["SCHEMATA", schemata],
  ["LOAD_HISTORY", loadHistory],
]);

function historyCells(schema: string, name: string, table: Table): readonly (readonly Cell[])[] {
  return [...table.history.values()].map((file) => [
    schema,
    file.path,
    name,
    file.loadedAt,
    file.status,
    file.rowCount,
    file.rowsParsed,
    file.errorCount,
  ]);
}

function columnCells(
  { name, type, nullable, default: value, comment }: Column,
  index: number,
): readonly Cell[] {
  return [
    name,
    index + 1,
    value?.text ?? null,
    yesNo(nullable),
    dataType(type),
    "length" in type ? type.length : null,
    type.kind === "number" ? type.precision : null,
    type.kind === "number" ? type.scale : null,
    type.kind === "time" || type.kind.startsWith("timestamp") ? ("scale" in type ? type.scale : null) : null,
    comment,
  ];
}

/** Spells a type as COLUMNS does: without parameters, VARCHAR as TEXT. */
function dataType(type: SqlType): string {
  return type.kind === "varchar" ? "TEXT" : (typeName(type).split("(")[0] ?? "");
}

function yesNo(value: boolean): string {
  return value ? "YES" : "NO";
}

/** Answers a view of INFORMATION_SCHEMA, or undefined for the name of another table. */
export function informationSchemaTable(
  session: SessionState,
  parts: readonly string[],
): TableSource | undefined {
  const [name = "", schema, inDatabase] = parts.toReversed();
  if ((schema ?? session.place.schema) !== "INFORMATION_SCHEMA") return undefined;
  const { database } = session.names.complete(parts);
  const view = views.get(name);
  if (view === undefined)
    throw problems.missing("Object", displayName([inDatabase ?? database, "INFORMATION_SCHEMA", name]));
  const { schemas } = session.account.database(database);
  const rows = [...schemas.values()].flatMap((each) => view.rows(database, each));
  return {
    sql: viewSql(view, rows),
    columns: view.columns.map(([column, type]) => ({ name: column, type })),
    parts: [database, "INFORMATION_SCHEMA", name],
  };
}

function viewSql({ columns: described }: View, rows: readonly (readonly Cell[])[]): string {
  const items = described.map(
    ([name, type], index) => `CAST(v${index} AS ${physicalType(type)}) AS ${quoted(physicalName(name))}`,
  );
  const aliases = described.map((_, index) => `v${index}`).join(", ");
  const nothing = described.map(() => "NULL").join(", ");
  const lines = [`(${nothing})`, ...rows.map((row) => `(${row.map(cellSql).join(", ")})`)].join(", ");
  return `(SELECT ${items.join(", ")} FROM (VALUES ${lines}) AS v(${aliases}) OFFSET 1)`;
}

function cellSql(cell: Cell): string {
  if (cell === null) return "NULL";
  if (cell instanceof Date) return String(BigInt(cell.getTime()) * 1_000_000n);
  return typeof cell === "number" ? String(cell) : textLiteral(cell);
}
