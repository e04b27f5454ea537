import type { Logger } from "@chorale/singer";
import { createHttpClient } from "../http/create-http-client.ts";
import type { HttpClient } from "../http/http-client.ts";
import type { RestClient, SaveSettings } from "../rest-client.ts";
import type { RunCounts } from "./run-counts.ts";

/** What every HTTP client of a run shares. */
export interface HttpClientsOptions<Config> {
  readonly config: Config;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly redact: (text: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly counts: RunCounts;
  readonly saveSettings: SaveSettings | undefined;
}

/** The HTTP clients of a run: one for each API, made when its first stream needs it. */
export class HttpClients<Config> {
  readonly #options: HttpClientsOptions<Config>;
  readonly #clients = new Map<RestClient<Config>, HttpClient & { close(): Promise<void> }>();

  constructor(options: HttpClientsOptions<Config>) {
    this.#options = options;
  }

  of(client: RestClient<Config>): HttpClient {
    const existing = this.#clients.get(client);
    if (existing !== undefined) return existing;
    const { counts, ...shared } = this.#options;
    const created = createHttpClient({
      ...shared,
      client: client.options,
      onRequest: (request) => counts.requested(request),
    });
    this.#clients.set(client, created);
    return created;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}
