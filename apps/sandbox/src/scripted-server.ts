import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a script sees it. */
export interface ScriptedRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The query as it came. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** How many requests came before this one. */
  readonly index: number;
  /** When it came, in milliseconds. */
  readonly at: number;
}

/** What a script answers: a body as JSON, or as it is when it is a text. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers a request, or breaks the connection by rejecting. */
export type Script = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

/** A running script. */
export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** The requests as `path?query`, decoded, without the API's prefix. */
  targets(): readonly string[];
  close(): Promise<void>;
}

/** What a script runs with. */
export interface ScriptOptions {
  /** What {@link ScriptedServer.targets} leaves out at the beginning of paths. @default "/" */
  readonly prefix?: string;
  /** Answers paths that are no matter of the script, which then does not see them. @default none */
  readonly aside?: (path: string) => unknown;
}

/** Starts a server that says what a script says, for answers that the stand-in never gives. */
export async function startScript(
  script: Script,
  { prefix = "/", aside }: ScriptOptions = {},
): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((incoming, response) => {
    const { pathname, searchParams, search } = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]),
    );
    const query = Object.fromEntries(searchParams);
    const beside = aside?.(pathname);
    if (beside !== undefined) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(beside));
      return;
    }
    const request = { path: pathname, query, search, headers, index: requests.length, at: performance.now() };
    requests.push(request);
    Promise.resolve(script(request)).then(
      ({ status = 200, headers: own, body }) => {
        response.writeHead(status, { "content-type": "application/json", ...own });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    targets: () => requests.map(({ path, query }) => targetOf(path.replace(prefix, ""), query)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Runs a test against a script. */
export async function withScript(
  { script, ...options }: ScriptOptions & { readonly script: Script },
  test: (server: ScriptedServer) => Promise<void>,
): Promise<void> {
  const server = await startScript(script, options);
  try {
    await test(server);
  } finally {
    await server.close();
  }
}

/** Answers pages in order; a request too many fails the run. */
export function pages(...bodies: readonly unknown[]): Script {
  return ({ index }) =>
    index < bodies.length ? { body: bodies[index] } : { status: 418, body: "a request too many" };
}

function targetOf(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return [path, ...(pairs.length === 0 ? [] : [pairs.join("&")])].join("?");
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}
