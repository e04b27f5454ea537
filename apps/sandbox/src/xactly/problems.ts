import { type Answer, jsonAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** Nothing is known of the vendor's words; these are ours. */
function problem(status: number, message: string): Answer {
  return jsonAnswer({ error: { code: `XC-${status}`, message } }, { status });
}

export const badCredentials: Answer = problem(401, "Invalid user, password, client or consumer");
export const unauthenticated: Answer = problem(401, "The access token is invalid or has expired");
export const notFound: Answer = problem(404, "Not found");
export const methodNotAllowed: Answer = problem(405, "Method not allowed");

/** The 400 of a request or a statement that means nothing. */
export function badRequest(message: string): Answer {
  return problem(400, message);
}

/** The answer to a result that is no longer kept. */
export function goneAnswer(status: 404 | 410): Answer {
  return problem(status, "The result has expired");
}

/** The usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: contentType } = fault;
  const usual = status === 401 ? unauthenticated : problem(status, `Status ${status} on demand`);
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
