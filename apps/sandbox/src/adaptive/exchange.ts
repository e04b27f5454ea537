import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "../answer.ts";
import { deliver } from "../delivery.ts";
import type { Fault, FaultControl } from "../faults.ts";
import { type HttpExchange, listenOn, type StandInServer } from "../listener.ts";
import { defectAnswer } from "../stand-in-server.ts";
import { statusAnswer } from "./problems.ts";

/** A request with its body as text. */
export interface AdaptiveRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** An answer, and whether it breaks off in the middle. */
export interface AdaptiveAnswer {
  readonly answer: Answer;
  readonly isCut?: boolean;
}

/** What an Adaptive stand-in listens with. */
export interface AdaptiveListener {
  answer(request: AdaptiveRequest): AdaptiveAnswer;
  /** What the rules of faults know a request by. */
  subject(request: AdaptiveRequest): string;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

function answerOrDefect(listener: AdaptiveListener, request: AdaptiveRequest): AdaptiveAnswer {
  try {
    return listener.answer(request);
  } catch (error) {
    return { answer: defectAnswer(error) };
  }
}

async function exchange(listener: AdaptiveListener, context: HttpExchange): Promise<void> {
  const { incoming, response, logged, signal } = context;
  const { method, path } = context.request;
  const contentType = incoming.headers["content-type"] ?? "";
  const request = { method, path, contentType, body: await bodyOf(incoming) };
  const fault = listener.faults.next(listener.subject(request));
  if (fault !== undefined) logged.fault = fault.kind;
  if (listener.latencyMs > 0) await wait(listener.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const { answer, isCut = false } =
    fault?.kind === "status" ? { answer: statusAnswer(fault) } : answerOrDefect(listener, request);
  logged.status = answer.status;
  const spoiled: Fault | undefined = isCut ? { kind: "cut" } : fault;
  await deliver({ response, answer, signal }, spoiled);
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listenAsAdaptive(listener: AdaptiveListener, port = 0): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(listener, context), clock: listener.clock, port });
}
