import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "../answer.ts";
import { deliver } from "../delivery.ts";
import type { FaultControl } from "../faults.ts";
import { isObject } from "../json.ts";
import { type HttpExchange, listenOn, type StandInRequest, type StandInServer } from "../listener.ts";
import { defectAnswer } from "../stand-in-server.ts";
import { statusAnswer } from "./problems.ts";

/** A request with the fields of its body; none of a body that has no fields. */
export interface ZendeskRequest extends StandInRequest {
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a Zendesk stand-in listens with. */
export interface ZendeskListener {
  answer(request: ZendeskRequest): Answer;
  readonly faults: FaultControl;
  readonly clock: () => number;
  readonly latencyMs: number;
}

const longestBody = 64 * 1024;

/** The fields of a JSON body or a form. */
function fieldsIn(text: string, contentType: string): Readonly<Record<string, unknown>> {
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

async function readBody(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (incoming.method !== "POST") {
    incoming.resume();
    return {};
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= longestBody) chunks.push(bytes);
  }
  return fieldsIn(Buffer.concat(chunks).toString(), incoming.headers["content-type"] ?? "");
}

function answerOrDefect(listener: ZendeskListener, request: ZendeskRequest): Answer {
  try {
    return listener.answer(request);
  } catch (error) {
    return defectAnswer(error);
  }
}

async function exchange(listener: ZendeskListener, context: HttpExchange): Promise<void> {
  const { request, incoming, response, logged, signal } = context;
  const fault = listener.faults.next(request.path);
  if (fault !== undefined) logged.fault = fault.kind;
  const body = await readBody(incoming);
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
export function listenAsZendesk(listener: ZendeskListener, port = 0): Promise<StandInServer> {
  return listenOn({ exchange: (context) => exchange(listener, context), clock: listener.clock, port });
}
