import { type LaneRules, propertyFedByNumbers, type ShapedColumn, type TableSpec } from "@chorale/target-sdk";

/**
 * Answers which lines of a stream may be loaded as the bytes they came in.
 *
 * - Text columns that numbers or truth values are fed to are always rewritten: a VARIANT keeps a number's value,
 *   not its spelling. Columns of exact decimals are not: a VARIANT keeps 38 digits.
 * - Invalid UTF-8 fails the file that it is in. A NUL is no JSON, and nobody says what Snowflake makes of it.
 * - A byte order mark within a file, a key that comes twice, and halves of surrogate pairs that Snowflake does not take
 *   fail the COPY, and the batch is then rewritten: escapes are far too common to rewrite every line that has one.
 *
 * Lines that may hold too long a value are the SDK's to find: it knows the sizes that settings allow.
 *
 * @example
 * ```ts
 * laneOf(spec, plan.columns); // { unsafeBytes: ["invalid-utf8", "nul"] }
 * ```
 */
export function laneOf(spec: TableSpec, columns: readonly ShapedColumn[]): LaneRules {
  const property = propertyFedByNumbers(spec, { columns, kinds: ["string"] });
  const reason =
    property === undefined ? {} : { rewriteAll: `"${property}" keeps numbers as they were written` };
  return { ...reason, unsafeBytes: ["invalid-utf8", "nul"] };
}
