import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";

/** A request that a test server got. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers the n-th request (from 0). */
export type Handler = (exchange: {
  readonly request: SeenRequest;
  readonly response: ServerResponse;
  readonly index: number;
}) => unknown;

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: SeenRequest[];
  connections: number;
  /** Sockets that are open now. */
  open(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function serve(
  handler: Handler,
  create: (listener: RequestListener) => Server = createServer,
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const server = create((incoming, response) => {
    void readRequest(incoming).then((request) => {
      requests.push(request);
      return handler({ request, response, index: requests.length - 1 });
    });
  });
  const port = await listen(server);
  const scheme = "setSecureContext" in server ? "https" : "http";
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  const result: TestServer = {
    origin: `${scheme}://127.0.0.1:${port}`,
    requests,
    connections: 0,
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
  server.on("connection", () => {
    result.connections += 1;
  });
  return result;
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: NetServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  let body = "";
  for await (const piece of incoming) body += String(piece);
  return { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, body };
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  body: unknown,
  options: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(options.status ?? 200, { "content-type": "application/json", ...options.headers });
  response.end(JSON.stringify(body));
}

/** Sends this text again and again, as fast as it is read. */
export function pour(response: ServerResponse, text: string): void {
  const more = () => {
    while (!response.destroyed && response.write(text));
  };
  response.on("drain", more);
  more();
}
