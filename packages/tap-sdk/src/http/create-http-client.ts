import { createRedactor, type Logger } from "@chorale/singer";
import type { RestClientOptions, SaveSettings } from "../rest-client.ts";
import { baseAddress } from "./address.ts";
import type { ClientParts } from "./client-parts.ts";
import { type HttpClock, systemClock } from "./clock.ts";
import { type AuthorizeCall, createCredentials } from "./credentials.ts";
import { exchange } from "./exchange.ts";
import { brokenError } from "./failures.ts";
import { Farewells } from "./farewells.ts";
import type { HttpClient, HttpMethod, RequestOptions } from "./http-client.ts";
import { lowerCase, nameOf, type Outgoing, outgoing } from "./outgoing.ts";
import { createRateBuckets } from "./rate-buckets.ts";
import type { RequestMetric } from "./request-metric.ts";
import { createResponseCheck } from "./response-check.ts";
import type { TakeAnswer } from "./send.ts";
import { createSigner } from "./signing.ts";
import { type TakeOptions, takeBytes, takeJson } from "./take.ts";
import { takeRecords } from "./take-records.ts";
import { createTransport } from "./transport.ts";

/** What an HTTP client is made of. */
export interface HttpClientOptions<Config> {
  /** The API. */
  readonly client: RestClientOptions<Config>;
  readonly config: Config;
  /** The `User-Agent` of every request. */
  readonly userAgent: string;
  /** Ends every wait and every request. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Takes the secrets of the config out of a text. Credentials from `authorize` are known besides. */
  readonly redact: (text: string) => string;
  /** Where `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE` are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Certificates of further authorities, in PEM format. @default none */
  readonly ca?: readonly string[];
  /** Writes settings to where the configuration came from. @default there is no such place */
  readonly saveSettings?: SaveSettings | undefined;
  /** Is told every try of a request. */
  readonly onRequest?: (metric: RequestMetric) => void;
  /** A number from 0 up to 1, for the jitter of waits. @default Math.random */
  readonly random?: () => number;
  /** @default the machine's time */
  readonly clock?: HttpClock;
  /** Larger bodies are read as they arrive, or refused where that cannot be. @default 32 MB */
  readonly maxBufferedBytes?: number;
  /** Larger bodies, counted after decompression, are refused. @default 4 GB */
  readonly maxResponseBytes?: number;
}

const defaultTimeoutSeconds = 300;
const defaultAttempts = 6;
const defaultMaxWaitSeconds = 3600;
const defaultMaxBufferedBytes = 32 * 1024 * 1024;
const defaultMaxResponseBytes = 4 * 1024 * 1024 * 1024;

/** An HTTP client whose connections end with it. */
export type ClosableHttpClient = HttpClient & {
  /**
   * Ends all requests that are under way, waits for those that may outlive the run, and ends all connections. The client
   * cannot be used any more.
   */
  close(): Promise<void>;
};

/**
 * Makes the client of an API. No connection is opened, and nothing heavy loaded, before the first request.
 * Throws `ConfigError` when the base address or a rate limit makes no sense. Call `close` in the end.
 *
 * @example
 * ```ts
 * const http = createHttpClient({
 *   client: { config: object({}), baseUrl: () => "https://api.test/v2/" },
 *   config: {},
 *   userAgent: "tap-test/1.0",
 *   signal: AbortSignal.timeout(60_000),
 *   log: silentLogger,
 *   redact: (text) => text,
 *   env: {},
 * });
 * const { body } = await http.request("GET", "tickets");
 * await http.close();
 * ```
 */
export function createHttpClient<Config>(options: HttpClientOptions<Config>): ClosableHttpClient {
  const closing = closingSignal(options.signal);
  const parts = createParts(options, closing.signal);
  return {
    ...requestsOf(parts),
    async close() {
      closing.close();
      parts.transport.close();
      await parts.farewells.end();
    },
  };
}

