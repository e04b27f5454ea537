import { ConnectorError } from "@chorale/singer";
import {
  activationOf,
  type CommitPlan,
  type CommitPlanOptions,
  type InputEnd,
  type ReceivedState,
  unfinishedError,
} from "./commit-plan.ts";
import type { ClosedBatch, OpenBatch, Sink } from "./sink.ts";
import { splitBatch } from "./split-batch.ts";
import type { SpoolWriter } from "./spool-writer.ts";
import type { Activation, TableShape } from "./warehouse.ts";

/** What this plan needs beside what every plan does. */
export interface StateTablePlanOptions extends CommitPlanOptions {
  /** The key of this pipeline's row in the state table. */
  readonly stateId: string;
  readonly createWriter: (name: string) => SpoolWriter;
}

interface ReceivedActivation {
  readonly sequence: number;
  readonly activation: Activation;
}

/** What goes into the last unit beside its records. */
interface LastUnit {
  readonly replaced: readonly TableShape[];
  readonly activations: readonly Activation[];
}

const nothingMore: LastUnit = { replaced: [], activations: [] };

/**
 * The plan with a state table: the records of all streams up to a STATE are committed with it, in one
 * transaction. A unit is cut at the first STATE after one of its batches has reached a limit, or at the last STATE
 * when the unit has reached its age; records that came after that STATE go on in the next unit. As
 * soon as an `overwrite` stream has a record nothing is cut before the end of the input.
 */
export class StateTablePlan implements CommitPlan {
  readonly #options: StateTablePlanOptions;
  /** Closed batches of the unit, in the order in which they were closed. */
  #closed: readonly ClosedBatch[] = [];
  #activations: readonly ReceivedActivation[] = [];
  /** The last STATE that is in no unit yet. */
  #state: ReceivedState | undefined;
  #lastState: ReceivedState | undefined;
  #isDue = false;
  #waitsForEnd = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StateTablePlanOptions) {
    this.#options = options;
  }

  opened(sink: Sink): void {
    if (sink.loadMethod === "overwrite" && !this.#waitsForEnd) {
      this.#cut(nothingMore);
      this.#waitsForEnd = true;
    }
    this.#startTimer();
  }

  close(sink: Sink): void {
    const batch = sink.close();
    if (batch === undefined) return;
    this.#closed = [...this.#closed, batch];
    this.#isDue = true;
  }

  receive(state: ReceivedState): void {
    this.#state = state;
    this.#lastState = state;
    for (const batch of this.#closed) this.#options.loader.stageAhead(batch);
    if (this.#isDue && !this.#waitsForEnd) this.#cut(nothingMore);
    else this.#startTimer();
  }

  activate(sink: Sink, { sequence, version }: { sequence: number; version: number }): void {
    if (sink.loadMethod === "overwrite" || !sink.versions.has(version)) {
      sink.pendingVersion = version;
      return;
    }
    sink.pendingVersion = undefined;
    const activations = activationOf(sink, version).map((activation) => ({ sequence, activation }));
    this.#activations = [...this.#activations, ...activations];
  }

  async finish({ endedWithState }: InputEnd): Promise<void> {
    const sinks = [...this.#options.sinks.values()];
    const unfinished = sinks.filter(
      ({ loadMethod, pendingVersion }) => loadMethod === "overwrite" || pendingVersion !== undefined,
    );
    if (endedWithState) this.#cut(lastUnitOf(unfinished));
    else if (!this.#waitsForEnd) this.#cut(nothingMore);
    await this.#options.loader.idle();
    if (!endedWithState && unfinished.length > 0)
      throw unfinishedError(unfinished.map(({ stream }) => stream));
    const left = this.#leftBehind(sinks);
    if (left > 0 || this.#activations.length > 0) throw leftBehindError(left);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Commits everything before the last STATE. What came after it stays for the next unit. */
  #cut(last: LastUnit): void {
    const hasMore = last.replaced.length + last.activations.length > 0;
    const state = this.#state ?? (hasMore ? this.#lastState : undefined);
    if (state === undefined) return;
    this.stop();
    this.#timer = undefined;
    const parts = [...this.#closed, ...this.#closeBefore()].map((batch) => this.#partsOf(batch));
    const isBefore = ({ sequence }: ReceivedActivation) => sequence < state.sequence;
    const activations = this.#activations.filter(isBefore).map(({ activation }) => activation);
    this.#activations = this.#activations.filter((activation) => !isBefore(activation));
    this.#closed = parts.flatMap(({ after }) => after);
    this.#isDue = this.#closed.length > 0;
    this.#state = undefined;
    if (this.#isDue) this.#startTimer();
    const { loader, outlet, stateId } = this.#options;
    loader.commit({
      batches: parts.flatMap(({ before }) => before),
      replaced: last.replaced,
      activations: [...activations, ...last.activations],
      state: { id: stateId, value: state.text },
      onCommitted: () => outlet.offer(state.text),
    });
  }

  /** Closes the open batches that have records before the last STATE. */
  #closeBefore(): readonly ClosedBatch[] {
    return [...this.#options.sinks.values()].flatMap((sink) => {
      const { open } = sink;
      const batch = open !== undefined && this.#rowsBefore(open) > 0 ? sink.close() : undefined;
      return batch === undefined ? [] : [batch];
    });
  }

  #partsOf(batch: ClosedBatch): { before: readonly ClosedBatch[]; after: readonly ClosedBatch[] } {
    const rows = this.#rowsBefore(batch);
    if (rows === batch.rows) return { before: [batch], after: [] };
    if (rows === 0) return { before: [], after: [batch] };
    const { first, rest } = splitBatch(batch, { rows, createWriter: this.#options.createWriter });
    return { before: [first], after: [rest] };
  }

  /** How many of a batch's records came before the last STATE. */
  #rowsBefore({ mark, rows }: Pick<OpenBatch, "mark" | "rows">): number {
    return mark.states === this.#options.states() ? mark.rows : rows;
  }

  #leftBehind(sinks: readonly Sink[]): number {
    const open = sinks.map((sink) => sink.open?.rows ?? 0);
    return [...open, ...this.#closed.map(({ rows }) => rows)].reduce((sum, rows) => sum + rows, 0);
  }

  #startTimer(): void {
    this.#timer ??= setTimeout(() => this.#onAge(), this.#options.waitMs);
  }

  #onAge(): void {
    this.#timer = undefined;
    this.#isDue = true;
    if (!this.#waitsForEnd) this.#cut(nothingMore);
  }
}

function lastUnitOf(sinks: readonly Sink[]): LastUnit {
  return {
    replaced: sinks.flatMap(({ loadMethod, routes }) =>
      loadMethod === "overwrite" && routes !== undefined ? [routes.record.shape] : [],
    ),
    activations: sinks.flatMap((sink) =>
      sink.pendingVersion === undefined ? [] : activationOf(sink, sink.pendingVersion),
    ),
  };
}

function leftBehindError(records: number): ConnectorError {
  return new ConnectorError(
    `the input ended without a STATE: ${records} records after the last one are not committed, because state_table is set. Run again to load them.`,
    { kind: "transient" },
  );
}
