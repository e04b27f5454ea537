import { runError } from "../exit-codes.ts";
import type { Lease, RunStore } from "../store/run-store.ts";
import { noteFoundState } from "./found-state.ts";
import { mergedState } from "./merge-states.ts";
import type { StateBackend, StoredState } from "./state-backend.ts";

/** What states are edited with. */
export interface EditOptions {
  readonly backend: StateBackend;
  readonly store: RunStore;
  /** Who edits, for the history: `chorale state set`. */
  readonly writtenBy: string;
  /** Whether a run that has the lease is shut out. */
  readonly force: boolean;
}

/** Edits stored states, each under its lease, and notes each edit in the history. */
export class StateEditor {
  readonly #options: EditOptions;

  constructor(options: EditOptions) {
    this.#options = options;
  }

  /** Replaces a state whole. Throws with exit code 18 while a run has the lease. */
  async set(stateId: string, state: StoredState): Promise<void> {
    await this.#leased(stateId, (lease) => this.#write(stateId, { state, lease }));
  }

  /** Lays a state over the stored one, deeply, in the unfinished half: as `meltano state merge` does. */
  async merge(stateId: string, state: string): Promise<void> {
    await this.#leased(stateId, async (lease) => {
      const stored = await this.#options.backend.read(stateId);
      const partial = mergedState({ completed: stored?.partial, partial: state });
      await this.#write(stateId, { state: { completed: stored?.completed, partial }, lease });
    });
  }

  async clear(stateId: string): Promise<void> {
    await this.#leased(stateId, async (lease) => {
      const { backend, store, writtenBy } = this.#options;
      await backend.remove(stateId, lease);
      await store.addStateVersion({ stateId, writtenBy, state: undefined });
    });
  }

  /** Brings back a state of the history. Throws with exit code 2 for a version that is not there. */
  async rollback(stateId: string, version: number): Promise<void> {
    const versions = await this.#options.store.stateVersions(stateId, 1000);
    const found = versions.find((each) => each.version === version);
    if (found === undefined) {
      const known = versions.map((each) => each.version);
      const kept = known.length === 0 ? "There is none" : `There are ${known.at(-1)} to ${known[0]}`;
      throw runError(
        "usage",
        `${stateId}: the history has no version ${version}. ${kept}: look at \`chorale state history\`.`,
      );
    }
    if (found.state === undefined) await this.clear(stateId);
    else await this.set(stateId, { completed: found.state, partial: undefined });
  }

  async #write(stateId: string, { state, lease }: { state: StoredState; lease: Lease }): Promise<void> {
    const { backend, store, writtenBy } = this.#options;
    await backend.write(stateId, state, lease);
    await store.addStateVersion({ stateId, writtenBy, state: mergedState(state) ?? "{}" });
  }

  /** A damaged state can be set and cleared, too. */
  async #readable(stateId: string): Promise<string | undefined> {
    return mergedState(await this.#options.backend.read(stateId).catch(() => undefined));
  }

  async #leased(stateId: string, task: (lease: Lease) => Promise<void>): Promise<void> {
    const { store, force, writtenBy } = this.#options;
    const lease = await store.acquireLease({ stateId, runId: writtenBy, takeOver: force });
    if (!("release" in lease)) {
      throw runError(
        "alreadyRunning",
        `${stateId}: ${lease.runId} is running on ${lease.host}, process ${lease.pid}. Wait for its end, or shut it out with --force.`,
      );
    }
    try {
      await noteFoundState({ store, stateId, state: await this.#readable(stateId) });
      await task(lease);
    } finally {
      await lease.release();
    }
  }
}
