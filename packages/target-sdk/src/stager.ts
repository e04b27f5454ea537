import { rm } from "node:fs/promises";
import { LoadError, type Logger } from "@chorale/singer";
import { Limiter } from "./limiter.ts";
import type { ClosedBatch } from "./sink.ts";
import type { Stop } from "./stop.ts";
import type { SpooledBatch, StagedBatch, WarehouseSession } from "./warehouse.ts";

/** What a stager needs. */
export interface StagerOptions {
  readonly session: WarehouseSession;
  readonly stop: Stop;
  readonly log: Logger;
  /** Writes a batch anew that may not be loaded as it came; undefined when no record of it remains. */
  readonly rewrite: (batch: SpooledBatch, reason: string) => Promise<SpooledBatch | undefined>;
}

/** Batches are staged at the same time, so many at most. */
const parallelStages = 4;

/**
 * Stages batches in parallel, each once, and knows what is staged and not committed yet. A batch that the warehouse
 * refuses is rewritten and staged again; one that was rewritten may not be refused. The first error ends the run.
 */
export class Stager {
  readonly #options: StagerOptions;
  readonly #slots = new Limiter(parallelStages);
  readonly #staged = new Map<ClosedBatch, Promise<StagedBatch | undefined>>();

  constructor(options: StagerOptions) {
    this.#options = options;
  }

  /** Whether a batch is staged or on its way. */
  has(batch: ClosedBatch): boolean {
    return this.#staged.has(batch);
  }

  /** Stages a batch unless it is. Answers undefined when no record of it remains. */
  stage(batch: ClosedBatch): Promise<StagedBatch | undefined> {
    return this.#staged.get(batch) ?? this.#keep(batch, () => this.#stage(batch));
  }

  /** Rewrites a batch that its commit refused, stages it again in place of `staged`, and discards that. */
  stageAgain(
    batch: ClosedBatch,
    { staged, reason }: { readonly staged: StagedBatch; readonly reason: string },
  ): Promise<StagedBatch | undefined> {
    return this.#keep(batch, async () => {
      try {
        if (staged.copied === true) throw faultOf(staged.batch, `its files were let go of: ${reason}`);
        return await this.#stageRewritten(staged.batch, reason);
      } finally {
        await this.#discard(staged);
      }
    });
  }

  /** Removes the files of a batch that is committed. */
  async release(batch: ClosedBatch): Promise<void> {
    const staged = await this.#staged.get(batch);
    this.#staged.delete(batch);
    if (staged !== undefined) await removeFiles(staged.batch);
  }

  /** Forgets all batches that were staged and not committed. Call it when no commit runs. */
  async discardAll(): Promise<void> {
    const answers = await Promise.allSettled(this.#staged.values());
    for (const answer of answers) {
      if (answer.status === "fulfilled" && answer.value !== undefined) await this.#discard(answer.value);
    }
    this.#staged.clear();
  }

  #keep(batch: ClosedBatch, task: () => Promise<StagedBatch | undefined>): Promise<StagedBatch | undefined> {
    const staged = this.#slots.run(task);
    this.#staged.set(batch, staged);
    staged.catch((error: unknown) => this.#options.stop.fail(error));
    return staged;
  }

  async #stage(batch: ClosedBatch): Promise<StagedBatch | undefined> {
    const { session, stop } = this.#options;
    stop.throwIfStopped();
    const spooled = await batch.spooled;
    stop.throwIfStopped();
    const answer = await session.stage(spooled);
    return "refused" in answer
      ? await this.#stageRewritten(spooled, answer.refused)
      : await this.#released(answer);
  }

  async #stageRewritten(batch: SpooledBatch, reason: string): Promise<StagedBatch | undefined> {
    const { session, stop, rewrite } = this.#options;
    stop.throwIfStopped();
    if (batch.rewritten) throw faultOf(batch, `every value in it had been rewritten: ${reason}`);
    const rewritten = await rewrite(batch, reason);
    await removeFiles(batch);
    stop.throwIfStopped();
    if (rewritten === undefined) return undefined;
    const answer = await session.stage(rewritten);
    if ("refused" in answer) {
      throw faultOf(rewritten, `every value in it had been rewritten: ${answer.refused}`);
    }
    return await this.#released(answer);
  }

  /** A copy elsewhere makes the files needless before the commit. */
  async #released(staged: StagedBatch): Promise<StagedBatch> {
    if (staged.copied === true) await removeFiles(staged.batch);
    return staged;
  }

  async #discard(staged: StagedBatch): Promise<void> {
    const { session, log } = this.#options;
    await session.discard(staged).catch((error: unknown) => {
      log.warn("a staged batch could not be discarded", { error });
    });
  }
}

function faultOf({ shape, rows }: SpooledBatch, afterWhat: string): LoadError {
  const { stream } = shape.spec;
  return new LoadError(
    `${stream}: a batch was refused after ${afterWhat}. This is a fault of the target: report it.`,
    { stream, table: shape.table, rowCount: rows },
  );
}

async function removeFiles({ files }: SpooledBatch): Promise<void> {
  // What cannot be removed now goes with the folder.
  await Promise.allSettled(files.map(({ path }) => rm(path, { force: true })));
}
