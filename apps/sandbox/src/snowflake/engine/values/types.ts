import { compilationError, syntaxError, unsupportedType } from "./problem.ts";
import type { Token } from "./tokens.ts";

/** A type of Snowflake with its parameters. */
export type SqlType =
  | { readonly kind: "number"; readonly precision: number; readonly scale: number }
  | { readonly kind: "float" | "boolean" | "date" | "variant" | "object" | "array" }
  | { readonly kind: "varchar" | "binary"; readonly length: number }
  | {
      readonly kind: "time" | "timestamp_ntz" | "timestamp_tz" | "timestamp_ltz";
      readonly scale: number;
    };

/** The greatest number of characters that a VARCHAR without a length holds. */
export const maximumTextLength = 16_777_216;
/** The greatest number of bytes that a BINARY without a length holds. */
export const maximumBinaryLength = 8_388_608;

export const integerType: SqlType = { kind: "number", precision: 38, scale: 0 };
export const textType: SqlType = { kind: "varchar", length: maximumTextLength };
export const floatType: SqlType = { kind: "float" };
export const booleanType: SqlType = { kind: "boolean" };
export const dateType: SqlType = { kind: "date" };
export const timeType: SqlType = { kind: "time", scale: 9 };
export const variantType: SqlType = { kind: "variant" };
export const objectType: SqlType = { kind: "object" };
export const arrayType: SqlType = { kind: "array" };
export const binaryType: SqlType = { kind: "binary", length: maximumBinaryLength };
export const ntzType: SqlType = { kind: "timestamp_ntz", scale: 9 };
export const ltzType: SqlType = { kind: "timestamp_ltz", scale: 9 };
export const tzType: SqlType = { kind: "timestamp_tz", scale: 9 };

