import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { isObject, parseExact } from "@chorale/singer";
import type { StateStore } from "./state-store.ts";

/** The states that a target printed, on their way to the store. */
export interface KeptStates {
  readonly received: number;
  /** The newest state as JSON text; undefined when none came. */
  readonly last: string | undefined;
}

/**
 * Keeps each state that a target prints, the newest first: while one is being written, those that come
 * meanwhile wait, and only the last of them is written. Resolves when the output has ended and the newest
 * state is on disk. Lines that are no state are passed to `onOtherLine`. Throws with exit code 17.
 */
export async function keepStates(options: {
  input: Readable;
  store: StateStore;
  stateId: string;
  onOtherLine: (line: string) => void;
}): Promise<KeptStates> {
  const { input, store, stateId, onOtherLine } = options;
  let received = 0;
  let last: string | undefined;
  let written: string | undefined;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  const writeLast = async () => {
    while (last !== undefined && last !== written) {
      const state = last;
      await store.write(stateId, state);
      written = state;
    }
  };
  for await (const line of createInterface({ input })) {
    const state = stateOf(line);
    if (state === undefined) {
      onOtherLine(line);
      continue;
    }
    received += 1;
    last = state;
    writing ??= writeLast()
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        writing = undefined;
      });
  }
  await writing;
  if (failure !== undefined) throw failure;
  await writeLast();
  return { received, last };
}

/** The state in a target's line: a bare value, or, as some targets print it, a whole STATE message. */
function stateOf(line: string): string | undefined {
  try {
    const value = parseExact(line);
    if (!isObject(value)) return undefined;
    const isMessage = value["type"] === "STATE" && isObject(value["value"]);
    return JSON.stringify(isMessage ? value["value"] : value);
  } catch {
    return undefined;
  }
}
