import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A request as a route sees it. */
export interface LocalRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** What a route answers; a text is sent as it is, everything else as JSON. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export type Route = (request: LocalRequest) => Answer | undefined | Promise<Answer | undefined>;

export interface LocalServer {
  readonly url: string;
  /** Every request, as `/path?query`. */
  readonly requests: string[];
  /** How many requests were in hand at the same time, at most. */
  readonly peak: () => number;
  /** Resolves when no connection is open. */
  readonly unconnected: () => Promise<void>;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of 127.0.0.1. A route that answers undefined means 404. */
export async function serve(route: Route): Promise<LocalServer> {
  const requests: string[] = [];
  let active = 0;
  let peak = 0;
  const server = createServer((incoming, response) => {
    requests.push(incoming.url ?? "");
    active += 1;
    peak = Math.max(peak, active);
    response.on("close", () => {
      active -= 1;
    });
    void answer(route, { incoming, response });
  });
  // Connections are the client's to close.
  server.keepAliveTimeout = 0;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    peak: () => peak,
    unconnected: async () => {
      await Promise.all([...sockets].map((socket) => once(socket, "close")));
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  route: Route,
  { incoming, response }: { incoming: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const url = new URL(incoming.url ?? "", "http://127.0.0.1");
  const { method = "GET", headers } = incoming;
  const found = await route({ method, headers, path: url.pathname, query: url.searchParams });
  const {
    status,
    body,
    headers: extra = {},
  } = { status: 200, body: undefined, ...(found ?? { status: 404 }) };
  response.writeHead(status, { "content-type": "application/json", ...extra });
  response.end(typeof body === "string" ? body : JSON.stringify(body ?? {}));
}
