import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, jsonAnswer } from "./answer.ts";
import { deliver } from "./delivery.ts";
import type { Fault, FaultControl } from "./faults.ts";
import { type HttpExchange, listenOn, type StandInRequest, type StandInServer } from "./listener.ts";

/** What makes a server a stand-in of one vendor. */
export interface StandIn<Request extends StandInRequest> {
  /** Makes the vendor's request of what comes in, and reads its body to the end. */
  read(request: StandInRequest, incoming: IncomingMessage): Promise<Request>;
  /** Answers a request; what it throws becomes a 500 that says so. */
  answer(request: Request): Answer | Promise<Answer>;
  /** The vendor's usual form of an error of this status. */
  statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

/** Answers what went wrong inside a stand-in, so that a test sees it. */
export function defectAnswer(error: unknown): Answer {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return jsonAnswer({ error: "SandboxDefect", description: reason }, { status: 500 });
}

async function answerOrDefect<Request extends StandInRequest>(
  standIn: StandIn<Request>,
  request: Request,
): Promise<Answer> {
  try {
    return await standIn.answer(request);
  } catch (error) {
    return defectAnswer(error);
  }
}

async function exchange<Request extends StandInRequest>(
  standIn: StandIn<Request>,
  context: HttpExchange,
): Promise<void> {
  const { request, incoming, response, logged, signal } = context;
  const fault = standIn.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  const asked = await standIn.read(request, incoming);
  if (standIn.latencyMs > 0) await wait(standIn.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const answer =
    fault?.kind === "status" ? standIn.statusAnswer(fault) : await answerOrDefect(standIn, asked);
  logged.status = answer.status;
  await deliver({ response, answer, signal }, fault);
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listenWithBodies<Request extends StandInRequest>(
  standIn: StandIn<Request>,
  port = 0,
): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(standIn, context), clock: standIn.clock, port });
}

/** Listens for requests whose bodies do not matter. */
export function listen(
  standIn: Omit<StandIn<StandInRequest>, "read">,
  port?: number,
): Promise<StandInServer> {
  const read = async (request: StandInRequest, incoming: IncomingMessage): Promise<StandInRequest> => {
    incoming.resume();
    return request;
  };
  return listenWithBodies({ ...standIn, read }, port);
}