function createParts<Config>(options: HttpClientOptions<Config>, signal: AbortSignal): ClientParts {
  const { client, config, env, log, clock = systemClock, random = Math.random } = options;
  const timeoutMs = (client.requestTimeoutSeconds?.(config) ?? defaultTimeoutSeconds) * 1000;
  const secrets = secretKeeper(options.redact);
  const openTransport = (ending: AbortSignal) =>
    createTransport({ env, ca: options.ca ?? [], timeoutMs, signal: ending });
  const anonymous: ClientParts = {
    base: baseAddress(client.baseUrl(config)),
    headers: { accept: "application/json", "user-agent": options.userAgent },
    credentials: undefined,
    sign: undefined,
    transport: openTransport(signal),
    openTransport,
    buckets: undefined,
    rateLeft: undefined,
    classify: undefined,
    signal,
    farewells: new Farewells(),
    clock,
    random,
    log,
    redact: secrets.redact,
    onRequest: options.onRequest ?? (() => undefined),
    attempts: client.attempts ?? defaultAttempts,
    maxWaitMs: (client.maxWaitSeconds ?? defaultMaxWaitSeconds) * 1000,
    maxBufferedBytes: options.maxBufferedBytes ?? defaultMaxBufferedBytes,
    maxResponseBytes: options.maxResponseBytes ?? defaultMaxResponseBytes,
  };
  return {
    ...anonymous,
    buckets: createRateBuckets(clock, client.rateLimits?.(config)),
    rateLeft: client.rateLeft && ((headers) => client.rateLeft?.(headers, config) ?? []),
    classify: client.classify,
    sign: createSigner(client, { config, clock }),
    credentials: createCredentials({
      fixed: lowerCase(client.headers?.(config) ?? {}),
      authorize: authorizerOf(options, { signal, http: requestsOf(anonymous) }),
      monotonic: clock.monotonic,
      onSecrets: secrets.keep,
    }),
  };
}

function authorizerOf<Config>(
  { client, config, saveSettings }: HttpClientOptions<Config>,
  shared: { signal: AbortSignal; http: HttpClient },
): ((call: AuthorizeCall) => Promise<Record<string, string>>) | undefined {
  const { authorize } = client;
  if (authorize === undefined || client.authorizes?.(config) === false) return undefined;
  const kept = new Map<string, string>();
  return async (call) => lowerCase(await authorize({ ...shared, ...call, config, kept, saveSettings }));
}

/** Credentials that came over the wire are no part of the config, and as secret. */
function secretKeeper(redact: (text: string) => string) {
  let redactKept = createRedactor([]);
  return {
    redact: (text: string) => redactKept(redact(text)),
    keep(secrets: readonly string[]) {
      redactKept = createRedactor(secrets);
    },
  };
}

/** A signal that follows another one until the client is closed, so that it leaves no listener behind. */
function closingSignal(outer: AbortSignal): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  outer.addEventListener("abort", follow, { once: true });
  if (outer.aborted) follow();
  return {
    signal: controller.signal,
    close() {
      outer.removeEventListener("abort", follow);
      controller.abort(new Error("the HTTP client was closed"));
    },
  };
}

/** Sends a request over a connection that does not end with the run's. */
async function saidOnItsOwn<T>(
  request: Outgoing,
  { parts, take }: { parts: ClientParts; take: TakeAnswer<T> },
): Promise<T> {
  const transport = parts.openTransport(parts.signal);
  try {
    return await exchange(request, { parts: { ...parts, transport }, take });
  } finally {
    transport.close();
  }
}

function requestsOf(parts: ClientParts): HttpClient {
  const checked = createResponseCheck();
  const send = <T>(
    method: HttpMethod,
    path: string,
    { options = {}, take }: { options?: RequestOptions | undefined; take: TakeAnswer<T> },
  ): Promise<T> => {
    const asked = outgoing(method, path, { options, parts });
    const { outlivesRunSeconds: seconds } = options;
    if (seconds === undefined) return exchange(asked, { parts, take });
    return parts.farewells.send(seconds, {
      work: (signal) => saidOnItsOwn(asked, { parts: { ...parts, signal }, take }),
      late: (bound) => brokenError(nameOf(asked, parts), { what: `did not end within ${bound} seconds` }),
    });
  };
  const takeOptions = (options: RequestOptions = {}): TakeOptions => {
    const { maxBufferedBytes, redact } = parts;
    return { maxBufferedBytes, redact, exactNumbers: options.exactNumbers ?? false };
  };
  const request: HttpClient["request"] = async (method, path, options) =>
    send(method, path, { options, take: takeJson(takeOptions(options)) });
  return {
    request,
    async get(path, options) {
      const answer = await request("GET", path, options);
      return checked(answer.body, { schema: options.response, name: `GET ${answer.url}` });
    },
    async post(path, options) {
      const answer = await request("POST", path, options);
      return checked(answer.body, { schema: options.response, name: `POST ${answer.url}` });
    },
    async records(path, options) {
      const { stream, recordsAt, method = "GET" } = options;
      const take = takeRecords({ ...takeOptions(options), stream, recordsAt });
      return send(method, path, { options, take });
    },
    stream: async (method, path, options) => send(method, path, { options, take: takeBytes() }),
  };
}
