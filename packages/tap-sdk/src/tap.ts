import type { Catalog, Message, ObjectSchema } from "@chorale/singer";
import type { About } from "./about.ts";
import type { AnyStream, StreamContext } from "./definitions.ts";
import type { SyncOptions } from "./sync/sync-options.ts";

/** What a check of the credentials is told. */
export type CheckContext<Config> = Pick<StreamContext<Config, unknown>, "config" | "http" | "log" | "signal">;

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
  /** The schema that targets load into when they are not told. @default the name, with `_` for `-` */
  readonly namespace?: string;
  /** Looks whether the credentials work, for `--test`. @default nothing is asked */
  readonly check?: (context: CheckContext<Config>) => Promise<void>;
}

/** A tap: what it is described by, and what it can do. Made by `defineTap`. */
export interface Tap<Config> extends TapOptions<Config> {
  /** Answers what the tap is: settings, streams, capabilities. */
  about(): Promise<About>;
  /** Answers the catalog of all streams. Nothing is requested and no configuration is needed. */
  discover(): Promise<Catalog>;
  /**
   * Reads the streams and yields Singer messages. The reader sets the pace: when it stops to read, requests
   * stop; when it leaves the loop, everything is closed. Throws after the messages that were due.
   */
  sync(options: SyncOptions): AsyncGenerator<Message, void, void>;
}
