import type { Schema } from "@chorale/singer";
import type { AnyRecord, StreamContext } from "../definitions.ts";
import type { StreamBasics } from "../stream-options.ts";

/** One of the exports that a stream is made of. It may hold whatever its job is asked for with. */
export interface ExportOrder {
  /**
   * Names the export in the state and in messages. Everything that its job was asked for with belongs into it: a job
   * from the state is gone on with when an order has its key.
   */
  readonly key: string;
}

/** How far a job is. */
export type ExportStatus =
  /** Not yet; `says` is the vendor's own word, for messages. */
  | { readonly state: "running"; readonly says?: string }
  /** There is something to download; `files` are the addresses, for {@link ExportStreamOptions.recordsAt}. */
  | { readonly state: "done"; readonly files?: readonly string[] }
  /** The job ended without a result. @default retryable true */
  | { readonly state: "failed"; readonly reason: string; readonly retryable?: boolean }
  /** The API does not know the job any more, or its result has expired: it is submitted anew. */
  | { readonly state: "gone" };

/** What the functions of an export stream are told. */
export interface ExportContext<Config, Parent, Order> extends StreamContext<Config, Parent> {
  readonly order: Order;
}

/** What `submit` is told. */
export interface SubmitContext<Config, Parent, Order> extends ExportContext<Config, Parent, Order> {
  /** 1, and one more after each job that turned out to be gone. */
  readonly attempt: number;
}

/** What `poll` and `cancel` are told. */
export interface JobContext<Config, Parent, Order, Job> extends ExportContext<Config, Parent, Order> {
  readonly job: Job;
}

/** What `download` is told. */
export interface DownloadContext<Config, Parent, Order, Job> extends ExportContext<Config, Parent, Order> {
  /** Undefined when `submit` needed none. */
  readonly job: Job | undefined;
  /** What the last status named. */
  readonly files: readonly string[];
  /** Calls a function when the records, and those of the streams below, were written or given up. */
  release(free: () => Promise<void>): void;
}

/**
 * A stream whose records are exported by jobs: submitted, polled with growing waits, downloaded. A job is in the state
 * from the moment it was submitted until its records are written, so that a run that was killed polls on and
 * pays for none twice; the jobs of a child stream are not. A run that is stopped leaves a job alone that the state names. One that is not done in time is cancelled, one that
 * is gone is submitted anew. Reading the stream throws `ExportError` for a job that failed.
 *
 * @example
 * ```ts
 * const revenueLines = billing.exportStream({
 *   name: "revenue_lines",
 *   schema: object({ id: integer(), amount: nullable(decimal()) }),
 *   keyProperties: ["id"],
 *   job: object({ id: string() }),
 *   submit: ({ http }) => http.post("exports", { json: { report: "lines" }, response: object({ id: string() }) }),
 *   poll: async ({ http, job }) => {
 *     const { status } = await http.get(`exports/${job.id}`, { response: object({ status: string() }) });
 *     if (status === "FAILED") return { state: "failed", reason: "the report could not be made" };
 *     return status === "DONE" ? { state: "done", files: [`exports/${job.id}/file`] } : { state: "running" };
 *   },
 *   recordsAt: "lines",
 * });
 * ```
 */
export interface ExportStreamOptions<Config, Item, Parent, Job, Order extends ExportOrder>
  extends Omit<StreamBasics<Config, Item, Parent>, "keepsPosition" | "sorted"> {
  /** What the state keeps of a job. One from the state that does not fit is submitted anew. */
  readonly job: Schema<Job>;
  /**
   * The exports of a run, in order; each has a job of its own. One that fails is told in the log, the others go on,
   * and the first failure is thrown at the end.
   * @default one, with the key `all`
   */
  readonly orders?: (context: StreamContext<Config, Parent>) => readonly Order[];
  /** Asks for an export. Undefined: there is something to download without a job. */
  readonly submit: (context: SubmitContext<Config, Parent, Order>) => Promise<NoInfer<Job> | undefined>;
  /** Asks how far a job is. */
  readonly poll: (context: JobContext<Config, Parent, Order, NoInfer<Job>>) => Promise<ExportStatus>;
  /**
   * Cancels a job that took too long. False: it had ended before, so it is polled once more. Also called, with an aborted
   * `signal`, for a job of a run that was stopped before the state named it, or whose output is read by nobody: its
   * request needs `outlivesRunSeconds` then.
   * @default it is left alone, and stays in the state
   */
  readonly cancel?: (context: JobContext<Config, Parent, Order, NoInfer<Job>>) => Promise<boolean>;
  /**
   * Answers the records of an export; undefined when there is nothing to download any more, and then it is submitted
   * anew. A large body belongs on disk first, as {@link spoolLists} puts it there: a slow target must not
   * let the connection time out, and what was handed out cannot be taken back when it breaks off.
   * @default each of `files` is a JSON document, with its records at `recordsAt`; one that answers 404 or 410 is not there any more
   */
  readonly download?: (
    context: DownloadContext<Config, Parent, Order, NoInfer<Job>>,
  ) => Promise<AsyncIterable<NoInfer<Item>> | Iterable<NoInfer<Item>> | undefined>;
  /** The dotted path of the records in a file; `""` when it is the list. Not looked at when there is a `download`. */
  readonly recordsAt?: string;
  /** Changes a record of a file before it is emitted; undefined leaves it out. @default the record as it came */
  readonly transform?: (
    record: Item & AnyRecord,
    context: ExportContext<Config, Parent, Order>,
  ) => NoInfer<Item> | undefined;
  /** What a job is called in messages. @default its JSON */
  readonly jobName?: (job: NoInfer<Job>) => string;
  /** The longest wait between two polls. The first is 1 second, or this where it is less; each is half as long again. @default 15 */
  readonly pollSeconds?: (config: Config) => number;
  /** How long a run waits for a job. @default 1800 */
  readonly timeoutSeconds?: (config: Config) => number;
  /**
   * How old a job, or the fact that an export was read, may be for a run to go on from it. Older ones are
   * submitted anew, so that the next day's run brings the next day's data.
   * @default 43,200: half a day
   */
  readonly keepSeconds?: (config: Config) => number;
}
