import { bookmarksIn, mergedState } from "../state/merge-states.ts";
import type { StateBackend } from "../state/state-backend.ts";
import { parseStateText } from "../state/state-json.ts";
import type { CommandStep, Task, Unit, UnitPlugin } from "./unit.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Describes what a plan would run, and starts nothing. */
export async function describePlan(
  tasks: readonly Task[],
  backend: StateBackend,
): Promise<readonly Fields[]> {
  const described: Fields[] = [];
  for (const [index, { steps }] of tasks.entries()) {
    for (const step of steps) {
      const fields = step.kind === "unit" ? await describeUnit(step, backend) : describeCommand(step);
      described.push({ task: index + 1, ...fields });
    }
  }
  return described;
}

/** Writes what {@link describePlan} answers for people. */
export function planText(described: readonly Fields[]): string {
  return described
    .map((fields) => {
      const lines = Object.entries(fields).map(([name, value]) => `  ${name.padEnd(14)} ${textOf(value)}`);
      return `${lines.join("\n")}\n`;
    })
    .join("\n");
}

async function describeUnit(unit: Unit, backend: StateBackend): Promise<Fields> {
  const { extras, policy, stateId } = unit;
  return {
    state_id: stateId,
    tap: programOf(unit.tap),
    ...(unit.mappers.length === 0 ? {} : { mappers: unit.mappers.map(programOf) }),
    target: programOf(unit.target),
    catalog: extras.catalog ?? (policy.refreshCatalog ? "asked for" : "kept or asked for"),
    select: extras.select,
    ...(extras.selectFilter.length === 0 ? {} : { select_filter: extras.selectFilter }),
    full_refresh: policy.fullRefresh,
    ...(await describeState(unit, backend)),
    retries: policy.retries,
    timeout: policy.timeoutSeconds ?? "none",
    idle_timeout: policy.idleTimeoutSeconds ?? "none",
  };
}

async function describeState(
  { stateId, extras, targetKeepsState, target, policy }: Unit,
  backend: StateBackend,
) {
  const updates = { updates_state: policy.updatesState };
  if (extras.state !== undefined) return { state: extras.state, ...updates };
  if (targetKeepsState) return { state: `the table of ${target.name}`, ...updates };
  const text = mergedState(await backend.read(stateId));
  const value = text === undefined ? undefined : parseStateText(text);
  const streams = value === undefined ? [] : [...bookmarksIn(value).keys()];
  return { state: value === undefined ? "none" : backend.description, bookmarks: streams, ...updates };
}

function describeCommand({ name, program, args }: CommandStep): Fields {
  return { command: name, program: [program, ...args].join(" ") };
}

function programOf({ name, program }: UnitPlugin): string {
  return `${name} (${program})`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(String).join(", ");
  return String(value);
}