const fixedTypes: Readonly<Record<string, SqlType>> = {
  ...Object.fromEntries(
    ["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"].map((name) => [name, integerType]),
  ),
  ...Object.fromEntries(["FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "REAL"].map((name) => [name, floatType])),
  BOOLEAN: booleanType,
  DATE: dateType,
  VARIANT: variantType,
  OBJECT: objectType,
  ARRAY: arrayType,
};

const decimalNames = new Set(["NUMBER", "DECIMAL", "DEC", "NUMERIC"]);

/** The length that a text type has when none is written. */
const textNames = new Map([
  ["VARCHAR", maximumTextLength],
  ["STRING", maximumTextLength],
  ["TEXT", maximumTextLength],
  ["NVARCHAR", maximumTextLength],
  ["NVARCHAR2", maximumTextLength],
  ["CHAR", 1],
  ["CHARACTER", 1],
  ["NCHAR", 1],
]);

const momentNames = new Map<string, "time" | "timestamp_ntz" | "timestamp_tz" | "timestamp_ltz">([
  ["TIME", "time"],
  ["DATETIME", "timestamp_ntz"],
  ["TIMESTAMP", "timestamp_ntz"],
  ["TIMESTAMP_NTZ", "timestamp_ntz"],
  ["TIMESTAMPNTZ", "timestamp_ntz"],
  ["TIMESTAMP_TZ", "timestamp_tz"],
  ["TIMESTAMPTZ", "timestamp_tz"],
  ["TIMESTAMP_LTZ", "timestamp_ltz"],
  ["TIMESTAMPLTZ", "timestamp_ltz"],
]);

/** A type, and where the tokens after it begin. */
export interface ParsedType {
  readonly type: SqlType;
  readonly next: number;
}

/** Reads the type that begins at a token. Throws 002040 for a name that is no type, and for parameters out of range. */
export function parseType(tokens: readonly Token[], at: number): ParsedType {
  const token = tokens[at];
  if (token?.kind !== "word") throw syntaxError(token);
  const fixed = fixedTypes[token.value];
  if (fixed !== undefined) return { type: fixed, next: afterSecondWord(tokens, at, "PRECISION") };
  const parameters = typeParameters(tokens, afterSecondWord(tokens, at, "VARYING"));
  return { type: parameterizedType(token.value, parameters.values), next: parameters.next };
}

function afterSecondWord(tokens: readonly Token[], at: number, second: string): number {
  const first = tokens[at]?.value;
  const hasSecond =
    tokens[at + 1]?.value === second &&
    tokens[at + 1]?.kind === "word" &&
    (second === "PRECISION" ? first === "DOUBLE" : first === "CHAR" || first === "CHARACTER");
  return at + (hasSecond ? 2 : 1);
}

function typeParameters(tokens: readonly Token[], at: number): { values: readonly number[]; next: number } {
  if (tokens[at]?.text !== "(") return { values: [], next: at };
  const values: number[] = [];
  for (let next = at + 1; ; next += 2) {
    const token = tokens[next];
    if (token?.kind !== "number" || !/^[0-9]+$/.test(token.text)) throw syntaxError(token);
    values.push(Number(token.text));
    const separator = tokens[next + 1];
    if (separator?.text === ")") return { values, next: next + 2 };
    if (separator?.text !== ",") throw syntaxError(separator);
  }
}

function parameterizedType(name: string, values: readonly number[]): SqlType {
  if (decimalNames.has(name)) return decimalType(values);
  const moment = momentNames.get(name);
  if (moment !== undefined)
    return { kind: moment, scale: parameter(values, { name, most: 9, none: 9, least: 0 }) };
  const length = textNames.get(name);
  if (length !== undefined) {
    return {
      kind: "varchar",
      length: parameter(values, { name, most: maximumTextLength * 8, none: length, least: 1 }),
    };
  }
  if (name === "BINARY" || name === "VARBINARY") {
    const range = { name, most: maximumBinaryLength * 8, none: maximumBinaryLength, least: 1 };
    return { kind: "binary", length: parameter(values, range) };
  }
  throw unsupportedType(name);
}

function parameter(
  values: readonly number[],
  range: { name: string; least: number; most: number; none: number },
): number {
  const value = values[0] ?? range.none;
  if (values.length > 1 || value < range.least || value > range.most)
    throw unsupportedType(`${range.name}(${values.join(",")})`);
  return value;
}

/** Answers the type of a NUMBER's parameters; none stand for 38 digits and no fraction. */
export function decimalType(values: readonly number[]): SqlType {
  const [precision = 38, scale = 0] = values;
  const isValid = values.length <= 2 && precision >= 1 && precision <= 38 && scale <= Math.min(37, precision);
  if (!isValid) {
    const text = `Invalid precision or scale for NUMBER(${values.join(",")}): precision 1 to 38, scale 0 to 37 and at most the precision.`;
    throw compilationError("002037", "42601", text);
  }
  return { kind: "number", precision, scale };
}

/** Answers the type of DuckDB in which values of a type are kept. */
export function physicalType(type: SqlType): string {
  if (type.kind === "number") return `DECIMAL(${type.precision},${type.scale})`;
  return physicalKinds[type.kind];
}

/**
 * A TIME is nanoseconds since midnight. A timestamp is nanoseconds since 1970: on the wall's clock (NTZ), or in UTC
 * (LTZ); a TIMESTAMP_TZ is that times 4096, plus its offset in minutes plus 1440. They are whole numbers because
 * DuckDB's own timestamps hold either nanoseconds or the years 1 to 9999. Semi-structured values are JSON text.
 */
const physicalKinds = {
  float: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  varchar: "VARCHAR",
  binary: "BLOB",
  time: "BIGINT",
  timestamp_ntz: "HUGEINT",
  timestamp_ltz: "HUGEINT",
  timestamp_tz: "HUGEINT",
  variant: "VARCHAR",
  object: "VARCHAR",
  array: "VARCHAR",
} as const;

/** Spells a type as DESCRIBE TABLE does. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case "number":
      return `NUMBER(${type.precision},${type.scale})`;
    case "varchar":
    case "binary":
      return `${type.kind.toUpperCase()}(${type.length})`;
    case "time":
    case "timestamp_ntz":
    case "timestamp_tz":
    case "timestamp_ltz":
      return `${type.kind.toUpperCase()}(${type.scale})`;
    default:
      return type.kind.toUpperCase();
  }
}

/** Whether values of a type are kept as JSON text. */
export function isSemiStructured(type: SqlType): boolean {
  return type.kind === "variant" || type.kind === "object" || type.kind === "array";
}

/** Whether a type is one of the three timestamps. */
export function isTimestamp(type: SqlType): boolean {
  return type.kind.startsWith("timestamp");
}
