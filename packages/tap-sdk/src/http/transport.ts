import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Request } from "got";
import { trustedAuthorities } from "./authorities.ts";
import type { HttpMethod } from "./http-client.ts";
import { proxyFor } from "./proxies.ts";

/** What goes over the wire. */
export interface WireRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The headers of an answer, with its body still to be read. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The next piece of the body, decompressed; undefined at its end. */
  read(): Promise<Uint8Array | undefined>;
  /** Gives the answer up; harmless after its end. */
  destroy(): void;
}

/** What a transport is made of. */
export interface TransportOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ca: readonly string[];
  readonly timeoutMs: number;
  /** Ends every wait and every request that is under way. */
  readonly signal: AbortSignal;
}

/** Sends requests, one try each, without an opinion on what comes back. */
export interface Transport {
  /** Answers when the headers are there. Throws network errors as they are, and the signal's reason. */
  send(request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

/** A server that takes longer than this to accept a connection is down. */
const maxConnectMs = 30_000;

function connectMs(timeoutMs: number): number {
  return Math.min(timeoutMs, maxConnectMs);
}

/** Makes a transport; got and the agents for proxies are loaded when the first request is sent. */
export function createTransport(options: TransportOptions): Transport {
  const { signal, timeoutMs } = options;
  const agents = createAgents(options);
  const connect = connectMs(timeoutMs);
  return {
    async send(request) {
      const [{ default: got }, agent] = await Promise.all([import("got"), agents.of(request.url)]);
      signal.throwIfAborted();
      const stream = got.stream(request.url, {
        method: request.method,
        headers: { ...request.headers },
        ...bodyOf(request),
        agent,
        decompress: true,
        followRedirect: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { lookup: connect, connect, secureConnect: connect },
      });
      return answerOf(stream, { signal, timeoutMs });
    },
    close: agents.close,
  };
}

/** A stream of got with a method that may carry a body waits for one unless it is given. */
function bodyOf({ method, body }: WireRequest): { body?: string; allowGetBody?: boolean } {
  if (method === "GET") return body === undefined ? {} : { body, allowGetBody: true };
  return { body: body ?? "" };
}

interface Patience {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

async function answerOf(stream: Request, patience: Patience): Promise<WireAnswer> {
  // Errors reach whoever waits; one that comes when nobody does must not end the process.
  stream.on("error", () => undefined);
  const headers = new Promise<void>((resolve, reject) => {
    stream.once("response", () => resolve());
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("the connection was closed")));
  });
  await within(headers, { ...patience, stream, what: "answer" });
  const { response } = stream;
  if (response === undefined) throw new Error("no answer");
  const pieces: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
  return {
    status: response.statusCode,
    headers: plainHeaders(response.headers),
    async read() {
      // The clock runs only while somebody waits: a slow reader is no slow server.
      const next = await within(pieces.next(), { ...patience, stream, what: "more of the body" });
      if (next.done === true) return undefined;
      if (next.value instanceof Uint8Array) return next.value;
      throw new TypeError("got handed out something other than bytes");
    },
    destroy: () => stream.destroy(),
  };
}

/** Waits for a stream no longer than the time-out and the signal allow; ends the stream otherwise. */
async function within<T>(
  promise: Promise<T>,
  options: Patience & { stream: Request; what: string },
): Promise<T> {
  const { stream, signal, timeoutMs, what } = options;
  let late: Error | undefined;
  const timer = setTimeout(() => {
    late = Object.assign(new Error(`no ${what} within ${timeoutMs / 1000} seconds`), {
      code: "ETIMEDOUT",
    });
    stream.destroy(late);
  }, timeoutMs);
  const abort = () => stream.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (signal.aborted) abort();
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw late ?? error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]);
  return Object.fromEntries(entries);
}

interface AgentPair {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Connections are kept open between requests, and belong to one client. */
function createAgents(options: TransportOptions): { of(url: URL): Promise<AgentPair>; close(): void } {
  const made = new Map<string, Promise<AgentPair>>();
  return {
    of(url) {
      const proxy = proxyFor(url, options.env);
      const key = proxy?.href ?? "";
      const pair = made.get(key) ?? makeAgents(proxy, options);
      made.set(key, pair);
      return pair;
    },
    close() {
      for (const pair of made.values()) pair.then(destroyAgents, () => undefined);
    },
  };
}

async function makeAgents(proxy: URL | undefined, options: TransportOptions): Promise<AgentPair> {
  const authorities = await trustedAuthorities(options.env, options.ca);
  const tls = authorities === undefined ? {} : { ca: authorities };
  const shared = { keepAlive: true, scheduling: "lifo" as const };
  if (proxy === undefined)
    return { http: new HttpAgent(shared), https: new HttpsAgent({ ...shared, ...tls }) };
  const { HttpProxyAgent, HttpsProxyAgent } = await import("hpagent");
  // hpagent asks the proxy with a request of its own, which needs time-out and signal too.
  const proxyRequestOptions = { ...tls, signal: options.signal };
  const proxied = { ...shared, proxy, proxyRequestOptions, timeout: connectMs(options.timeoutMs) };
  return { http: new HttpProxyAgent(proxied), https: new HttpsProxyAgent({ ...proxied, ...tls }) };
}

function destroyAgents({ http, https }: AgentPair): void {
  http.destroy();
  https.destroy();
}
