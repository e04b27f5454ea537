import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { type Block, type BlockTask, blocksOf } from "../project/blocks.ts";
import { intoLoader } from "../project/into-loader.ts";
import type { PlacedEnv, Project, Schedule } from "../project/model.ts";
import type { Problem } from "../project/place.ts";
import { placeText, problemText } from "../project/problems.ts";
import type { CommandStep, RunPolicy, Task, Unit, UnitPlugin } from "../run/unit.ts";
import { commandArgs } from "./command-args.ts";
import { expand } from "./expand.ts";
import { environmentFor, findProgram } from "./programs.ts";
import { variablesOfProject } from "./project-settings.ts";
import { isStrictOf, missingGroups, type ResolveOptions, resolvePlugin } from "./resolve-plugin.ts";
import type { ResolvedPlugin, Surroundings } from "./resolved.ts";
import { defaultPolicy, policySaid } from "./run-policy.ts";
import { stateIdOf } from "./state-ids.ts";
import { resolveMapping, secretVariablesOfProject, unitPluginOf, withoutSecrets } from "./unit-plugins.ts";
import { unsetText } from "./variables.ts";

/** What is to be run, and how. */
export interface PlanOptions {
  readonly project: Project;
  readonly surroundings: Surroundings;
  /** Of the command line: jobs, and blocks of taps, mappings, targets and commands. */
  readonly words: readonly string[];
  /** What the command line says; it wins over what the project says. */
  readonly policy: Partial<RunPolicy>;
  /** Of the command line; it wins over the environment's. */
  readonly stateIdSuffix: string | undefined;
  /** The whole state id, for one pipeline. */
  readonly stateId?: string | undefined;
  /** Of the command line; it wins over the tap's `select_filter`. */
  readonly selectFilter?: readonly string[] | undefined;
  readonly schedule?: Schedule | undefined;
  /** The target that every pipeline ends in instead of its own. */
  readonly into?: string | undefined;
  /** Receives what looks wrong and does not keep anything from being run. */
  readonly warn?: ((problem: Problem) => void) | undefined;
}

/**
 * Makes the plan of a run: the tasks of each job, with every setting resolved, every program found and every
 * policy known. Nothing is run. Throws with exit code 2 for what is wrong with the project; warnings are handed to
 * `warn`.
 *
 * @example
 * ```ts
 * const tasks = await planOf({ project, surroundings, words: ["nightly"], policy: {}, stateIdSuffix: undefined });
 * ```
 */
export async function planOf(options: PlanOptions): Promise<readonly Task[]> {
  const { project, words, into } = options;
  const named = blocksOf(project, words);
  const tasks = into === undefined ? named : intoLoader(named, { project, name: into });
  const pipelines = tasks.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === "pipeline"));
  if (pipelines.length > 1 && ownStateIdOf(options) !== undefined) {
    throw runError(
      "usage",
      `${ownStateIdOf(options)}: one state id is for one pipeline, and there are ${pipelines.length}.`,
    );
  }
  const drafts = tasks.map((task) => draftOf(task, options));
  tell(
    drafts.flatMap((draft) => draft.flatMap(problemsOf)),
    options,
  );
  const hidden = secretVariablesOfProject(options);
  return Promise.all(
    drafts.map(async (draft) => ({
      steps: await Promise.all(
        draft.map((step) => stepOf(step, { ...options, hidden, isAlone: pipelines.length === 1 })),
      ),
    })),
  );
}

interface UnitDraft {
  readonly kind: "unit";
  readonly tap: ResolvedPlugin;
  readonly mappings: readonly { readonly name: string; readonly resolved: ResolvedPlugin }[];
  readonly target: ResolvedPlugin;
  readonly stateId: string;
  readonly policy: RunPolicy;
  readonly job: string | undefined;
  readonly problems: readonly Problem[];
}

interface CommandDraft {
  readonly kind: "command";
  readonly resolved: ResolvedPlugin;
  readonly command: string | undefined;
  readonly args: readonly string[];
  readonly policy: RunPolicy;
  readonly problems: readonly Problem[];
}

type Draft = UnitDraft | CommandDraft;

function draftOf(task: BlockTask, options: PlanOptions): readonly Draft[] {
  const { policy: said, problems } = policySaid({ ...options, job: task.job });
  return task.blocks.map((block) => {
    const extraEnv: PlacedEnv = new Map([...(task.job?.env ?? []), ...(options.schedule?.env ?? [])]);
    const { project, surroundings } = options;
    const resolveOptions: ResolveOptions = {
      ...{ project, surroundings, extraEnv },
      inheritedSecrets: "suspicious",
    };
    return block.kind === "command"
      ? commandDraft(block, { resolveOptions, said, problems })
      : unitDraft(block, { resolveOptions, said, problems, options, job: task.job?.name });
  });
}

interface DraftParts {
  readonly resolveOptions: ResolveOptions;
  readonly said: Partial<RunPolicy>;
  readonly problems: readonly Problem[];
}

function commandDraft(
  { plugin, command }: Extract<Block, { kind: "command" }>,
  { resolveOptions, said, problems }: DraftParts,
): CommandDraft {
  const resolved = resolvePlugin(plugin, resolveOptions);
  const args = commandArgs(resolved, command);
  return {
    kind: "command",
    resolved,
    command,
    args: args.words,
    policy: { ...defaultPolicy, ...said },
    problems: [...problems, ...args.problems],
  };
}

