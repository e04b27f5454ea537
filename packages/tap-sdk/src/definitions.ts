import type { Bookmark, JsonSchema, Logger, ObjectSchema, RawNumber } from "@chorale/singer";
import type { ExportOrder, ExportStreamOptions } from "./export/export-definitions.ts";
import type { Classify, HttpClient, SearchParams } from "./http/http-client.ts";
import type { Pagination } from "./pagination.ts";

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
   * How many records of each list the run takes, when it only looks whether streams work; undefined for all. For
   * streams that would ask for much before their first record.
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

/** What all kinds of streams are described by. */
export interface StreamBasics<Config, Item, Parent> {
  /** The stream's name and `tap_stream_id`, in snake_case. */
  readonly name: string;
  readonly schema: ObjectSchema<Item>;
  /** The properties that identify a record. */
  readonly keyProperties: readonly (keyof NoInfer<Item> & string)[];
  /**
   * The property that tells what changed; its presence makes the stream incremental. A child of an incremental
   * stream is incremental without one, because it is read for the parent's new records only.
   */
  readonly replicationKey?: keyof NoInfer<Item> & string;
  /**
   * Whether records come in ascending order of the replication key. A record out of order is warned of, and
   * the bookmark then moves at the end of the stream only.
   * @default false
   */
  readonly sorted?: boolean;
  /** Who leaves records before the bookmark out. @default "server" */
  readonly filteredBy?: "server" | "client";
  /** Spells a record's replication value for the bookmark. @default the value itself */
  readonly bookmarkValue?: (record: NoInfer<Item>) => string | number | undefined;
  /** The stream whose every record has a page list of this stream. It is read even when it is not selected. */
  readonly parent?: Stream<Config, Parent>;
  /** Whether a record of the parent has children at all; those without are not asked for. @default all have */
  readonly hasChildren?: (parent: Parent) => boolean;
  /**
   * Keeps the position of the last page in the state though there is no replication key, for lists that grow at
   * their end and can be gone on with. Such a stream is incremental.
   * @default false
   */
  readonly keepsPosition?: boolean;
  /** @default true */
  readonly selectedByDefault?: boolean;
  /**
   * Asks the account about the stream: whether it is there, and which properties it has. Called by a discovery that
   * is given a configuration, and when a run begins that reads the stream; never for other streams. What it
   * throws ends the discovery or the run.
   * @default nothing is asked
   */
  readonly discover?: (context: DiscoverContext<Config>) => Promise<StreamFinding>;
}

/** A stream of a REST API: a path, where its records are, and how it is paged. */
export interface StreamOptions<Config, Item, Parent> extends StreamBasics<Config, Item, Parent> {
  /** The path below the client's base address. */
  readonly path: string | ((context: StreamContext<Config, Parent>) => string);
  readonly searchParams?: (context: StreamContext<Config, Parent>) => SearchParams;
  /** The dotted path of the list of records in the body; `""` when the body is the list. */
  readonly recordsAt: string;
  /** @default one page */
  readonly pagination?: Pagination;
  /** The rate bucket of the stream's requests. @default the client's first */
  readonly bucket?: string;
  /** Single answers that mean something else here than the client's table says. */
  readonly classify?: Classify;
  /**
   * Changes a record before it is emitted; undefined leaves it out. A list stands for several records.
   * @default the record as it came
   */
  readonly transform?: (
    record: Item & AnyRecord,
    context: StreamContext<Config, Parent>,
  ) => NoInfer<Item> | readonly NoInfer<Item>[] | undefined;
}

/** A stream that no other constructor can describe. */
export interface CustomStreamOptions<Config, Item, Parent> extends StreamBasics<Config, Item, Parent> {
  /**
   * Yields records, and {@link Checkpoint}s where a later run could go on. Records after the last
   * checkpoint count as done when the generator ends.
   */
  readonly records: (
    context: StreamContext<Config, Parent>,
  ) => AsyncGenerator<NoInfer<Item> | Checkpoint, void, void>;
}

/** A stream that reads its pages as it likes. */
export interface PagedStreamOptions<Config, Item, Parent> extends StreamBasics<Config, Item, Parent> {
  /** Yields pages, such as those of `readPages`. The records of a page are read before the next page is asked for. */
  readonly pages: (context: StreamContext<Config, Parent>) => AsyncIterable<Page>;
}

/** A point in a custom stream that a later run can go on from. */
export class Checkpoint {
  readonly position: Bookmark | undefined;
  constructor(position?: Bookmark) {
    this.position = position;
  }
}

