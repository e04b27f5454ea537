import { isObject, parseExact, parseSource } from "@chorale/singer";

/** A Singer state, or another object of JSON, with numbers as they were written. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A number whose spelling `parseExact` would change, such as `1.0` and `-0`: where a member's or a list's value begins. */
const spelledNumber = /(?:"\s*:|[,[])\s*(?:-0|-?\d+[.eE])/;

/** Parses JSON so that `JSON.stringify` writes each number back as it was. Throws a `SyntaxError`. */
export function parseAsWritten(text: string): unknown {
  return spelledNumber.test(text) ? parseSource(text) : parseExact(text);
}

/**
 * Parses a state in any of the shapes that it is handed around in: bare, a whole STATE message, or Meltano's
 * `{"singer_state": …}`. Answers undefined for what is no JSON object, or one too deep to be written again.
 */
export function parseStateText(text: string): JsonRecord | undefined {
  let value: unknown;
  try {
    value = parseAsWritten(text);
  } catch {
    return undefined;
  }
  const state = unwrapped(value);
  return isObject(state) && !isTooDeep(state) ? state : undefined;
}

/** The text of a state as it is stored and given to a tap: compact. */
export function stateText(state: JsonRecord): string {
  return JSON.stringify(state);
}

/** No state has so many levels; what has could not be walked through. */
const deepest = 200;

function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return level > deepest || Object.values(value).some((inner) => isTooDeep(inner, level + 1));
}

function unwrapped(value: unknown): unknown {
  if (!isObject(value) || "bookmarks" in value) return value;
  const { type, value: message, singer_state: meltano, ...rest } = value;
  if (typeof type === "string" && type.toUpperCase() === "STATE" && message !== undefined) return message;
  return meltano !== undefined && type === undefined && Object.keys(rest).length === 0 ? meltano : value;
}
