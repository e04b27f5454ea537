import type { ColumnType } from "@chorale/target-sdk";
import type { Dialect, TypeChange } from "@chorale/target-sdk/sql";
import { foldName, maxNameLength } from "./folding.ts";
import { snowflakeText } from "./literals.ts";
import { columnTypeOf, storedTypeOf, type TimestampType } from "./stored-types.ts";

/** What differs between the tables of two configurations. */
export interface SnowflakeDialectOptions {
  readonly timestampType: TimestampType;
  /** Whether tables are made without fail-safe. */
  readonly transient: boolean;
}

/** The staged columns that say where a row was read: its file's name, and its number in the file. */
export const orderColumns = { file: '"_FILE"', row: '"_ROW"' } as const;

/** Longer descriptions would make the statements of wide tables too long. */
const maxCommentLength = 1000;

/**
 * The SQL of Snowflake.
 *
 * @example
 * ```ts
 * const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
 * ```
 */
export function snowflakeDialect({ timestampType, transient }: SnowflakeDialectOptions): Dialect {
  const columnType = (type: ColumnType): string => columnTypeOf(type, timestampType);
  return Object.freeze({
    name: "Snowflake",
    fold: foldName,
    // Every name is quoted, and quoted names are compared as they are.
    sameName: (name: string) => name,
    maxNameLength,
    addsColumnsTogether: true,
    columnType,
    storedType: storedTypeOf,
    widensInPlace,
    convert: (expression: string, change: TypeChange) => convert(expression, { ...change, columnType }),
    latestRows,
    insertsOverwrite: true,
    columnComment: (text: string) => `COMMENT ${snowflakeText(shortened(text))}`,
    ...(transient ? { tableKind: "TRANSIENT" } : {}),
    utcNow: utcNow[timestampType],
  } satisfies Dialect);
}

const utcNow: Readonly<Record<TimestampType, string>> = {
  TIMESTAMP_NTZ: "SYSDATE()",
  TIMESTAMP_TZ: "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())",
  TIMESTAMP_LTZ: "CURRENT_TIMESTAMP()",
};

/** Snowflake lengthens texts and numbers of the same scale in place, and nothing else (002108). */
function widensInPlace({ from, to }: TypeChange): boolean {
  if (from.kind === "decimal" && to.kind === "decimal") return from.scale === to.scale;
  return from.kind === to.kind && (from.kind === "string" || from.kind === "integer");
}

function convert(
  expression: string,
  { from, to, columnType }: TypeChange & { readonly columnType: (type: ColumnType) => string },
): string {
  // Only a column that kept fewer digits of a second is converted to its own kind, perhaps from one with offsets.
  if (from.kind === "timestamp" && to.kind === "timestamp") {
    return `CAST(${inUtc(expression)} AS ${columnType(to)})`;
  }
  if (from.kind === to.kind) return expression;
  if (to.kind === "string") return asText(expression, from);
  if (to.kind !== "json") return `CAST(${expression} AS ${columnType(to)})`;
  // A moment is the text that JSON would carry: a VARIANT could keep it as one, which no JSON value is.
  return `TO_VARIANT(${momentFormats[from.kind] === undefined ? expression : asText(expression, from)})`;
}

const momentFormats: Readonly<Partial<Record<ColumnType["kind"], string>>> = {
  timestamp: `YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"`,
  date: "YYYY-MM-DD",
  time: "HH24:MI:SS.FF6",
};

function asText(expression: string, { kind }: ColumnType): string {
  const format = momentFormats[kind];
  if (format !== undefined) {
    const moment = kind === "timestamp" ? inUtc(expression) : expression;
    return `TO_VARCHAR(${moment}, ${snowflakeText(format)})`;
  }
  const text = `CAST(${expression} AS VARCHAR)`;
  if (kind !== "double") return text;
  // Snowflake writes fewer digits than some doubles have: those are written with all of them.
  return `IFF(TO_DOUBLE(${text}) = ${expression}, ${text}, TO_VARCHAR(${expression}, 'FM9.9999999999999999EE'))`;
}

/** Rows of other loaders may have an offset; what has none is UTC, as the session is. */
function inUtc(moment: string): string {
  return `CONVERT_TIMEZONE('UTC', ${moment})`;
}

/** Names of files and numbers of rows are in the order in which the records came. */
function latestRows({ staged, keys }: { staged: string; keys: readonly string[] }): string {
  const order = `${orderColumns.file} DESC, ${orderColumns.row} DESC`;
  return `(SELECT r.* FROM ${staged} AS r QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys.join(", ")} ORDER BY ${order}) = 1)`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= maxCommentLength
    ? text
    : `${characters.slice(0, maxCommentLength - 1).join("")}…`;
}
