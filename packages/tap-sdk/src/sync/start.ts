import {
  type Bookmark,
  bookmarkOf,
  compareReplicationValues,
  isRawNumber,
  replicationValueOf,
  type State,
} from "@chorale/singer";
import type { ReplicationValue } from "../definitions.ts";

/** Where a stream goes on. */
export interface Start {
  /** The replication value to read from, inclusive; undefined for the very beginning. */
  readonly value: ReplicationValue | undefined;
  /** What the bookmark holds beside the replication value, such as a cursor. */
  readonly position: Bookmark;
}

/** The start of one selected stream. */
export interface MemberStart extends Start {
  readonly stream: string;
  /** The bookmark as the state has it. */
  readonly bookmark: Bookmark;
  /** The replication value in the state; `value` is `start_date` where that is later. */
  readonly bookmarked: ReplicationValue | undefined;
  /** The version that the records of a run that was stopped carried. */
  readonly version: number | undefined;
}

/** The version of the rows under way, beside the position that the next run goes on from. */
export const versionKey = "table_version";

/** Keys by which the Meltano SDK keeps its own progress. They are read, never kept. */
const foreignKeys: ReadonlySet<string> = new Set([
  "partitions",
  "progress_markers",
  "replication_key",
  "replication_key_signpost",
  "replication_key_value",
  "starting_replication_value",
]);
const reservedKeys: ReadonlySet<string> = new Set([...foreignKeys, versionKey]);

/**
 * Answers where a stream goes on, given its bookmark and the `start_date` of the configuration. `spelled`
 * writes a number that another tap bookmarked as this one would, so that it can be compared with dates.
 */
export function startOf(options: {
  stream: string;
  replicationKey: string;
  spelled: (value: number) => ReplicationValue;
  state: State;
  startDate: string | undefined;
}): MemberStart {
  const { stream, replicationKey, spelled, state, startDate } = options;
  const bookmark = bookmarkOf(state, stream);
  const found = toReplicationValue(replicationValueOf(bookmark, replicationKey));
  const bookmarked = typeof found === "number" ? spelled(found) : found;
  const extras = Object.entries(bookmark).filter(([key]) => key !== replicationKey && !reservedKeys.has(key));
  const position = Object.fromEntries(extras);
  const known = { stream, bookmark, bookmarked, version: versionIn(bookmark) };
  if (bookmarked === undefined) return { ...known, value: startDate, position };
  const isLater = startDate !== undefined && isBefore(bookmarked, startDate);
  return isLater ? { ...known, value: startDate, position: {} } : { ...known, value: bookmarked, position };
}

/**
 * Answers where a walk begins that several streams are read in: at the smallest of their starts. A cursor
 * is used only when all who start there have the same one.
 */
export function smallestStart(starts: readonly MemberStart[]): Start {
  const [first, ...rest] = [...starts].sort((left, right) => compareStarts(left, right));
  if (first === undefined) return { value: undefined, position: {} };
  const ties = rest.filter((start) => compareStarts(first, start) === 0);
  const position = JSON.stringify(first.position);
  const isShared = ties.every((start) => JSON.stringify(start.position) === position);
  return { value: first.value, position: isShared ? first.position : {} };
}

/** Orders starts by their replication values; none is the smallest. */
export function compareStarts(left: Start, right: Start): number {
  return compareReplicationValues(left.value, right.value);
}

/**
 * Tells whether a value is surely before another. Values that are not of one kind, such as a count and a
 * date, are not.
 */
export function isBefore(value: ReplicationValue, other: ReplicationValue): boolean {
  return isText(value) === isText(other) && compareReplicationValues(value, other) < 0;
}

function isText(value: ReplicationValue): boolean {
  return typeof value === "string" && Number.isNaN(Number(value));
}

function versionIn(bookmark: Bookmark): number | undefined {
  const version = bookmark[versionKey];
  return typeof version === "number" && Number.isSafeInteger(version) ? version : undefined;
}

function toReplicationValue(value: unknown): ReplicationValue | undefined {
  return typeof value === "string" || typeof value === "number" || isRawNumber(value) ? value : undefined;
}
