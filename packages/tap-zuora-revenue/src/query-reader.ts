import { ApiError, ExportError } from "@chorale/singer";
import { patiently, type StreamContext } from "@chorale/tap-sdk";
import type { ZuoraRevenueConfig } from "./client.ts";
import { type PageFacts, pageFacts } from "./page-facts.ts";
import { countRows, type PageAnswer, requestPage } from "./page-requests.ts";
import type { PageSpool, Slice } from "./page-spool.ts";
import { type Criteria, cancelTask, findTask, leaveTask, taskStatus } from "./tasks.ts";

/** How far a query was read. */
export interface Progress {
  readonly token: string | undefined;
  /** The page to read next. */
  readonly page: number;
  readonly rows: number;
}

/** A page on disk. */
export interface SpooledPage {
  readonly number: number;
  readonly slice: Slice;
  /** The columns in the page's own order. */
  readonly columns: readonly string[];
  /** Whether the first line names the columns. */
  readonly hasHeader: boolean;
  /** Where a later run goes on after it. */
  readonly after: Progress;
}

/** What a query is read with. */
export interface QueryOptions {
  readonly context: Pick<StreamContext<ZuoraRevenueConfig, unknown>, "http" | "config" | "log" | "signal">;
  readonly criteria: Criteria;
  readonly spool: PageSpool;
  readonly pageSize: number;
  /** How many rows there were when they were counted; undefined where nobody counted. */
  readonly expected: number | undefined;
  /** Ends the query after its first page. */
  readonly onlyFirstPage: boolean;
  readonly start: Progress;
}

type Step = SpooledPage | "end" | "again" | { readonly restart: string };

const mostRestarts = 3;
const mostBrokenPages = 5;
const mostLostAnswers = 5;
const longestWaitSeconds = 60;

/** One query of a view: its task at Zuora, and where its pages are. */
export class QueryReader {
  readonly #options: QueryOptions;
  #progress: Progress;
  #columns: readonly string[] | undefined;
  #isOver = false;
  #restarts = 0;
  #brokenPages = 0;
  #lostAnswers = 0;
  #totalRows: number | undefined;

  constructor(options: QueryOptions) {
    this.#options = options;
    this.#progress = options.start;
  }

  /** Reads the pages until the query has no more; a query that Zuora gave up is begun again. */
  async *pages(signal: AbortSignal): AsyncGenerator<SpooledPage, void, void> {
    const { pageSize, onlyFirstPage } = this.#options;
    for (;;) {
      const before = this.#progress.rows;
      const step = await this.#next(signal);
      if (typeof step === "object" && "restart" in step) {
        await this.#restart(step.restart);
        continue;
      }
      if (typeof step === "object") yield step;
      if (onlyFirstPage) return;
      if (typeof step === "object" && step.after.rows - before === pageSize) continue;
      const short = await this.#missing();
      if (short === undefined) {
        this.#isOver = true;
        return;
      }
      await this.#restart(short);
    }
  }

