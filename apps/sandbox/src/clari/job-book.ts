import type { JsonObject } from "../json.ts";

/** How a job ends, or that it does not. */
export type JobFate =
  | "DONE"
  | "FAILED"
  | "CANCELLED"
  | "ABORTED"
  | "stuck"
  | "rows-truncated"
  | "cells-truncated";

type JobStatus = "SCHEDULED" | "STARTED" | "DONE" | "FAILED" | "CANCELLED" | "ABORTED";

/** What a job is submitted with. */
export interface NewJob {
  readonly module: string;
  readonly title: string;
  readonly currency: string | null;
  /** Makes the result, when the job is done. */
  readonly result: () => JsonObject;
}

/** A job. */
export interface Job extends NewJob {
  readonly id: string;
  readonly submittedAt: number;
  readonly fate: JobFate;
  status: JobStatus;
  polls: number;
  endedAt: number | undefined;
  downloads: number;
  body: string | undefined;
}

/** What a book of jobs is opened with. */
export interface JobBookOptions {
  readonly clock: () => number;
  /** How often a job says that it is under way before it ends. */
  readonly pollsUntilDone: number;
  readonly monthlyQuota: number;
  readonly concurrentLimit: number;
}

/** What a test can do to the jobs. */
export interface JobControl {
  /** The jobs so far, oldest first. */
  readonly list: readonly Job[];
  /** How the next jobs end, one after another. */
  plan(...fates: readonly JobFate[]): void;
  /** Others take slots, and give them back when the limits have been asked for so many times. */
  occupy(options: { slots: number; untilLooks: number }): void;
  /** Refuses the next submissions though the limits say that there is room. */
  refuse(count: number): void;
  /** The results of a job are too old. */
  expire(id: string): void;
  /** Nobody knows a job any more. */
  forget(id: string): void;
}

const keptMs = 30 * 86_400_000;

/** The jobs of an organisation, its quota and its queue. */
export class JobBook implements JobControl {
  readonly #options: JobBookOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #fates: JobFate[] = [];
  readonly #expired = new Set<string>();
  #count = 0;
  #occupied = 0;
  #looksLeft = 0;
  #refusals = 0;

  constructor(options: JobBookOptions) {
    this.#options = options;
  }

  get list(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  plan(...fates: readonly JobFate[]): void {
    this.#fates.push(...fates);
  }

  occupy({ slots, untilLooks }: { slots: number; untilLooks: number }): void {
    this.#occupied = slots;
    this.#looksLeft = untilLooks;
  }

  refuse(count: number): void {
    this.#refusals = count;
  }

  expire(id: string): void {
    this.#expired.add(id);
  }

  forget(id: string): void {
    this.#jobs.delete(id);
  }

  /** Undefined when the quota or the queue has no room. */
  submit(job: NewJob): Job | undefined {
    const { monthly, concurrent } = this.#available();
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      return undefined;
    }
    if (monthly <= 0 || concurrent <= 0) return undefined;
    this.#count += 1;
    const submitted: Job = {
      ...job,
      id: `6073683781a6da229d${this.#count.toString(16).padStart(6, "0")}`,
      submittedAt: this.#options.clock(),
      fate: this.#fates.shift() ?? "DONE",
      status: "SCHEDULED",
      polls: 0,
      endedAt: undefined,
      downloads: 0,
      body: undefined,
    };
    this.#jobs.set(submitted.id, submitted);
    return submitted;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** A look at a job is what moves it on. */
  poll(id: string): Job | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined || isOver(job)) return job;
    job.polls += 1;
    if (job.polls <= this.#options.pollsUntilDone || job.fate === "stuck") {
      job.status = job.polls === 1 ? "SCHEDULED" : "STARTED";
      return job;
    }
    job.status = job.fate.endsWith("truncated") ? "DONE" : statusOf(job.fate);
    job.endedAt = this.#options.clock();
    if (job.status === "DONE") job.body = JSON.stringify(job.result());
    return job;
  }

  /** False when the job had ended before. */
  cancel(job: Job): boolean {
    if (isOver(job)) return false;
    job.status = "CANCELLED";
    job.endedAt = this.#options.clock();
    return true;
  }

  /** The body of a result; undefined before it is there, and when it is too old. */
  download(id: string): string | undefined {
    const job = this.#jobs.get(id);
    if (job?.body === undefined || this.#isExpired(job)) return undefined;
    job.downloads += 1;
    return job.body;
  }

  limits(): JsonObject {
    if (this.#looksLeft > 0) {
      this.#looksLeft -= 1;
      if (this.#looksLeft === 0) this.#occupied = 0;
    }
    const { monthly, concurrent } = this.#available();
    const ids = (status: JobStatus) => this.list.filter((job) => job.status === status).map(({ id }) => id);
    const running = ids("STARTED");
    return {
      jobs: {
        concurrentLimit: this.#options.concurrentLimit,
        monthlyQuota: this.#options.monthlyQuota,
        ...(running.length === 0 ? {} : { runningJobIds: running }),
        submittedJobIds: ids("SCHEDULED"),
        availableConcurrentLimit: Math.max(0, concurrent),
        availableMonthlyQuota: Math.max(0, monthly),
      },
    };
  }

  /** A job as the API shows it. */
  show(job: Job): JsonObject {
    const isDone = job.status === "DONE";
    return {
      jobId: job.id,
      userId: 7,
      orgId: 900,
      title: job.title,
      module: job.module,
      startTime: job.submittedAt,
      endTime: job.endedAt ?? null,
      expiredTime: this.#expiry(job) ?? null,
      version: 1,
      fileName: isDone ? `${job.title}.json` : null,
      fileType: "JSON",
      status: job.status,
      viewed: false,
      cellsTruncated: isDone && job.fate === "cells-truncated",
      rowsTruncated: isDone && job.fate === "rows-truncated",
      downloads: job.downloads,
      deliveryStatusMap: {},
      currency: job.currency,
    };
  }

  #available(): { monthly: number; concurrent: number } {
    const { clock, monthlyQuota, concurrentLimit } = this.#options;
    const since = clock() - keptMs;
    const counted = this.list.filter(
      ({ status, submittedAt }) => status !== "CANCELLED" && submittedAt > since,
    );
    const open = this.list.filter((job) => !isOver(job));
    return {
      monthly: monthlyQuota - counted.length,
      concurrent: concurrentLimit - this.#occupied - open.length,
    };
  }

  #expiry(job: Job): number | undefined {
    if (this.#expired.has(job.id)) return this.#options.clock() - 1;
    return job.endedAt === undefined ? undefined : job.endedAt + keptMs;
  }

  #isExpired(job: Job): boolean {
    return (this.#expiry(job) ?? Number.POSITIVE_INFINITY) <= this.#options.clock();
  }
}

function isOver({ status }: Job): boolean {
  return status !== "SCHEDULED" && status !== "STARTED";
}

function statusOf(fate: JobFate): JobStatus {
  return fate === "FAILED" || fate === "CANCELLED" || fate === "ABORTED" ? fate : "DONE";
}
