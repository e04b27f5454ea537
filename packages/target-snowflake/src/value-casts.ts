import type { ColumnType } from "@chorale/target-sdk";
import { snowflakeText } from "./literals.ts";
import { columnTypeOf, type TimestampType } from "./stored-types.ts";

/** What a staged value becomes. */
export interface CastOptions {
  readonly type: ColumnType;
  readonly timestampType: TimestampType;
}

/** What a staged value is checked for. */
export interface GuardOptions {
  readonly type: ColumnType;
  /** What the schema says: narrower than `type` where the table's column was widened. */
  readonly declared: ColumnType;
}

/** The greatest double; NaN compares as greater than it. */
const greatestDouble = "1.7976931348623157e308";
/** Every integer up to here is a double. */
const exactIntegers = "9007199254740992";
const leastLong = "-9223372036854775808";
const greatestLong = "9223372036854775807";

const plainInteger = "-?(0|[1-9][0-9]{0,37})";
const day = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const anyYear = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])";
const second = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
const clock = `${second}([.][0-9]{1,9})?`;
const dateForm = `${anyYear}-${day}`;
const timeForm = `${second}([.][0-9]+)?`;
/**
 * What Snowflake reads as exactly the moment that the rewriting lane would write. An offset cannot lead out of the
 * years that are kept, nor beyond those on Earth; second 60, 24:00:00 and times without seconds are left to that lane.
 */
const momentForm =
  `(${dateForm}([T ]${clock}(Z|[+]00:?00)?)?` +
  `|[1-8][0-9]{3}-${day}[T ]${clock}[+-](0[0-9]|1[0-4]):?[0-5][0-9])`;

/** Up to microseconds, beyond which the rewriting lane cuts as well. */
const timeLength = "HH:MM:SS.ffffff".length;

/**
 * Writes a staged VARIANT as the type of its column. It reads what lines hold that were rewritten, and what
 * {@link guardValue} lets through; JSON's null becomes NULL. Other values fail, or become NULL.
 *
 * @example
 * ```ts
 * castValue('"c0"', { type: { kind: "date" }, timestampType: "TIMESTAMP_NTZ" });
 * // TO_DATE(AS_VARCHAR("c0"), 'YYYY-MM-DD')
 * ```
 */
export function castValue(value: string, { type, timestampType }: CastOptions): string {
  switch (type.kind) {
    case "string":
      return textOf(value);
    case "json":
      return `STRIP_NULL_VALUE(${value})`;
    case "double":
      // Through the text, which is read to the nearest double: a decimal may be divided instead.
      return `IFF(TYPEOF(${value}) = 'DOUBLE', AS_DOUBLE(${value}), TO_DOUBLE(CAST(${value} AS VARCHAR)))`;
    case "timestamp":
      return `DATE_TRUNC('MICROSECOND', CAST(${utcMoment(value, "TO_TIMESTAMP_TZ")} AS ${timestampType}))`;
    case "date":
      return `TO_DATE(${textOf(value)}, 'YYYY-MM-DD')`;
    case "time":
      return `TO_TIME(LEFT(${textOf(value)}, ${timeLength}))`;
    default:
      return `CAST(${value} AS ${columnTypeOf(type, timestampType)})`;
  }
}

/**
 * Writes the condition that is true of a staged VARIANT which {@link castValue} would change or lose something of, or
 * which may mean something else than Snowflake takes it for. It is false of null. Undefined where every value is good.
 *
 * @example
 * ```ts
 * const bad = guardValue('"c0"', { type: { kind: "boolean" }, declared: { kind: "boolean" } });
 * ```
 */
export function guardValue(value: string, options: GuardOptions): string | undefined {
  const good = goodValue(value, options);
  if (good === undefined) return undefined;
  return `${value} IS NOT NULL AND NOT IS_NULL_VALUE(${value}) AND NOT COALESCE(${good}, FALSE)`;
}

