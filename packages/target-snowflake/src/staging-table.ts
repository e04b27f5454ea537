import type { ColumnType } from "@chorale/target-sdk";
import {
  columnsOfFields,
  type LineValue,
  quoteName,
  quoteTable,
  type StagedField,
  type StagedTable,
  type Statement,
  type TableName,
} from "@chorale/target-sdk/sql";
import { orderColumns } from "./dialect.ts";
import { snowflakeText } from "./literals.ts";
import { columnTypeOf, type TimestampType } from "./stored-types.ts";
import { castValue } from "./value-casts.ts";

/** A temporary table that a batch's files are copied into. */
export interface StagingTable {
  readonly name: TableName;
  /** Those of the batch, in their order. */
  readonly fields: readonly StagedField[];
}

/** A field whose value stands in the line. */
export interface LineField extends StagedField {
  readonly from: LineValue;
}

/** Answers the fields whose values stand in the lines; the others are the same for all rows of a batch. */
export function lineFields(fields: readonly StagedField[]): readonly LineField[] {
  return fields.flatMap(({ from, ...field }) => ("in" in from ? [{ ...field, from }] : []));
}

/**
 * Makes the table that a batch is copied into: a VARIANT for each value of a line, and where the line was.
 *
 * @example
 * ```ts
 * createStagingTable({ name: { schema: "SHOP", table: "_CHORALE_1" }, fields });
 * ```
 */
export function createStagingTable({ name, fields }: StagingTable): Statement {
  const columns = [
    `${orderColumns.file} VARCHAR`,
    `${orderColumns.row} NUMBER(38,0)`,
    ...lineFields(fields).map(({ source }) => `${quoteName(source)} VARIANT`),
  ];
  return { sql: `CREATE TEMPORARY TABLE ${quoteTable(name)} (${columns.join(", ")})` };
}

/**
 * Answers a batch's table as a commit reads it: each value as the type of its column, and what all rows of the
 * batch have.
 *
 * @example
 * ```ts
 * stagedTable(table, { timestampType: "TIMESTAMP_NTZ" }).name; // (SELECT "_FILE", "_ROW", … FROM "SHOP"."_CHORALE_1")
 * ```
 */
export function stagedTable(
  { name, fields }: StagingTable,
  { timestampType }: { readonly timestampType: TimestampType },
): StagedTable {
  const values = fields.map(({ source, type, from }) => {
    const value =
      "in" in from
        ? castValue(quoteName(source), { type, timestampType })
        : constantValue(from.constant, { type, timestampType });
    return `${value} AS ${quoteName(source)}`;
  });
  const selected = [orderColumns.file, orderColumns.row, ...values].join(", ");
  return { name: `(SELECT ${selected} FROM ${quoteTable(name)})`, columns: columnsOfFields(fields) };
}

/** Drops a batch's table. Only for the session that made it: in another the name may be a lasting table's. */
export function dropStagingTable({ name }: Pick<StagingTable, "name">): Statement {
  return { sql: `DROP TABLE IF EXISTS ${quoteTable(name)}` };
}

function constantValue(
  constant: Date | number | null,
  { type, timestampType }: { type: ColumnType; timestampType: TimestampType },
): string {
  const sqlType = columnTypeOf(type, timestampType);
  if (constant === null) return `CAST(NULL AS ${sqlType})`;
  if (typeof constant === "number") return `CAST(${BigInt(Math.trunc(constant))} AS ${sqlType})`;
  const text = constant.toISOString();
  // Of a text with an offset TIMESTAMP_NTZ would take the time and leave the offset.
  return `CAST(${snowflakeText(timestampType === "TIMESTAMP_NTZ" ? text.slice(0, -1) : text)} AS ${sqlType})`;
}
