import type { ColumnType } from "../columns.ts";

type Decimal = Extract<ColumnType, { kind: "decimal" }>;

/** Digits of the greatest integers: of 64 bits, and of 128. */
const integerDigits = { narrow: 19, wide: 39 } as const;
const maxPrecision = 38;

/**
 * Answers the narrowest type that holds the values of both: `widenType(a, b)` equals `widenType(b, a)`.
 *
 * `json` holds everything and `string` every scalar. Integers widen to decimals where their digits fit and
 * to `double` beside doubles, a date to a timestamp; two types that have nothing in common become text.
 *
 * @example
 * ```ts
 * widenType({ kind: "integer", wide: false }, { kind: "double" }); // { kind: "double" }
 * widenType({ kind: "boolean" }, { kind: "date" }); // { kind: "string" }
 * ```
 */
export function widenType(one: ColumnType, other: ColumnType): ColumnType {
  if (one.kind === "json" || other.kind === "json") return { kind: "json" };
  if (one.kind === "string" && other.kind === "string") return longest(one, other);
  if (one.kind === "string" || other.kind === "string") return { kind: "string" };
  if (one.kind === other.kind && one.kind !== "integer" && one.kind !== "decimal") return one;
  if (isNumeric(one) && isNumeric(other)) return widenNumber(one, other);
  if (isMoment(one) && isMoment(other)) return { kind: "timestamp" };
  return { kind: "string" };
}

/**
 * Tells whether a column of one type can hold the values of another as it is.
 *
 * @example
 * ```ts
 * canHold({ kind: "string" }, { kind: "integer", wide: false }); // true
 * canHold({ kind: "integer", wide: false }, { kind: "string" }); // false
 * ```
 */
export function canHold(column: ColumnType, wanted: ColumnType): boolean {
  return sameType(widenType(column, wanted), column);
}

/**
 * Tells whether two types are the same, with their digits and lengths.
 *
 * @example
 * ```ts
 * sameType({ kind: "integer", wide: false }, { kind: "integer", wide: true }); // false
 * ```
 */
export function sameType(one: ColumnType, other: ColumnType): boolean {
  if (one.kind === "integer" && other.kind === "integer") return one.wide === other.wide;
  if (one.kind === "decimal" && other.kind === "decimal")
    return one.precision === other.precision && one.scale === other.scale;
  if (one.kind === "string" && other.kind === "string") return one.maxLength === other.maxLength;
  return one.kind === other.kind;
}

type NumericType = Extract<ColumnType, { kind: "integer" | "decimal" | "double" }>;

function isNumeric(type: ColumnType): type is NumericType {
  return type.kind === "integer" || type.kind === "decimal" || type.kind === "double";
}

function isMoment(type: ColumnType): boolean {
  return type.kind === "timestamp" || type.kind === "date";
}

function longest(
  one: Extract<ColumnType, { kind: "string" }>,
  other: Extract<ColumnType, { kind: "string" }>,
): ColumnType {
  if (one.maxLength === undefined || other.maxLength === undefined) return { kind: "string" };
  return { kind: "string", maxLength: Math.max(one.maxLength, other.maxLength) };
}

function widenNumber(one: NumericType, other: NumericType): ColumnType {
  if (one.kind === "double" || other.kind === "double") return { kind: "double" };
  if (one.kind === "integer" && other.kind === "integer")
    return { kind: "integer", wide: one.wide || other.wide };
  const scale = Math.max(scaleOf(one), scaleOf(other));
  const precision = Math.max(wholeDigits(one), wholeDigits(other)) + scale;
  return precision > maxPrecision ? { kind: "string" } : { kind: "decimal", precision, scale };
}

function scaleOf(type: Exclude<NumericType, { kind: "double" }>): number {
  return type.kind === "decimal" ? type.scale : 0;
}

function wholeDigits(type: Exclude<NumericType, { kind: "double" }>): number {
  if (type.kind === "decimal") return decimalWhole(type);
  return type.wide ? integerDigits.wide : integerDigits.narrow;
}

function decimalWhole({ precision, scale }: Decimal): number {
  return precision - scale;
}
