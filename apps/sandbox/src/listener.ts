import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { headersWithoutSecrets, type LoggedRequest, logRequest } from "./request-log.ts";

/** A request as a stand-in's own code sees it. */
export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** The stand-in's own address, for links. */
  readonly origin: string;
}

/** A request, its body still unread, and the answer that it waits for. */
export interface HttpExchange {
  readonly request: StandInRequest;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly logged: LoggedRequest;
  /** Aborted when the stand-in closes. */
  readonly signal: AbortSignal;
}

/** A listening stand-in. */
export interface StandInServer {
  readonly url: string;
  readonly port: number;
  readonly requests: LoggedRequest[];
  close(): Promise<void>;
}

/** What a stand-in listens with. */
export interface ListenerOptions {
  /** Answers one request. When it rejects, the connection is dropped. */
  exchange(context: HttpExchange): Promise<void>;
  readonly clock: () => number;
  /** @default 0, a free port */
  readonly port?: number;
}

function readRequest(incoming: IncomingMessage, origin: string): StandInRequest {
  const url = URL.parse(incoming.url ?? "/", origin) ?? new URL(origin);
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization,
    origin,
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The stand-in has no port.");
  return address.port;
}

/** Listens on 127.0.0.1 and logs what comes in. Rejects when the port is taken. */
export async function listenOn(options: ListenerOptions): Promise<StandInServer> {
  const requests: LoggedRequest[] = [];
  const closing = new AbortController();
  let origin = "http://127.0.0.1";
  const server = createServer((incoming, response) => {
    const request = readRequest(incoming, origin);
    const logged: LoggedRequest = {
      method: request.method,
      target: incoming.url ?? "/",
      path: request.path,
      query: Object.fromEntries(request.query),
      headers: headersWithoutSecrets(incoming.headers),
      status: 0,
      at: options.clock(),
    };
    logRequest(requests, logged);
    const context = { request, incoming, response, logged, signal: closing.signal };
    // A wait that is aborted by close() ends here: there is nobody left to answer.
    options.exchange(context).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const port = portOf(server);
  origin = `http://127.0.0.1:${port}`;
  return {
    url: origin,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
