import type { Catalog, Message } from "@chorale/singer";
import { describeTap } from "./about.ts";
import { entryOf } from "./discover.ts";
import type { DiscoverOptions } from "./discover-options.ts";
import { checkStreams } from "./stream-tree.ts";
import type { SyncOptions } from "./sync/sync-options.ts";
import type { Tap, TapOptions } from "./tap.ts";

/**
 * Makes a tap from its name, configuration and streams. The answer is frozen, and can be spread into the
 * options of another tap, which inherits what it does not replace. A stream that replaces a parent by name
 * gets its children.
 *
 * Throws `ConfigError` when two streams have one name, when a parent is not among the streams, and when
 * parents form a circle.
 *
 * @example
 * ```ts
 * export const tapShop = defineTap({
 *   name: "tap-shop",
 *   package: new URL("../package.json", import.meta.url),
 *   description: "Orders and customers of a shop",
 *   config: shop.config,
 *   streams: [orders, orderLines],
 * });
 *
 * for await (const message of tapShop.sync({ config: { api_token } })) handle(message);
 * ```
 */
export function defineTap<Config>(options: TapOptions<Config>): Tap<Config> {
  checkStreams(options.name, options.streams);
  const own = { ...options, streams: Object.freeze([...options.streams]) };
  return Object.freeze({
    ...own,
    about: () => describeTap(own),
    discover: (discovery?: DiscoverOptions) => catalogOf(own, discovery),
    sync: (run: SyncOptions) => messagesOf(own, run),
  });
}

async function catalogOf<Config>(tap: TapOptions<Config>, options: DiscoverOptions = {}): Promise<Catalog> {
  if (options.config === undefined) return { streams: tap.streams.map(entryOf) };
  const { discoverAccount } = await import("./sync/discover-account.ts");
  return await discoverAccount(tap, options);
}

async function* messagesOf<Config>(
  tap: TapOptions<Config>,
  options: SyncOptions,
): AsyncGenerator<Message, void, void> {
  // Whoever only asks what a tap is loads nothing of what runs it.
  const { runSync } = await import("./sync/run-sync.ts");
  const { MessageQueue } = await import("./sync/message-queue.ts");
  const queue = new MessageQueue();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const running = runSync(tap, { ...options, signal }, queue.put).then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue.read();
  } finally {
    const reason = new Error("nobody reads the messages any more");
    stop.abort(reason);
    queue.close(reason);
    await running;
  }
}
