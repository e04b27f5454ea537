import { ExportError, isObject } from "@chorale/singer";
import type { Classify, HttpClient } from "@chorale/tap-sdk";

/** A token that may not see the list may still export. */
const hidden: Classify = ({ status }) => (status === 403 || status === 404 ? "skip" : undefined);

/** Asks for the ids of the user's jobs; undefined where they are not shown, unless that is a failure. */
export async function jobIds(
  http: HttpClient,
  { mustBeShown }: { mustBeShown: boolean } = { mustBeShown: false },
): Promise<ReadonlySet<string> | undefined> {
  const options = mustBeShown ? {} : { classify: hidden };
  const { body, skipped } = await http.request("GET", "export/jobs", options);
  if (skipped || !Array.isArray(body)) return undefined;
  const jobs: readonly unknown[] = body;
  return new Set(
    jobs.flatMap((job) => (isObject(job) && job["jobId"] !== undefined ? [String(job["jobId"])] : [])),
  );
}

/**
 * Answers the job that was queued by a request whose answer was lost; undefined when there is none. Throws
 * `ExportError` when that cannot be told.
 */
export async function addedJob(
  http: HttpClient,
  { stream, before, error }: { stream: string; before: ReadonlySet<string> | undefined; error: unknown },
): Promise<string | undefined> {
  const after = before === undefined ? undefined : await jobIds(http);
  const added = [...(after ?? [])].filter((id) => before?.has(id) === false);
  if (after !== undefined && added.length < 2) return added[0];
  const reason = error instanceof Error ? error.message : String(error);
  const what =
    after === undefined ? "Clari does not show its jobs" : `there are new jobs: ${added.join(", ")}`;
  throw new ExportError(
    `${stream}: an export job may have been queued, and which one is not known, because ${what}. Cancel it in Clari, or let it end; then run again. It began with: ${reason}`,
    { jobId: "", retryable: true, cause: error },
  );
}
