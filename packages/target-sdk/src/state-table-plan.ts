import { ConnectorError } from "@chorale/singer";
import {
  activationOf,
  type CommitPlan,
  type CommitPlanOptions,
  type InputEnd,
  loadsOf,
  type ReceivedState,
  replacementOf,
  unfinishedError,
} from "./commit-plan.ts";
import type { LoadStep } from "./loader.ts";
import type { ClosedBatch, OpenBatch, Sink } from "./sink.ts";
import { splitBatch } from "./split-batch.ts";
import type { SpoolWriter } from "./spool-writer.ts";

/** What this plan needs beside what every plan does. */
export interface StateTablePlanOptions extends CommitPlanOptions {
  /** The key of this pipeline's row in the state table. */
  readonly stateId: string;
  readonly createWriter: (name: string) => SpoolWriter;
}

/** What came since the last unit, in its order. */
type Arrival =
  | { readonly kind: "batch"; readonly batch: ClosedBatch }
  | { readonly kind: "activation"; readonly sequence: number; readonly steps: readonly LoadStep[] };

/** What goes into the last unit beside what arrived: before it and behind it. */
interface LastUnit {
  readonly first: readonly LoadStep[];
  readonly last: readonly LoadStep[];
}

const nothingMore: LastUnit = { first: [], last: [] };

/**
 * The plan with a state table: the records of all streams up to a STATE are committed with it, in one
 * transaction. A unit is cut at the first STATE after one of its batches has reached a limit, or at the last STATE
 * when the unit has reached its age; records that came after that STATE go on in the next unit. As
 * soon as an `overwrite` stream has a record nothing is cut before the end of the input.
 */
export class StateTablePlan implements CommitPlan {
  readonly #options: StateTablePlanOptions;
  /** Closed batches and activations of the unit; a stream's are in the order of their messages. */
  #arrivals: readonly Arrival[] = [];
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
    if (this.#closeSink(sink)) this.#isDue = true;
  }

  receive(state: ReceivedState): void {
    this.#state = state;
    this.#lastState = state;
    for (const batch of closedBatches(this.#arrivals)) this.#options.loader.stageAhead(batch);
    if (this.#isDue && !this.#waitsForEnd) this.#cut(nothingMore);
    else this.#startTimer();
  }

  activate(sink: Sink, { sequence, version }: { sequence: number; version: number }): void {
    if (sink.loadMethod === "overwrite" || !sink.versions.has(version)) {
      sink.pendingVersion = version;
      return;
    }
    sink.pendingVersion = undefined;
    // What came before the message goes before the activation, and what comes behind it behind.
    this.#closeSink(sink);
    this.#arrivals = [
      ...this.#arrivals,
      { kind: "activation", sequence, steps: activationOf(sink, version) },
    ];
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
    if (left > 0 || this.#arrivals.length > 0) throw leftBehindError(left);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Answers whether there was a batch to close. */
  #closeSink(sink: Sink): boolean {
    const batch = sink.close();
    if (batch === undefined) return false;
    this.#arrivals = [...this.#arrivals, { kind: "batch", batch }];
    return true;
  }

  /** Commits everything before the last STATE. What came after it stays for the next unit. */
  #cut({ first, last }: LastUnit): void {
    const hasMore = first.length + last.length > 0;
    const state = this.#state ?? (hasMore ? this.#lastState : undefined);
    if (state === undefined) return;
    this.stop();
    this.#timer = undefined;
    const arrived = this.#takeBefore(state);
    this.#isDue = closedBatches(this.#arrivals).length > 0;
    this.#state = undefined;
    if (this.#isDue) this.#startTimer();
    const { loader, outlet, stateId } = this.#options;
    loader.commit({
      steps: [...first, ...arrived, ...last],
      state: { id: stateId, value: state.text },
      onCommitted: () => outlet.offer(state.text),
    });
  }

  /** Takes what came before a STATE, of open batches too, and keeps what came behind. */
  #takeBefore({ sequence }: ReceivedState): readonly LoadStep[] {
    for (const sink of this.#options.sinks.values()) {
      if (sink.open !== undefined && this.#rowsBefore(sink.open) > 0) this.#closeSink(sink);
    }
    const parts = this.#arrivals.map((arrival) => {
      if (arrival.kind === "batch") return this.#partsOf(arrival.batch);
      const isBefore = arrival.sequence < sequence;
      return isBefore ? { before: arrival.steps, after: [] } : { before: [], after: [arrival] };
    });
    this.#arrivals = parts.flatMap(({ after }) => after);
    return parts.flatMap(({ before }) => before);
  }

  #partsOf(batch: ClosedBatch): { before: readonly LoadStep[]; after: readonly Arrival[] } {
    const rows = this.#rowsBefore(batch);
    if (rows === batch.rows) return { before: loadsOf([batch]), after: [] };
    if (rows === 0) return { before: [], after: [{ kind: "batch", batch }] };
    const { first, rest } = splitBatch(batch, { rows, createWriter: this.#options.createWriter });
    return { before: loadsOf([first]), after: [{ kind: "batch", batch: rest }] };
  }

  /** How many of a batch's records came before the last STATE. */
  #rowsBefore({ mark, rows }: Pick<OpenBatch, "mark" | "rows">): number {
    return mark.states === this.#options.states() ? mark.rows : rows;
  }

  #leftBehind(sinks: readonly Sink[]): number {
    const open = sinks.map((sink) => sink.open?.rows ?? 0);
    return [...open, ...closedBatches(this.#arrivals).map(({ rows }) => rows)].reduce(
      (sum, rows) => sum + rows,
      0,
    );
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

function closedBatches(arrivals: readonly Arrival[]): readonly ClosedBatch[] {
  return arrivals.flatMap((arrival) => (arrival.kind === "batch" ? [arrival.batch] : []));
}

function lastUnitOf(sinks: readonly Sink[]): LastUnit {
  return {
    first: sinks.flatMap((sink) => (sink.loadMethod === "overwrite" ? replacementOf(sink) : [])),
    last: sinks.flatMap((sink) => activationOf(sink, sink.pendingVersion)),
  };
}

function leftBehindError(records: number): ConnectorError {
  return new ConnectorError(
    `the input ended without a STATE: ${records} records after the last one are not committed, because state_table is set. Run again to load them.`,
    { kind: "transient" },
  );
}
