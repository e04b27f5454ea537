import { ConnectorError, ExportError } from "@chorale/singer";
import type { AnyRecord, Page } from "../definitions.ts";
import { plainRecord } from "../record-type.ts";
import { isOutputFailure } from "../sync/output-failure.ts";
import { awaitJob, type JobOutcome } from "./await-job.ts";
import type {
  DownloadContext,
  ExportContext,
  ExportOrder,
  ExportStreamOptions,
} from "./export-definitions.ts";
import { filesOf } from "./export-files.ts";
import type { ExportLedger } from "./export-ledger.ts";

const defaultPollSeconds = 15;
const defaultTimeoutSeconds = 1800;
/** A job that is gone so often in a row will be gone again. */
const maxAttempts = 3;

/** An export that is read. */
export interface OrderReading<Config, Parent, Order> {
  readonly context: ExportContext<Config, Parent, Order>;
  readonly ledger: ExportLedger;
}

interface JobReading<Config, Parent, Order, Job> extends OrderReading<Config, Parent, Order> {
  /** Undefined where there is something to download without a job. */
  readonly job: Job | undefined;
  /** Whether this run submitted it. */
  readonly isNew: boolean;
}

/**
 * Reads one export: goes on with the job that the state names, or submits one, and yields a page without records as
 * soon as there is a job to remember or to forget, so that the state tells at once.
 */
export async function* readOrder<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: OrderReading<Config, Parent, Order>,
): AsyncGenerator<Page, void, void> {
  const { context, ledger } = reading;
  const { key } = context.order;
  if (ledger.isRead(key)) {
    context.log.info(`${options.name}: ${key} was read by the run before`);
    return;
  }
  let job: Job | undefined = await ledger.jobOf(key, options.job);
  if (job !== undefined) context.log.info(`${nameOf(options, { context, job })} is gone on with`);
  let isNew = false;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    if (job === undefined) {
      job = await options.submit({ ...context, attempt });
      isNew = true;
      if (job !== undefined) yield* submitted(options, { ...reading, job, isNew });
    }
    if (yield* readJob(options, { ...reading, job, isNew })) return;
    context.log.warn(`${nameOf(options, { context, job })} is gone: it is submitted anew`);
    ledger.forget(key);
    job = undefined;
  }
  throw exportError(options, {
    context,
    job,
    what: `was gone ${maxAttempts} times in a row`,
    retryable: true,
  });
}

/** Tells the state of a job. One that a stop kept from the state would be known to nobody: it is cancelled. */
async function* submitted<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: JobReading<Config, Parent, Order, Job>,
): AsyncGenerator<Page, void, void> {
  const { context, ledger, job } = reading;
  let isTold = false;
  ledger.submitted(context.order.key, job);
  try {
    yield withoutRecords(ledger);
    isTold = true;
  } finally {
    if (!isTold) await leaveJob(options, reading);
  }
}

async function leaveJob<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  { context, job }: JobReading<Config, Parent, Order, Job>,
): Promise<void> {
  if (job === undefined || options.cancel === undefined) return;
  try {
    await options.cancel({ ...context, job });
  } catch (error) {
    context.log.info(`${nameOf(options, { context, job })} is known to nobody, and was not cancelled`, {
      error,
    });
  }
}

/** Waits for a job and yields its records. Answers false when the job is gone. */
async function* readJob<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: JobReading<Config, Parent, Order, Job>,
): AsyncGenerator<Page, boolean, void> {
  const { context, ledger } = reading;
  const outcome = await outcomeOf(options, reading);
  if (outcome.state === "gone") return false;
  if (outcome.state !== "done") {
    const isOver = outcome.state === "failed" || outcome.isCancelled;
    if (isOver) ledger.forget(context.order.key);
    if (isOver) yield withoutRecords(ledger);
    throw failureOf(options, { ...reading, outcome });
  }
  const frees: (() => Promise<void>)[] = [];
  const release = (free: () => Promise<void>): void => {
    frees.push(free);
  };
  const { files = [] } = outcome;
  try {
    const records = yield* downloaded(options, { ...reading, files, release });
    if (records === undefined) return false;
    ledger.read(context.order.key);
    yield { records: plainRecords(options.name, records), position: ledger.position() };
    return true;
  } finally {
    for (const free of frees.toReversed()) await free();
  }
}

