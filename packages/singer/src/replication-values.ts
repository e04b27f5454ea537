import { compareInstants, type Instant, parseInstant } from "./date-time.ts";
import { canonicalNumber, isRawNumber } from "./exact-json.ts";

/** Texts whose order as text is their order in time, if zone and length are the same: on a day that every month has. */
const plainMoment =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;
const decimalText = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Orders two values of a replication key: negative when `left` comes first, 0 when they are the same.
 *
 * Numbers, and texts that are numbers, are compared exactly and not as doubles. Moments and days are
 * compared in time, whatever their offset and precision; without an offset they are UTC. Everything
 * else is compared as text. Null and undefined come first, then numbers, moments, text: a total order,
 * so that a running maximum does not depend on the order of records.
 *
 * @example
 * ```ts
 * compareReplicationValues("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000001Z"); // -1
 * ```
 */
export function compareReplicationValues(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (typeof left === "number" && typeof right === "number" && Number.isFinite(left - right)) {
    return left < right ? -1 : 1;
  }
  if (typeof left === "string" && typeof right === "string" && isSameShape(left, right)) {
    return left < right ? -1 : 1;
  }
  return compareRanked(rank(left), rank(right));
}

function isSameShape(left: string, right: string): boolean {
  return (
    left.length === right.length &&
    left[10] === right[10] &&
    zoneOf(left) === zoneOf(right) &&
    plainMoment.test(left) &&
    plainMoment.test(right)
  );
}

/** For a text that {@link plainMoment} matches. */
function zoneOf(text: string): string {
  const sign = text.at(-6);
  return text.endsWith("Z") ? "Z" : sign === "+" || sign === "-" ? text.slice(-6) : "";
}

type Ranked =
  | { readonly kind: 0 }
  | { readonly kind: 1; readonly decimal: Decimal }
  | { readonly kind: 2; readonly instant: Instant }
  | { readonly kind: 3; readonly text: string };

/** A number as sign, position of its first digit, and its digits without outer zeros. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly magnitude: number;
  readonly digits: string;
}

function rank(value: unknown): Ranked {
  if (value === null || value === undefined) return { kind: 0 };
  const number = numberText(value);
  if (number !== undefined) return { kind: 1, decimal: decimalOf(number) };
  if (typeof value !== "string") return { kind: 3, text: JSON.stringify(value) ?? "" };
  const instant = parseInstant(value);
  return instant === undefined ? { kind: 3, text: value } : { kind: 2, instant };
}

function numberText(value: unknown): string | undefined {
  if (isRawNumber(value)) return value.rawJSON;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) {
    return String(value);
  }
  return typeof value === "string" && decimalText.test(value) ? value.replace(/^\+/, "") : undefined;
}

function decimalOf(text: string): Decimal {
  const canonical = canonicalNumber(text);
  if (canonical === "0") return { sign: 0, magnitude: 0, digits: "" };
  const negative = canonical.startsWith("-");
  const [digits = "", exponent = ""] = canonical.slice(negative ? 1 : 0).split("e");
  return { sign: negative ? -1 : 1, magnitude: digits.length + Number(exponent), digits };
}

function compareRanked(left: Ranked, right: Ranked): number {
  if (left.kind === 1 && right.kind === 1) return compareDecimals(left.decimal, right.decimal);
  if (left.kind === 2 && right.kind === 2) return compareInstants(left.instant, right.instant);
  if (left.kind === 3 && right.kind === 3) return compareTexts(left.text, right.text);
  return Math.sign(left.kind - right.kind);
}

function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.sign !== right.sign) return left.sign < right.sign ? -1 : 1;
  if (left.magnitude !== right.magnitude) return left.magnitude < right.magnitude === left.sign > 0 ? -1 : 1;
  return left.sign < 0 ? compareTexts(right.digits, left.digits) : compareTexts(left.digits, right.digits);
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
