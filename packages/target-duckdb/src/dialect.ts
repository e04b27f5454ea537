import type { ColumnType } from "@chorale/target-sdk";
import {
  type Dialect,
  type KeyedLoad,
  loadedValue,
  quoteName,
  quoteTable,
  type Statement,
  type StoredType,
  type TableName,
  type TypeChange,
} from "@chorale/target-sdk/sql";

/** The SQL of DuckDB 1.5. */
export const duckdbDialect: Dialect = Object.freeze({
  name: "DuckDB",
  fold: (name: string) => name,
  // DuckDB compares names without regard to case, but only of the letters A to Z.
  sameName: (name: string) => name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  addsColumnsTogether: false,
  columnType,
  storedType,
  widensInPlace: () => true,
  convert,
  latestRows,
  replaceRows,
  utcNow: "make_timestamp(epoch_us(now()))",
});

/** Asks for a table's columns in their order: name, type, whether it may be null, whether it has a default. */
export function describeTable({ catalog, schema, table }: TableName): Statement {
  return {
    sql:
      "SELECT column_name, data_type, is_nullable, column_default IS NOT NULL FROM duckdb_columns() AS c " +
      "WHERE EXISTS (SELECT 1 FROM duckdb_tables() AS t WHERE t.table_oid = c.table_oid AND t.database_oid = c.database_oid) " +
      "AND database_name = coalesce(nullif(?, ''), current_database()) AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?) " +
      "ORDER BY column_index",
    values: [catalog ?? "", schema, table],
  };
}

function columnType(type: ColumnType): string {
  switch (type.kind) {
    case "integer":
      return type.wide ? "HUGEINT" : "BIGINT";
    case "double":
      return "DOUBLE";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "boolean":
      return "BOOLEAN";
    case "string":
      return "VARCHAR";
    case "timestamp":
      return "TIMESTAMP";
    case "date":
      return "DATE";
    case "time":
      return "TIME";
    case "json":
      return "JSON";
  }
}

const storedTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["BIGINT", { type: { kind: "integer", wide: false } }],
  ["HUGEINT", { type: { kind: "integer", wide: true } }],
  ["TINYINT", { type: { kind: "integer", wide: false }, narrow: true }],
  ["SMALLINT", { type: { kind: "integer", wide: false }, narrow: true }],
  ["INTEGER", { type: { kind: "integer", wide: false }, narrow: true }],
  ["UTINYINT", { type: { kind: "integer", wide: false }, narrow: true }],
  ["USMALLINT", { type: { kind: "integer", wide: false }, narrow: true }],
  ["UINTEGER", { type: { kind: "integer", wide: false }, narrow: true }],
  ["UBIGINT", { type: { kind: "integer", wide: true }, narrow: true }],
  ["DOUBLE", { type: { kind: "double" } }],
  ["FLOAT", { type: { kind: "double" }, narrow: true }],
  ["BOOLEAN", { type: { kind: "boolean" } }],
  ["VARCHAR", { type: { kind: "string" } }],
  ["TIMESTAMP", { type: { kind: "timestamp" } }],
  // Sessions run in UTC, so that moments go in and out unchanged.
  ["TIMESTAMP WITH TIME ZONE", { type: { kind: "timestamp" } }],
  ["TIMESTAMP_S", { type: { kind: "timestamp" }, narrow: true }],
  ["TIMESTAMP_MS", { type: { kind: "timestamp" }, narrow: true }],
  ["DATE", { type: { kind: "date" } }],
  ["TIME", { type: { kind: "time" } }],
  ["JSON", { type: { kind: "json" } }],
]);

function storedType(sqlType: string): StoredType | undefined {
  const decimal = /^DECIMAL\(([0-9]+),([0-9]+)\)$/.exec(sqlType);
  if (decimal === null) return storedTypes.get(sqlType);
  return { type: { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) } };
}

function convert(expression: string, { from, to }: TypeChange): string {
  if (from.kind === to.kind) return expression;
  if (to.kind === "json") {
    // A moment is the text that JSON would carry, and not DuckDB's own spelling of it.
    return `to_json(${from.kind === "timestamp" ? textOfMoment(expression) : expression})`;
  }
  if (to.kind === "string" && from.kind === "timestamp") return textOfMoment(expression);
  return `CAST(${expression} AS ${columnType(to)})`;
}

function textOfMoment(expression: string): string {
  return `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
}

/**
 * Staged rows are numbered in the order in which they were read, and no row is ever deleted from a staged
 * table. Joining with the greatest number of each key is a quarter faster than a window.
 */
function latestRows({ staged, keys }: { staged: string; keys: readonly string[] }): string {
  const groups = keys.join(", ");
  return `(SELECT r.* FROM ${staged} AS r JOIN (SELECT max(rowid) AS latest FROM ${staged} GROUP BY ${groups}) AS l ON r.rowid = l.latest)`;
}

/** In the catalogue of temporary tables, where no table of the database can be mistaken for it. */
const winners = '"temp"."main"."_chorale_winners"';

/**
 * Replaces rows by DELETE and INSERT. A MERGE updates in memory: it takes twice the processor's time, and
 * fails where this runs within a quarter of the memory.
 */
function replaceRows(load: KeyedLoad): readonly Statement[] {
  const { dialect, table, staged, columns, keys, removedBy } = load;
  const value = (name: string): string => {
    const column = columns.find((each) => each.name === name);
    return column === undefined
      ? `s.${quoteName(name)}`
      : loadedValue(`s.${quoteName(column.source)}`, { dialect, column });
  };
  const target = quoteTable(table);
  const sources = keys.map((key) => columns.find(({ name }) => name === key)?.source ?? key);
  const latest = `SELECT max(rowid) AS latest FROM ${staged} GROUP BY ${sources.map(quoteName).join(", ")}`;
  const sameKey = keys.map((key) => `_chorale_target.${quoteName(key)} = ${value(key)}`).join(" AND ");
  const isWinner = `s.rowid IN (SELECT latest FROM ${winners})`;
  const kept = removedBy === undefined ? "" : ` AND s.${quoteName(removedBy)} IS NULL`;
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  return [
    {
      sql: `CREATE OR REPLACE TEMPORARY TABLE ${winners} AS SELECT l.latest FROM ${staged} AS s JOIN (${latest}) AS l ON s.rowid = l.latest${newerOnly(load, { target, sameKey, value })}`,
    },
    { sql: `DELETE FROM ${target} AS _chorale_target USING ${staged} AS s WHERE ${isWinner} AND ${sameKey}` },
    {
      sql: `INSERT INTO ${target} (${names}) SELECT ${columns.map(({ name }) => value(name)).join(", ")} FROM ${staged} AS s WHERE ${isWinner}${kept}`,
    },
    { sql: `DROP TABLE ${winners}` },
  ];
}

/** Leaves out the rows that were extracted before those of the table. */
function newerOnly(
  { extractedAt }: KeyedLoad,
  { target, sameKey, value }: { target: string; sameKey: string; value: (name: string) => string },
): string {
  if (extractedAt === undefined) return "";
  const isOlder = `_chorale_target.${quoteName(extractedAt)} > ${value(extractedAt)}`;
  return ` WHERE NOT EXISTS (SELECT 1 FROM ${target} AS _chorale_target WHERE ${sameKey} AND ${isOlder})`;
}
