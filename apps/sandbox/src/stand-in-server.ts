import { setTimeout as wait } from "node:timers/promises";
import { type Answer, jsonAnswer } from "./answer.ts";
import { deliver } from "./delivery.ts";
import type { Fault, FaultControl } from "./faults.ts";
import { type HttpExchange, listenOn, type StandInRequest, type StandInServer } from "./listener.ts";

/** What makes a server a stand-in of one vendor whose requests have no bodies. */
export interface StandIn {
  /** Answers a request; what it throws becomes a 500 that says so. */
  answer(request: StandInRequest): Answer | Promise<Answer>;
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

async function answerOrDefect(standIn: StandIn, request: StandInRequest): Promise<Answer> {
  try {
    return await standIn.answer(request);
  } catch (error) {
    return defectAnswer(error);
  }
}

async function exchange(standIn: StandIn, context: HttpExchange): Promise<void> {
  const { request, incoming, response, logged, signal } = context;
  incoming.resume();
  const fault = standIn.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  if (standIn.latencyMs > 0) await wait(standIn.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const answer =
    fault?.kind === "status" ? standIn.statusAnswer(fault) : await answerOrDefect(standIn, request);
  logged.status = answer.status;
  await deliver({ response, answer, signal }, fault);
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listen(standIn: StandIn, port = 0): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(standIn, context), clock: standIn.clock, port });
}
