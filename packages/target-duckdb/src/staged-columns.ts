import type { ColumnType } from "@chorale/target-sdk";
import { quoteText } from "@chorale/target-sdk/sql";
import { duckdbDialect } from "./dialect.ts";

/** A column of a staged table, and what stands in the line. */
export interface StagedColumn {
  /** The key of the record. */
  readonly property: string;
  /** What the staged column holds. */
  readonly type: ColumnType;
  /** What the schema declares: narrower than `type` where the table's column was widened. */
  readonly declared: ColumnType;
}

/** How a value is taken from a line. */
export interface ValueReading {
  /** The type that DuckDB's JSON reader gives the value: VARCHAR unpacks a text, JSON keeps its quotes. */
  readonly readAs: "VARCHAR" | "JSON";
  /** Writes the cast of the value that was read. */
  readonly cast: (value: string) => string;
}

/** The greatest and the least moment that every target keeps. */
const firstMoment = "TIMESTAMP '0001-01-01 00:00:00'";
const endOfMoments = "TIMESTAMP '10000-01-01 00:00:00'";

/**
 * What this reader casts to exactly the moment that the rewriting lane would write. Offsets beyond those on
 * Earth, second 60 and 24:00:00 are left to that lane.
 */
const momentForm =
  "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?)?";
const dateForm = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const timeForm = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?";
/** DuckDB's reader lets these through, which are no JSON. */
const noJson = "(^|[\\[:,])-?(NaN|Infinity)";

/**
 * Answers how a column's values are read from lines as they came: a value that a cast would change, or that is
 * not of the column's type, raises an error instead.
 */
export function guardedReading(column: StagedColumn): ValueReading {
  const { type } = column;
  switch (type.kind) {
    case "integer":
      return guarded(column, { readAs: "VARCHAR", isGood: isPlainInteger(type), cast: tried(type) });
    case "double":
      return guarded(column, { readAs: "JSON", isGood: isDouble(column), cast: tried(type) });
    case "decimal":
      return guarded(column, {
        readAs: "JSON",
        isGood: (value) =>
          `${matches(value, decimalForm(type))} AND ${tried(type)(unquoted(value))} IS NOT NULL`,
        cast: (value) => tried(type)(unquoted(value)),
      });
    case "boolean":
      return guarded(column, {
        readAs: "JSON",
        isGood: (value) => `${value} IN ('true', 'false')`,
        cast: (value) => `${value} = 'true'`,
      });
    case "string":
      return guarded(column, {
        readAs: "JSON",
        isGood: (value) => `starts_with(${value}, '"')`,
        cast: (value) => `json_extract_string(${value}, '$')`,
      });
    case "json":
      return guarded(column, {
        readAs: "JSON",
        isGood: (value) => `NOT ${contains(value, noJson)}`,
        cast: asJson,
      });
    case "timestamp":
    case "date":
    case "time":
      return guarded(column, momentReading(type.kind));
  }
}

/** Answers how a column's values are read from lines that were written in the form of its type. */
export function trustedReading(column: StagedColumn): ValueReading {
  const { type } = column;
  switch (type.kind) {
    case "json":
      return { readAs: "JSON", cast: asJson };
    case "string":
      return { readAs: "VARCHAR", cast: itself };
    case "double":
      return guarded(column, { readAs: "VARCHAR", isGood: isDouble(column), cast: cast(type) });
    case "timestamp":
      return { readAs: "VARCHAR", cast: (value) => utcMoment(value) };
    default:
      return { readAs: "VARCHAR", cast: cast(type) };
  }
}

/** Raises an error within a query; the message is what staging answers with. */
export function raise(reason: string): string {
  return `error(${quoteText(reason)})`;
}

interface Guard {
  readonly readAs: ValueReading["readAs"];
  readonly isGood: (value: string) => string;
  readonly cast: (value: string) => string;
}

function guarded({ property, type }: StagedColumn, { readAs, isGood, cast: write }: Guard): ValueReading {
  const refusal = raise(`a value of "${property}" is not ${duckdbDialect.columnType(type)} as it is written`);
  return {
    readAs,
    cast: (value) =>
      `CASE WHEN ${value} IS NULL THEN NULL WHEN ${isGood(value)} THEN ${write(value)} ELSE ${refusal} END`,
  };
}

function momentReading(kind: "timestamp" | "date" | "time"): Guard {
  if (kind === "time") {
    return { readAs: "VARCHAR", isGood: (value) => matches(value, timeForm), cast: cast({ kind }) };
  }
  if (kind === "date") {
    return {
      readAs: "VARCHAR",
      isGood: (value) => `${matches(value, dateForm)} AND TRY_CAST(${value} AS DATE) >= DATE '0001-01-01'`,
      cast: cast({ kind }),
    };
  }
  const moment = (value: string): string => utcMoment(value, "TRY_CAST");
  return {
    readAs: "VARCHAR",
    isGood: (value) =>
      `${matches(value, momentForm)} AND ${moment(value)} >= ${firstMoment} AND ${moment(value)} < ${endOfMoments}`,
    cast: moment,
  };
}

/** TIMESTAMP would drop the offset; a text without one is UTC, as the session is. */
function utcMoment(value: string, how: "CAST" | "TRY_CAST" = "CAST"): string {
  return `make_timestamp(epoch_us(${how}(${value} AS TIMESTAMPTZ)))`;
}

/** Whether a number in plain digits is the same number once it was cast. */
function isPlainInteger(type: ColumnType): (value: string) => string {
  return (value) => `CAST(${tried(type)(value)} AS VARCHAR) = ${value}`;
}

function isDouble({ declared }: StagedColumn): (value: string) => string {
  return (value) => {
    const finite = `isfinite(TRY_CAST(${value} AS DOUBLE))`;
    return declared.kind === "integer" ? `${finite} AND ${isExactInteger(value)}` : finite;
  };
}

/** A column that was once widened to DOUBLE still gets integers, and keeps only those that it can. */
function isExactInteger(value: string): string {
  const back = `CAST(TRY_CAST(TRY_CAST(${value} AS DOUBLE) AS HUGEINT) AS VARCHAR)`;
  return `(NOT ${matches(value, "-?[0-9]{16,}")} OR coalesce(${back} = ${value}, false))`;
}

function decimalForm({ scale }: { scale: number }): string {
  return `"-?[0-9]+${scale === 0 ? "" : `(\\.[0-9]{1,${scale}})?`}"`;
}

function unquoted(value: string): string {
  return `substr(${value}, 2, length(${value}) - 2)`;
}

function cast(type: ColumnType): (value: string) => string {
  return (value) => `CAST(${value} AS ${duckdbDialect.columnType(type)})`;
}

function tried(type: ColumnType): (value: string) => string {
  return (value) => `TRY_CAST(${value} AS ${duckdbDialect.columnType(type)})`;
}

/** The text is JSON already: the reader wrote it. */
function asJson(value: string): string {
  return `CAST(${value} AS JSON)`;
}

function itself(value: string): string {
  return value;
}

function matches(value: string, form: string): string {
  return `regexp_full_match(${value}, ${quoteText(form)})`;
}

function contains(value: string, form: string): string {
  return `regexp_matches(${value}, ${quoteText(form)})`;
}
