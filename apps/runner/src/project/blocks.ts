import { runError } from "../exit-codes.ts";
import type { Job, Plugin, PluginType, Project } from "./model.ts";
import { namesToChooseFrom } from "./near-names.ts";

/** What words of a command line stand for: a pipeline, or a command of a plugin. */
export type Block =
  | {
      readonly kind: "pipeline";
      readonly tap: Plugin;
      /** Names of mappings, in the order in which the messages pass them. */
      readonly mappings: readonly string[];
      readonly target: Plugin;
    }
  | { readonly kind: "command"; readonly plugin: Plugin; readonly command: string | undefined };

/** Blocks that run one after another. */
export interface BlockTask {
  /** The job that they are a task of. */
  readonly job: Job | undefined;
  readonly blocks: readonly Block[];
}

/**
 * Reads words as blocks: a job stands for its tasks, a tap is followed by mappings and a target, and
 * `plugin` or `plugin:command` runs a plugin of another type. Each task of a job is a task of its own; words
 * beside jobs are one task between them. Throws with exit code 2 for what is no name and for a tap without a
 * target.
 *
 * @example
 * ```ts
 * blocksOf(project, ["tap-zendesk", "target-duckdb", "dbt:run"]);
 * ```
 */
export function blocksOf(project: Project, words: readonly string[]): readonly BlockTask[] {
  if (words.length === 0)
    throw runError("usage", `nothing to run. Name a job, or a tap and a target. ${known(project)}`);
  const tasks: BlockTask[] = [];
  let own: string[] = [];
  const endOwn = () => {
    if (own.length > 0) tasks.push({ job: undefined, blocks: taskBlocks(project, own) });
    own = [];
  };
  for (const word of words) {
    const job = project.jobs.get(word);
    if (job === undefined || pluginOf(project, word) !== undefined) {
      own.push(word);
      continue;
    }
    endOwn();
    tasks.push(...jobTasks(project, { job, within: [] }));
  }
  endOwn();
  return tasks;
}

/** A task may name another job, whose tasks take its place. */
function jobTasks(
  project: Project,
  { job, within }: { job: Job; within: readonly string[] },
): readonly BlockTask[] {
  if (within.includes(job.name)) {
    throw runError("usage", `jobs.${job.name}: it names itself as a task. Leave that task out.`);
  }
  return job.tasks.flatMap((words): readonly BlockTask[] => {
    const inner = words.length === 1 ? project.jobs.get(words[0] ?? "") : undefined;
    if (inner !== undefined) return jobTasks(project, { job: inner, within: [...within, job.name] });
    return [{ job, blocks: taskBlocks(project, words) }];
  });
}

/** Reads the words of one task. Jobs are no words of it. */
export function taskBlocks(project: Project, words: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < words.length; ) {
    const tap = project.plugins.get("extractors")?.get(words[index] ?? "");
    const end = tap === undefined ? index : pipelineEnd(project, { words, start: index });
    blocks.push(
      tap === undefined
        ? commandBlock(project, words[index] ?? "")
        : pipelineBlock(project, words.slice(index, end + 1)),
    );
    index = end + 1;
  }
  return blocks;
}

/** The place of a pipeline's target: what follows the tap and the mappings. */
function pipelineEnd(
  project: Project,
  { words, start }: { words: readonly string[]; start: number },
): number {
  const mappings = mappingNames(project);
  const length = words.slice(start + 1).findIndex((word) => !mappings.has(word));
  return length === -1 ? words.length : start + 1 + length;
}

function pipelineBlock(project: Project, words: readonly string[]): Block {
  const [tapName = "", ...rest] = words;
  const tap = project.plugins.get("extractors")?.get(tapName);
  const mappings = rest.filter((word) => mappingNames(project).has(word));
  const targetName = rest[mappings.length];
  const target = project.plugins.get("loaders")?.get(targetName ?? "");
  if (tap !== undefined && target !== undefined) return { kind: "pipeline", tap, mappings, target };
  throw runError("usage", targetMessage(project, { after: words[mappings.length] ?? tapName, targetName }));
}

function targetMessage(
  project: Project,
  { after, targetName }: { after: string; targetName: string | undefined },
): string {
  if (targetName === undefined)
    return `after ${after}: no such target. Name a target after it. ${known(project)}`;
  const mapper = project.plugins.get("mappers")?.get(targetName);
  if (mapper !== undefined) {
    const names = [...mapper.mappings.keys()].join(", ");
    return `${targetName}: a mapper stands there by the name of a mapping. It has ${names || "none"}.`;
  }
  const names = [...(project.plugins.get("loaders")?.keys() ?? []), ...mappingNames(project)];
  return `${targetName}: no such target, nor a mapping. ${namesToChooseFrom(targetName, names)}`;
}

const commandTypes: readonly PluginType[] = ["utilities", "transformers", "orchestrators"];

function commandBlock(project: Project, word: string): Block {
  const [name = "", command] = splitCommand(word);
  const plugin = pluginOf(project, word);
  if (plugin !== undefined && commandTypes.includes(plugin.type)) {
    if (command === undefined || plugin.commands.has(command)) return { kind: "command", plugin, command };
    throw runError(
      "usage",
      `${word}: ${name} has no command ${command}. ${namesToChooseFrom(command, plugin.commands.keys())}`,
    );
  }
  throw runError("usage", unknownMessage(project, { word, plugin }));
}

function unknownMessage(
  project: Project,
  { word, plugin }: { word: string; plugin: Plugin | undefined },
): string {
  if (plugin?.type === "loaders") return `${word}: no tap stands before this target. Name one.`;
  if (plugin !== undefined) return `${word}: one of the ${plugin.type} cannot be run by itself.`;
  if (mappingNames(project).has(word)) return `${word}: no tap stands before this mapping. Name one.`;
  if (project.jobs.has(word))
    return `${word}: a job stands among other words of a task. Give it a task of its own.`;
  const names = [
    ...(project.plugins.get("extractors")?.keys() ?? []),
    ...commandNames(project),
    ...project.jobs.keys(),
  ];
  return `${word}: no such tap, job or command. ${namesToChooseFrom(word, names)}`;
}

/** Answers the plugin that a word names, whatever its type; of two types with one name the earlier. */
export function pluginOf(project: Project, word: string): Plugin | undefined {
  const [name = ""] = splitCommand(word);
  for (const plugins of project.plugins.values()) {
    const plugin = plugins.get(word) ?? (commandName(plugins.get(name)) ? plugins.get(name) : undefined);
    if (plugin !== undefined) return plugin;
  }
  return undefined;
}

function commandName(plugin: Plugin | undefined): boolean {
  return plugin !== undefined && commandTypes.includes(plugin.type);
}

function splitCommand(word: string): readonly string[] {
  const colon = word.indexOf(":");
  return colon === -1 ? [word] : [word.slice(0, colon), word.slice(colon + 1)];
}

function mappingNames(project: Project): ReadonlySet<string> {
  const mappers = [...(project.plugins.get("mappers")?.values() ?? [])];
  return new Set(mappers.flatMap((mapper) => [...mapper.mappings.keys()]));
}

function commandNames(project: Project): readonly string[] {
  return commandTypes.flatMap((type) =>
    [...(project.plugins.get(type)?.values() ?? [])].flatMap(({ name, commands }) => [
      name,
      ...[...commands.keys()].map((command) => `${name}:${command}`),
    ]),
  );
}

function known(project: Project): string {
  const plugins = [...project.plugins.values()].flatMap((each) => [...each.keys()]);
  return `The project knows ${[...plugins, ...project.jobs.keys()].join(", ") || "nothing"}.`;
}