/** A result that is of no use is no better the next time: its job is forgotten. */
async function* downloaded<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: JobReading<Config, Parent, Order, Job> &
    Pick<DownloadContext<Config, Parent, Order, Job>, "files" | "release">,
): AsyncGenerator<Page, AsyncIterable<unknown> | Iterable<unknown> | undefined, void> {
  const { context, ledger, job, files, release } = reading;
  try {
    if (options.download === undefined) return await filesOf(options, { ...context, job, files, release });
    return await options.download({ ...context, job, files, release });
  } catch (error) {
    if (ConnectorError.isInstance(error) && error.kind === "system") {
      ledger.forget(context.order.key);
      yield withoutRecords(ledger);
    }
    throw error;
  }
}

async function outcomeOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: JobReading<Config, Parent, Order, Job>,
): Promise<JobOutcome> {
  const { signal } = reading.context;
  try {
    return await waited(options, reading);
  } catch (error) {
    // The state that names it may have reached nobody.
    if (reading.isNew && signal.aborted && isOutputFailure(signal.reason)) await leaveJob(options, reading);
    throw error;
  }
}

async function waited<Config, Item, Parent, Job, Order extends ExportOrder>(
  { poll, cancel, pollSeconds, timeoutSeconds }: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  { context, job }: JobReading<Config, Parent, Order, Job>,
): Promise<JobOutcome> {
  if (job === undefined) return { state: "done" };
  const { config, signal } = context;
  return await awaitJob({
    poll: () => poll({ ...context, job }),
    cancel: cancel && (() => cancel({ ...context, job })),
    pollSeconds: pollSeconds?.(config) ?? defaultPollSeconds,
    timeoutSeconds: timeoutSeconds?.(config) ?? defaultTimeoutSeconds,
    signal,
  });
}

async function* plainRecords(
  stream: string,
  records: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncGenerator<AnyRecord, void, void> {
  for await (const record of records) yield plainRecord(stream, record);
}

function withoutRecords(ledger: ExportLedger): Page {
  return { records: [], position: ledger.position() };
}

function failureOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  reading: JobReading<Config, Parent, Order, Job> & {
    readonly outcome: Extract<JobOutcome, { readonly state: "failed" | "late" }>;
  },
): ExportError {
  const { outcome, context } = reading;
  if (outcome.state === "failed") {
    const { reason, retryable = true } = outcome;
    return exportError(options, { ...reading, what: `failed: ${reason}`, retryable, lastState: "failed" });
  }
  const seconds = options.timeoutSeconds?.(context.config) ?? defaultTimeoutSeconds;
  const what = `did not end within ${seconds} seconds: its last state was ${outcome.says}`;
  const then = outcome.isCancelled ? " It was cancelled." : " The next run goes on with it.";
  return exportError(options, { ...reading, what, then, retryable: true, lastState: outcome.says });
}

function exportError<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  facts: Pick<JobReading<Config, Parent, Order, Job>, "context" | "job"> & {
    readonly what: string;
    readonly then?: string;
    readonly lastState?: string;
    readonly retryable: boolean;
  },
): ExportError {
  const { what, then = "", lastState, retryable, job } = facts;
  const jobId = job === undefined ? "" : jobNameOf(options, job);
  const advice = retryable ? "Try again later." : "Look at the export's settings.";
  return new ExportError(`${nameOf(options, facts)} ${what}.${then} ${advice}`, {
    jobId,
    retryable,
    ...(lastState === undefined ? {} : { lastState }),
  });
}

function nameOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  { context, job }: Pick<JobReading<Config, Parent, Order, Job>, "context" | "job">,
): string {
  const named = job === undefined ? "" : ` (job ${jobNameOf(options, job)})`;
  return `${options.name}: the export ${context.order.key}${named}`;
}

function jobNameOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  { jobName }: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  job: Job,
): string {
  return jobName?.(job) ?? JSON.stringify(job);
}
