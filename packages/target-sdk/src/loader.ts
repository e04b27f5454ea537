import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { LoadError, type Logger } from "@chorale/singer";
import { Limiter } from "./limiter.ts";
import type { ClosedBatch } from "./sink.ts";
import type { Stop } from "./stop.ts";
import type {
  Activation,
  SpooledBatch,
  StagedBatch,
  StateReceipt,
  TableShape,
  TableSpec,
  WarehouseSession,
} from "./warehouse.ts";

/** What is committed together, before its batches are staged. */
export interface LoadUnit {
  readonly batches: readonly ClosedBatch[];
  readonly replaced?: readonly TableShape[];
  readonly activations?: readonly Activation[];
  readonly state?: StateReceipt;
  /** Called as soon as all of it is durable. */
  readonly onCommitted: () => void;
}

/** What a loader needs. */
export interface LoaderOptions {
  readonly session: WarehouseSession;
  readonly stop: Stop;
  readonly log: Logger;
  /** Writes a batch anew that may not be loaded as it came; undefined when no record of it remains. */
  readonly rewrite: (batch: SpooledBatch, reason: string) => Promise<SpooledBatch | undefined>;
  readonly onLoaded: (stream: string, rows: number) => void;
}

/** Batches of several tables are staged at the same time, so many at most. */
const parallelStages = 4;
/** The input is not read on while more units than this wait for their commit. */
const maxWaiting = 8;

/**
 * Stages batches in parallel and commits units one after the other, in the order in which they came, so that
 * those of one table are in order. After the run's first error no other commit begins.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #stages = new Limiter(parallelStages);
  readonly #prepares = new Limiter(1);
  readonly #staged = new Map<ClosedBatch, Promise<StagedBatch | undefined>>();
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #wakeReader: (() => void) | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  /** Begins to stage a batch. Harmless if repeated. */
  stage(batch: ClosedBatch): Promise<StagedBatch | undefined> {
    const known = this.#staged.get(batch);
    if (known !== undefined) return known;
    const staged = this.#stages.run(() => this.#stage(batch));
    this.#staged.set(batch, staged);
    staged.catch((error: unknown) => this.#options.stop.fail(error));
    return staged;
  }

  /** Stages a batch that is committed later, and makes the reader wait until it is staged. Harmless if repeated. */
  stageAhead(batch: ClosedBatch): void {
    if (this.#staged.has(batch)) return;
    this.#waiting += 1;
    void this.stage(batch)
      .catch(() => undefined)
      .finally(() => this.#leave());
  }

  /** Commits a unit after all that were given before. An error ends the run. */
  commit(unit: LoadUnit): void {
    for (const batch of unit.batches) void this.stage(batch).catch(() => undefined);
    this.#waiting += 1;
    this.#enqueue(() => this.#commit(unit).finally(() => this.#leave()));
  }

  /** Prepares a table that nothing was loaded into in this run. */
  prepare(spec: TableSpec): Promise<TableShape> {
    const { session, stop } = this.#options;
    return this.#prepares.run(async () => {
      stop.throwIfStopped();
      return await session.prepare(spec);
    });
  }

  /** Prepares a table again, after all units that were given before are committed. */
  prepareAgain(spec: TableSpec): Promise<TableShape> {
    return new Promise((resolve, reject) => {
      this.#enqueue(() => this.prepare(spec).then(resolve, reject));
    });
  }

  /** Answers undefined while the reader may go on, else a promise of when it may. */
  room(): Promise<void> | undefined {
    if (this.#waiting <= maxWaiting) return undefined;
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }

  /** Resolves when nothing that was given is left to do; after an error, when what had begun has ended. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  /** Forgets all batches that were staged and not committed. Call it when no commit runs. */
  async discard(): Promise<void> {
    const { session, log } = this.#options;
    // A table that is being prepared is the session's last errand, too.
    await this.#prepares.run(() => Promise.resolve());
    const batches = await Promise.allSettled(this.#staged.values());
    for (const batch of batches) {
      if (batch.status === "rejected" || batch.value === undefined) continue;
      await session.discard(batch.value).catch((error: unknown) => {
        log.warn("a staged batch could not be discarded", { error });
      });
    }
    this.#staged.clear();
  }

  #enqueue(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(task).catch((error: unknown) => {
      this.#options.stop.fail(error);
    });
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > maxWaiting) return;
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }

  async #stage(batch: ClosedBatch): Promise<StagedBatch | undefined> {
    const { session, stop, rewrite } = this.#options;
    stop.throwIfStopped();
    const spooled = await batch.spooled;
    stop.throwIfStopped();
    const answer = await session.stage(spooled);
    if (!("refused" in answer)) return await this.#released(answer);
    const rewritten = await rewrite(spooled, answer.refused);
    await removeFiles(spooled);
    stop.throwIfStopped();
    if (rewritten === undefined) return undefined;
    const again = await session.stage(rewritten);
    if (!("refused" in again)) return await this.#released(again);
    throw new LoadError(
      `${batch.stream}: a batch was refused after every value in it had been rewritten: ${again.refused}. This is a fault of the target: report it.`,
      { stream: batch.stream, table: spooled.shape.table, rowCount: rewritten.rows },
    );
  }

  /** A copy elsewhere makes the files needless before the commit. */
  async #released(staged: StagedBatch): Promise<StagedBatch> {
    if (staged.copied === true) await removeFiles(staged.batch);
    return staged;
  }

  async #commit(unit: LoadUnit): Promise<void> {
    const { session, stop, onLoaded } = this.#options;
    const { batches, replaced = [], activations = [], state } = unit;
    const staged: StagedBatch[] = [];
    for (const batch of batches) {
      // A stage may take long, and after an error elsewhere nobody waits for it.
      const one = await stop.race(this.stage(batch));
      if (one !== undefined) staged.push(one);
    }
    stop.throwIfStopped();
    const isEmpty = staged.length + replaced.length + activations.length === 0 && state === undefined;
    if (!isEmpty) {
      const commit = { id: randomUUID(), batches: staged, replaced, activations };
      const { rows } = await session.commit(state === undefined ? commit : { ...commit, state });
      for (const [stream, count] of rows) onLoaded(stream, count);
    }
    for (const batch of batches) this.#staged.delete(batch);
    unit.onCommitted();
    await Promise.all(staged.map(({ batch }) => removeFiles(batch)));
  }
}

async function removeFiles({ files }: SpooledBatch): Promise<void> {
  // What cannot be removed now goes with the folder.
  await Promise.allSettled(files.map(({ path }) => rm(path, { force: true })));
}
