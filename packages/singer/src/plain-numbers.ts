import { canonicalNumber, isRawNumber } from "./exact-json.ts";
import { isObject } from "./json.ts";

/** Tells whether a {@link RawNumber} is anywhere in a value. On the path of every record, so nothing is allocated. */
export function hasRawNumber(value: unknown): boolean {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && item !== null && hasRawNumber(item)) return true;
    }
    return false;
  }
  if (!isObject(value)) return isRawNumber(value);
  for (const key in value) {
    const item = value[key];
    if (typeof item === "object" && item !== null && hasRawNumber(item)) return true;
  }
  return false;
}

/**
 * Answers a copy with the nearest double for each {@link RawNumber}. A number that is no integer becomes
 * one that is none either, because a schema of integers must go on refusing it.
 */
export function withPlainNumbers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withPlainNumbers);
  if (isRawNumber(value)) return nearestDouble(value.rawJSON);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainNumbers(item)]));
}

/** From here on every double is an integer. */
const integersOnly = 2 ** 52;

function nearestDouble(text: string): number {
  const nearest = Number(text);
  const isFraction = /e-/.test(canonicalNumber(text));
  if (!isFraction || !Number.isInteger(nearest)) return nearest;
  const size = Math.min(Math.abs(nearest), integersOnly);
  const fraction = size === integersOnly ? size - 0.5 : size + Math.max(size, 1) * Number.EPSILON;
  return text.startsWith("-") ? -fraction : fraction;
}
