import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { listen } from "./test-server.ts";

/** What a proxy was asked for. */
export interface SeenTunnel {
  readonly target: string;
  readonly authorization: string | undefined;
}

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  readonly tunnels: SeenTunnel[];
  /** Sockets that are open now. */
  open(): Promise<number>;
}

/** Starts a real proxy that tunnels by CONNECT; `answer` is the status of the n-th tunnel, 0 for none at all. */
export async function startProxy(answer: (index: number) => number = () => 200): Promise<TestProxy> {
  const tunnels: SeenTunnel[] = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, socket) => {
    const { url: target = "", headers } = request;
    const status = answer(tunnels.length);
    tunnels.push({ target, authorization: headers["proxy-authorization"] });
    socket.on("error", () => undefined);
    // Sockets of an HTTP server stay half open otherwise.
    socket.on("end", () => socket.end());
    if (status === 0) return void socket.resume();
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    // Whatever the name, the server is here.
    const upstream = connect(Number(target.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    return undefined;
  });
  const port = await listen(server);
  return {
    port,
    tunnels,
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
