import type { Logger } from "@chorale/singer";
import type { SpooledBatch } from "@chorale/target-sdk";
import type { Statement } from "@chorale/target-sdk/sql";
import type { Login } from "./authentication.ts";
import type { SnowflakeConfig } from "./config.ts";
import { connectSnowflake } from "./connection.ts";
import { removeFiles, stagedFileName } from "./copy-statements.ts";
import { makeInSchema } from "./make-in-schema.ts";
import { type StageName, stageOf, stagePath, stageReference } from "./names.ts";
import { withRetries } from "./retries.ts";
import { createStage, describeStage } from "./set-up-statements.ts";
import { isMissing, SnowflakeFailure } from "./snowflake-errors.ts";
import { Uploads } from "./uploads.ts";
import type { WorkerThreads } from "./worker-threads.ts";

/** What a stage is used with. */
export interface StageOptions {
  readonly config: SnowflakeConfig;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly tempDir: string;
  readonly login: Login;
  readonly threads?: WorkerThreads | undefined;
  /** Runs a statement outside any transaction; rejects with `SnowflakeFailure`. */
  readonly run: (statement: Statement) => Promise<unknown>;
}

/** Where a batch's files are. */
export interface StagedFolder {
  readonly stage: StageName;
  /** Ends in a slash. */
  readonly path: string;
}

/** How long an ended run may take to remove what it leaves in the stage: whoever stops a process waits about ten seconds. */
const longestFarewellMs = 5000;

/** The stage that a run's files are put into; it is made, and the uploads begin, with the first of them. */
export class Stage {
  readonly #options: StageOptions;
  #ready: Promise<{ readonly stage: StageName; readonly uploads: Uploads }> | undefined;
  /** Where files are, or may be, by their paths. */
  readonly #folders = new Map<string, StagedFolder>();

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Answers where a batch's files go. */
  async folderOf({ id, shape }: SpooledBatch): Promise<StagedFolder> {
    const { stage } = await this.#open();
    const { stage_prefix: prefix } = this.#options.config;
    return { stage, path: stagePath({ prefix, stream: shape.spec.stream, batchId: id }) };
  }

  /** Puts a batch's files into the stage. Harmless if repeated: files of the same name are replaced. */
  async put(batch: SpooledBatch): Promise<StagedFolder> {
    const { uploads } = await this.#open();
    const folder = await this.folderOf(batch);
    this.#folders.set(folder.path, folder);
    const puts = batch.files.map((file, index) =>
      uploads.upload({
        path: file.path,
        name: `${folder.path}${stagedFileName(index + 1, file)}`,
        bytes: file.bytes,
      }),
    );
    // An upload that goes on would read a file that is gone.
    const outcomes = await Promise.allSettled(puts);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return folder;
  }

  /** Removes a batch's files; whoever reads the log learns when they stay. After the run's end it is left to `close`. */
  async remove(folder: StagedFolder): Promise<void> {
    const { run, signal } = this.#options;
    const remove = async (): Promise<unknown> => await run(removeFiles(folder));
    try {
      if (signal.aborted) return;
      await withRetries({ what: "remove staged files" }, remove, this.#options);
      this.#folders.delete(folder.path);
    } catch (error) {
      if (signal.aborted) return;
      this.#folders.delete(folder.path);
      this.#warnOf(folder, error);
    }
  }

  /** Ends uploads, and removes what an ended run leaves. Bounded in time, never rejects. */
  async close(): Promise<void> {
    const opened = await this.#ready?.catch(() => undefined);
    await opened?.uploads.close();
    if (this.#folders.size > 0) await this.#removeLeft();
  }

  /** The run's own connections do nothing any more once it was stopped. */
  async #removeLeft(): Promise<void> {
    const { config, log, login } = this.#options;
    const signal = AbortSignal.timeout(longestFarewellMs);
    try {
      const connection = await connectSnowflake(config, { log, signal, login, purpose: "upload" });
      try {
        for (const [path, folder] of this.#folders) {
          await connection.execute(removeFiles(folder));
          this.#folders.delete(path);
        }
      } finally {
        await connection.close();
      }
    } catch (error) {
      for (const folder of this.#folders.values()) this.#warnOf(folder, error);
    }
  }

  #warnOf({ stage, path }: StagedFolder, error: unknown): void {
    const place = stageReference(stage, path);
    this.#options.log.warn(`staged files could not be removed: REMOVE ${place} does it`, { error });
  }

  async #open(): Promise<{ readonly stage: StageName; readonly uploads: Uploads }> {
    this.#ready ??= this.#make();
    try {
      return await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async #make(): Promise<{ stage: StageName; uploads: Uploads }> {
    const { config } = this.#options;
    const stage = await this.#usable(stageOf(config));
    return { stage, uploads: new Uploads({ ...this.#options, stage: stageReference(stage).slice(1) }) };
  }

  /** A role that may not make a stage still has its user's own, unless a stage is set. */
  async #usable(stage: StageName): Promise<StageName> {
    const { config, log, run } = this.#options;
    const create = createStage(stage);
    const describe = describeStage(stage);
    if (stage === "~" || create === undefined || describe === undefined) return stage;
    const isThere = await run(describe).then(() => true, missingOrThrow);
    if (isThere) return stage;
    try {
      await makeInSchema(create, { place: stage, run });
      return stage;
    } catch (error) {
      if (config.stage !== undefined || !isRefused(error)) throw error;
      log.info("the role may not make a stage: files go to the user's own", { stage: stageReference(stage) });
      return "~";
    }
  }
}

function missingOrThrow(error: unknown): false {
  if (isMissing(error)) return false;
  throw error;
}

function isRefused(error: unknown): boolean {
  return error instanceof SnowflakeFailure && error.code === "003001";
}
