import { randomUUID } from "node:crypto";
import { LoadError } from "@chorale/singer";
import { Limiter } from "./limiter.ts";
import type { ClosedBatch } from "./sink.ts";
import { Stager, type StagerOptions } from "./stager.ts";
import { TableQueue } from "./table-queue.ts";
import type {
  Activation,
  CommitStep,
  RefusedCommit,
  StateReceipt,
  TableShape,
  TableSpec,
} from "./warehouse.ts";

/** One thing that a commit does, before its batch is staged. */
export type LoadStep =
  | { readonly kind: "replace"; readonly shape: TableShape }
  | { readonly kind: "load"; readonly batch: ClosedBatch }
  | ({ readonly kind: "activate" } & Activation);

/** What is committed together, before its batches are staged. */
export interface LoadUnit {
  readonly steps: readonly LoadStep[];
  readonly state?: StateReceipt;
  /** Called as soon as all of it is durable. */
  readonly onCommitted: () => void;
}

/** What a loader needs. */
export interface LoaderOptions extends StagerOptions {
  readonly onLoaded: (stream: string, rows: number) => void;
}

/** The input is not read on while more units than this wait for their commit. */
const maxWaiting = 8;
/** What units with a state share. */
const states = Symbol("states");

/**
 * Stages batches in parallel and commits units: those of one stream, and those with a state, one after the other in
 * the order in which they came, others at the same time where the session can. After the run's first error
 * no other commit begins.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #stager: Stager;
  readonly #prepares = new Limiter(1);
  readonly #queue: TableQueue;
  #waiting = 0;
  #wakeReader: (() => void) | undefined;

  constructor(options: LoaderOptions) {
    const { session, stop } = options;
    this.#options = options;
    this.#stager = new Stager(options);
    this.#queue = new TableQueue({
      parallelCommits: session.parallelCommits ?? 1,
      onError: (error) => stop.fail(error),
    });
  }

  /** Stages a batch that is committed later, and makes the reader wait until it is staged. Harmless if repeated. */
  stageAhead(batch: ClosedBatch): void {
    if (this.#stager.has(batch)) return;
    this.#waiting += 1;
    void this.#stager
      .stage(batch)
      .catch(() => undefined)
      .finally(() => this.#leave());
  }

  /** Commits a unit after all that were given before and share a stream with it. An error ends the run. */
  commit(unit: LoadUnit): void {
    for (const batch of batchesOf(unit)) void this.#stager.stage(batch).catch(() => undefined);
    this.#waiting += 1;
    this.#queue.add({
      holds: new Set([...unit.steps.map(streamOf), ...(unit.state === undefined ? [] : [states])]),
      isCommit: true,
      run: () => this.#commit(unit).finally(() => this.#leave()),
    });
  }

  /** Prepares a table that nothing was loaded into in this run. */
  prepare(spec: TableSpec): Promise<TableShape> {
    const { session, stop } = this.#options;
    return this.#prepares.run(async () => {
      stop.throwIfStopped();
      return await session.prepare(spec);
    });
  }

  /** Prepares a table again, after all units of its stream that were given before are committed. */
  prepareAgain(spec: TableSpec): Promise<TableShape> {
    return new Promise((resolve, reject) => {
      this.#queue.add({
        holds: new Set([spec.stream]),
        isCommit: false,
        run: () => this.prepare(spec).then(resolve, reject),
      });
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
    await this.#queue.idle();
  }

  /** Forgets all batches that were staged and not committed. Call it when no commit runs. */
  async discard(): Promise<void> {
    // A table that is being prepared is the session's last errand, too.
    await this.#prepares.run(() => Promise.resolve());
    await this.#stager.discardAll();
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > maxWaiting) return;
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }

  async #commit(unit: LoadUnit): Promise<void> {
    await this.#commitStaged(unit);
    unit.onCommitted();
    await Promise.all(batchesOf(unit).map((batch) => this.#stager.release(batch)));
  }

  /** Commits a unit; once more, as another, as often as batches are refused that were not rewritten yet. */
  async #commitStaged(unit: LoadUnit): Promise<void> {
    const { session, stop, onLoaded } = this.#options;
    const state = unit.state === undefined ? {} : { state: unit.state };
    for (;;) {
      const steps = await this.#stagedSteps(unit);
      stop.throwIfStopped();
      if (steps.length === 0 && unit.state === undefined) return;
      const answer = await session.commit({ id: randomUUID(), steps, ...state });
      if (!("refused" in answer)) {
        for (const [stream, count] of answer.rows) onLoaded(stream, count);
        return;
      }
      await this.#stageAgain(unit, answer);
    }
  }

  /** Leaves out batches of which no record remains. */
  async #stagedSteps({ steps }: LoadUnit): Promise<readonly CommitStep[]> {
    const staged: CommitStep[] = [];
    for (const step of steps) {
      if (step.kind !== "load") staged.push(step);
      else {
        // A stage may take long, and after an error elsewhere nobody waits for it.
        const batch = await this.#options.stop.race(this.#stager.stage(step.batch));
        if (batch !== undefined) staged.push({ kind: "load", staged: batch });
      }
    }
    return staged;
  }

  /** Rewrites the refused batches of a unit. */
  async #stageAgain(unit: LoadUnit, { refused }: RefusedCommit): Promise<void> {
    const reasons = new Map(refused.map(({ staged, reason }) => [staged.batch.id, reason]));
    const again: Promise<unknown>[] = [];
    for (const batch of batchesOf(unit)) {
      const staged = await this.#stager.stage(batch);
      const reason = staged === undefined ? undefined : reasons.get(staged.batch.id);
      if (staged === undefined || reason === undefined) continue;
      again.push(this.#stager.stageAgain(batch, { staged, reason }));
    }
    if (again.length === 0) throw emptyRefusal();
    await this.#options.stop.race(Promise.all(again));
  }
}

function batchesOf({ steps }: LoadUnit): readonly ClosedBatch[] {
  return steps.flatMap((step) => (step.kind === "load" ? [step.batch] : []));
}

function streamOf(step: LoadStep): string {
  return step.kind === "load" ? step.batch.stream : step.shape.spec.stream;
}

function emptyRefusal(): LoadError {
  return new LoadError(
    "a commit was refused for none of its batches. This is a fault of the target: report it.",
  );
}
