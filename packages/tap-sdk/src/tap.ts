import type { Catalog, Message, ObjectSchema } from "@chorale/singer";
import type { About } from "./about.ts";
import type { AnyStream, DiscoverContext } from "./definitions.ts";
import type { DiscoverOptions } from "./discover-options.ts";
import type { SyncOptions } from "./sync/sync-options.ts";

/** What a check of the credentials is told. */
export type CheckContext<Config> = Omit<DiscoverContext<Config>, "selects">;

/** What a tap is described by. */
export interface TapOptions<Config> {
  /** The name of the package's command, such as `tap-zendesk`; settings in the environment begin with it. */
  readonly name: string;
  /** The address of the tap's `package.json`: `new URL("../package.json", import.meta.url)`. */
  readonly package: URL;
  /** One sentence for `--about`. */
  readonly description: string;
  readonly config: ObjectSchema<Config>;
  /** In the order in which they run; a child's parent must be among them. */
  readonly streams: readonly AnyStream<Config>[];
  /**
   * Answers the streams of a configuration, given `streams`: with some left out, added, or replaced under their
   * names. A pure function: it makes no request. `--about`, and discovery without a configuration, show `streams`.
   * @default `streams`
   */
  readonly streamsFor?: (
    config: Config,
    streams: readonly AnyStream<Config>[],
  ) => readonly AnyStream<Config>[];
  /** The schema that targets load into when they are not told. @default the name, with `_` for `-` */
  readonly namespace?: string;
  /** Looks whether the credentials work, for `--test`. @default nothing is asked */
  readonly check?: (context: CheckContext<Config>) => Promise<void>;
}

/** A tap: what it is described by, and what it can do. Made by `defineTap`. */
export interface Tap<Config> extends TapOptions<Config> {
  /** Answers what the tap is: settings, streams, capabilities. */
  about(): Promise<About>;
  /**
   * Answers the catalog. Without a configuration it holds all streams and nothing is requested; with one, the streams
   * of that configuration as the account has them. Throws what a request throws.
   */
  discover(options?: DiscoverOptions): Promise<Catalog>;
  /**
   * Reads the streams and yields Singer messages. The reader sets the pace: when it stops to read, requests
   * stop; when it leaves the loop, everything is closed. Throws after the messages that were due.
   */
  sync(options: SyncOptions): AsyncGenerator<Message, void, void>;
}
