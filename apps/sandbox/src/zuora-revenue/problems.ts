import { type Answer, jsonAnswer, textAnswer } from "../answer.ts";
import type { Fault } from "../faults.ts";

/** An error in the vendor's usual form. */
export function problem(status: number, message: string): Answer {
  return jsonAnswer({ Message: message, status: "error" }, { status });
}

export const notCached: Answer = problem(400, "Page still not yet cached. Please retry.");
export const nothing: Answer = textAnswer("", { status: 204, contentType: "text/plain" });
export const notEnabled: Answer = problem(405, "API service is not enabled");
export const expired: Answer = problem(401, "Token is expired or invalid");

/** The end of the pages, with its totals. */
export function beyondEnd({ pages, rows }: { pages: number; rows: number }): Answer {
  return jsonAnswer(
    {
      Message:
        "Page number exceeds total pages. The number of total pages and the number of total rows are returned",
      total_pages: pages,
      total_rows: rows,
    },
    { status: 404 },
  );
}

/** The usual answer of a status, with what a fault says otherwise. */
export function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, retry_after_seconds: retryAfter, body, content_type: contentType } = fault;
  const usual = problem(status, `Status ${status} on demand`);
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