/** How many requests a rate bucket holds, and how long it takes to fill again. */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

/** What an answer's headers say of a rate bucket. */
export interface RateLeft {
  /** The bucket's name. @default the one that the request spent from */
  readonly bucket?: string;
  /**
   * Requests left in the window. At 0, or when requests that are under way will use them up, the next one waits for
   * the window's end.
   */
  readonly remaining: number;
  /** Seconds until the window ends, or the moment of its end in seconds since 1970. */
  readonly resetSeconds: number;
}

/** What an authorizer is told. */
export interface AuthContext<Config> {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Sends a request without credentials, as a token endpoint wants it. */
  readonly http: HttpClient;
  /** True when the credentials of the call before were refused. */
  readonly refused: boolean;
  /** What earlier calls of this client wanted to remember, such as a newer refresh token; empty at first. */
  readonly kept: Map<string, string>;
  /** Says for how long the answer is good. After it the next request calls again. @default until a 401 */
  validFor(seconds: number): void;
  /**
   * Writes settings to where the configuration came from, whole or not at all; `{}` tries whether that works. Throws
   * `ConfigError` when it does not. Undefined where there is nothing to write to, such as the environment.
   */
  readonly saveSettings: SaveSettings | undefined;
}

/** Writes settings to where a configuration came from. */
export type SaveSettings = (changes: Readonly<Record<string, string>>) => Promise<void>;

/** What a signer of addresses is told. */
export interface SignContext<Config> {
  readonly config: Config;
  /** When the request leaves. */
  readonly now: Date;
}

/** What an API's client is described by. */
export interface RestClientOptions<Config> {
  readonly config: ObjectSchema<Config>;
  /** The base address; a missing slash at its end is added. */
  readonly baseUrl: (config: Config) => string;
  /** Headers of every request to the base address's origin, credentials that never change included. */
  readonly headers?: (config: Config) => Readonly<Record<string, string>>;
  /** Headers with credentials that may expire. Called before the first request and once for each 401. */
  readonly authorize?: (context: AuthContext<Config>) => Promise<Readonly<Record<string, string>>>;
  /** Whether a configuration needs `authorize`. Where it does not, a 401 ends the run at once. @default yes */
  readonly authorizes?: (config: Config) => boolean;
  /**
   * Signs an address right before each try, for APIs that want a signature of the moment in the query. It may
   * change the query only, and is not asked for other origins; what it adds shows up in no log and no error.
   * @default addresses are sent as they are
   */
  readonly sign?: (url: URL, context: SignContext<Config>) => URL;
  /** @default by status: 2xx success, 401 unauthorized, 408 409 425 5xx retry, 429 rate-limited, else fail */
  readonly classify?: Classify;
  /** Rate buckets by name; the first is the default one. @default no limit but the server's answers */
  readonly rateLimits?: (config: Config) => Readonly<Record<string, RateLimit>>;
  /** Reads what an answer's headers (names in lower case) say of the rate buckets. */
  readonly rateLeft?: (headers: Readonly<Record<string, string>>, config: Config) => readonly RateLeft[];
  /** How many children of a page are read at a time. @default 4 */
  readonly concurrency?: (config: Config) => number;
  /** Time until an answer's headers, and between two pieces of its body. @default 300 */
  readonly requestTimeoutSeconds?: (config: Config) => number;
  /** How often a request is tried. @default 6 */
  readonly attempts?: number;
  /** How long a request may wait for rate limits in all. @default 3600 */
  readonly maxWaitSeconds?: number;
}

/** An API: what its streams have in common. Made by `defineRestClient`. */
export interface RestClient<Config> {
  readonly options: RestClientOptions<Config>;
  readonly config: ObjectSchema<Config>;
  /** Defines a stream of the API. */
  stream<Item, Parent = AnyRecord>(options: StreamOptions<Config, Item, Parent>): Stream<Config, Item>;
  /** Defines a stream that reads as it likes, through `context.http`. */
  customStream<Item, Parent = AnyRecord>(
    options: CustomStreamOptions<Config, Item, Parent>,
  ): Stream<Config, Item>;
  /** Defines a stream of pages that are read as it likes, through `context.http`. */
  pagedStream<Item, Parent = AnyRecord>(
    options: PagedStreamOptions<Config, Item, Parent>,
  ): Stream<Config, Item>;
  /** Defines a stream whose records are exported by jobs. See {@link ExportStreamOptions}. */
  exportStream<Item, Job, Parent = AnyRecord, Order extends ExportOrder = ExportOrder>(
    options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  ): Stream<Config, Item>;
}
