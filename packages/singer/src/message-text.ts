import { SchemaError } from "./errors.ts";
import { isObject } from "./json.ts";
import type { Message } from "./messages.ts";

/**
 * Writes a message as JSON on one line, without the line feed. Throws {@link SchemaError} for what JSON cannot
 * hold, and for NaN, infinities and invalid dates, which JSON would make null without a word.
 */
export function messageText(message: Message): string {
  let found: Unwritable | undefined;
  try {
    const text = JSON.stringify(message);
    // JSON makes NaN and infinities null, so only a text with a null in it can hide one.
    if (text.includes("null") && mayBecomeNull(message)) found = findUnwritable(message, new Set());
    if (found === undefined) return text;
  } catch (cause) {
    throw unwritable(message, { found: searchAgain(message), cause });
  }
  throw unwritable(message, { found });
}

/** What made JSON fail, such as too deep a nesting, may make the search fail, too. */
function searchAgain(message: Message): Unwritable | undefined {
  try {
    return findUnwritable(message, new Set());
  } catch {
    return undefined;
  }
}

/** Tells fast whether a value is, or holds, what JSON makes null: most nulls were null before. */
function mayBecomeNull(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (!isObject(value)) return Array.isArray(value) && value.some(mayBecomeNull);
  if (typeof value["toJSON"] === "function") return true;
  for (const key in value) {
    if (mayBecomeNull(value[key])) return true;
  }
  return false;
}

interface Unwritable {
  /** From the message down to the value. */
  readonly path: readonly string[];
  readonly what: string;
}

/** Looks for a value that JSON cannot hold, or would change without a word. */
function findUnwritable(value: unknown, ancestors: Set<object>): Unwritable | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path: [], what: `${value}` };
  if (typeof value === "bigint") return { path: [], what: "a bigint" };
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { path: [], what: "an invalid Date" } : undefined;
  }
  if (ancestors.has(value)) return { path: [], what: "an object that contains itself" };
  ancestors.add(value);
  const toJson: unknown = Reflect.get(value, "toJSON");
  const json: unknown = typeof toJson === "function" ? Reflect.apply(toJson, value, [""]) : value;
  if (json !== value) return findUnwritable(json, ancestors);
  for (const [key, item] of Object.entries(value)) {
    const found = findUnwritable(item, ancestors);
    if (found !== undefined) return { path: [key, ...found.path], what: found.what };
  }
  ancestors.delete(value);
  return undefined;
}

function unwritable(
  message: Message,
  reason: { found: Unwritable | undefined; cause?: unknown },
): SchemaError {
  const { found, cause } = reason;
  const stream = message.type === "STATE" ? "" : message.stream;
  const owner = stream === "" ? message.type : `${stream}: ${message.type}`;
  if (found === undefined) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new SchemaError(`${owner} cannot be written as JSON: ${text}. Correct what makes it.`, {
      stream,
      cause,
    });
  }
  const key = found.path.join(".");
  return new SchemaError(
    `${owner} cannot be written as JSON: ${key} is ${found.what}. Write null or leave it out.`,
    { stream, key, cause },
  );
}
