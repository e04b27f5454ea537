import type { ColumnType } from "./columns.ts";
import type { TargetSettings } from "./settings.ts";
import { type InvalidValue, withoutLoneSurrogates } from "./values.ts";

/** How long values may be, and what becomes of longer ones. */
export interface SizeRules {
  /** Bytes of UTF-8 that a text may have. @default not limited */
  readonly maxStringBytes?: number | undefined;
  /** Bytes of UTF-8 that the text of a JSON value may have. @default not limited */
  readonly maxJsonBytes?: number | undefined;
  readonly onOversize: "error" | "null" | "truncate";
}

/** A value that is longer than its column may hold, and what is left of it. */
export interface Oversize extends InvalidValue {
  /** JSON text of what is left; undefined when nothing can be. */
  readonly cut: string | undefined;
}

/** Answers what is wrong with the size of a value, whose JSON text for staging is `json`; undefined when nothing is. */
export type SizeCheck = (value: unknown, json: string) => Oversize | undefined;

/** The bytes that a UTF-16 unit takes at most. */
const maxBytesPerUnit = 3;

/** Answers the rules that settings ask for. */
export function sizeRulesOf(
  settings: Pick<TargetSettings, "max_string_bytes" | "max_json_bytes" | "on_oversize">,
): SizeRules {
  return {
    maxStringBytes: settings.max_string_bytes,
    maxJsonBytes: settings.max_json_bytes,
    onOversize: settings.on_oversize,
  };
}

/**
 * Answers the longest line that cannot hold a value that is too long: no value of a line has more bytes than the
 * line. Infinity when values of these types may have any size.
 */
export function harmlessLineBytes(types: readonly ColumnType[], rules: SizeRules): number {
  const limits = types.map((type) => limitOf(type, rules)?.bytes ?? Number.POSITIVE_INFINITY);
  return Math.min(Number.POSITIVE_INFINITY, ...new Set(limits));
}

/** Makes the check of a column's values; undefined when they may have any size. */
export function createSizeCheck(type: ColumnType, rules: SizeRules): SizeCheck | undefined {
  const limit = limitOf(type, rules);
  if (limit === undefined) return undefined;
  return type.kind === "string" ? textCheck(limit) : jsonCheck(limit);
}

interface Limit {
  readonly bytes: number;
  readonly setting: string;
}

function limitOf({ kind }: ColumnType, { maxStringBytes, maxJsonBytes }: SizeRules): Limit | undefined {
  if (kind === "string" && maxStringBytes !== undefined) {
    return { bytes: maxStringBytes, setting: "max_string_bytes" };
  }
  return kind === "json" && maxJsonBytes !== undefined
    ? { bytes: maxJsonBytes, setting: "max_json_bytes" }
    : undefined;
}

function textCheck(limit: Limit): SizeCheck {
  return (value, json) => {
    if (json.length * maxBytesPerUnit <= limit.bytes) return undefined;
    const text = typeof value === "string" ? value : undefined;
    // Whatever is no text is stored as its JSON, quoted and escaped once more.
    const bytes = Buffer.byteLength(text ?? String(JSON.parse(json)));
    if (bytes <= limit.bytes) return undefined;
    // A part of a number or of an object would say something else.
    const cut = text === undefined ? undefined : JSON.stringify(cutText(text, limit.bytes));
    return { ...oversize("the text", bytes, limit), cut };
  };
}

function jsonCheck(limit: Limit): SizeCheck {
  return (_value, json) => {
    if (json.length * maxBytesPerUnit <= limit.bytes) return undefined;
    const bytes = Buffer.byteLength(withoutLoneSurrogates(json));
    return bytes <= limit.bytes ? undefined : { ...oversize("the JSON value", bytes, limit), cut: undefined };
  };
}

function oversize(what: string, bytes: number, limit: Limit): InvalidValue {
  return { invalid: `${what} has ${bytes} bytes, more than ${limit.setting} (${limit.bytes})` };
}

/**
 * Answers the longest beginning of a text that has at most so many bytes of UTF-8 and ends where a character
 * does.
 */
export function cutText(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}
