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
import { type Hold, Receipts } from "./receipts.ts";
import type { ClosedBatch, OpenBatch, Sink } from "./sink.ts";

interface Opened {
  readonly hold: Hold;
  readonly timer: NodeJS.Timeout;
}

interface Held {
  readonly batches: ClosedBatch[];
  readonly holds: Hold[];
}

/**
 * The plan without a state table: each batch is a commit of its own, and a state is printed when every record
 * before it is committed. Batches of `overwrite` streams wait, staged, for the end of the input, and hold back
 * the states that come after them.
 */
export class ReceiptPlan implements CommitPlan {
  readonly #options: CommitPlanOptions;
  readonly #receipts = new Receipts();
  readonly #open = new Map<Sink, Opened>();
  readonly #held = new Map<Sink, Held>();

  constructor(options: CommitPlanOptions) {
    this.#options = options;
  }

  opened(sink: Sink, batch: OpenBatch): void {
    const timer = setTimeout(() => this.close(sink), this.#options.waitMs);
    this.#open.set(sink, { hold: this.#receipts.hold(batch.sequence), timer });
  }

  close(sink: Sink): void {
    const closed = this.#take(sink);
    if (closed === undefined) return;
    if (sink.loadMethod === "overwrite") this.#keep(sink, closed);
    else this.#commit(sink, { ...closed });
  }

  receive(state: ReceivedState): void {
    this.#receipts.receive(state);
    this.#options.outlet.offer(this.#receipts.take());
  }

  activate(sink: Sink, { sequence, version }: { sequence: number; version: number }): void {
    if (sink.loadMethod === "overwrite" || !sink.versions.has(version)) {
      sink.pendingVersion = version;
      return;
    }
    sink.pendingVersion = undefined;
    const closed = this.#take(sink);
    this.#commit(sink, {
      hold: closed?.hold ?? this.#receipts.hold(sequence),
      batch: closed?.batch,
      version,
    });
  }

  async finish(end: InputEnd): Promise<void> {
    const unfinished: string[] = [];
    for (const sink of this.#options.sinks.values()) {
      const isComplete =
        end.endedWithState || (sink.loadMethod !== "overwrite" && sink.pendingVersion === undefined);
      if (!isComplete) unfinished.push(sink.stream);
      if (sink.loadMethod === "overwrite") this.#finishOverwrite(sink, end);
      else this.#finishSink(sink, end);
    }
    await this.#options.loader.idle();
    if (unfinished.length > 0) throw unfinishedError(unfinished);
  }

  stop(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
  }

  #finishSink(sink: Sink, { endedWithState }: InputEnd): void {
    const { pendingVersion } = sink;
    if (endedWithState && pendingVersion !== undefined) {
      this.#commit(sink, { ...this.#take(sink), version: pendingVersion });
    } else this.close(sink);
  }

  #finishOverwrite(sink: Sink, { endedWithState }: InputEnd): void {
    this.close(sink);
    const { loader } = this.#options;
    const { batches, holds } = this.#held.get(sink) ?? { batches: [], holds: [] };
    if (!endedWithState || sink.routes === undefined) return;
    loader.commit({
      steps: [...replacementOf(sink), ...loadsOf(batches), ...activationOf(sink, sink.pendingVersion)],
      onCommitted: () => this.#release(holds),
    });
  }

  /** Closes the open batch; what it held back stays held back. */
  #take(sink: Sink): { batch: ClosedBatch; hold: Hold } | undefined {
    const opened = this.#open.get(sink);
    const batch = sink.close();
    if (opened === undefined || batch === undefined) return undefined;
    this.#open.delete(sink);
    clearTimeout(opened.timer);
    return { batch, hold: opened.hold };
  }

  #keep(sink: Sink, { batch, hold }: { batch: ClosedBatch; hold: Hold }): void {
    const held = this.#held.get(sink) ?? { batches: [], holds: [] };
    held.batches.push(batch);
    held.holds.push(hold);
    this.#held.set(sink, held);
    this.#options.loader.stageAhead(batch);
  }

  #commit(
    sink: Sink,
    { batch, hold, version }: { batch?: ClosedBatch | undefined; hold?: Hold; version?: number },
  ): void {
    this.#options.loader.commit({
      steps: [...loadsOf(batch === undefined ? [] : [batch]), ...activationOf(sink, version)],
      onCommitted: () => this.#release(hold === undefined ? [] : [hold]),
    });
  }

  #release(holds: readonly Hold[]): void {
    for (const hold of holds) this.#receipts.release(hold);
    this.#options.outlet.offer(this.#receipts.take());
  }
}
