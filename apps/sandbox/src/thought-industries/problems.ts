import { type Answer, jsonAnswer, textAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** An answer that ends the handling of a request. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.body);
    this.answer = answer;
  }
}

function problem(status: number, error: string, message: string): Answer {
  return jsonAnswer({ error, message }, { status });
}

/** The vendor says nothing to who is not known. */
export const unauthenticated: Answer = textAnswer("", { status: 401, contentType: "text/plain" });
export const forbidden: Answer = problem(403, "forbidden", "The role of this API key may not read it.");
export const notFound: Answer = problem(404, "not_found", "Not found");
export const methodNotAllowed: Answer = problem(405, "method_not_allowed", "Method not allowed");

/** A 400 for a parameter that makes no sense. */
export function badRequest(message: string): Refusal {
  return new Refusal(problem(400, "bad_request", message));
}

/** The answer to a request too many. */
export function tooManyRequests(retryAfter: number): Answer {
  const message = `Rate limit exceeded. Try again in ${retryAfter} seconds.`;
  return jsonAnswer(
    { error: "rate_limit_exceeded", message, retryAfter },
    { status: 429, headers: { "retry-after": String(retryAfter) } },
  );
}

function usualAnswer(status: number): Answer {
  if (status === 401) return unauthenticated;
  if (status === 403) return forbidden;
  if (status === 404) return notFound;
  if (status === 405) return methodNotAllowed;
  if (status >= 500) {
    return textAnswer(`<html><body><h1>${status}</h1></body></html>`, { status, contentType: "text/html" });
  }
  return problem(status, `status_${status}`, `Status ${status} on demand`);
}

/** The vendor's usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: contentType } = fault;
  const usual = usualAnswer(status);
  return {
    status,
    body: body ?? usual.body,
    headers: {
      ...usual.headers,
      ...(contentType === undefined ? {} : { "content-type": contentType }),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
  };
}
