import { type Catalog, checkConfig, silentLogger } from "@chorale/singer";
import { entryOf } from "../discover.ts";
import type { DiscoverOptions } from "../discover-options.ts";
import { streamsOf } from "../stream-tree.ts";
import type { TapOptions } from "../tap.ts";
import { examineStreams } from "./examine-streams.ts";
import { openClients } from "./open-clients.ts";
import { RunCounts } from "./run-counts.ts";

/** Answers the catalog of the streams that a configuration's account has. Throws what a request throws. */
export async function discoverAccount<Config>(
  tap: TapOptions<Config>,
  options: DiscoverOptions,
): Promise<Catalog> {
  const { log = silentLogger, signal = new AbortController().signal } = options;
  const config = await checkConfig(tap.config, options.config, { name: tap.name, log });
  const counts = new RunCounts({ metrics: undefined, clock: () => new Date() });
  const clients = await openClients(tap, {
    config,
    counts,
    signal,
    log,
    env: options.env,
    saveSettings: options.saveSettings,
  });
  try {
    const { streams, unavailable } = await examineStreams(streamsOf(tap, config), {
      config,
      clients,
      log,
      signal,
      selects: () => true,
    });
    return { streams: streams.filter(({ name }) => !unavailable.has(name)).map(entryOf) };
  } finally {
    await clients.close();
  }
}
