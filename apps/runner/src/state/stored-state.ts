import { isObject } from "@chorale/singer";
import type { StoredState } from "./state-backend.ts";
import { type JsonRecord, stateText } from "./state-json.ts";

/** What Meltano wraps a Singer state in. */
const singerState = "singer_state";

/** Answers the state in one of Meltano's halves as JSON text; undefined when it has none. */
export function stateInHalf(half: unknown): string | undefined {
  const state = isObject(half) ? half[singerState] : undefined;
  return isObject(state) ? stateText(state) : undefined;
}

/** Answers the JSON text of one of Meltano's halves; what is beside the state in the old half stays. */
export function halfWith(state: string | undefined, old: unknown): string {
  const { [singerState]: _old, ...others } = isObject(old) ? old : {};
  const kept = Object.entries(others).map(([key, value]) => member(key, JSON.stringify(value)));
  return object([...(state === undefined ? [] : [member(singerState, state)]), ...kept]);
}

/** Answers the content of a state file; what is beside the halves in the old content stays. */
export function fileContent(state: StoredState, old: JsonRecord): string {
  const { completed, partial, ...others } = old;
  const kept = Object.entries(others).map(([key, value]) => member(key, JSON.stringify(value)));
  const halves = [
    member("completed", halfWith(state.completed, completed)),
    member("partial", halfWith(state.partial, partial)),
  ];
  return `${object([...halves, ...kept])}\n`;
}

/** Texts are joined, so that a state is written exactly as it was given. */
function object(members: readonly string[]): string {
  return `{${members.join(",")}}`;
}

function member(key: string, json: string): string {
  return `${JSON.stringify(key)}:${json}`;
}
