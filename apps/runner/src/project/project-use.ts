import { runError } from "../exit-codes.ts";
import { type Block, blocksOf, pluginOf, taskBlocks } from "./blocks.ts";
import type { Job, PlacedEnv, Plugin, Project, Schedule } from "./model.ts";
import { namesToChooseFrom } from "./near-names.ts";
import type { Problems } from "./problems.ts";

/** What of a project is looked at: all of it, or what some names stand for. */
export interface ProjectUse {
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
  /** Plugins that are run, by themselves or in the jobs and schedules. */
  readonly plugins: ReadonlySet<Plugin>;
  /** Plugins that a job, a schedule or a name asks for. */
  readonly asked: ReadonlySet<Plugin>;
  /** The tap that fills each target, where a job or a schedule says so. */
  readonly pipelines: readonly Pipeline[];
  /** How each plugin is run, once for each way in which its values may differ. */
  readonly runs: readonly PluginRun[];
}

/** A plugin as a job, a schedule or a person runs it. */
export interface PluginRun {
  readonly plugin: Plugin;
  /** Of a target and of a mapper: where the records come from. */
  readonly tap: Plugin | undefined;
  /** What the job and the schedule add to the environment. */
  readonly env: PlacedEnv;
}

/** A tap and the target that it is run into. */
export interface Pipeline {
  readonly tap: Plugin;
  readonly target: Plugin;
  /** What says so; a schedule of a tap and a target keeps its state under its own name. */
  readonly by: Job | Schedule;
}

const runTypes = ["extractors", "loaders", "mappers", "utilities"] as const;

/**
 * Finds out what of a project is used by `names`, or by anything when there are none. Jobs and schedules that
 * name what is not there are problems. Throws with exit code 2 for a name that the project does not know.
 */
export function projectUse(
  project: Project,
  { names, problems }: { names: readonly string[]; problems: Problems },
): ProjectUse {
  const schedules = [...project.schedules.values()].filter(({ name }) => isNamed(name, names));
  const jobNames = new Set(schedules.flatMap(({ runs }) => ("job" in runs ? [runs.job] : [])));
  const jobs = [...project.jobs.values()].filter(
    ({ name }) => isNamed(name, names) || (names.length > 0 && jobNames.has(name)),
  );
  const named = names.flatMap((name) => namedPlugin(project, name));
  const all =
    names.length > 0 ? [] : runTypes.flatMap((type) => [...(project.plugins.get(type)?.values() ?? [])]);
  const blocks = [
    ...jobs.flatMap((by) => jobBlocks(project, { by, problems })),
    ...schedules.flatMap((by) => scheduleBlocks(project, { by, problems })),
  ];
  const asked = new Set([...named, ...blocks.flatMap(({ block }) => pluginsOf(project, block))]);
  const pipelines = blocks.flatMap(({ by, block }) =>
    block.kind === "pipeline" ? [{ by, tap: block.tap, target: block.target }] : [],
  );
  const runs = blocks.flatMap(({ by, block }) => blockRuns(project, { by, block }));
  const used = new Set([...all, ...asked]);
  const others = [...used].filter((plugin) => runs.every((run) => run.plugin !== plugin));
  return {
    ...{ jobs, schedules, pipelines, asked, plugins: used },
    runs: [...runs, ...others.map((plugin) => soleRun(project, plugin))],
  };
}

/** A target that nothing fills yet is looked at as if the first tap did. */
function soleRun(project: Project, plugin: Plugin): PluginRun {
  const [anyTap] = project.plugins.get("extractors")?.values() ?? [];
  const isFilled = plugin.type === "loaders" || plugin.type === "mappers";
  return { plugin, tap: isFilled ? anyTap : undefined, env: new Map() };
}

/** A job is run once for each of its schedules, and by people: then only its own variables are there. */
function blockRuns(project: Project, { by, block }: UsedBlock): readonly PluginRun[] {
  const schedules = [...project.schedules.values()].filter(
    ({ runs }) => "job" in runs && !("runs" in by) && runs.job === by.name,
  );
  const envs = schedules.length === 0 ? [by.env] : schedules.map(({ env }) => new Map([...by.env, ...env]));
  const tap = block.kind === "pipeline" ? block.tap : undefined;
  return pluginsOf(project, block).flatMap((plugin) =>
    envs.map((env) => ({ plugin, tap: plugin === tap ? undefined : tap, env })),
  );
}

function isNamed(name: string, names: readonly string[]): boolean {
  return names.length === 0 || names.includes(name);
}

function namedPlugin(project: Project, name: string): readonly Plugin[] {
  const plugin = pluginOf(project, name);
  if (plugin !== undefined) return [plugin];
  if (project.jobs.has(name) || project.schedules.has(name)) return [];
  const known = [...project.plugins.values()].flatMap((plugins) => [...plugins.keys()]);
  const all = [...known, ...project.jobs.keys(), ...project.schedules.keys()];
  throw runError("usage", `${name}: no such plugin, job or schedule. ${namesToChooseFrom(name, all)}`);
}

interface UsedBlock {
  readonly by: Job | Schedule;
  readonly block: Block;
}

function jobBlocks(
  project: Project,
  { by, problems }: { by: Job; problems: Problems },
): readonly UsedBlock[] {
  return by.tasks.flatMap((words) => {
    // A task that names another job is looked at as that job.
    if (words.length === 1 && project.jobs.has(words[0] ?? "")) {
      attempt(() => blocksOf(project, [by.name]), { where: `jobs.${by.name}`, by, problems });
      return [];
    }
    const blocks = attempt(() => taskBlocks(project, words), { where: `jobs.${by.name}`, by, problems });
    return (blocks ?? []).map((block) => ({ by, block }));
  });
}

function scheduleBlocks(
  project: Project,
  { by, problems }: { by: Schedule; problems: Problems },
): readonly UsedBlock[] {
  const where = `schedules.${by.name}`;
  if ("job" in by.runs) {
    const { job } = by.runs;
    if (project.jobs.has(job)) return [];
    problems.error(`${where}: there is no job ${job}.`, {
      place: by.place,
      suggestion: namesToChooseFrom(job, project.jobs.keys()),
    });
    return [];
  }
  const words = [by.runs.extractor, by.runs.loader];
  const blocks = attempt(() => taskBlocks(project, words), { where, by, problems });
  return (blocks ?? []).map((block) => ({ by, block }));
}

function attempt<Result>(
  action: () => Result,
  { where, by, problems }: { where: string; by: Job | Schedule; problems: Problems },
): Result | undefined {
  try {
    return action();
  } catch (error) {
    problems.error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      place: by.place,
    });
    return undefined;
  }
}

function pluginsOf(project: Project, block: Block): readonly Plugin[] {
  if (block.kind === "command") return [block.plugin];
  const mappers = [...(project.plugins.get("mappers")?.values() ?? [])];
  const used = mappers.filter(({ mappings }) => block.mappings.some((name) => mappings.has(name)));
  return [block.tap, ...used, block.target];
}
