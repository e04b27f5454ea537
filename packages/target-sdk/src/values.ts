import { isRawNumber } from "@chorale/singer";
import type { ColumnType } from "./columns.ts";
import { dateText, timestampText, timeText } from "./moments.ts";
import { decimalText, doubleText, integerText, wholeDoubleText } from "./numbers.ts";

/** A value in the form that it is staged in, or why its column cannot hold it. */
export type ConvertedValue =
  /** JSON text of the staged value. */
  { readonly json: string } | { readonly invalid: string };

/** Answers JSON text, or an object that says why the value cannot be stored. Made once per column. */
export type ValueConverter = (value: unknown) => string | InvalidValue;

/** Why a column cannot hold a value: what it is, and what it should be. */
export interface InvalidValue {
  readonly invalid: string;
}

/** A surrogate pair, a surrogate alone, or any other escape of JSON text. */
const escapes =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\[\s\S]/g;
const loneEscapeLength = 6;
const excerptLength = 40;

/**
 * Converts a value to the exact, canonical text that a column of `type` is loaded from.
 *
 * Nothing is rounded, cut or guessed: a value that the column cannot hold as it is answers `invalid`,
 * with its kind and an excerpt. Numbers may be plain or kept as text by `parseSource`. Null stays null. A
 * string column takes the source text of numbers and truth values, and the JSON text of objects.
 * Halves of surrogate pairs become U+FFFD.
 *
 * @example
 * ```ts
 * convertValue(parseSource("1e3"), { kind: "integer", wide: false }); // { json: '"1000"' }
 * ```
 */
export function convertValue(value: unknown, type: ColumnType): ConvertedValue {
  const converted = value === null || value === undefined ? "null" : createConverter(type)(value);
  return typeof converted === "string" ? { json: withoutLoneSurrogates(converted) } : converted;
}

/**
 * Makes the converter of a column. It is not called with null, and leaves lone surrogates escaped. `declared` is what the
 * schema says: an integer in a column of doubles has to be one that a double can hold.
 */
export function createConverter(type: ColumnType, declared: ColumnType = type): ValueConverter {
  switch (type.kind) {
    case "integer":
      return numberConverter((text) => quoted(integerText(text, type)), "an integer of the column's size");
    case "decimal":
      return numberConverter(
        (text) => quoted(decimalText(text, type)),
        `a decimal of ${type.precision} digits, ${type.scale} of them after the point`,
      );
    case "double":
      return declared.kind === "integer"
        ? numberConverter(wholeDoubleText, "an integer that a column of doubles can hold")
        : numberConverter(doubleText, "a finite number");
    case "boolean":
      return (value) => (typeof value === "boolean" ? String(value) : invalidValueOf(value, "true or false"));
    case "timestamp":
      return momentConverter(timestampText, "a date-time of the years 0001 to 9999");
    case "date":
      return momentConverter(dateText, "a date of the years 0001 to 9999");
    case "time":
      return momentConverter(timeText, "a time of day");
    case "string":
      return textConverter(type.maxLength);
    case "json":
      return jsonText;
  }
}

/** Replaces halves of surrogate pairs in JSON text by U+FFFD; answers the same text when there are none. */
export function withoutLoneSurrogates(json: string): string {
  if (!json.includes("\\u")) return json;
  return json.replaceAll(escapes, (found) => (found.length === loneEscapeLength ? "\uFFFD" : found));
}

/** Says of a value what it is and how it begins, for an error that a person reads. */
function describeValue(value: unknown): string {
  if (typeof value === "string") return `the text ${JSON.stringify(cut(value))}`;
  const number = numberSource(value);
  if (number !== undefined) return `the number ${cut(number)}`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** The source text of a number, whichever way it is kept. */
function numberSource(value: unknown): string | undefined {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

function numberConverter(convert: (text: string) => string | undefined, wanted: string): ValueConverter {
  return (value) => {
    const text = typeof value === "string" ? value : numberSource(value);
    return (text === undefined ? undefined : convert(text)) ?? invalidValueOf(value, wanted);
  };
}

function momentConverter(convert: (text: string) => string | undefined, wanted: string): ValueConverter {
  return (value) =>
    (typeof value === "string" ? quoted(convert(value)) : undefined) ?? invalidValueOf(value, wanted);
}

function textConverter(maxLength: number | undefined): ValueConverter {
  return (value) => {
    const text = typeof value === "string" ? value : (numberSource(value) ?? jsonText(value));
    // UTF-16 units are never fewer than characters, so that most texts are not counted.
    if (maxLength !== undefined && text.length > maxLength && characters(text) > maxLength) {
      return invalidValueOf(value, `a text of at most ${maxLength} characters`);
    }
    return JSON.stringify(text);
  };
}

function jsonText(value: unknown): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${text}"`;
}

function characters(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

/** Says that a value is not what is wanted. */
export function invalidValueOf(value: unknown, wanted: string): InvalidValue {
  return { invalid: `${describeValue(value)} is not ${wanted}` };
}

function cut(text: string): string {
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}
