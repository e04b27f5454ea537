import { type Answer, jsonAnswer, textAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** A request that the vendor refuses, with the answer it gives. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.body);
    this.answer = answer;
  }
}

function problem(status: number, error: string, description: string): Answer {
  return jsonAnswer({ error, description }, { status });
}

export const unauthenticated: Answer = jsonAnswer({ error: "Couldn't authenticate you" }, { status: 401 });
export const invalidToken: Answer = jsonAnswer(
  {
    error: "invalid_token",
    error_description:
      "The access token provided is expired, revoked, malformed or invalid for other reasons.",
  },
  { status: 401 },
);
export const recordNotFound: Answer = problem(404, "RecordNotFound", "Not found");
export const unknownEndpoint: Answer = problem(404, "InvalidEndpoint", "Not found");
export const tooRecent: Answer = problem(
  422,
  "InvalidValue",
  "Too recent start_time. Use a start_time older than 60 seconds",
);

/** A 400 for a query parameter of no meaning. */
export function invalidValue(description: string): Refusal {
  return new Refusal(problem(400, "InvalidValue", description));
}

/** A 400 for a page that cannot be. */
export function invalidPagination(description: string): Refusal {
  return new Refusal(problem(400, "InvalidPaginationParameter", description));
}

const noAccess =
  "You do not have access to this page. Please contact the account owner of this help desk for further help.";
const restricted =
  "Access to this resource is restricted. Please contact the account administrator for assistance.";

function html(status: number, text: string): Answer {
  return textAnswer(text, { status, contentType: "text/html; charset=utf-8" });
}

const denials = {
  /** The caller's role does not reach so far. */
  role: jsonAnswer({ error: { title: "Forbidden", message: noAccess } }, { status: 403 }),
  /** The token lacks a scope. */
  scope: problem(403, "Forbidden", "Missing the following required scopes: read"),
  /** The account's plan lacks the feature. */
  restricted: jsonAnswer({ error: { title: "Forbidden", message: restricted } }, { status: 403 }),
  /** Without a word. */
  empty: html(403, ""),
  "not-found": problem(404, "RecordNotFound", "Not found"),
  /** A page for people where there is no Help Center. */
  "no-page": html(404, "<html><body><h1>The page you were looking for doesn't exist</h1></body></html>"),
  gone: problem(410, "Gone", "This endpoint is no longer available"),
} as const;

/** Why an endpoint is refused, which decides the status and its words. */
export type DenialReason = keyof typeof denials;

/** The answer of a refusal. */
export function denied(reason: DenialReason): Answer {
  return denials[reason];
}

/** What a page answers that takes too long to make. */
export const gatewayTimeout: Answer = textAnswer("upstream request timeout", {
  status: 504,
  contentType: "text/plain",
});

/** Which body a 429 has: plain text of the API, or JSON of the network in front of it. */
export type RateLimitBody = "text" | "edge";

/** The answer to a request too many. */
export function tooManyRequests(body: RateLimitBody, headers: Readonly<Record<string, string>> = {}): Answer {
  if (body === "text") {
    const text = "Number of allowed API requests per minute exceeded";
    return textAnswer(text, { status: 429, contentType: "text/plain; charset=utf-8", headers });
  }
  const detail = "Rate limited by Zendesk edge protection";
  return jsonAnswer({ detail, status: "429", title: "Automated response" }, { status: 429, headers });
}

const plainBodies: Readonly<Record<number, string>> = {
  500: "<html><body><h1>500 Internal Server Error</h1></body></html>",
  502: "<html><body><h1>502 Bad Gateway</h1></body></html>",
  503: "<html><body><h1>503 Service Unavailable</h1></body></html>",
  504: "upstream request timeout",
};

function usualAnswer(status: number): Answer {
  if (status === 401) return unauthenticated;
  if (status === 403) return denied("role");
  if (status === 404) return recordNotFound;
  if (status === 422) return tooRecent;
  if (status === 429) return tooManyRequests("text");
  const body = plainBodies[status];
  return body === undefined
    ? problem(status, "Fault", `Status ${status} on demand`)
    : textAnswer(body, { status, contentType: status === 504 ? "text/plain" : "text/html; charset=utf-8" });
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
