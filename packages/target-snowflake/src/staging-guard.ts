import type { SpooledBatch } from "@chorale/target-sdk";
import { quoteName, quoteTable, type Statement } from "@chorale/target-sdk/sql";
import { type LineField, lineFields, type StagingTable } from "./staging-table.ts";
import { columnTypeOf, type TimestampType } from "./stored-types.ts";
import { guardValue } from "./value-casts.ts";

/** A question to a batch's table: how many of its values may not be loaded as they came. */
export interface GuardQuery {
  /** Answers one row, with a number for each reason in their order. */
  readonly statement: Statement;
  readonly reasons: readonly GuardReason[];
}

/** Why a batch may not be loaded from the bytes that it came in. */
export interface GuardReason {
  /** What a person calls the value: a property, or a key of the message. Absent for whole records. */
  readonly property?: string;
  /** What is wrong, said of the values that were counted. */
  readonly text: string;
}

interface Check extends GuardReason {
  /** True of a row that may not be loaded. */
  readonly condition: string;
}

/** What a guard is written for. */
export interface GuardContext {
  readonly root: SpooledBatch["root"];
  readonly timestampType: TimestampType;
}

/** A query of more checks would grow too long a text. */
const maxChecks = 400;

/**
 * Answers the queries that look for values which their casts would change or refuse, for keys without a value, and for
 * lines that hold no record: each scans the table once. Nearly always one query; none when there is nothing to look for.
 *
 * @example
 * ```ts
 * for (const query of guardQueries(table, { root: "record", timestampType: "TIMESTAMP_NTZ" })) {
 *   const reasons = refusalsOf(query, await connection.execute(query.statement));
 * }
 * ```
 */
export function guardQueries(table: StagingTable, context: GuardContext): readonly GuardQuery[] {
  const fields = lineFields(table.fields);
  const checks = [...fields.flatMap((field) => fieldChecks(field, context)), ...lostRecords(fields, context)];
  const queries: GuardQuery[] = [];
  for (let at = 0; at < checks.length; at += maxChecks) {
    const some = checks.slice(at, at + maxChecks);
    const counts = some.map(({ condition }, index) => `COUNT_IF(${condition}) AS "n${index}"`);
    queries.push({
      statement: { sql: `SELECT ${counts.join(", ")} FROM ${quoteTable(table.name)}` },
      reasons: some.map(({ condition: _, ...reason }) => reason),
    });
  }
  return queries;
}

/**
 * Says why a batch may not be loaded as it came, from what a guard's query answered: a sentence for each reason, none
 * when it may. An answer that lacks a number is a reason too: then nothing is known of the values.
 *
 * @example
 * ```ts
 * refusalsOf(query, { rows: [["0", "2"]] }); // ['2 values of "price" are not NUMBER(38,2) as they are written']
 * ```
 */
export function refusalsOf(
  { reasons }: GuardQuery,
  { rows }: { readonly rows: readonly (readonly (string | null)[])[] },
): readonly string[] {
  const [row] = rows;
  return reasons.flatMap((reason, index) => {
    const count = Number(row?.[index] ?? Number.NaN);
    return count === 0 ? [] : [describe(reason, count)];
  });
}

function fieldChecks(field: LineField, { timestampType }: GuardContext): readonly Check[] {
  const { source, type, from } = field;
  const { property, declared, isKey } = from;
  const value = quoteName(source);
  const bad = guardValue(value, { type, declared });
  return [
    ...(isKey
      ? [
          {
            property,
            text: "are null or missing, and it is a key",
            condition: `COALESCE(IS_NULL_VALUE(${value}), TRUE)`,
          },
        ]
      : []),
    ...(bad === undefined
      ? []
      : [
          {
            property,
            text: `are not ${columnTypeOf(type, timestampType)} as they are written`,
            condition: bad,
          },
        ]),
  ];
}

/**
 * A line of a BATCH message's file that is no object has a value nowhere; keys would show it. RECORD lines that came as
 * they are have a record: their heads were read.
 */
function lostRecords(fields: readonly LineField[], { root }: GuardContext): readonly Check[] {
  if (root === "record" || fields.length === 0 || fields.some(({ from }) => from.isKey)) return [];
  const condition = fields.map(({ source }) => `${quoteName(source)} IS NULL`).join(" AND ");
  return [{ text: "have no value for any column, and may be no records", condition }];
}

function describe({ property, text }: GuardReason, count: number): string {
  const number = Number.isNaN(count) ? "an unknown number of" : String(count);
  return property === undefined ? `${number} lines ${text}` : `${number} values of "${property}" ${text}`;
}
