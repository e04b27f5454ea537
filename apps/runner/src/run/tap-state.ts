import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseState } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { bookmarksIn, mergedState, withoutStreams } from "../state/merge-states.ts";
import type { StateBackend, StoredState } from "../state/state-backend.ts";
import { parseStateText } from "../state/state-json.ts";
import { differsFromStored, readTargetState, startingState } from "../state/target-state.ts";
import type { RunStore } from "../store/run-store.ts";
import type { RunEvent } from "./run-event.ts";
import type { Unit } from "./unit.ts";

/** What a run starts from. */
export interface TapState {
  /** What the new states are laid over. */
  readonly stored: StoredState | undefined;
  /** The JSON text for `--state`; undefined when the tap is given none. */
  readonly given: string | undefined;
  /** Where it is from, for people. */
  readonly source: string;
}

/** What a run's state comes from. */
export interface TapStateOptions {
  readonly unit: Unit;
  readonly backend: StateBackend;
  readonly store: RunStore;
  readonly root: string;
  /** The file of the target's configuration. */
  readonly targetConfig: string;
  /** Streams that an earlier attempt of the same full refresh has begun to read again: they go on. */
  readonly resumed: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/**
 * Reads the state that the tap is given: the stored one, that of a target which keeps it with its rows, or the
 * project's file; without the streams that are to be read again. Throws with exit code 17 when it cannot be read, or is not
 * there although the history knows one: a run must never read everything again by accident.
 */
export async function readTapState(options: TapStateOptions): Promise<TapState> {
  const { unit, backend, root, emit } = options;
  const stored = await storedState(options);
  const { extras, policy, tap } = unit;
  const file = extras.state;
  const text = file === undefined ? mergedState(stored) : await stateInFile(resolve(root, file), tap.name);
  const source = file ?? (unit.targetKeepsState ? `the table of ${unit.target.name}` : backend.description);
  const refreshed = text === undefined ? undefined : withoutRefreshed(text, { ...options, ...policy });
  const given = tap.capabilities.has("state") ? refreshed : undefined;
  if (given === undefined && refreshed !== undefined) {
    emit({
      event: "warning",
      message: `${tap.name}: its capabilities lack "state": it is not given the stored state and reads everything again.`,
    });
  }
  return { stored, given, source: given === undefined ? "none" : source };
}

/** The streams that a state has a bookmark for. */
export function streamsIn(state: string | undefined): readonly string[] {
  const value = state === undefined ? undefined : parseStateText(state);
  return value === undefined ? [] : [...bookmarksIn(value).keys()];
}

async function storedState(options: TapStateOptions): Promise<StoredState | undefined> {
  const { unit, backend, root, targetConfig, signal, emit } = options;
  const { target, stateId } = unit;
  const stored = await backend.read(stateId);
  if (!unit.targetKeepsState) {
    if (stored === undefined) await refuseMissingState(options);
    return stored;
  }
  const inTarget = await readTargetState({
    ...{ target, configPath: targetConfig, cwd: root, signal },
    onLogLine: (line) => emit({ event: "plugin_log", plugin: target.name, line }),
  });
  if (differsFromStored({ stored, inTarget })) {
    const message = `${stateId}: ${target.name} has another state beside its rows than ${backend.description}: the target's counts.`;
    emit({ event: "warning", message });
  }
  return startingState({ stored, inTarget });
}

/** A state that was there once and is gone was lost, unless somebody has cleared it; or it has another id. */
async function refuseMissingState({ unit, store, backend }: TapStateOptions): Promise<void> {
  const { stateId, formerStateId, policy, extras } = unit;
  if (policy.fullRefresh === "all" || extras.state !== undefined) return;
  if (formerStateId !== undefined && (await backend.read(formerStateId)) !== undefined) {
    throw runError(
      "stateStoreFailed",
      `${stateId}: it has no state, but the schedule has one of its own, from when it named tap and target itself. ` +
        `Go on from it with \`chorale state move ${formerStateId} ${stateId}\`, or read everything again with --full-refresh.`,
    );
  }
  const [newest] = await store.stateVersions(stateId, 1);
  if (newest?.state === undefined) return;
  throw runError(
    "stateStoreFailed",
    `${stateId}: ${backend.description} has no state, but ${newest.writtenBy} stored one at ${newest.at.toISOString()}. ` +
      "Bring it back with `chorale state rollback`, or read everything again with --full-refresh.",
  );
}

async function stateInFile(path: string, tap: string): Promise<string> {
  try {
    return JSON.stringify(parseState(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runError("usage", `${tap}: the state file ${path} cannot be used: ${reason}`, { cause: error });
  }
}

function withoutRefreshed(
  text: string,
  { fullRefresh, resumed }: { fullRefresh: Unit["policy"]["fullRefresh"]; resumed: ReadonlySet<string> },
): string | undefined {
  if (fullRefresh === "none") return text;
  const streams = fullRefresh === "all" ? streamsIn(text) : fullRefresh;
  const dropped = streams.filter((stream) => !resumed.has(stream));
  if (fullRefresh === "all" && dropped.length === streams.length) return undefined;
  return withoutStreams(text, dropped);
}
