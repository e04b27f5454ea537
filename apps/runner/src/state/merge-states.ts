import { isObject } from "@chorale/singer";
import { regressionOf } from "./guard.ts";
import type { StoredState } from "./state-backend.ts";
import { type JsonRecord, parseStateText, stateText } from "./state-json.ts";

/** How the states of a run are laid over each other. */
export interface MergeRules {
  /** The streams that the run's states had before this one. */
  readonly spoken: ReadonlySet<string>;
  /** Whether a stream is read again from its start: its first new bookmark is taken as it is. */
  readonly isRefreshed: (stream: string) => boolean;
  readonly allowRegression: boolean;
}

/** A state whose bookmark of one stream was not taken. */
export interface Regression {
  readonly stream: string;
  /** What is wrong with the new bookmark. */
  readonly reason: string;
}

/** What two states became. */
export interface Merge {
  readonly state: JsonRecord;
  /** The streams of the newer state. */
  readonly streams: readonly string[];
  readonly regressions: readonly Regression[];
}

/**
 * Answers what the tap is given: the unfinished half laid over the completed one, deeply, as Meltano reads it.
 * Undefined when nothing is stored.
 */
export function mergedState(stored: StoredState | undefined): string | undefined {
  const completed = objectIn(stored?.completed);
  const partial = objectIn(stored?.partial);
  const state = partial === undefined ? completed : laidOver(completed ?? {}, partial);
  return state === undefined || Object.keys(state).length === 0 ? undefined : stateText(state);
}

/**
 * Lays a newer state over an older one by stream: a stream's bookmark is replaced whole, a stream that the newer
 * state lacks keeps its own, and everything else follows the newer state. A bookmark that would lose what is
 * known is not taken, and said.
 */
export function mergeStates(older: JsonRecord | undefined, newer: JsonRecord, rules: MergeRules): Merge {
  const old = partsOf(older ?? {});
  const next = partsOf(newer, { isNested: older !== undefined && old.isNested });
  const regressions: Regression[] = [];
  const bookmarks = new Map(old.streams);
  for (const [stream, bookmark] of next.streams) {
    const reason = isGuarded(stream, rules) ? regressionOf(old.streams.get(stream), bookmark) : undefined;
    if (reason === undefined) bookmarks.set(stream, bookmark);
    else regressions.push({ stream, reason });
  }
  for (const stream of rules.allowRegression ? [] : rules.spoken) {
    if (next.streams.has(stream) || !old.streams.has(stream)) continue;
    regressions.push({ stream, reason: "the new state lacks its bookmark" });
  }
  const state = whole({ isNested: next.isNested, streams: bookmarks, rest: next.rest });
  return { state, streams: [...next.streams.keys()], regressions };
}

/** Answers a state without the bookmarks of some streams, so that they are read from their start. */
export function withoutStreams(state: string, streams: readonly string[]): string {
  const parts = partsOf(objectIn(state) ?? {});
  const kept = new Map([...parts.streams].filter(([stream]) => !streams.includes(stream)));
  return stateText(whole({ ...parts, streams: kept }));
}

/** Answers the bookmark of each stream of a state. */
export function bookmarksIn(state: JsonRecord): ReadonlyMap<string, unknown> {
  return partsOf(state).streams;
}

/** A state taken apart. */
interface Parts {
  /** Whether the streams stand under `bookmarks`; else they are the keys of the state itself. */
  readonly isNested: boolean;
  readonly streams: ReadonlyMap<string, unknown>;
  /** Everything that is no stream. */
  readonly rest: ReadonlyMap<string, unknown>;
}

function partsOf(state: JsonRecord, { isNested = false }: { isNested?: boolean } = {}): Parts {
  const { bookmarks, ...others } = state;
  if (isObject(bookmarks)) {
    return {
      isNested: true,
      streams: new Map(Object.entries(bookmarks)),
      rest: new Map(Object.entries(others)),
    };
  }
  const entries = Object.entries(others);
  if (isNested || "bookmarks" in state) return { isNested: true, streams: new Map(), rest: new Map(entries) };
  const isStream = ([key]: readonly [string, unknown]) => key !== "currently_syncing";
  return {
    isNested: false,
    streams: new Map(entries.filter(isStream)),
    rest: new Map(entries.filter((entry) => !isStream(entry))),
  };
}

/** Objects are made from entries, which is safe also for a stream that is called `__proto__`. */
function whole({ isNested, streams, rest }: Parts): JsonRecord {
  if (!isNested) return Object.fromEntries([...streams, ...rest]);
  return Object.fromEntries([["bookmarks", Object.fromEntries(streams)], ...rest]);
}

function isGuarded(stream: string, { spoken, isRefreshed, allowRegression }: MergeRules): boolean {
  return !allowRegression && (spoken.has(stream) || !isRefreshed(stream));
}

function laidOver(below: JsonRecord, above: JsonRecord): JsonRecord {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key);
    merged.set(key, isObject(value) && isObject(under) ? laidOver(under, value) : value);
  }
  return Object.fromEntries(merged);
}

function objectIn(text: string | undefined): JsonRecord | undefined {
  return text === undefined ? undefined : parseStateText(text);
}
