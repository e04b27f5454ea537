import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import type { StateBackend, StoredState } from "./state-backend.ts";
import { parseAsWritten, parseStateText, stateText } from "./state-json.ts";
import { halfWith, stateInHalf } from "./stored-state.ts";

/** Answers all states with their two halves as `meltano state export` prints them: one line. */
export async function exportedStates(backend: StateBackend): Promise<string> {
  const members: string[] = [];
  for (const stateId of await backend.list()) {
    const { completed, partial } = (await backend.read(stateId)) ?? {};
    const halves = `{"completed":${halfWith(completed, {})},"partial":${halfWith(partial, {})}}`;
    members.push(`${JSON.stringify(stateId)}:${halves}`);
  }
  return `{${members.join(",")}}\n`;
}

/** Reads what {@link exportedStates} wrote. Throws with exit code 2 for anything else. */
export function parseExportedStates(text: string): ReadonlyMap<string, StoredState> {
  const states = jsonIn(text);
  if (!isObject(states)) throw unusable("it is no JSON object");
  return new Map(
    Object.entries(states).map(([stateId, halves]) => {
      if (!isObject(halves)) throw unusable(`${stateId} is no object with the halves completed and partial`);
      return [
        stateId,
        { completed: stateInHalf(halves["completed"]), partial: stateInHalf(halves["partial"]) },
      ];
    }),
  );
}

/**
 * Reads a state that a person gives: `{"singer_state": …}`, a whole STATE message, or a state with `bookmarks`. Throws
 * with exit code 2 for anything else.
 */
export function parseGivenState(text: string): string {
  const given = jsonIn(text);
  const isKnown = isObject(given) && ["singer_state", "bookmarks", "value"].some((key) => key in given);
  const state = isKnown ? parseStateText(text) : undefined;
  if (state === undefined) throw unusable('it is no object with "singer_state" or "bookmarks"');
  return stateText(state);
}

function jsonIn(text: string): unknown {
  try {
    return parseAsWritten(text);
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
}

function unusable(why: string): Error {
  return runError(
    "usage",
    `the state that was given cannot be used: ${why}. Give what \`chorale state get\` or \`export\` prints.`,
  );
}
