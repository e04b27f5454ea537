import type { Catalog, Logger, Message, State } from "@chorale/singer";
import type { SyncOptions, Tap } from "../../src/index.ts";
import { brief } from "./collect.ts";
import { type LocalServer, type Route, serve } from "./local-server.ts";
import { type ShopConfig, type ShopData, shopRoute, tapShop } from "./shop.ts";
import { shopData, shopToken } from "./shop-replica.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ShopRun {
  readonly messages: readonly Message[];
  /** Messages in short, states left out. */
  readonly briefs: readonly string[];
  readonly states: readonly State[];
  readonly lastState: State;
  readonly requests: readonly string[];
  readonly logs: readonly LogLine[];
  readonly error: unknown;
  readonly server: LocalServer;
}

export interface ShopRunOptions extends Partial<Omit<SyncOptions, "config">> {
  readonly tap?: Tap<ShopConfig>;
  readonly data?: ShopData;
  readonly route?: Route;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly until?: (message: Message) => boolean;
}

/** The moment at which all runs of the tests happen. */
export const now = new Date("2026-06-01T00:00:00.000Z");

/** Runs the shop's tap against a server of its own and takes note of everything. */
export async function runShop(options: ShopRunOptions = {}): Promise<ShopRun> {
  const { tap = tapShop, data = shopData, route = shopRoute(data), config, until, ...sync } = options;
  const server = await serve(route);
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tap.sync({
      log: logInto(logs),
      clock: () => now,
      ...sync,
      config: { base_url: server.url, api_token: shopToken, ...config },
    });
    for await (const message of run) {
      messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    await server.close();
  }
  const states = messages.flatMap((message) => (message.type === "STATE" ? [Object(message.value)] : []));
  return {
    messages,
    briefs: messages.filter(({ type }) => type !== "STATE").map(brief),
    states,
    lastState: states.at(-1) ?? {},
    requests: server.requests,
    logs,
    error,
    server,
  };
}

export function logInto(lines: LogLine[]): Logger {
  const put =
    (level: string): Logger["info"] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields });
    };
  return { debug: put("debug"), info: put("info"), warn: put("warn"), error: put("error") };
}

/** A catalog of the shop in which the named streams are selected and all others are not. */
export async function catalogOf(selected: readonly string[], tap = tapShop): Promise<Catalog> {
  const { streams } = await tap.discover();
  return {
    streams: streams.map((entry) => ({
      ...entry,
      metadata: [
        { breadcrumb: [], metadata: { selected: selected.includes(entry.tap_stream_id) } },
        ...entry.metadata.slice(1),
      ],
    })),
  };
}
