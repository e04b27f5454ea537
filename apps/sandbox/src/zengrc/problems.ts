import { type Answer, jsonAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** Nothing is known of the vendor's words; these are ours. */
function problem(status: number, message: string): Answer {
  return jsonAnswer({ errors: [{ status, message }] }, { status });
}

export const unauthenticated: Answer = problem(401, "The key id or the key secret is wrong");
export const denied: Answer = problem(403, "The role of this key may not read this object");
export const notFound: Answer = problem(404, "Not found");
export const methodNotAllowed: Answer = problem(405, "Method not allowed");

/** The 400 of a query that means nothing. */
export function badRequest(message: string): Answer {
  return problem(400, message);
}

/** The answer to a request too many. */
export function tooManyRequests(retryAfterSeconds: number): Answer {
  return withRetryAfter(problem(429, "Too many requests"), retryAfterSeconds);
}

const usual: Readonly<Record<number, Answer>> = {
  401: unauthenticated,
  403: denied,
  404: notFound,
  405: methodNotAllowed,
};

/** What a gateway in front of the API says where the API itself is silent. */
const gatewayTexts: Readonly<Record<number, string>> = {
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Endpoint request timed out",
};

/** The usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: contentType } = fault;
  const answer = usual[status] ?? problem(status, gatewayTexts[status] ?? `Status ${status} on demand`);
  const told = {
    ...answer,
    body: body ?? answer.body,
    headers: { ...answer.headers, ...(contentType === undefined ? {} : { "content-type": contentType }) },
  };
  return retryAfter === undefined ? told : withRetryAfter(told, retryAfter);
}

function withRetryAfter(answer: Answer, seconds: number): Answer {
  return { ...answer, headers: { ...answer.headers, "retry-after": String(seconds) } };
}
