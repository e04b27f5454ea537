import {
  type Bookmark,
  compareReplicationValues,
  type Logger,
  type State,
  withBookmark,
  withoutBookmark,
} from "@chorale/singer";
import type { AnyRecord, AnyStream, ReplicationValue } from "../definitions.ts";
import {
  compareStarts,
  isBefore,
  type MemberStart,
  type Start,
  smallestStart,
  startOf,
  versionKey,
} from "./start.ts";

/** What a track is made from. */
export interface TrackOptions<Config> {
  /** The incremental stream by whose replication key progress is told. */
  readonly owner: AnyStream<Config>;
  /** The selected streams whose progress it is: the owner, streams below it, or both. */
  readonly members: readonly string[];
  /** Those of them that replace their tables. */
  readonly replacing: readonly string[];
  /** The version of rows that are read from the beginning. */
  readonly newVersion: number;
  readonly state: State;
  readonly startDate: string | undefined;
  readonly startedAt: Date;
  readonly log: Logger;
}

/** A member whose bookmark is ahead of the walk, or that must be filtered by the tap. */
interface Gate {
  readonly stream: string;
  readonly value: ReplicationValue;
}

/**
 * The progress of an incremental stream and of the streams that are read for its records: where the walk
 * begins, which of its records are still wanted and by whom, and the bookmarks that follow from them.
 */
export class Track<Config> {
  readonly owner: AnyStream<Config>;
  readonly start: Start;
  readonly #key: string;
  readonly #members: readonly MemberStart[];
  readonly #gates: readonly Gate[];
  readonly #startedAt: Date;
  readonly #log: Logger;
  readonly #versions: ReadonlyMap<string, number>;
  #position: Bookmark;
  #greatest: ReplicationValue | undefined;
  #isSorted: boolean;

  constructor({ owner, members, state, startDate, startedAt, log, ...versioning }: TrackOptions<Config>) {
    const replicationKey = owner.replicationKey ?? "";
    this.owner = owner;
    this.#key = replicationKey;
    const spelled = (value: number) => owner.bookmarkValue({ [replicationKey]: value }) ?? value;
    this.#members = members.map((stream) => startOf({ stream, replicationKey, spelled, state, startDate }));
    const { start, versions } = versionedStart(this.#members, versioning);
    this.start = start;
    this.#versions = versions;
    this.#gates = this.#members.flatMap(({ stream, value, ...rest }) =>
      value !== undefined && (owner.filteredBy === "client" || this.#isAhead({ value, ...rest }))
        ? [{ stream, value }]
        : [],
    );
    this.#startedAt = startedAt;
    this.#log = log;
    this.#position = this.start.position;
    // Below another stream the records of one parent follow those of the one before.
    this.#isSorted = owner.sorted && owner.parent === undefined;
  }

  /** What an earlier run left for the owner to go on from. */
  get bookmark(): Bookmark {
    const { value, position } = this.start;
    return value === undefined ? position : { [this.#key]: value, ...position };
  }

  /** The version of a stream's rows; undefined when it does not replace its table. */
  versionOf(stream: string): number | undefined {
    return this.#versions.get(stream);
  }

  /** Takes note of a record, and answers the members that do not want it because they had it before. */
  observe(record: AnyRecord): ReadonlySet<string> {
    const value = this.owner.bookmarkValue(record);
    if (value === undefined || value === "") return none;
    this.#advance(value);
    if (this.#gates.length === 0) return none;
    const closed = this.#gates.filter((gate) => isBefore(value, gate.value));
    return closed.length === 0 ? none : new Set(closed.map(({ stream }) => stream));
  }

  /** Answers the state after a page of the owner, when the owner is read page by page. */
  afterPage(state: State, position: Bookmark | undefined): State {
    this.#position = position ?? this.#position;
    return this.#write(state, this.#isSorted ? this.#greatest : undefined);
  }

  /** Answers the state after the end of the stream. The next run of one that replaces its table begins anew. */
  afterEnd(state: State): State {
    if (this.#versions.size > 0) this.#position = {};
    return this.#write(state, this.#greatest);
  }

  #isAhead(start: Start): boolean {
    return compareStarts(start, this.start) > 0;
  }

  #advance(value: ReplicationValue): void {
    const order = this.#greatest === undefined ? 1 : compareReplicationValues(value, this.#greatest);
    if (order > 0) this.#greatest = value;
    if (order >= 0 || !this.#isSorted) return;
    this.#isSorted = false;
    const { name } = this.owner;
    this.#log.warn(
      `${name}: records are not in order of ${this.#key}: the bookmark goes back, and moves at the end of the stream`,
      { stream: name, after: this.#greatest, found: value },
    );
  }

  #write(state: State, reached: ReplicationValue | undefined): State {
    const value = reached === undefined ? undefined : notAfter(reached, this.#startedAt);
    return this.#members.reduce((written, member) => {
      const bookmark = this.#bookmarkOf(member, value);
      return bookmark === undefined
        ? withoutBookmark(written, member.stream)
        : withBookmark(written, { stream: member.stream, bookmark });
    }, state);
  }

  /** Undefined when the member begins from the very beginning. */
  #bookmarkOf(member: MemberStart, value: ReplicationValue | undefined): Bookmark | undefined {
    const { bookmark, bookmarked } = member;
    const isBehind = value === undefined || (bookmarked !== undefined && isBefore(value, bookmarked));
    if (isBehind && this.#isAhead(member)) return bookmark;
    const reached = isBehind ? bookmarked : value;
    const written = reached === undefined ? this.#position : { [this.#key]: reached, ...this.#position };
    if (Object.keys(written).length === 0) return undefined;
    const version = this.#versions.get(member.stream);
    return version === undefined ? written : { ...written, [versionKey]: version };
  }
}

/**
 * Answers where the walk begins, and the versions of the streams that replace their tables: those of the run that is gone
 * on with. Where it left none, as one with other settings does, its rows would be taken for old ones: then all is read anew.
 */
function versionedStart(
  members: readonly MemberStart[],
  { replacing, newVersion }: { readonly replacing: readonly string[]; readonly newVersion: number },
): { start: Start; versions: ReadonlyMap<string, number> } {
  const start = smallestStart(members);
  const replaced = members.filter(({ stream }) => replacing.includes(stream));
  const isResumed =
    Object.keys(start.position).length > 0 && replaced.every(({ version }) => version !== undefined);
  const versions = replaced.map(({ stream, version = newVersion }): readonly [string, number] => [
    stream,
    isResumed ? version : newVersion,
  ]);
  const isAnew = replaced.length > 0 && !isResumed;
  return { start: isAnew ? { ...start, position: {} } : start, versions: new Map(versions) };
}

const none: ReadonlySet<string> = new Set();
const dateOnly = /^\d{4}-\d\d-\d\d$/;
const dateTime = /^\d{4}-\d\d-\d\d[T ]/;

/** A moment after `limit` becomes `limit`: what changed since may not have been seen. */
function notAfter(value: ReplicationValue, limit: Date): ReplicationValue {
  if (typeof value !== "string") return value;
  const end = limit.toISOString();
  if (dateOnly.test(value)) return value > end.slice(0, 10) ? end.slice(0, 10) : value;
  return dateTime.test(value) && compareReplicationValues(value, end) > 0 ? end : value;
}