  /** Gives the task's place back when the query was left before its end, because of a failure or of a stop. */
  async close(): Promise<void> {
    const { token } = this.#progress;
    const { context, criteria } = this.#options;
    const { http, log, signal } = context;
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      if (signal.aborted) await leaveTask(http, { token, criteria });
      else if (token !== undefined) await cancelTask(http, token);
    } catch (error) {
      log.info(`${this.#view}: the task could not be cancelled; it ends by itself`, { token, error });
    }
  }

  get #view(): string {
    return this.#options.criteria.view;
  }

  async #next(signal: AbortSignal): Promise<Exclude<Step, "again">> {
    const { config } = this.#options.context;
    const timeoutSeconds = config.max_wait_seconds;
    const pace = { firstSeconds: config.poll_interval_seconds, longestSeconds: longestWaitSeconds };
    for await (const _ of patiently({ ...pace, timeoutSeconds, signal })) {
      let step: Step = "again";
      // What needs no wait is tried at once: a page that broke off, and one that became ready meanwhile.
      do {
        signal.throwIfAborted();
        const broken = this.#brokenPages;
        step = await this.#step(await this.#ask());
        if (this.#brokenPages === broken) break;
      } while (step === "again");
      if (step !== "again") return step;
    }
    throw this.#failed(`page ${this.#progress.page} did not come within ${timeoutSeconds} seconds`);
  }

  #ask(): Promise<PageAnswer> {
    const { context, criteria, pageSize } = this.#options;
    const { page, token } = this.#progress;
    const request = { ...criteria, pageSize, page, token };
    return requestPage(context.http, { config: context.config, request });
  }

  async #step(answer: PageAnswer): Promise<Step> {
    switch (answer.kind) {
      case "page":
        return await this.#take(answer);
      case "nothing":
        return "end";
      case "beyond":
        this.#totalRows = answer.totalRows;
        return "end";
      case "lost": {
        this.#lostAnswers += 1;
        if (answer.error !== undefined && this.#lostAnswers > mostLostAnswers) throw answer.error;
        const token = await findTask(this.#options.context.http, this.#options.criteria);
        this.#progress = { ...this.#progress, token };
        return "again";
      }
      case "not-cached":
        return await this.#notCached();
    }
  }

  /** What follows when a page is not there: it may come, it may never come, and there may be none. */
  async #notCached(): Promise<Step> {
    const { context, expected } = this.#options;
    const { token, rows } = this.#progress;
    if (token === undefined) return "again";
    const { queue, accumulated } = await taskStatus(context.http, token);
    if (queue === "active") return "again";
    if (queue === "canceled" || queue === "stale") return { restart: `Zuora says that its task is ${queue}` };
    // It was completed between the two requests: the page is there now.
    if (queue === "completed" && accumulated > rows) return "again";
    if (queue !== "none") return "end";
    return rows === expected ? "end" : { restart: "Zuora does not know its task any more" };
  }

  async #take({ answer, token = this.#progress.token }: PageAnswer & { kind: "page" }): Promise<Step> {
    const { spool } = this.#options;
    this.#progress = { ...this.#progress, token };
    try {
      const slice = await spool.add(answer.bytes);
      return await this.#pageOf(slice, await pageFacts(spool.read(slice)));
    } catch (error) {
      if (!isBroken(error) || this.#brokenPages >= mostBrokenPages) throw error;
      this.#brokenPages += 1;
      return "again";
    }
  }

  async #pageOf(slice: Slice, { first, lines }: PageFacts): Promise<Step> {
    const { page: number, rows: before } = this.#progress;
    const names = first.map((name) => name.trim().toUpperCase());
    const hasHeader = number === 1 || isHeader(names, this.#columns);
    const columns = hasHeader ? names : this.#columns;
    // A run that goes on with a later page does not know the columns of a page that does not name them.
    if (columns === undefined) return { restart: `page ${number} does not name its columns` };
    this.#columns = columns;
    const rows = before + lines - (hasHeader ? 1 : 0);
    const token = this.#progress.token ?? (await this.#lostToken(rows));
    if (token === undefined && rows === this.#options.pageSize && !this.#options.onlyFirstPage) {
      return { restart: "Zuora gave no continuation token" };
    }
    this.#brokenPages = 0;
    this.#lostAnswers = 0;
    this.#progress = { token, page: number + 1, rows };
    return { number, slice, columns, hasHeader, after: this.#progress };
  }

  /** A full first page has pages after it, and they are read with a token only. */
  async #lostToken(rows: number): Promise<string | undefined> {
    const { context, criteria, pageSize } = this.#options;
    return rows < pageSize ? undefined : await findTask(context.http, criteria);
  }

  /** Says what is missing; undefined when nothing is, or nobody wants to know. */
  async #missing(): Promise<string | undefined> {
    const { context, criteria, expected } = this.#options;
    const { rows } = this.#progress;
    const { verify_counts: verify, client_id: clientId } = context.config;
    if (verify === "off") return undefined;
    const told = this.#totalRows ?? expected;
    if (told === undefined || rows >= told) return undefined;
    // Rows may have been deleted since they were counted.
    const now = this.#totalRows ?? (await countRows(context.http, { criteria, clientId }));
    if (now === undefined || rows >= now) return undefined;
    const short = `${rows} rows came, and Zuora counts ${now}`;
    if (verify === "fail") return short;
    context.log.warn(`${this.#view}: ${short}`, { stream: this.#view.toLowerCase(), rows, counted: now });
    return undefined;
  }

  async #restart(reason: string): Promise<void> {
    if (this.#restarts >= mostRestarts) throw this.#failed(reason);
    this.#restarts += 1;
    this.#options.context.log.warn(`${this.#view}: read again from the first page, because ${reason}`);
    await this.close();
    this.#isOver = false;
    this.#columns = undefined;
    this.#totalRows = undefined;
    this.#progress = { token: undefined, page: 1, rows: 0 };
  }

  #failed(reason: string): ExportError {
    const message = `${this.#view.toLowerCase()}: ${reason}. Run again later; if it stays so, ask Zuora.`;
    return new ExportError(message, { jobId: this.#progress.token ?? "", retryable: true });
  }
}

/** Bodies that break off, and compressed ones that make no sense. */
function isBroken(error: unknown): boolean {
  if (ApiError.isInstance(error)) return error.retryable;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("Z_");
}

/** Tells whether cells name columns: those of the first page in any order or, where it is not known, names at all. */
function isHeader(cells: readonly string[], columns: readonly string[] | undefined): boolean {
  if (columns !== undefined) {
    const known = new Set(columns);
    return cells.length === columns.length && cells.every((cell) => known.has(cell));
  }
  return cells.includes("INCR_UPDT_DT") && cells.every((cell) => /^[A-Z][A-Z0-9_$#]*$/.test(cell));
}
