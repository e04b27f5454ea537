import { link, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AuthenticationError, type ConnectorError, LoadError, type Logger } from "@chorale/singer";
import { Limiter } from "@chorale/target-sdk";
import { createLogin, type Login } from "./authentication.ts";
import { retryDelayMs } from "./backoff.ts";
import type { SnowflakeConfig } from "./config.ts";
import { snowflakeError } from "./failure-advice.ts";
import { putStatement, type UploadFile } from "./put-statement.ts";
import { SnowflakeFailure } from "./snowflake-errors.ts";
import { PutFailure, UploadThread } from "./upload-thread.ts";
import type { WorkerThreads } from "./worker-threads.ts";

export type { UploadFile } from "./put-statement.ts";

/** What files are uploaded with. */
export interface UploadsOptions {
  readonly config: SnowflakeConfig;
  readonly log: Logger;
  /** Ends all uploads at once. */
  readonly signal: AbortSignal;
  /** The stage as SQL spells it after the @: `~`, or a quoted name. */
  readonly stage: string;
  /** The run's private folder, for links to the files and for the driver's encrypted copies. */
  readonly tempDir: string;
  /** What all connections of a run log in with. @default one of its own, made from the settings */
  readonly login?: Login;
  /** Where threads come from. @default a fresh one for each that is needed */
  readonly threads?: WorkerThreads | undefined;
}

/** What may be uploaded in a second, at least. */
const leastBytesPerSecond = 1_000_000;

/**
 * Puts files into a stage: `upload_parallelism` at a time, one statement each, in a thread that can be ended when the
 * driver does not. A file that failed is put again by a new statement, which has new credentials for the storage.
 */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #login: Login;
  readonly #limiter: Limiter;
  #thread: Promise<UploadThread> | undefined;
  #isClosed = false;

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#login = options.login ?? createLogin(options.config);
    this.#limiter = new Limiter(options.config.upload_parallelism);
    options.signal.addEventListener("abort", this.#stop, { once: true });
  }

  /**
   * Puts a file there, whole. Rejects with a retryable `LoadError` that names file and stage when it could not be done in
   * `retries` more tries, with `ConfigError` or `AuthenticationError` when it never could, and with the signal's reason.
   */
  upload(file: UploadFile): Promise<void> {
    return this.#limiter.run(() => this.#upload(file));
  }

  /** Ends the thread. Bounded in time, never rejects, harmless if repeated. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.signal.removeEventListener("abort", this.#stop);
    const thread = await this.#thread?.catch(() => undefined);
    await thread?.end();
  }

  async #upload(file: UploadFile): Promise<void> {
    this.#check();
    const folder = await this.#linked(file);
    try {
      await this.#putUntilThere(file, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  readonly #stop = (): void => {
    const stopped = new PutFailure("the run was stopped", { mayRetry: false });
    this.#thread?.then((thread) => thread.kill(stopped)).catch(() => undefined);
  };

  #check(): void {
    this.#options.signal.throwIfAborted();
    if (this.#isClosed) throw new LoadError("cannot upload: the run has ended. Start it again.");
  }

  /** Gives the file its name in the stage, in a folder of its own: the name says how it is compressed. */
  async #linked(file: UploadFile): Promise<string> {
    const folder = await mkdtemp(join(resolve(this.#options.tempDir), "put-"));
    const place = join(folder, posix.basename(file.name));
    try {
      const path = await realpath(file.path);
      // Not every file system has hard links, and none has them to files of another.
      await link(path, place).catch(() => symlink(path, place));
      return folder;
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw new LoadError(
        `cannot put ${file.name} into stage @${this.#options.stage}: ${file.path} cannot be read (${codeOf(cause)}). Check that nothing clears temp_dir.`,
        { cause },
      );
    }
  }

  async #putUntilThere(file: UploadFile, folder: string): Promise<void> {
    const { config, log, signal } = this.#options;
    for (let failures = 0; ; ) {
      this.#check();
      try {
        return await this.#put(file, folder);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof PutFailure)) throw error;
        if (error.isInnocent) continue;
        failures += 1;
        if (!error.mayRetry || failures > config.retries) throw this.#uploadError(error, { file, failures });
        const waitMs = retryDelayMs(failures, config);
        const fields = { file: file.name, reason: error.message, wait_ms: Math.round(waitMs) };
        log.warn("an upload failed and is tried again", fields);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #put(file: UploadFile, folder: string): Promise<void> {
    const { config, stage } = this.#options;
    const { name, bytes } = file;
    const thread = await this.#connected();
    const deadlineMs = config.put_timeout_seconds * 1000 + (bytes / leastBytesPerSecond) * 1000;
    await thread.put({ sql: putStatement(stage, file), folder, name, bytes }, deadlineMs);
  }

  /** Answers the thread, and starts one when there is none that is up. */
  async #connected(): Promise<UploadThread> {
    for (;;) {
      const asked = this.#thread ?? this.#begin();
      const thread = await asked;
      if (thread.isUp) return thread;
      if (this.#thread === asked) this.#thread = undefined;
    }
  }

  #begin(): Promise<UploadThread> {
    const started = this.#started();
    this.#thread = started;
    started.catch(() => {
      if (this.#thread === started) this.#thread = undefined;
    });
    return started;
  }

  async #started(): Promise<UploadThread> {
    try {
      return await this.#start();
    } catch (error) {
      // A token that was refused is replaced once.
      if (!AuthenticationError.isInstance(error) || !this.#login.refused()) throw error;
      return await this.#start();
    }
  }

  async #start(): Promise<UploadThread> {
    const { config, log, signal, tempDir, threads } = this.#options;
    const [options, hint] = await Promise.all([this.#login.options(signal), this.#login.hint()]);
    const folder = await mkdtemp(join(resolve(tempDir), "thread-"));
    const thread = new UploadThread({ config, options, hint, tempDir: folder }, { log, threads });
    const stop = (): void => void thread.kill(new PutFailure("the run was stopped", { mayRetry: false }));
    signal.addEventListener("abort", stop, { once: true });
    try {
      await thread.ready();
      return thread;
    } catch (error) {
      await thread.kill(new PutFailure("its thread was ended", { mayRetry: true }));
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #uploadError(
    failure: PutFailure,
    { file, failures }: { file: UploadFile; failures: number },
  ): ConnectorError {
    const { stage, config } = this.#options;
    const what = `put ${file.name} into stage @${stage}`;
    if (failure.cause instanceof SnowflakeFailure && !failure.mayRetry) {
      return snowflakeError(failure.cause, { what, role: config.role });
    }
    return new LoadError(
      `cannot ${what}: ${failure.message}, at the last of ${failures} tries. Check the network to the stage's storage, or raise put_timeout_seconds, and run again.`,
      { cause: failure, retryable: true },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
