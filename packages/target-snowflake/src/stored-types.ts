import type { ColumnType } from "@chorale/target-sdk";
import {
  type ExistingColumn,
  quoteTable,
  type Statement,
  type StoredType,
  type TableName,
} from "@chorale/target-sdk/sql";

/** Which of Snowflake's three types moments are stored in. */
export type TimestampType = "TIMESTAMP_NTZ" | "TIMESTAMP_TZ" | "TIMESTAMP_LTZ";

/** What a VARCHAR holds that says no length, in characters: there is no limit that a schema could set beyond it. */
const maxTextLength = 16_777_216;
const maxPrecision = 38;
/** Decimal digits of the greatest integer of 64 bits. */
const longDigits = 19;
/** Fewer digits of a second than these would cut microseconds. */
const microsecondDigits = 6;

/** Answers the SQL type of a column. */
export function columnTypeOf(type: ColumnType, timestampType: TimestampType): string {
  switch (type.kind) {
    case "integer":
      return `NUMBER(${maxPrecision},0)`;
    case "double":
      return "FLOAT";
    case "decimal":
      return `NUMBER(${type.precision},${type.scale})`;
    case "boolean":
      return "BOOLEAN";
    case "string":
      return type.maxLength === undefined || type.maxLength >= maxTextLength
        ? "VARCHAR"
        : `VARCHAR(${type.maxLength})`;
    case "timestamp":
      return timestampType;
    case "date":
      return "DATE";
    case "time":
      return "TIME";
    case "json":
      return "VARIANT";
  }
}

const plainTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["FLOAT", { type: { kind: "double" } }],
  ["BOOLEAN", { type: { kind: "boolean" } }],
  ["DATE", { type: { kind: "date" } }],
  ["VARIANT", { type: { kind: "json" } }],
]);

/** A type as DESCRIBE TABLE spells it: always with its numbers, and with the collation of a text. */
const parameterizedType = /^([A-Z_]+)\(([0-9]+)(?:,([0-9]+))?\)(?: COLLATE '.*')?$/s;

/**
 * Reads a type as DESCRIBE TABLE spells it, whoever made the column.
 *
 * A NUMBER of 19 digits or more holds every 64-bit integer and stays as it is unless more is asked for. An OBJECT and
 * an ARRAY cannot hold every JSON value, and a BINARY no text: undefined, as for every other type.
 */
export function storedTypeOf(sqlType: string): StoredType | undefined {
  const [, name, first = "", second] = parameterizedType.exec(sqlType) ?? [];
  const size = Number(first);
  switch (name) {
    case "NUMBER":
      return storedNumber(size, Number(second ?? 0));
    case "VARCHAR":
      return { type: size >= maxTextLength ? { kind: "string" } : { kind: "string", maxLength: size } };
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_TZ":
    case "TIMESTAMP_LTZ":
      return fractional({ kind: "timestamp" }, size);
    case "TIME":
      return fractional({ kind: "time" }, size);
    default:
      return plainTypes.get(sqlType);
  }
}

function storedNumber(precision: number, scale: number): StoredType {
  if (scale > 0) return { type: { kind: "decimal", precision, scale } };
  const type: ColumnType = { kind: "integer", wide: precision === maxPrecision };
  return precision < longDigits ? { type, narrow: true } : { type };
}

function fractional(type: ColumnType, digits: number): StoredType {
  return digits < microsecondDigits ? { type, narrow: true } : { type };
}

/**
 * Asks for a table's columns, which needs no warehouse: {@link existingColumns} reads the answer. It fails with 002003
 * when there is no such table.
 *
 * @example
 * ```ts
 * describeTable({ schema: "SHOP", table: "USERS" }).sql; // DESCRIBE TABLE "SHOP"."USERS"
 * ```
 */
export function describeTable(table: TableName): Statement {
  return { sql: `DESCRIBE TABLE ${quoteTable(table)}` };
}

/**
 * Reads what DESCRIBE TABLE answers: `rows` under `columnNames`, as the driver gives them. A column that computes its
 * value, or counts it up, counts as one with a default: a load need not fill it.
 *
 * @example
 * ```ts
 * existingColumns([["ID", "NUMBER(38,0)", "N", null]], ["name", "type", "null?", "default"]);
 * // [{ name: "ID", sqlType: "NUMBER(38,0)", nullable: false, hasDefault: false }]
 * ```
 */
export function existingColumns(
  rows: readonly (readonly (string | null)[])[],
  columnNames: readonly string[],
): readonly ExistingColumn[] {
  const at = new Map(columnNames.map((name, index) => [name.toLowerCase(), index]));
  return rows.map((row) => {
    const field = (name: string): string | null => row[at.get(name) ?? -1] ?? null;
    return {
      name: field("name") ?? "",
      sqlType: field("type") ?? "",
      nullable: field("null?") === "Y",
      hasDefault: field("default") !== null || field("expression") !== null,
    };
  });
}
