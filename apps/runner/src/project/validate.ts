import { findProgram } from "../settings/programs.ts";
import { missingGroups, resolvePlugin } from "../settings/resolve-plugin.ts";
import type { ResolvedPlugin, Surroundings } from "../settings/resolved.ts";
import { usualCapabilities } from "./inheritance.ts";
import type { Plugin, Project } from "./model.ts";
import { didYouMean } from "./near-names.ts";
import type { Placed, Problem } from "./place.ts";
import { createProblems, type Problems, placeText } from "./problems.ts";
import { type Pipeline, type PluginRun, type ProjectUse, projectUse } from "./project-use.ts";
import { ruleProblem } from "./select-syntax.ts";

/** What a project is looked at with. */
export interface ValidateOptions {
  readonly surroundings: Surroundings;
  /** Plugins, jobs and schedules; none stands for all of the project. */
  readonly names: readonly string[];
}

/** What was found out about a project. */
export interface Validation {
  readonly problems: readonly Problem[];
  /** The plugins that were looked at, with their values. */
  readonly plugins: readonly ResolvedPlugin[];
}

/**
 * Looks for everything that would make a run of the project fail or do something else than it seems to, as far
 * as that can be said without running a plugin. Throws with exit code 2 for a name that the project does not know.
 */
export async function validateProject(
  project: Project,
  { surroundings, names }: ValidateOptions,
): Promise<Validation> {
  const found = createProblems();
  const use = projectUse(project, { names, problems: found });
  checkStateIds(project, { use, problems: found });
  for (const plugin of use.plugins) {
    checkDefinition(plugin, found);
    checkSettingNames(plugin, found);
    checkRules(plugin, found);
  }
  const plugins = use.runs.map((run) => resolvedRun(run, { project, surroundings }));
  for (const resolved of plugins) {
    addAll(found, resolved.problems);
    checkGroups(resolved, found);
    await checkProgram(resolved, { project, use, problems: found });
  }
  return { problems: distinct([...project.problems, ...found.list]), plugins: distinctPlugins(plugins) };
}

function resolvedRun(
  { plugin, tap, env: extraEnv }: PluginRun,
  { project, surroundings }: { project: Project; surroundings: Surroundings },
): ResolvedPlugin {
  const options = { project, surroundings, extraEnv };
  const upstream = tap === undefined ? undefined : resolvePlugin(tap, options);
  return resolvePlugin(plugin, { ...options, upstream });
}

/** Meltano's hub would say what such a tap can do; here nobody is asked. */
function checkDefinition({ type, name, parent, place, ...plugin }: Plugin, problems: Problems): void {
  const isOfHub = plugin.pipUrl !== undefined || plugin.variant !== undefined;
  const isAssumed = [...plugin.capabilities].join() === usualCapabilities.join();
  if (type !== "extractors" || parent !== undefined || plugin.settings.length > 0) return;
  if (!isOfHub || !isAssumed) return;
  problems.warn(
    `plugins.${type}.${name} has no definition: it is taken to have ${usualCapabilities.join(", ")}.`,
    {
      place,
      suggestion: `Write its capabilities and settings, or put its lock file into plugins/${type}.`,
    },
  );
}

/** Meltano takes what it does not know for a setting of the user's; most are typing errors. */
function checkSettingNames(plugin: Plugin, problems: Problems): void {
  const known = plugin.settings.flatMap(({ name, aliases }) => [name, ...aliases]);
  for (const [path, { place }] of [...plugin.config, ...plugin.environmentConfig]) {
    if (path.startsWith("_") || known.some((name) => path === name || path.startsWith(`${name}.`))) continue;
    const suggestion = didYouMean(path, known);
    if (suggestion === undefined) continue;
    problems.warn(`plugins.${plugin.type}.${plugin.name}: it has no setting ${path}.`, { place, suggestion });
  }
}

