import { isRawNumber } from "./exact-json.ts";
import { isObject } from "./json.ts";

const maxDepth = 8;
const maxItems = 100;
const secretKey =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|password|passphrase|secret|api[-_]?key|access_?token|refresh_?token/i;

interface Walker {
  readonly walk: (value: unknown, depth: number) => unknown;
  readonly redact: (text: string) => string;
}

/**
 * Makes the function that turns the fields of a log line into plain JSON: errors with their causes,
 * every text redacted, loops and depth cut, so that writing them can neither throw nor leak.
 */
export function createLoggable(
  redact: (text: string) => string,
): (fields: object) => Readonly<Record<string, unknown>> {
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === "object" && value !== null) return walkObject(value, { walk, redact, depth });
    return scalar(value, redact);
  };
  return (fields) => {
    const plain = walk(fields, 0);
    return isObject(plain) ? plain : { fields: plain };
  };
}

function scalar(value: unknown, redact: (text: string) => string): unknown {
  if (value === undefined || value === null || typeof value === "boolean") return value;
  if (typeof value === "function") return "[function]";
  const text = redact(String(value));
  // A secret may be a number.
  return typeof value === "number" && Number.isFinite(value) && text === String(value) ? value : text;
}

function walkObject(value: object, walker: Walker & { depth: number }): unknown {
  if (walker.depth > maxDepth) return "[too deep]";
  try {
    return plainObject(value, walker);
  } catch {
    return "[unreadable]";
  }
}

function plainObject(value: object, walker: Walker & { depth: number }): unknown {
  const { walk, redact, depth } = walker;
  if (value instanceof Error) return plainError(value, walker);
  if (isRawNumber(value)) return redact(value.rawJSON);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (value instanceof URL) return redact(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return walk(Object.fromEntries(value), depth);
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    const kept = items.slice(0, maxItems).map((item) => walk(item, depth + 1));
    return items.length > maxItems ? [...kept, `[${items.length - maxItems} more]`] : kept;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => plainEntry([key, each], walker)));
}

function plainEntry([key, value]: [string, unknown], walker: Walker & { depth: number }): [string, unknown] {
  const isSecret = secretKey.test(key) && value !== null && value !== undefined && typeof value !== "boolean";
  return [walker.redact(key), isSecret ? "[redacted]" : walker.walk(value, walker.depth + 1)];
}

function plainError(error: Error, { walk, redact, depth }: Walker & { depth: number }): unknown {
  const {
    name: _name,
    message,
    stack,
    cause,
    ...own
  } = { ...error, message: error.message, stack: error.stack, cause: error.cause };
  return {
    type: error.name,
    message: redact(message),
    ...(stack === undefined ? {} : { stack: redact(stack) }),
    ...Object.fromEntries(Object.entries(own).map((entry) => plainEntry(entry, { walk, redact, depth }))),
    ...(cause === undefined ? {} : { cause: walk(cause, depth + 1) }),
  };
}
