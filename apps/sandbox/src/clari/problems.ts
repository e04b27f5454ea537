import { type Answer, jsonAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** The usual form of an error. */
export function problem(status: number, { code, message }: { code: string; message: string }): Answer {
  return jsonAnswer({ code, namespace: "clari", errorId: "e-1", message, orgId: 900 }, { status });
}

/** The form of an error of the audit log. */
export function auditProblem(target: string, message: string): Answer {
  return jsonAnswer(
    { errors: [{ code: "bad_request", message, target, status: 400, details: [] }] },
    { status: 400 },
  );
}

export const unauthenticated: Answer = jsonAnswer(
  { message: "Invalid authentication credentials" },
  { status: 401 },
);
export const notFound: Answer = problem(404, { code: "not_found", message: "Not found" });
export const methodNotAllowed: Answer = problem(405, {
  code: "method_not_allowed",
  message: "Method not allowed",
});
export const invalidJob: Answer = problem(400, { code: "invalid_jobId", message: "Invalid job id" });
export const quotaReached: Answer = problem(400, {
  code: "export_monthly_quota_reached",
  message: "The export quota is used up: 30 jobs in 30 days, 1 at a time",
});

/** The 400 of a request that means nothing. */
export function badRequest(message: string): Answer {
  return problem(400, { code: "bad_request", message });
}

/** The usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: contentType } = fault;
  const usual =
    status === 401
      ? unauthenticated
      : problem(status, { code: codeOf(status), message: `Status ${status} on demand` });
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

function codeOf(status: number): string {
  return status >= 500 ? "internal_server_error" : "bad_request";
}
