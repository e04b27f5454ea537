import { setTimeout } from "node:timers/promises";
import { exitCodeOf } from "@chorale/singer";
import { exitCodes } from "../exit-codes.ts";
import type { RunEvent } from "../run/run-event.ts";
import type { RunPolicy } from "../run/unit.ts";
import type { Lease, RunStore } from "../store/run-store.ts";
import { noteFoundState } from "./found-state.ts";
import { positionText } from "./guard.ts";
import { bookmarksIn, mergedState, mergeStates } from "./merge-states.ts";
import type { StateBackend, StoredState } from "./state-backend.ts";
import { type JsonRecord, parseStateText, stateText } from "./state-json.ts";

/** Keeps the states that a target hands back while it runs. */
export interface Keeper {
  /** Takes a state that the target handed back, as JSON text. One that is no state is refused with a warning. */
  take(state: string): void;
  /** Resolves when the newest is safe. */
  flush(): Promise<void>;
  /** How many of the states that were taken are safe. */
  readonly committed: number;
  /** Rejects once when states can't be stored any more. */
  readonly failed: Promise<never>;
}

/** How often is written, and how long a store that fails is tried. */
export interface KeeperPace {
  readonly betweenWritesMs: number;
  readonly firstRetryMs: number;
  /** How long the newest state may be unsaved while the run goes on. */
  readonly unsavedMaxMs: number;
}

/** What states are kept with. */
export interface KeeperOptions {
  readonly backend: StateBackend;
  readonly store: RunStore;
  readonly lease: Lease;
  readonly stateId: string;
  readonly runId: string;
  readonly stored: StoredState | undefined;
  readonly policy: RunPolicy;
  /** The streams that the run reads; empty when the tap has no catalog. */
  readonly selected: readonly string[];
  readonly emit: (event: RunEvent) => void;
  readonly pace?: KeeperPace;
}

/**
 * Makes a keeper that lays each state over those before it and writes at most once a second, always the newest,
 * one write after another. A write that fails is tried again; the run goes on meanwhile, for five minutes at most.
 */
export function createKeeper(options: KeeperOptions): Keeper {
  return new StateKeeper(options);
}

const usualPace: KeeperPace = { betweenWritesMs: 1000, firstRetryMs: 500, unsavedMaxMs: 5 * 60_000 };
const tries = 5;
const longestRetryMs = 30_000;

