import { customStream, pagedStream } from "./custom-stream.ts";
import { exportStream } from "./export/export-stream.ts";
import type { RestClient, RestClientOptions } from "./rest-client.ts";
import { restStream } from "./rest-stream.ts";

/**
 * Describes an API once: its configuration, base address, credentials and limits. Its streams are defined
 * with the answer's methods. Nothing is sent and nothing is read from the environment; each run of a tap
 * makes one HTTP client from it.
 *
 * @example
 * ```ts
 * export const shop = defineRestClient({
 *   config: object({ api_token: secret(string()), start_date: optional(dateTime()) }),
 *   baseUrl: () => "https://api.shop.example/v1/",
 *   headers: ({ api_token }) => ({ authorization: `Bearer ${api_token}` }),
 * });
 * export const orders = shop.stream({
 *   name: "orders",
 *   schema: object({ id: integer(), updated_at: dateTime() }),
 *   keyProperties: ["id"],
 *   replicationKey: "updated_at",
 *   path: "orders",
 *   searchParams: ({ bookmark }) => ({ updated_since: bookmark }),
 *   recordsAt: "orders",
 * });
 * ```
 */
export function defineRestClient<Config>(options: RestClientOptions<Config>): RestClient<Config> {
  // Every kind of stream is a function of the client and its options that answers a Stream with `pages`.
  const client: RestClient<Config> = {
    options: Object.freeze({ ...options }),
    config: options.config,
    stream: (stream) => restStream(client, stream),
    customStream: (stream) => customStream(client, stream),
    pagedStream: (stream) => pagedStream(client, stream),
    exportStream: (stream) => exportStream(client, stream),
  };
  return Object.freeze(client);
}
