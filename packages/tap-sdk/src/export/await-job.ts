import type { ExportStatus } from "./export-definitions.ts";
import { patiently } from "./patiently.ts";

/** A job that is waited for. */
export interface AwaitedJob {
  poll(): Promise<ExportStatus>;
  /** Answers false when the job had ended before. Undefined where jobs cannot be cancelled. */
  readonly cancel: (() => Promise<boolean>) | undefined;
  readonly pollSeconds: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** How the wait for a job ended. */
export type JobOutcome =
  | Exclude<ExportStatus, { readonly state: "running" }>
  | { readonly state: "late"; readonly says: string; readonly isCancelled: boolean };

/** Polls a job until it ends. One that takes too long is cancelled, so that it does not keep its place in the queue. */
export async function awaitJob(job: AwaitedJob): Promise<JobOutcome> {
  let says = "running";
  const { pollSeconds: longestSeconds, timeoutSeconds, signal } = job;
  for await (const _ of patiently({ longestSeconds, timeoutSeconds, signal })) {
    const status = await job.poll();
    if (status.state !== "running") return status;
    says = status.says ?? says;
  }
  const isCancelled = await job.cancel?.();
  if (isCancelled !== false) return { state: "late", says, isCancelled: isCancelled === true };
  const last = await job.poll();
  return last.state === "running" ? { state: "late", says: last.says ?? says, isCancelled } : last;
}
