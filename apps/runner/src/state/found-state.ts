import type { RunStore } from "../store/run-store.ts";

/**
 * Notes a state in the history that somebody else has stored, such as Meltano, before it is written over: nothing that
 * a run or a command replaces is lost.
 */
export async function noteFoundState(options: {
  store: RunStore;
  stateId: string;
  /** The stored state as it is read; undefined when there is none. */
  state: string | undefined;
}): Promise<void> {
  const { store, stateId, state } = options;
  if (state === undefined) return;
  const [newest] = await store.stateVersions(stateId, 1);
  if (newest?.state !== state) await store.addStateVersion({ stateId, writtenBy: "somebody else", state });
}
