import { ConfigError } from "./errors.ts";
import { canonicalNumber, isRawNumber, parseExact } from "./exact-json.ts";
import { isObject } from "./json.ts";
import { jsonErrorPosition } from "./json-position.ts";
import { ownValue } from "./own-value.ts";

/** What a tap resumes from: a bookmark per stream. Keys that are not named here are kept as they are. */
export interface State {
  readonly bookmarks?: Readonly<Record<string, unknown>>;
  /** The stream that was under way when the state was written. */
  readonly currently_syncing?: string | null;
  readonly [key: string]: unknown;
}

/** How far a stream, or one of its partitions, has been read. */
export type Bookmark = Readonly<Record<string, unknown>>;

/** The values that tell one partition of a stream from the others, such as its parent's key. */
type Context = Readonly<Record<string, unknown>>;

const noBookmark: Bookmark = Object.freeze({});

/**
 * Parses a state file. Numbers that a double cannot hold are kept as written. Takes the bare state, a
 * whole `{"type":"STATE","value":…}` message and Meltano's `{"singer_state":…}`.
 *
 * Throws {@link ConfigError} for anything but an object, and for `bookmarks` that are none.
 *
 * @example
 * ```ts
 * const state = parseState('{"bookmarks":{"users":{"updated_at":"2026-01-01T00:00:00Z"}}}');
 * ```
 */
export function parseState(text: string): State {
  const value = unwrap(parseJson(text));
  if (!isObject(value)) {
    throw new ConfigError("state: it is no JSON object. Give the last line that the target printed.");
  }
  const { bookmarks, currently_syncing: syncing, ...rest } = value;
  if (bookmarks !== undefined && bookmarks !== null && !isObject(bookmarks)) {
    throw new ConfigError('state: "bookmarks" must be an object with a bookmark for each stream.');
  }
  if (syncing !== undefined && syncing !== null && typeof syncing !== "string") {
    throw new ConfigError('state: "currently_syncing" must be the name of a stream or null.');
  }
  return {
    ...(bookmarks === undefined || bookmarks === null ? {} : { bookmarks }),
    ...(syncing === undefined ? {} : { currently_syncing: syncing }),
    ...rest,
  };
}

/**
 * Answers the bookmark of a stream, or of the partition whose context equals `context` (in any order of
 * keys); an empty object when there is none. A partition's bookmark comes without its `context`.
 *
 * @example
 * ```ts
 * bookmarkOf(state, "comments", { ticket_id: 7 });
 * ```
 */
export function bookmarkOf(state: State, stream: string, context?: Context): Bookmark {
  const bookmark = ownValue(state.bookmarks ?? {}, stream);
  if (!isObject(bookmark)) return noBookmark;
  if (context === undefined) return bookmark;
  const partition = partitionsOf(bookmark).find((entry) => hasContext(entry, context));
  if (!isObject(partition)) return noBookmark;
  const { context: _context, ...own } = partition;
  return own;
}

/**
 * Answers the value of a replication key in a bookmark: `{"updated_at": value}` as singer-python writes
 * it, or `{"replication_key": "updated_at", "replication_key_value": value}` as the Meltano SDK does. A
 * value that was saved for another replication key counts as absent.
 *
 * @example
 * ```ts
 * replicationValueOf({ updated_at: "2026-01-01T00:00:00Z" }, "updated_at");
 * ```
 */
export function replicationValueOf(bookmark: Bookmark, replicationKey: string): unknown {
  const savedFor = ownValue(bookmark, "replication_key");
  if (typeof savedFor !== "string" || !Object.hasOwn(bookmark, "replication_key_value")) {
    return ownValue(bookmark, replicationKey);
  }
  return savedFor === replicationKey ? bookmark["replication_key_value"] : undefined;
}

/**
 * Answers the state with the bookmark of a stream replaced, or that of one partition when a `context` is
 * given; every other key stays. The state that was given is not changed. Without a `context` the whole
 * bookmark is replaced, its partitions too.
 *
 * @example
 * ```ts
 * const next = withBookmark(state, { stream: "users", bookmark: { updated_at: "2026-02-01T00:00:00Z" } });
 * ```
 */
export function withBookmark(
  state: State,
  options: { stream: string; bookmark: Bookmark; context?: Context },
): State {
  const { stream, context } = options;
  const bookmarks = state.bookmarks ?? {};
  if (context === undefined) return { ...state, bookmarks: { ...bookmarks, [stream]: options.bookmark } };
  const old = ownValue(bookmarks, stream);
  const bookmark = isObject(old) ? old : {};
  const partitions = [...partitionsOf(bookmark)];
  const { context: _context, ...own } = options.bookmark;
  const found = partitions.findIndex((entry) => hasContext(entry, context));
  partitions[found === -1 ? partitions.length : found] = { context, ...own };
  return { ...state, bookmarks: { ...bookmarks, [stream]: { ...bookmark, partitions } } };
}

/**
 * Answers the state without the bookmark of a stream and of all its partitions, so that the next sync
 * reads it from the start.
 *
 * @example
 * ```ts
 * const restarted = withoutBookmark(state, "users");
 * ```
 */
export function withoutBookmark(state: State, stream: string): State {
  if (state.bookmarks === undefined || !Object.hasOwn(state.bookmarks, stream)) return state;
  const others = Object.entries(state.bookmarks).filter(([name]) => name !== stream);
  return { ...state, bookmarks: Object.fromEntries(others) };
}

/**
 * Answers the state with the stream named that is under way; `undefined` removes the key.
 *
 * @example
 * ```ts
 * withCurrentlySyncing({}, "users"); // { currently_syncing: "users" }
 * ```
 */
export function withCurrentlySyncing(state: State, stream: string | undefined): State {
  const { currently_syncing: _syncing, ...rest } = state;
  return stream === undefined ? rest : { ...rest, currently_syncing: stream };
}

function parseJson(text: string): unknown {
  try {
    return parseExact(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    const { line, column } = jsonErrorPosition(text);
    throw new ConfigError(
      text.trim() === ""
        ? "state: the text is empty. Leave the state out to read everything."
        : `state: not valid JSON at line ${line}, column ${column}. Give the last line that the target printed.`,
      { cause: error },
    );
  }
}

function unwrap(value: unknown): unknown {
  if (!isObject(value) || "bookmarks" in value) return value;
  const { type, value: message, singer_state: meltano } = value;
  if (typeof type === "string" && type.toUpperCase() === "STATE" && message !== undefined) return message;
  return meltano === undefined ? value : meltano;
}

function partitionsOf(bookmark: Readonly<Record<string, unknown>>): readonly unknown[] {
  const partitions = ownValue(bookmark, "partitions");
  return Array.isArray(partitions) ? partitions : [];
}

function hasContext(partition: unknown, context: Context): boolean {
  return isObject(partition) && isSame(ownValue(partition, "context"), context);
}

/** Whether two JSON values are the same; numbers by what they say, objects in any order of keys. */
function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (isRawNumber(left) || isRawNumber(right)) return numberOf(left) === numberOf(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  );
}

function numberOf(value: unknown): unknown {
  if (isRawNumber(value)) return canonicalNumber(value.rawJSON);
  return typeof value === "number" ? canonicalNumber(String(value)) : undefined;
}
