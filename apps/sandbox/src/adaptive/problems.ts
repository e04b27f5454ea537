import { type Answer, textAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";
import { tag, textTag } from "./xml.ts";

const contentType = "text/xml;charset=UTF-8";

/** What the vendor refuses, with its key; a refusal comes with status 200. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly key: string;

  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}

/** Answers with XML. */
export function xmlAnswer(xml: string, status = 200): Answer {
  return textAnswer(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`, { status, contentType });
}

/** The vendor's answer to what it refuses. */
export function refusalAnswer({ key, message }: Refusal): Answer {
  const messages = tag("messages", {}, [textTag("message", { key }, message)]);
  return xmlAnswer(tag("response", { success: "false" }, [messages]));
}

/** The refusal of wrong credentials. */
export function unauthenticated(login: string): Refusal {
  return new Refusal("error-authentication-failure", `Authentication failed for User: ${login}`);
}

/** Nothing is known of what stands in an answer of another status; this is ours. */
export function plainAnswer(status: number, message: string): Answer {
  return textAnswer(message, { status, contentType: "text/plain; charset=utf-8" });
}

/** The usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: type } = fault;
  return textAnswer(body ?? `Status ${status} on demand`, {
    status,
    contentType: type ?? (body === undefined ? "text/plain; charset=utf-8" : contentType),
    ...(retryAfter === undefined ? {} : { headers: { "retry-after": String(retryAfter) } }),
  });
}