function checkGroups(resolved: ResolvedPlugin, problems: Problems): void {
  const { plugin } = resolved;
  const missing = missingGroups(plugin, resolved);
  if (missing.length === 0) return;
  const [first = []] = missing;
  const others = missing.slice(1).map((names) => names.join(" and "));
  problems.error(`plugins.${plugin.type}.${plugin.name} lacks ${first.join(" and ")}.`, {
    place: plugin.place,
    suggestion: `Set ${first.length > 1 ? "them" : "it"} in config:${others.length === 0 ? "" : `, or else ${others.join(", or else ")}`}.`,
  });
}

function checkRules(plugin: Plugin, problems: Problems): void {
  for (const config of [plugin.config, plugin.environmentConfig]) {
    for (const name of ["_select", "_select_filter"]) {
      const rules = config.get(name);
      if (rules !== undefined) checkRuleList(rules, { where: `${plugin.name}.${name.slice(1)}`, problems });
    }
  }
}

function checkRuleList(
  { value, place, items }: Placed,
  { where, problems }: { where: string; problems: Problems },
): void {
  if (!Array.isArray(value)) return;
  for (const [index, rule] of value.entries()) {
    const problem = typeof rule === "string" ? ruleProblem(rule) : undefined;
    if (problem === undefined) continue;
    problems.error(`${where}: ${JSON.stringify(rule)} is no rule: ${problem}.`, {
      place: items?.[index] ?? place,
      suggestion: "Write stream.property or !stream.property, with * for any text.",
    });
  }
}

async function checkProgram(
  { plugin, env }: ResolvedPlugin,
  { project, use, problems }: { project: Project; use: ProjectUse; problems: Problems },
): Promise<void> {
  try {
    await findProgram(plugin, { root: project.root, path: env["PATH"] ?? "" });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const front = `${placeText(plugin.place)}: `;
    const message = text.startsWith(front) ? text.slice(front.length) : text;
    const isNeeded = plugin.type !== "utilities" || use.asked.has(plugin);
    problems[isNeeded ? "error" : "warn"](message, { place: plugin.place });
  }
}

function checkStateIds(project: Project, { use, problems }: { use: ProjectUse; problems: Problems }): void {
  for (const { type, name, place } of use.plugins) {
    if (!name.includes(":") || (type !== "extractors" && type !== "loaders")) continue;
    problems.error(`plugins.${type}.${name}: the name has a ":", which parts the names of a state id.`, {
      place,
      suggestion: "Rename it.",
    });
  }
  const suffix = project.stateIdSuffix;
  if (suffix?.value.includes(":") === true) {
    problems.error(`state_id_suffix: ${suffix.value} has a ":", which parts the names of a state id.`, {
      place: suffix.place,
      suggestion: 'Write "-" for it.',
    });
  }
  for (const pipeline of use.pipelines) checkTwoStates(pipeline, { use, problems });
}

/** A schedule without a job has a state of its own: beside a job of the same pair, all is loaded twice. */
function checkTwoStates(
  { tap, target, by }: Pipeline,
  { use, problems }: { use: ProjectUse; problems: Problems },
): void {
  if (!("runs" in by)) return;
  const other = use.pipelines.find((each) => each.by !== by && each.tap === tap && each.target === target);
  if (other === undefined) return;
  problems.warn(
    `schedules.${by.name} keeps its state under its own name, and ${other.by.name} (${placeText(other.by.place)}) loads ${tap.name} into ${target.name} with another.`,
    {
      place: by.place,
      suggestion: `Name a job in it, after "chorale state copy ${by.name} …".`,
    },
  );
}

function addAll(problems: Problems, list: readonly Problem[]): void {
  for (const { severity, message, ...finding } of list)
    problems[severity === "error" ? "error" : "warn"](message, finding);
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function distinctPlugins(plugins: readonly ResolvedPlugin[]): readonly ResolvedPlugin[] {
  return [...new Map(plugins.map((resolved) => [resolved.plugin, resolved])).values()];
}
