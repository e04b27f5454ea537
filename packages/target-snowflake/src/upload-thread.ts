import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Worker } from "node:worker_threads";
import {
  AuthenticationError,
  ConfigError,
  type ConnectorError,
  LoadError,
  type Logger,
} from "@chorale/singer";
import { SnowflakeFailure } from "./snowflake-errors.ts";
import {
  isThreadReport,
  type ThreadInput,
  type ThreadReport,
  type ThreadRequest,
} from "./upload-messages.ts";
import { freshThreads, type WorkerThreads } from "./worker-threads.ts";

/** Why a PUT did not put its file there. */
export class PutFailure extends Error {
  override readonly name = "PutFailure";
  /** Whether another PUT of the same file may go well. */
  readonly mayRetry: boolean;
  /** Whether it failed only because its thread was ended for another file's sake. */
  readonly isInnocent: boolean;

  constructor(
    message: string,
    options: { readonly mayRetry: boolean; readonly isInnocent?: boolean; readonly cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.mayRetry = options.mayRetry;
    this.isInnocent = options.isInnocent === true;
  }
}

/** A PUT that a thread is asked for. */
export type PutRequest = Omit<Extract<ThreadRequest, { kind: "put" }>, "kind" | "id">;

interface Pending {
  readonly resolve: () => void;
  readonly reject: (failure: Error) => void;
}

const longestEndMs = 7000;

/** What an upload's thread is made with. */
export interface UploadThreadOptions {
  readonly log: Logger;
  /** @default a fresh one */
  readonly threads?: WorkerThreads | undefined;
}

/**
 * A thread that uploads over a connection of its own, as many files at a time as it is asked for. Once it is down it
 * stays so, and another is started. Its temporary folder is its own, and is removed with it.
 */
export class UploadThread {
  readonly #worker: Worker;
  readonly #threads: WorkerThreads;
  readonly #log: Logger;
  readonly #pending = new Map<number, Pending>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #left = new AbortController();
  readonly #gone: Promise<void>;
  #isUp = true;
  #hasLoggedOut = false;
  #lastId = 0;

  constructor(input: ThreadInput, { log, threads = freshThreads }: UploadThreadOptions) {
    this.#log = log;
    this.#threads = threads;
    this.#ready.promise.catch(() => undefined);
    this.#worker = threads.take();
    this.#worker.on("message", this.#receive);
    this.#worker.on("error", this.#crash);
    this.#gone = once(this.#worker, "exit", { signal: this.#left.signal })
      .catch(() => undefined)
      .then(async () => {
        this.#fail(crashed());
        this.#closed.resolve();
        await rm(input.tempDir, { recursive: true, force: true }).catch(() => undefined);
      });
    this.#worker.postMessage({ kind: "begin", input } satisfies ThreadRequest);
  }

  /** Whether it takes requests. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves once it has logged in. Rejects with a `ConnectorError` when it cannot. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Puts a file. Rejects with {@link PutFailure}; after `deadlineMs` the thread is ended, with all that it does. */
  async put(request: PutRequest, deadlineMs: number): Promise<void> {
    if (!this.#isUp) throw new PutFailure("its thread has ended", { mayRetry: true, isInnocent: true });
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.set(id, { resolve, reject });
    const late = setTimeout(() => {
      this.#pending.delete(id);
      const failure = new PutFailure(`it took longer than ${Math.round(deadlineMs / 100) / 10} s`, {
        mayRetry: true,
      });
      const ended = this.kill(new PutFailure("its thread was ended", { mayRetry: true, isInnocent: true }));
      void ended.then(() => reject(failure));
    }, deadlineMs);
    this.#worker.postMessage({ kind: "put", id, ...request } satisfies ThreadRequest);
    try {
      await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends the thread at once; what it does fails with `reason`. Resolves when it is gone; never rejects. */
  async kill(reason: Error): Promise<void> {
    this.#fail(reason);
    await this.#worker.terminate().catch(() => undefined);
    await this.#gone;
  }

  /** Logs out and ends the thread. Bounded in time; never rejects. */
  async end(): Promise<void> {
    if (this.#isUp) {
      this.#worker.postMessage({ kind: "close" } satisfies ThreadRequest);
      const late = setTimeout(() => this.#closed.resolve(), longestEndMs);
      await this.#closed.promise;
      clearTimeout(late);
    }
    const reason = new PutFailure("its thread was ended", { mayRetry: false });
    if (this.#hasLoggedOut) await this.#leave(reason);
    else await this.kill(reason);
  }

  async #leave(reason: Error): Promise<void> {
    this.#fail(reason);
    this.#worker.off("message", this.#receive);
    this.#worker.off("error", this.#crash);
    this.#left.abort();
    await Promise.all([this.#gone, this.#threads.release(this.#worker)]);
  }

  readonly #receive = (message: unknown): void => {
    if (isThreadReport(message)) this.#take(message);
  };

  readonly #crash = (cause: unknown): void => this.#fail(crashed(cause));

  #take(report: ThreadReport): void {
    switch (report.kind) {
      case "ready":
        this.#ready.resolve();
        break;
      case "unable":
        this.#fail(loginError(report));
        break;
      case "done":
        this.#settle(report.id, (pending) => pending.resolve());
        break;
      case "failed":
        this.#settle(report.id, (pending) => pending.reject(failureOf(report)));
        if (report.isDown) void this.kill(new PutFailure("its session ended", { mayRetry: true }));
        break;
      case "log":
        this.#log[report.level](report.message, report.fields);
        break;
      case "closed":
        this.#hasLoggedOut = true;
        this.#closed.resolve();
    }
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    settle(pending);
  }

  #fail(reason: Error): void {
    this.#isUp = false;
    this.#ready.reject(reason);
    for (const id of [...this.#pending.keys()]) this.#settle(id, (pending) => pending.reject(reason));
  }
}

function crashed(cause?: unknown): PutFailure {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new PutFailure(`its thread ended${reason}`, {
    mayRetry: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

function failureOf(report: Extract<ThreadReport, { kind: "failed" }>): PutFailure {
  const { message, code, queryId, mayRetry } = report;
  // A refusal of the server keeps what advice is found by.
  const cause =
    code === undefined ? undefined : new SnowflakeFailure(message, { code, queryId, action: "config" });
  return new PutFailure(message, { mayRetry, ...(cause === undefined ? {} : { cause }) });
}

function loginError({ className, message }: Extract<ThreadReport, { kind: "unable" }>): ConnectorError {
  const text = message.endsWith(".") ? message : `${message}.`;
  if (className === "AuthenticationError") return new AuthenticationError(text);
  if (className === "ConfigError") return new ConfigError(text);
  return new LoadError(text, { retryable: true });
}
