import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "../answer.ts";
import { deliver } from "../delivery.ts";
import type { FaultControl } from "../faults.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { type HttpExchange, listenOn, type StandInRequest, type StandInServer } from "../listener.ts";
import { defectAnswer } from "../stand-in-server.ts";
import { statusAnswer } from "./problems.ts";

/** A request with the JSON object of its body; undefined for a body that is none. */
export interface XactlyRequest extends StandInRequest {
  readonly body: JsonObject | undefined;
}

/** What an Xactly stand-in listens with. */
export interface XactlyListener {
  answer(request: XactlyRequest): Answer;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

async function bodyOf(incoming: IncomingMessage): Promise<JsonObject | undefined> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece));
  const isJson = (incoming.headers["content-type"] ?? "").startsWith("application/json");
  try {
    const body: unknown = isJson ? JSON.parse(Buffer.concat(pieces).toString()) : undefined;
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function answerOrDefect(listener: XactlyListener, request: XactlyRequest): Answer {
  try {
    return listener.answer(request);
  } catch (error) {
    return defectAnswer(error);
  }
}

async function exchange(listener: XactlyListener, context: HttpExchange): Promise<void> {
  const { request, incoming, response, logged, signal } = context;
  const fault = listener.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  const body = await bodyOf(incoming);
  if (listener.latencyMs > 0) await wait(listener.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const answer =
    fault?.kind === "status" ? statusAnswer(fault) : answerOrDefect(listener, { ...request, body });
  logged.status = answer.status;
  await deliver({ response, answer, signal }, fault);
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listenAsXactly(listener: XactlyListener, port = 0): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(listener, context), clock: listener.clock, port });
}