/** May be NULL of a value that is not good. */
function goodValue(value: string, { type, declared }: GuardOptions): string | undefined {
  switch (type.kind) {
    case "json":
      return undefined;
    case "boolean":
      return isOneOf(value, ["BOOLEAN"]);
    case "string":
      return goodText(value, type.maxLength);
    case "integer":
      return goodInteger(value, type);
    case "decimal":
      return `${isOneOf(value, ["INTEGER", "DECIMAL", "VARCHAR"])} AND ${matches(`CAST(${value} AS VARCHAR)`, decimalForm(type))}`;
    case "double":
      return declared.kind === "integer" ? exactDouble(value) : finiteDouble(value);
    case "timestamp":
      return `${matches(textOf(value), momentForm)} AND ${utcMoment(value, "TRY_TO_TIMESTAMP_TZ")} IS NOT NULL`;
    case "date":
      return `${matches(textOf(value), dateForm)} AND TRY_TO_DATE(${textOf(value)}, 'YYYY-MM-DD') IS NOT NULL`;
    case "time":
      return matches(textOf(value), timeForm);
  }
}

/** A number in a text column would have to keep its spelling, which only the rewriting lane knows. */
function goodText(value: string, maxLength: number | undefined): string {
  const isText = isOneOf(value, ["VARCHAR"]);
  return maxLength === undefined ? isText : `${isText} AND LENGTH(${textOf(value)}) <= ${maxLength}`;
}

function goodInteger(value: string, { wide }: { readonly wide: boolean }): string {
  const isInteger = `(${isOneOf(value, ["INTEGER"])} OR ${matches(textOf(value), plainInteger)})`;
  // Conditions are not sure to be checked in their order, so that this one must not fail.
  const number = `TRY_TO_NUMBER(CAST(${value} AS VARCHAR), 38, 0)`;
  return wide ? isInteger : `${isInteger} AND ${number} BETWEEN ${leastLong} AND ${greatestLong}`;
}

/** At most as many digits as the column keeps, without an exponent. */
function decimalForm({ precision, scale }: { readonly precision: number; readonly scale: number }): string {
  const whole = precision - scale;
  const digits = whole === 0 ? "0" : whole === 1 ? "[0-9]" : `(0|[1-9][0-9]{0,${whole - 1}})`;
  return `-?${digits}${scale === 0 ? "" : `([.][0-9]{1,${scale}})?`}`;
}

function finiteDouble(value: string): string {
  const fits = `ABS(AS_DOUBLE(${value})) <= ${greatestDouble}`;
  return `(${isOneOf(value, ["INTEGER", "DECIMAL"])} OR ${isOneOf(value, ["DOUBLE"])} AND ${fits})`;
}

/** A column that was once widened to FLOAT still gets integers, and keeps only those that it can. */
function exactDouble(value: string): string {
  return `${isOneOf(value, ["INTEGER"])} AND ABS(AS_DOUBLE(${value})) < ${exactIntegers}`;
}

/** Of a text without an offset the session's time zone is taken, which is UTC. */
function utcMoment(value: string, read: "TO_TIMESTAMP_TZ" | "TRY_TO_TIMESTAMP_TZ"): string {
  // Snowflake does not recognise an offset without a colon behind a T.
  const offset = snowflakeText("([+-][0-9]{2})([0-9]{2})$");
  const text = `REGEXP_REPLACE(${textOf(value)}, ${offset}, ${snowflakeText(String.raw`\1:\2`)})`;
  return `CONVERT_TIMEZONE('UTC', ${read}(${text}))`;
}

/** The content of a JSON text; NULL for every other value. */
function textOf(value: string): string {
  return `AS_VARCHAR(${value})`;
}

function isOneOf(value: string, types: readonly string[]): string {
  const [only = "", ...more] = types.map(snowflakeText);
  return more.length === 0
    ? `TYPEOF(${value}) = ${only}`
    : `TYPEOF(${value}) IN (${[only, ...more].join(", ")})`;
}

/** The whole of the text has to match: Snowflake anchors the pattern at both ends. */
function matches(text: string, form: string): string {
  return `REGEXP_LIKE(${text}, ${snowflakeText(form)})`;
}