class StateKeeper implements Keeper {
  readonly failed: Promise<never>;
  readonly #options: KeeperOptions;
  readonly #pace: KeeperPace;
  readonly #spoken = new Set<string>();
  readonly #warned = new Set<string>();
  readonly #fail: (error: unknown) => void;
  #state: JsonRecord | undefined;
  #text: string | undefined;
  #writtenText: string | undefined;
  #hasNotedFound = false;
  #taken = 0;
  #committed = 0;
  #failure: { readonly error: unknown } | undefined;
  #writing: Promise<void> | undefined;
  #lastWriteAt = Number.NEGATIVE_INFINITY;
  #unsavedSince: number | undefined;
  /** Aborted when nothing is to be waited for any more. */
  #hurry = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#pace = options.pace ?? usualPace;
    const stored = mergedState(options.stored);
    this.#state = stored === undefined ? undefined : parseStateText(stored);
    this.#text = stored;
    this.#writtenText = stored;
    const { promise, reject } = Promise.withResolvers<never>();
    // Whoever does not wait for it learns of the failure from flush.
    promise.catch(() => undefined);
    this.failed = promise;
    this.#fail = reject;
  }

  get committed(): number {
    return this.#committed;
  }

  take(text: string): void {
    if (!this.#merge(text)) {
      const { stateId } = this.#options;
      this.#warn(`${stateId}: the target handed back what is no state, or an empty one. It is not stored.`);
      return;
    }
    this.#taken += 1;
    if (!this.#options.policy.updatesState) return;
    if (this.#isSaved()) {
      this.#committed = this.#taken;
      return;
    }
    this.#unsavedSince ??= performance.now();
    this.#writing ??= this.#writeAll();
  }

  async flush(): Promise<void> {
    this.#hurry.abort();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#hurry = new AbortController();
  }

  /** Answers whether there is a state in the text. */
  #merge(text: string): boolean {
    const newer = parseStateText(text);
    if (newer === undefined || Object.keys(newer).length === 0) return false;
    const { policy, selected, stateId } = this.#options;
    const { state, streams, regressions } = mergeStates(this.#state, newer, {
      spoken: this.#spoken,
      isRefreshed: (stream) => isRefreshed(stream, { policy, selected }),
      allowRegression: policy.allowRegression,
    });
    for (const { stream, reason } of regressions) {
      this.#warn(
        `state_regression: ${stateId}: ${stream}: ${reason}. Its old bookmark is kept; --allow-regression takes the new one.`,
        { once: `regression of ${stream}` },
      );
    }
    for (const stream of streams) this.#spoken.add(stream);
    this.#state = state;
    this.#text = stateText(state);
    return true;
  }

  /** A warning comes once: what is wrong with one state is wrong with most that follow. */
  #warn(message: string, { once = message }: { once?: string } = {}): void {
    if (this.#warned.has(once)) return;
    this.#warned.add(once);
    this.#options.emit({ event: "warning", message });
  }

  #isSaved(): boolean {
    return this.#writing === undefined && this.#text === this.#writtenText;
  }

  async #writeAll(): Promise<void> {
    // What is taken in the same turn is written at once with it.
    await Promise.resolve();
    try {
      while (this.#text !== this.#writtenText) await this.#writeNewest();
      this.#committed = this.#taken;
      this.#unsavedSince = undefined;
    } catch (error) {
      this.#failure = { error };
      this.#fail(error);
    } finally {
      if (this.#failure === undefined) this.#writing = undefined;
    }
  }

  async #writeNewest(): Promise<void> {
    await this.#wait(this.#lastWriteAt + this.#pace.betweenWritesMs - performance.now());
    let triesAtEnd = 0;
    for (let failures = 0; ; ) {
      try {
        await this.#writeOnce();
        return;
      } catch (error) {
        failures += 1;
        if (this.#hurry.signal.aborted) triesAtEnd += 1;
        if (this.#isOver({ error, failures, triesAtEnd })) throw error;
        const delay = Math.min(this.#pace.firstRetryMs * 2 ** (failures - 1), longestRetryMs);
        // At the end of a run the tries come in turn, too: nothing shortens their waits.
        await (triesAtEnd > 0 ? setTimeout(delay) : this.#wait(delay));
      }
    }
  }

  #isOver(end: { error: unknown; failures: number; triesAtEnd: number }): boolean {
    if (exitCodeOf(end.error) === exitCodes.leaseLost) return true;
    if (end.triesAtEnd >= tries) return true;
    const unsavedMs = performance.now() - (this.#unsavedSince ?? performance.now());
    return end.failures >= tries && unsavedMs >= this.#pace.unsavedMaxMs;
  }

  async #writeOnce(): Promise<void> {
    const { backend, store, lease, stateId, runId } = this.#options;
    const [state, text, taken] = [this.#state, this.#text, this.#taken];
    if (state === undefined || text === undefined) return;
    if (!this.#hasNotedFound) await noteFoundState({ store, stateId, state: this.#writtenText });
    this.#hasNotedFound = true;
    await backend.write(stateId, { completed: text, partial: undefined }, lease);
    const version = await store.addStateVersion({ stateId, writtenBy: runId, state: text });
    this.#writtenText = text;
    this.#committed = taken;
    this.#lastWriteAt = performance.now();
    this.#unsavedSince = this.#text === text ? undefined : this.#lastWriteAt;
    this.#options.emit({ event: "state_committed", version, bookmarks: positionsIn(state) });
  }

  /** Ends early when there is no time left. */
  async #wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    await setTimeout(ms, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }
}

function isRefreshed(
  stream: string,
  { policy, selected }: { policy: RunPolicy; selected: readonly string[] },
): boolean {
  if (policy.fullRefresh === "none") return false;
  if (policy.fullRefresh !== "all") return policy.fullRefresh.includes(stream);
  return selected.length === 0 || selected.includes(stream);
}

function positionsIn(state: JsonRecord): Readonly<Record<string, string>> {
  const positions: (readonly [string, string])[] = [];
  for (const [stream, bookmark] of bookmarksIn(state)) {
    const position = positionText(bookmark);
    if (position !== undefined) positions.push([stream, position]);
  }
  return Object.fromEntries(positions);
}
