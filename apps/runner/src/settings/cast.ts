import { isObject, isRawNumber, parseExact, rawNumber } from "@chorale/singer";
import type { SettingDefinition, SettingKind } from "../project/model.ts";
import { nestConfig } from "./flat-config.ts";
import { numberOf, parsePythonLiteral } from "./python-literal.ts";
import { relativeDate } from "./relative-dates.ts";

/** What a value is made to be. */
export interface CastOptions {
  readonly kind: SettingKind | undefined;
  /** What `kind: options` allows; empty for anything. */
  readonly options?: readonly unknown[];
  /** What `3 days ago` is counted from. */
  readonly now: Date;
}

/** A value of its kind, or what it should have been. */
export type Cast = { readonly value: unknown } | { readonly wanted: string };

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);
const integerText = /^[+-]?\d+(?:_\d+)*$/;
const decimalText = /^[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?$/;
const maxDepth = 100;

/**
 * Makes a text a value of its kind, as Meltano does; what is no text stays, because YAML has said what it is.
 * Integers and decimals keep all their digits. Objects and arrays are read as JSON, else as a Python literal. An
 * empty text is null but for kinds that are texts. Answers what was wanted when a text is no value of the kind.
 *
 * @example
 * ```ts
 * cast("yes", { kind: "boolean", now }); // { value: true }
 * ```
 */
export function cast(value: unknown, { kind, options = [], now }: CastOptions): Cast {
  if (kind === "options") return castOption(value, options);
  if (typeof value === "bigint") return { value: rawNumber(String(value)) };
  if (value instanceof Date) return { value: value.toISOString().replace(/\.000Z$/, "Z") };
  if (typeof value !== "string") return { value };
  if (kind === "date_iso8601") return { value: relativeDate(value, now) ?? value };
  const read = readers[kind ?? "string"];
  if (read === undefined) return { value };
  return value.trim() === "" ? { value: null } : read(value.trim());
}

const readers: Readonly<Partial<Record<SettingKind, (text: string) => Cast>>> = {
  boolean(text) {
    const value = truths.get(text.toLowerCase());
    return value === undefined ? { wanted: "true or false" } : { value };
  },
  integer: (text) => castNumber(text, { pattern: integerText, wanted: "an integer" }),
  decimal: (text) => castNumber(text, { pattern: decimalText, wanted: "a number" }),
  array(text) {
    const value = literalOf(text);
    return Array.isArray(value) ? { value } : { wanted: 'a list, as in ["a", "b"]' };
  },
  object(text) {
    const value = literalOf(text);
    return isObject(value) ? { value } : { wanted: 'an object, as in {"a": 1}' };
  },
};

function castNumber(text: string, { pattern, wanted }: { pattern: RegExp; wanted: string }): Cast {
  const value = pattern.test(text) ? numberOf(text.replaceAll("_", "")) : undefined;
  return value === undefined ? { wanted } : { value };
}

function castOption(value: unknown, options: readonly unknown[]): Cast {
  if (value === null || value === undefined || options.length === 0) return { value };
  const found = options.find((option) => option === value || String(option) === String(value));
  return found === undefined ? { wanted: `one of ${options.map(String).join(", ")}` } : { value: found };
}

/** Answers undefined for what is neither JSON nor a literal, or too deep to be worked with. */
function literalOf(text: string): unknown {
  for (const parse of [parseExact, parsePythonLiteral]) {
    try {
      const value = parse(text);
      return isDeep(value) ? undefined : value;
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return level.length > 0;
}

/** Answers the kind of a value that a file has, for settings that are defined nowhere. */
export function kindOf(value: unknown): SettingKind | undefined {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "bigint") return "integer";
  if (isRawNumber(value)) return /[.eE]/.test(value.rawJSON) ? "decimal" : "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "decimal";
  if (Array.isArray(value)) return "array";
  return isObject(value) && !(value instanceof Date) ? "object" : undefined;
}

/**
 * Applies a setting's `value_processor` or `value_post_processor`: `nest_object`, `upcase_string`, `stringify` or
 * `parse_date`. Others, and values that it is not for, change nothing.
 */
export function processedBy(value: unknown, name: SettingDefinition["valueProcessor"], now: Date): unknown {
  if (name === "nest_object" && isObject(value)) return nestConfig(Object.entries(value));
  if (name === "upcase_string" && typeof value === "string") return value.toUpperCase();
  if (name === "stringify" && typeof value !== "string" && value !== null) return JSON.stringify(value);
  if (name === "parse_date" && typeof value === "string") return relativeDate(value, now) ?? value;
  return value;
}
