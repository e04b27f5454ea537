import { once } from "node:events";
import { rm } from "node:fs/promises";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
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

/**
 * A thread that uploads over a connection of its own, as many files at a time as it is asked for. Once it is down it
 * stays so, and another is started. Its temporary folder is its own, and is removed with it.
 */
export class UploadThread {
  readonly #worker: Worker;
  readonly #log: Logger;
  readonly #pending = new Map<number, Pending>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #gone: Promise<void>;
  #isUp = true;
  #lastId = 0;

  constructor(input: ThreadInput, log: Logger) {
    this.#log = log;
    this.#ready.promise.catch(() => undefined);
    // Built it is JavaScript, in tests TypeScript that Node reads as it is: as this file.
    const file = `./upload-worker${extname(new URL(import.meta.url).pathname)}`;
    // Nothing that a thread prints may get between the states on stdout.
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: input,
      stdout: true,
      stderr: true,
      execArgv: ownArguments(),
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on("message", (message: unknown) => {
      if (isThreadReport(message)) this.#take(message);
    });
    this.#worker.on("error", (cause) => this.#fail(crashed(cause)));
    this.#gone = once(this.#worker, "exit")
      .catch(() => undefined)
      .then(async () => {
        this.#fail(crashed());
        this.#closed.resolve();
        await rm(input.tempDir, { recursive: true, force: true }).catch(() => undefined);
      });
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
    await this.kill(new PutFailure("its thread was ended", { mayRetry: false }));
  }

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

/** Threads get the process's options, of which one is about what was typed in and would refuse a file. */
function ownArguments(): string[] {
  const name = "--input-type";
  return process.execArgv.filter((option, at, all) => !option.startsWith(name) && all[at - 1] !== name);
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
