import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, jsonAnswer } from "./answer.ts";
import { deliver } from "./delivery.ts";
import type { Fault, FaultControl } from "./faults.ts";
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

/** What makes a server a stand-in of one vendor. */
export interface StandIn {
  /** Answers a request; what it throws becomes a 500 that says so. */
  answer(request: StandInRequest): Answer | Promise<Answer>;
  /** The vendor's usual form of an error of this status. */
  statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

/** A listening stand-in. */
export interface StandInServer {
  readonly url: string;
  readonly port: number;
  readonly requests: LoggedRequest[];
  close(): Promise<void>;
}

interface Exchange {
  readonly standIn: StandIn;
  readonly request: StandInRequest;
  readonly response: ServerResponse;
  readonly logged: LoggedRequest;
  readonly signal: AbortSignal;
}

async function answerOrProblem({ standIn, request }: Exchange): Promise<Answer> {
  try {
    return await standIn.answer(request);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return jsonAnswer({ error: "SandboxDefect", description: reason }, { status: 500 });
  }
}

async function exchange(context: Exchange): Promise<void> {
  const { standIn, request, response, logged, signal } = context;
  const fault = standIn.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  if (standIn.latencyMs > 0) await wait(standIn.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const answer = fault?.kind === "status" ? standIn.statusAnswer(fault) : await answerOrProblem(context);
  logged.status = answer.status;
  await deliver({ response, answer, signal }, fault);
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

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("The stand-in has no port.");
  return address.port;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function listen(standIn: StandIn, port = 0): Promise<StandInServer> {
  const requests: LoggedRequest[] = [];
  const closing = new AbortController();
  let origin = "http://127.0.0.1";
  const server = createServer((incoming, response) => {
    incoming.resume();
    const request = readRequest(incoming, origin);
    const logged: LoggedRequest = {
      method: request.method,
      target: incoming.url ?? "/",
      path: request.path,
      query: Object.fromEntries(request.query),
      headers: headersWithoutSecrets(incoming.headers),
      status: 0,
      at: standIn.clock(),
    };
    logRequest(requests, logged);
    // A wait that is aborted by close() ends here: there is nobody left to answer.
    exchange({ standIn, request, response, logged, signal: closing.signal }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const actualPort = portOf(server.address());
  origin = `http://127.0.0.1:${actualPort}`;
  return {
    url: origin,
    port: actualPort,
    requests,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
