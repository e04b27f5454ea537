import type { Bookmark, ObjectSchema } from "@chorale/singer";
import type {
  AnyRecord,
  DiscoverContext,
  Page,
  Stream,
  StreamContext,
  StreamFinding,
} from "./definitions.ts";
import type { Classify, SearchParams } from "./http/http-client.ts";
import type { Pagination } from "./pagination.ts";

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
   * their end and can be gone on with. Such a stream is incremental, unless it replaces its table.
   * @default false
   */
  readonly keepsPosition?: boolean;
  /**
   * Makes the rows obsolete that a run did not see. Its records carry a `version`, the moment in milliseconds at which the
   * stream began, and when the stream has ended well an ACTIVATE_VERSION says that rows of other versions are old.
   * Nothing says so when it failed, was stopped, or was limited to a few records. With `keepsPosition` a run that goes
   * on where another was stopped goes on with its version, and the end of the stream forgets both; a position that was
   * left without a version is not gone on with. Such a stream is
   * FULL_TABLE. Refused, with `ConfigError`, for a stream that has a replication key or an incremental parent,
   * because it reads what is new and not everything. Whether all rows are read may depend on the
   * settings: then `streamsFor` chooses.
   * @default false
   */
  readonly replacesTable?: boolean;
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
