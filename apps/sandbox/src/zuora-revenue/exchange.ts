import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { deliver } from "../delivery.ts";
import type { Fault, FaultControl } from "../faults.ts";
import { type HttpExchange, listenOn, type StandInRequest, type StandInServer } from "../listener.ts";
import { defectAnswer } from "../stand-in-server.ts";
import type { ByteAnswer } from "./endpoint-context.ts";
import { statusAnswer } from "./problems.ts";

/** A request with its headers and the text of its body. */
export interface ZuoraRevenueRequest extends StandInRequest {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a Zuora Revenue stand-in listens with. */
export interface ZuoraRevenueListener {
  answer(request: ZuoraRevenueRequest): ByteAnswer;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

function answerOrDefect(listener: ZuoraRevenueListener, request: ZuoraRevenueRequest): ByteAnswer {
  try {
    return listener.answer(request);
  } catch (error) {
    return defectAnswer(error);
  }
}

/** Sends a body of bytes, whole or broken off. */
function sendBytes(
  { response }: Pick<HttpExchange, "response">,
  { answer, bytes, fault }: { answer: ByteAnswer; bytes: Buffer; fault: Fault | undefined },
): void {
  response.writeHead(answer.status, { ...answer.headers, "content-length": String(bytes.length) });
  const isBroken = fault?.kind === "truncated" || fault?.kind === "cut";
  if (!isBroken) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

async function exchange(listener: ZuoraRevenueListener, context: HttpExchange): Promise<void> {
  const { request, incoming, response, logged, signal } = context;
  const fault = listener.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  const body = await bodyOf(incoming);
  if (listener.latencyMs > 0) await wait(listener.latencyMs, undefined, { signal });
  if (fault?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const asked = { ...request, headers: incoming.headers, body };
  const answer: ByteAnswer = fault?.kind === "status" ? statusAnswer(fault) : answerOrDefect(listener, asked);
  logged.status = answer.status;
  if (answer.bytes === undefined) await deliver({ response, answer, signal }, fault);
  else sendBytes(context, { answer, bytes: answer.bytes, fault });
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listenAsZuoraRevenue(listener: ZuoraRevenueListener, port = 0): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(listener, context), clock: listener.clock, port });
}
