import type { Bookmark, JsonSchema, Logger, ObjectSchema, RawNumber } from "@chorale/singer";
import type { HttpClient } from "./http/http-client.ts";
import type { RestClient } from "./rest-client.ts";

/** A record as a vendor's API gives it. */
export type AnyRecord = Readonly<Record<string, unknown>>;

/** What a stream's functions are told. One object, so that fields can be added. */
export interface StreamContext<Config, Parent> {
  readonly config: Config;
  readonly http: HttpClient;
  /** The record of the parent stream that this child belongs to; an empty object for a root stream. */
  readonly parent: Parent;
  /**
   * The replication value to read from, inclusive: the one in the state, or `start_date` where that is
   * later; undefined where there is neither, and always for full-table streams.
   */
  readonly bookmark: string | number | undefined;
  /** All that an earlier run left in this stream's bookmark. */
  readonly position: Bookmark;
  /** When the run began. No bookmark ever moves beyond it. */
  readonly startedAt: Date;
  /** What the stream's own `discover` found when the run began; empty where it has none. */
  readonly finding: StreamFinding;
  /**
   * Tells whether the run emits a stream or, when one is named, a property of it. For data that the API adds to
   * an answer only when it is asked to: ask when somebody wants it.
   */
  selects(stream: string, property?: string): boolean;
  /**
   * How many records of each list the run takes, when it only looks whether streams work, as `--test` does; undefined for
   * all. For streams that would ask for much before their first record, or would have to pay for it: those ask for
   * something that needs the same permission, and yield nothing.
   */
  readonly recordLimit: number | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a stream's `discover` is told. */
export interface DiscoverContext<Config> {
  readonly config: Config;
  readonly http: HttpClient;
  /** As in {@link StreamContext}; of a discovery always true. */
  selects(stream: string, property?: string): boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What an account says of a stream. Empty: it is there, as it is defined. */
export interface StreamFinding {
  /** Why the account does not have the stream; it is left out, with the streams below it. */
  readonly unavailable?: string;
  /** Properties that join the stream's schema, or take the place of those with their names. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Whatever the stream's own functions want to know again; they narrow it. @default undefined */
  readonly facts?: unknown;
}

/** A replication value as a bookmark keeps it. */
export type ReplicationValue = string | number | RawNumber;

/** Records that became complete together: after them, and their children, the state may be written. */
export interface Page {
  /** Read once. An asynchronous list is never held as a whole. */
  readonly records: readonly AnyRecord[] | AsyncIterable<AnyRecord>;
  /** Where a later run goes on after this page. Looked at after the records were read, so it may be a getter. */
  readonly position?: Bookmark | undefined;
  /** True when the page stands for an answer that was skipped, as the 404 of a deleted parent. */
  readonly skipped?: boolean;
}

/**
 * A stream as the sync loop sees it: frozen data and one way to read pages. Made by `client.stream` or
 * `client.customStream`; the type parameter is the type of its records.
 */
export interface Stream<Config, Item> {
  readonly name: string;
  readonly schema: ObjectSchema<Item>;
  readonly keyProperties: readonly string[];
  readonly replicationMethod: "FULL_TABLE" | "INCREMENTAL";
  readonly replicationKey: string | undefined;
  /**
   * Whether records come in ascending order of the replication key, so that the bookmark may move with
   * each page. Otherwise it moves once, at the end of the stream.
   */
  readonly sorted: boolean;
  /** Who leaves old records out: the API, or, where it cannot, the tap. Records without a value always pass. */
  readonly filteredBy: "server" | "client";
  readonly parent: AnyStream<Config> | undefined;
  readonly selectedByDefault: boolean;
  /** Whether positions are kept in the state without a replication key. */
  readonly keepsPosition: boolean;
  /** Whether a run that reads the stream to its end makes all rows obsolete that it did not see. */
  readonly replacesTable: boolean;
  readonly client: RestClient<Config>;
  /** Asks the account about the stream; undefined where there is nothing to ask. */
  readonly discover: ((context: DiscoverContext<Config>) => Promise<StreamFinding>) | undefined;
  /** Whether a record of the parent has children at all. */
  hasChildren(parent: AnyRecord): boolean;
  /** The replication value of a record as the bookmark spells it; undefined when it has none. */
  bookmarkValue(record: AnyRecord): ReplicationValue | undefined;
  pages(context: StreamContext<Config, AnyRecord>): AsyncIterable<Page>;
}

/** A stream whose records' type does not matter. */
export type AnyStream<Config> = Omit<Stream<Config, never>, "schema"> & {
  readonly schema: { readonly json: JsonSchema };
};
