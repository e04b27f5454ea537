import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isObject } from "@chorale/singer";
import { parse } from "yaml";
import { runError } from "./exit-codes.ts";

/** A plugin as the project file has it, after `inherit_from`; nothing is expanded yet. */
export interface PluginDefinition {
  readonly name: string;
  /** The name or path of the program that is run. */
  readonly executable: string;
  /** What the warehouse's schema is called after: the name with `_` for `-`. */
  readonly namespace: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly select: readonly string[];
  /** Where it stands in the file, for errors. */
  readonly where: string;
}

/** A tap and the target that it is run into. */
export interface Pair {
  readonly tap: PluginDefinition;
  readonly target: PluginDefinition;
}

/** A project file that was read: who can be run. */
export interface Project {
  /** The folder of the file; relative paths start there. */
  readonly root: string;
  readonly environment: string | undefined;
  readonly taps: ReadonlyMap<string, PluginDefinition>;
  readonly targets: ReadonlyMap<string, PluginDefinition>;
  /** Names of plugins, tap and target in turn, by the job's name. */
  readonly jobs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a project file in Meltano's form: `plugins` with `extractors` and `loaders`, and `jobs`. Keys that
 * the runner does not know are left alone. Throws with exit code 2, naming the file and the key.
 */
export async function readProject(path: string): Promise<Project> {
  const file = resolve(path);
  const content = await parseFile(file);
  const plugins = isObject(content["plugins"]) ? content["plugins"] : {};
  const { default_environment: environment } = content;
  return {
    root: dirname(file),
    environment: typeof environment === "string" ? environment : undefined,
    taps: definitions(plugins["extractors"], "plugins.extractors"),
    targets: definitions(plugins["loaders"], "plugins.loaders"),
    jobs: readJobs(content["jobs"]),
  };
}

async function parseFile(file: string): Promise<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"), { version: "1.1", schema: "yaml-1.1", merge: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runError(
      "usage",
      `${file}: cannot be read as a project file: ${reason}. Name another with --project.`,
      {
        cause: error,
      },
    );
  }
  if (isObject(content)) return content;
  throw runError("usage", `${file}: it holds no project. It needs "plugins" and "jobs".`);
}

function definitions(list: unknown, where: string): ReadonlyMap<string, PluginDefinition> {
  const entries = new Map<string, Record<string, unknown>>();
  for (const entry of listOf(list, where)) {
    const name = isObject(entry) ? entry["name"] : undefined;
    if (!isObject(entry) || typeof name !== "string")
      throw runError("usage", `${where}: an entry has no "name".`);
    if (entries.has(name)) throw runError("usage", `${where}: ${name} stands there twice. Rename one.`);
    entries.set(name, entry);
  }
  return new Map([...entries.keys()].map((name) => [name, definition(name, { entries, where, heirs: [] })]));
}

interface Inheritance {
  entries: ReadonlyMap<string, Record<string, unknown>>;
  where: string;
  /** Who inherits from this one, the first heir first: a name that comes back is a circle. */
  heirs: readonly string[];
}

function definition(name: string, inheritance: Inheritance): PluginDefinition {
  const { entries, where, heirs } = inheritance;
  const at = `${where}.${name}`;
  const entry = entries.get(name);
  if (entry === undefined || heirs.includes(name)) {
    const why = entry === undefined ? "is not in the file" : "inherits from itself";
    throw runError("usage", `${where}.${heirs.at(-1) ?? name}: inherit_from: ${name} ${why}.`);
  }
  const { inherit_from: parentName, executable, namespace, config, select } = entry;
  const parent =
    typeof parentName === "string"
      ? definition(parentName, { ...inheritance, heirs: [...heirs, name] })
      : undefined;
  if (config !== undefined && !isObject(config)) throw runError("usage", `${at}.config: it is no mapping.`);
  return {
    name,
    executable: typeof executable === "string" ? executable : (parent?.executable ?? name),
    namespace: typeof namespace === "string" ? namespace : name.replaceAll(/[^A-Za-z0-9]/g, "_"),
    config: { ...parent?.config, ...config },
    select: select === undefined ? (parent?.select ?? ["*.*"]) : textList(select, `${at}.select`),
    where: at,
  };
}

function readJobs(list: unknown): ReadonlyMap<string, readonly string[]> {
  return new Map(
    listOf(list, "jobs").map((job, index) => {
      const name = isObject(job) ? job["name"] : undefined;
      if (!isObject(job) || typeof name !== "string")
        throw runError("usage", `jobs[${index}]: it has no "name".`);
      const tasks = listOf(job["tasks"], `jobs.${name}.tasks`).flat();
      return [
        name,
        textList(tasks, `jobs.${name}.tasks`).flatMap((task) => task.split(/\s+/).filter(Boolean)),
      ];
    }),
  );
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw runError("usage", `${where}: it is no list.`);
}

function textList(value: unknown, where: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw runError("usage", `${where}: it is no list of texts.`);
}

/**
 * Reads names of a command line as pairs: jobs stand for their tasks, and then taps and targets take turns.
 *
 * @example
 * ```ts
 * pairsOf(project, ["tap-zendesk", "target-duckdb"]);
 * ```
 */
export function pairsOf(project: Project, names: readonly string[]): readonly Pair[] {
  const plugins = names.flatMap((name) => project.jobs.get(name) ?? [name]);
  if (plugins.length === 0) throw runError("usage", `nothing to run. Name a job, or a tap and a target.`);
  return Array.from({ length: Math.ceil(plugins.length / 2) }, (_, index) => {
    const [tapName = "", targetName] = plugins.slice(2 * index, 2 * index + 2);
    const tap = project.taps.get(tapName);
    if (tap === undefined) throw runError("usage", `${tapName}: no such tap. ${knownNames(project)}`);
    const target = project.targets.get(targetName ?? "");
    if (target !== undefined) return { tap, target };
    throw runError("usage", `${targetName ?? `after ${tapName}`}: no such target. ${knownNames(project)}`);
  });
}

function knownNames({ taps, targets, jobs }: Project): string {
  return `The project knows ${[...taps.keys(), ...targets.keys(), ...jobs.keys()].join(", ") || "nothing"}.`;
}
