import { ExportError, type Infer, isObject, object, SchemaError, string } from "@chorale/singer";
import {
  type Classify,
  type ExportStatus,
  mayHaveActed,
  patiently,
  type StreamContext,
} from "@chorale/tap-sdk";
import { addedJob, jobIds } from "./added-job.ts";
import type { ClariConfig } from "./client.ts";
import { readLimits } from "./limits.ts";

const farewellSeconds = 5;

/** What the state keeps of an export job. */
export const exportJob = object({ id: string() });

/** An export job. */
export type ExportJob = Infer<typeof exportJob>;

type Context = Pick<StreamContext<ClariConfig, unknown>, "http" | "config" | "log" | "signal" | "startedAt">;

/** A job that is not known any more, or that another user submitted. */
const unknownJob: Classify = ({ status, text }) =>
  status === 404 || status === 403 || (status === 400 && text.includes("invalid_jobId")) ? "skip" : undefined;

/** The queue and the quota are refused with a 400. */
const noRoom: Classify = ({ status, text }) =>
  status === 400 && text.includes("export_monthly_quota_reached") ? "skip" : undefined;

const alreadyOver: Classify = ({ status, text }) =>
  status === 400 && text.includes("export_failed_to_cancel") ? "skip" : undefined;

/** What a job is asked for with. */
export interface JobRequest {
  readonly stream: string;
  readonly path: string;
  readonly json: unknown;
}

/**
 * Queues a job when there is room for one. Throws `ExportError` at once when the month's quota is used up, and when there
 * was no place in the queue for too long.
 */
export async function submitJob(context: Context, request: JobRequest): Promise<ExportJob> {
  const { http, config, log, signal } = context;
  const { stream } = request;
  const timeoutSeconds = config.job_timeout_seconds;
  const pace = { longestSeconds: config.poll_interval_seconds, timeoutSeconds, signal };
  for await (const _ of patiently(pace)) {
    const { monthlyQuota = "all", availableMonthlyQuota, availableConcurrentLimit } = await readLimits(http);
    if (availableMonthlyQuota === 0) {
      throw refused(
        `${stream}: all ${monthlyQuota} export jobs of the last 30 days are used up. Run again when older ones are out of the 30 days, or ask Clari for more.`,
      );
    }
    if (availableConcurrentLimit !== 0) {
      const job = await queueJob(context, request);
      if (job !== undefined) return job;
    }
    log.info(`${stream}: there is no free place for an export job; waiting for one`);
  }
  throw refused(
    `${stream}: Clari had no free place for an export job within ${timeoutSeconds} seconds. Run again later, or raise job_timeout_seconds.`,
  );
}

/** Queues a job once: each costs a part of the quota. Undefined when there is no room. */
async function queueJob(
  context: Pick<Context, "http" | "log">,
  { stream, path, json }: JobRequest,
): Promise<ExportJob | undefined> {
  const { http, log } = context;
  const before = await jobIds(http);
  try {
    const { body, skipped } = await http.request("POST", path, { json, classify: noRoom, once: true });
    return skipped ? undefined : { id: jobIdIn(body, stream) };
  } catch (error) {
    if (!mayHaveActed(error)) throw error;
    const id = await addedJob(http, { stream, before, error });
    if (id === undefined) log.info(`${stream}: the request for an export job was lost, and there is no job`);
    else log.warn(`${stream}: the answer with the id of an export job was lost; ${id} is the new job`);
    return id === undefined ? undefined : { id };
  }
}

/** Asks how far a job is. A result that Clari cut off, or that has expired, is of no use. */
export async function pollJob({ http, startedAt }: Context, { id }: ExportJob): Promise<ExportStatus> {
  const { body, skipped } = await http.request("GET", jobPath(id), { classify: unknownJob });
  if (skipped) return { state: "gone" };
  // Documented is the job itself; in production it is wrapped.
  const job = isObject(body) && isObject(body["job"]) ? body["job"] : body;
  if (!isObject(job) || typeof job["status"] !== "string") {
    throw new SchemaError(`the status of export job ${id} says no status. Look whether the API changed.`, {
      stream: "",
    });
  }
  const { status } = job;
  if (failures.has(status)) return { state: "failed", reason: `Clari says ${status}` };
  if (status !== "DONE") return { state: "running", says: status };
  if (typeof job["expiredTime"] === "number" && job["expiredTime"] <= startedAt.getTime()) {
    return { state: "gone" };
  }
  const cut = [job["rowsTruncated"] === true ? "rows" : "", job["cellsTruncated"] === true ? "cells" : ""];
  if (cut.some((what) => what !== "")) {
    const what = cut.filter((each) => each !== "").join(" and ");
    return { state: "failed", reason: `Clari left ${what} out of the result`, retryable: false };
  }
  return { state: "done", files: [`${jobPath(id)}/results`] };
}

const failures: ReadonlySet<string> = new Set(["FAILED", "CANCELLED", "ABORTED"]);

/** Gives a job's place in the queue, and its share of the quota, back. False when it had ended before. */
export async function cancelJob({ http, signal }: Context, { id }: ExportJob): Promise<boolean> {
  const { body, skipped } = await http.request("PATCH", jobPath(id), {
    json: { type: "CANCEL" },
    classify: alreadyOver,
    ...(signal.aborted ? { outlivesRunSeconds: farewellSeconds } : {}),
  });
  return !skipped && !(isObject(body) && body["successful"] === false);
}

function jobPath(id: string): string {
  return `export/jobs/${encodeURIComponent(id)}`;
}

function jobIdIn(body: unknown, stream: string): string {
  const id = isObject(body) ? body["jobId"] : undefined;
  if (typeof id === "string" && id !== "") return id;
  throw new SchemaError(`${stream}: an export was accepted without a jobId. Look whether the API changed.`, {
    stream,
  });
}

function refused(message: string): ExportError {
  return new ExportError(message, { jobId: "", retryable: true });
}