function unitDraft(
  block: Extract<Block, { kind: "pipeline" }>,
  {
    resolveOptions,
    said,
    problems,
    options,
    job,
  }: DraftParts & { options: PlanOptions; job: string | undefined },
): UnitDraft {
  const tap = resolvePlugin(block.tap, resolveOptions);
  const withTap = { ...resolveOptions, upstream: tap };
  const mappings = block.mappings.flatMap((name) => resolveMapping(name, withTap) ?? []);
  const names = { environment: options.project.environment, tap: block.tap.name, target: block.target.name };
  return {
    kind: "unit",
    tap,
    mappings,
    target: resolvePlugin(block.target, withTap),
    stateId: ownStateIdOf(options) ?? stateIdOf({ ...names, suffix: suffixOf(options, resolveOptions) }),
    policy: { ...defaultPolicy, ...(isLogBased(tap) ? { idleTimeoutSeconds: undefined } : {}), ...said },
    job,
    problems,
  };
}

/** A schedule of a tap and a target keeps its state under its own name, but not what another target has loaded. */
function ownStateIdOf({ stateId, schedule, into }: PlanOptions): string | undefined {
  const named = schedule !== undefined && "extractor" in schedule.runs && into === undefined;
  return stateId ?? (named ? schedule.name : undefined);
}

function suffixOf({ project, surroundings, stateIdSuffix }: PlanOptions, options: ResolveOptions): string {
  if (stateIdSuffix !== undefined) return stateIdSuffix;
  if (project.stateIdSuffix === undefined) return "";
  const { value: text, place } = project.stateIdSuffix;
  const variables = variablesOfProject(project, surroundings, options.extraEnv);
  const { value, unset } = expand(text, (name) => variables.get(name)?.value);
  if (unset.length === 0 || !isStrictOf(options)) return typeof value === "string" ? value : "";
  const advice = "Set it in the environment or in .env.";
  throw runError("usage", `${placeText(place)}: state_id_suffix: ${unsetText(unset)} ${advice}`);
}

/** A tap that reads a log waits for what may come. */
function isLogBased({ extras }: ResolvedPlugin): boolean {
  return Object.values(extras.metadata).some(
    (rule) => isObject(rule) && rule["replication-method"] === "LOG_BASED",
  );
}

function problemsOf(draft: Draft): readonly Problem[] {
  const plugins =
    draft.kind === "command"
      ? [draft.resolved]
      : [draft.tap, ...draft.mappings.map(({ resolved }) => resolved), draft.target];
  return [
    ...draft.problems,
    ...plugins.flatMap((resolved) => [...resolved.problems, ...groupProblems(resolved)]),
  ];
}

function groupProblems(resolved: ResolvedPlugin): readonly Problem[] {
  const { plugin } = resolved;
  const groups = missingGroups(plugin, resolved);
  if (groups.length === 0) return [];
  const sets = groups.map((names) => names.join(", ")).join("; or ");
  return [
    {
      severity: "warning",
      message: `${plugin.name}: required settings are not set: ${sets}.`,
      place: plugin.place,
      suggestion: "Set them.",
    },
  ];
}

/** So many errors are told at once. */
const toldErrors = 3;

function tell(problems: readonly Problem[], { warn }: PlanOptions): void {
  const distinct = [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
  for (const problem of distinct) if (problem.severity === "warning") warn?.(problem);
  const errors = distinct.filter(({ severity }) => severity === "error").map(problemText);
  if (errors.length === 0) return;
  const more = errors.length - toldErrors;
  const rest = more > 0 ? ` And ${more} more: chorale validate tells all.` : "";
  throw runError("usage", `${errors.slice(0, toldErrors).join(" ")}${rest}`);
}

type StepOptions = PlanOptions & {
  readonly hidden: ReadonlySet<string>;
  /** Whether the plan has one pipeline. */
  readonly isAlone: boolean;
};

async function stepOf(draft: Draft, options: StepOptions): Promise<Unit | CommandStep> {
  return draft.kind === "command" ? commandStepOf(draft, options) : unitOf(draft, options);
}

async function commandStepOf(
  { resolved, command, args, policy }: CommandDraft,
  { project }: PlanOptions,
): Promise<CommandStep> {
  const { plugin, env, secrets } = resolved;
  const program = await findProgram(plugin, {
    root: project.root,
    path: env["PATH"] ?? "",
    executable: command === undefined ? undefined : plugin.commands.get(command)?.executable,
  });
  return {
    kind: "command",
    name: command === undefined ? plugin.name : `${plugin.name}:${command}`,
    program,
    args,
    env: await environmentFor(program, env),
    secrets,
    graceSeconds: policy.graceSeconds,
  };
}

async function unitOf(
  draft: UnitDraft,
  { project, schedule, selectFilter, hidden, isAlone, into }: StepOptions,
): Promise<Unit> {
  const { tap, mappings, target, stateId, policy, job } = draft;
  const ready = async (resolved: ResolvedPlugin): Promise<UnitPlugin> =>
    unitPluginOf(withoutSecrets(resolved, { hidden, project }), project.root);
  const readyTarget = await ready(target);
  const targetKeepsState = isSet(target.config["state_table"]);
  const runsJob = schedule !== undefined && "job" in schedule.runs;
  return {
    kind: "unit",
    stateId,
    formerStateId: runsJob && isAlone && into === undefined ? schedule.name : undefined,
    tap: await ready(tap),
    extras: selectFilter === undefined ? tap.extras : { ...tap.extras, selectFilter },
    mappers: await Promise.all(
      mappings.map(async ({ name, resolved }) => ({ ...(await ready(resolved)), name })),
    ),
    target: targetKeepsState
      ? { ...readyTarget, config: { state_id: stateId, ...readyTarget.config } }
      : readyTarget,
    targetKeepsState,
    job,
    schedule: schedule?.name,
    policy,
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
