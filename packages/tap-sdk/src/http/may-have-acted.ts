import { ApiError } from "@chorale/singer";

/** Nobody was reached, so nobody read the request. */
const unreached: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/**
 * Tells whether a server may have done what a request asked for, although the request failed with `error`: the connection
 * broke, the answer did not come in time or made no sense, or the server was at fault. False after a refusal (4xx, and
 * a 503 that says when to come again), when no server was reached, and for what is no `ApiError`.
 *
 * @example
 * ```ts
 * try {
 *   await http.request("POST", "jobs", { json, once: true });
 * } catch (error) {
 *   if (!mayHaveActed(error)) throw error;
 *   await lookForTheJob();
 * }
 * ```
 */
export function mayHaveActed(error: unknown): boolean {
  if (!ApiError.isInstance(error)) return false;
  const { status, retryAfterMs, cause } = error;
  if (status === undefined) return !unreached.has(codeOf(cause));
  return status < 400 || (status >= 500 && !(status === 503 && retryAfterMs !== undefined));
}

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  return typeof code === "string" ? code : "";
}
