import { resolve } from "node:path";
import { ConnectorError } from "@chorale/singer";
import type { CommandContext, GlobalOptions } from "../commands/command-context.ts";
import { type OpenProject, openProject } from "../commands/open-project.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Schedule } from "../project/model.ts";
import { problemText } from "../project/problems.ts";
import { planOf } from "../settings/plan.ts";
import { backendOf } from "../state/project-backend.ts";
import type { StateBackend } from "../state/state-backend.ts";
import { openRunStore } from "../store/open-run-store.ts";
import { createView } from "../view/view.ts";
import { describePlan, planText } from "./dry-run.ts";
import { writeResultFile } from "./result-file.ts";
import { type PlanEnd, runPlan } from "./run-plan.ts";
import type { RunPolicy, Task, Unit } from "./unit.ts";

/** What a command line says of how its words are run. */
export interface RunFlags {
  readonly policy: Partial<RunPolicy>;
  readonly stateIdSuffix: string | undefined;
  /** The target that every pipeline ends in instead of its own. */
  readonly into?: string | undefined;
  /** The whole state id, for one pipeline. */
  readonly stateId?: string | undefined;
  /** Rules for whole streams; they win over the tap's `select_filter`. */
  readonly selectFilter?: readonly string[] | undefined;
  /** A catalog that is used as it is, from the folder that the command is run in. */
  readonly catalog?: string | undefined;
  /** A state that the tap is given instead of the stored one, from the folder that the command is run in. */
  readonly state?: string | undefined;
  /** How many tasks run at once. */
  readonly parallel: number;
  /** The file that the result is written to as one line of JSON. */
  readonly result: string | undefined;
  /** Whether the plan is only told. */
  readonly dryRun: boolean;
}

/** What is run. */
export interface RunWords {
  /** Jobs, and blocks of taps, mappings, targets and commands. */
  readonly words: readonly string[];
  readonly schedule: Schedule | undefined;
  readonly options: RunFlags;
}

/**
 * Runs words of a command line: what `run`, `el` and `schedule run` do. Says by the context what the process ends
 * with; throws what is wrong before anything runs.
 */
export async function runWords(
  context: CommandContext,
  globals: GlobalOptions,
  run: RunWords,
): Promise<void> {
  const { result } = run.options;
  const file = result === undefined ? undefined : resolve(context.cwd, result);
  let end: PlanEnd;
  try {
    const opened = await openProject(context, globals);
    const tasks = await tasksOf(context, opened, run);
    end = await runTasks(tasks, { context, globals, opened, flags: run.options });
  } catch (error) {
    if (file !== undefined && ConnectorError.isInstance(error)) {
      await writeResultFile(file, { results: [], problems: [error.message], exitCode: error.exitCode });
    }
    throw error;
  }
  if (file !== undefined) await writeResultFile(file, end);
  context.end(end.exitCode);
}

/** Makes the plan of words, and prints what looks wrong with it to the log. */
export async function tasksOf(
  context: CommandContext,
  { project, surroundings }: OpenProject,
  { words, schedule, options }: RunWords,
): Promise<readonly Task[]> {
  const { policy, stateIdSuffix, stateId, selectFilter, into } = options;
  const warnings: string[] = [];
  const tasks = await planOf({
    ...{ project, surroundings, words, policy, stateIdSuffix, stateId, selectFilter, schedule, into },
    warn: (problem) => warnings.push(problemText(problem)),
  });
  if (warnings.length > 0) {
    const log = await context.log();
    for (const warning of warnings) log.warn(warning);
  }
  const own = (file: string | undefined) => (file === undefined ? undefined : resolve(context.cwd, file));
  const [catalog, state] = [own(options.catalog), own(options.state)];
  return tasks.map(({ steps }) => ({
    steps: steps.map((step) =>
      step.kind === "command" ? step : withFlags(step, { ...options, catalog, state }),
    ),
  }));
}

/** What the command line says wins, also where it says that there is no limit. */
function withFlags(
  unit: Unit,
  { policy, catalog, state }: Pick<RunFlags, "policy" | "catalog" | "state">,
): Unit {
  const { extras } = unit;
  return {
    ...unit,
    policy: { ...unit.policy, ...policy },
    extras: { ...extras, catalog: catalog ?? extras.catalog, state: state ?? extras.state },
  };
}

interface Running {
  readonly context: CommandContext;
  readonly globals: GlobalOptions;
  readonly opened: OpenProject;
  readonly flags: RunFlags;
}

async function runTasks(tasks: readonly Task[], running: Running): Promise<PlanEnd> {
  const backend = await backendOf(running.opened);
  try {
    if (!running.flags.dryRun) return await runForReal(tasks, { ...running, backend });
    const described = await describePlan(tasks, backend);
    const { context, globals } = running;
    context.stdout(globals.logFormat === "json" ? `${JSON.stringify(described)}\n` : planText(described));
    return { results: [], problems: [], exitCode: exitCodes.ok };
  } finally {
    await backend.close();
  }
}

async function runForReal(
  tasks: readonly Task[],
  { context, globals, opened, flags, backend }: Running & { backend: StateBackend },
): Promise<PlanEnd> {
  const { root } = opened.project;
  const { signal, forced, version, terminal, stdout, stderr, env } = context;
  const store = await openRunStore({ root });
  const view = createView({ format: globals.logFormat ?? "text", terminal, stdout, stderr, env });
  try {
    const end = await runPlan(tasks, {
      ...{ root, backend, store, signal, forced, version, parallel: flags.parallel },
      emit: (event) => view.take(event),
    });
    view.close();
    const log = end.problems.length === 0 ? undefined : await context.log();
    for (const problem of end.problems) log?.error(problem);
    return end;
  } finally {
    view.close();
    await store.close();
  }
}
