import type { AnswerSummary, Classify, Verdict } from "./http-client.ts";

const worthAnotherTry = new Set([408, 409, 425]);

/**
 * The default table: 2xx `success`; 401 `unauthorized`; 408, 409, 425 and 5xx `retry`; 429
 * `rate-limited`; all else `fail`.
 */
export function classifyByStatus(status: number): Verdict {
  if (status >= 200 && status < 300) return "success";
  if (status === 401) return "unauthorized";
  if (status === 429) return "rate-limited";
  if (status >= 500 || worthAnotherTry.has(status)) return "retry";
  return "fail";
}

/** Says what an answer means: by the first of the overriding tables that has an opinion, else by status. */
export function classifyAnswer(answer: AnswerSummary, tables: readonly (Classify | undefined)[]): Verdict {
  for (const table of tables) {
    const verdict = table?.(answer);
    if (verdict !== undefined) return verdict;
  }
  return classifyByStatus(answer.status);
}
