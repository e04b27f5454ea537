import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { runError } from "../exit-codes.ts";
import type { Surroundings } from "../settings/resolved.ts";
import { readPluginEntries } from "./entries.ts";
import { type Environment, readEnvironments } from "./environments.ts";
import { includedFiles } from "./include-paths.ts";
import { resolvePlugins } from "./inheritance.ts";
import { readJobs } from "./jobs.ts";
import { includedKeys, projectAnnotationKeys } from "./known-keys.ts";
import { createLockFiles } from "./lock-files.ts";
import type { Project } from "./model.ts";
import { namesToChooseFrom } from "./near-names.ts";
import type { Placed } from "./place.ts";
import { createProblems, type Problems, placeText } from "./problems.ts";
import { readProjectSettings, warnOfTopLevel } from "./project-keys.ts";
import { readSchedules } from "./schedules.ts";
import { annotationsOf, envAt, placedTextAt } from "./tree-values.ts";
import { isTree, readYaml } from "./yaml-file.ts";
import type { MapNode } from "./yaml-tree.ts";

/** What a project is read from. */
export interface ReadProjectOptions {
  /** The main file. */
  readonly file: string;
  /** @default the variables `CHORALE_ENVIRONMENT` and `MELTANO_ENVIRONMENT`, then the file's `default_environment` */
  readonly environment: string | undefined;
  /** Whether no environment is active, whatever the file says. */
  readonly withoutEnvironment?: boolean;
  readonly surroundings: Surroundings;
}

/**
 * Reads a project in Meltano's form: the main file, those that it includes, and lock files. What is wrong
 * is told in `problems`, with its place. Throws with exit code 2 only when the main file is no mapping in
 * YAML.
 */
export async function readProject(options: ReadProjectOptions): Promise<Project> {
  const path = resolve(options.file);
  const root = dirname(path);
  const problems = createProblems();
  const mainFile = basename(path);
  const main = await readMain({ path, root, mainFile, problems });
  const included = await readIncluded(main, { root, mainFile, problems });
  const files = [main, ...included.values()];
  warnOfTopLevel(main, problems);
  const entries = readPluginEntries(files, problems);
  const environments = readEnvironments(files, { entries, problems });
  const environment = activeEnvironment(main, { ...options, environments, problems });
  const locks = createLockFiles({ root, problems });
  const sources = { entries, locks, environment: environment?.plugins ?? new Map(), problems };
  const expectation = { where: "the project", problems };
  return {
    root,
    files: [mainFile, ...included.keys()],
    environment: environment?.name,
    stateIdSuffix: environment?.stateIdSuffix,
    env: envAt(main, "env", expectation),
    environmentEnv: environment?.env ?? new Map(),
    plugins: await resolvePlugins(sources),
    jobs: readJobs(files, problems),
    schedules: readSchedules(files, problems),
    settings: readProjectSettings(main),
    annotations: annotationsOf(main, { ...expectation, known: projectAnnotationKeys }),
    problems: problems.list,
  };
}

interface Reading {
  readonly root: string;
  readonly mainFile: string;
  readonly problems: Problems;
}

async function readMain({ path, root, mainFile, problems }: Reading & { path: string }): Promise<MapNode> {
  const tree = await readYaml({ root, file: mainFile }, problems);
  if (isTree(tree) && tree.kind === "map") return tree;
  if (isTree(tree)) throw runError("usage", `${path}: it holds no project. It needs "plugins" and "jobs".`);
  const where = tree.place === undefined ? path : placeText({ ...tree.place, file: path });
  throw runError(
    "usage",
    `${where}: cannot be read as a project file: ${tree.reason}. Mend it, or name another with --project.`,
  );
}

async function readIncluded(main: MapNode, reading: Reading): Promise<ReadonlyMap<string, MapNode>> {
  const { root, problems } = reading;
  const maps = new Map<string, MapNode>();
  for (const file of await includedFiles(main, reading)) {
    const tree = await readYaml({ root, file }, problems);
    if (!isTree(tree)) {
      problems.error(`the file cannot be read: ${tree.reason}.`, {
        place: tree.place ?? { file, line: 1, column: 1 },
        suggestion: "Mend it, or take it out of include_paths.",
      });
    } else if (tree.kind === "map") {
      maps.set(file, tree);
      warnOfIncluded(tree, { file, problems });
    }
  }
  return maps;
}

function warnOfIncluded(map: MapNode, { file, problems }: { file: string; problems: Problems }): void {
  const known: readonly string[] = includedKeys;
  for (const [key, { keyPlace }] of map.entries) {
    if (known.includes(key)) continue;
    problems.warn(`${key} counts in the main file only, and not in ${file}.`, {
      place: keyPlace,
      suggestion: "Move it there.",
    });
  }
}

function activeEnvironment(
  main: MapNode,
  options: ReadProjectOptions & { environments: ReadonlyMap<string, Environment>; problems: Problems },
): Environment | undefined {
  const { environments, problems } = options;
  if (options.withoutEnvironment === true) return undefined;
  const named = namedEnvironment(main, options);
  if (named === undefined || named.value === "" || named.value === "null") return undefined;
  const environment = environments.get(named.value);
  if (environment !== undefined) return environment;
  problems.error(`the project has no environment ${named.value}.`, {
    place: named.place,
    suggestion: namesToChooseFrom(named.value, environments.keys()),
  });
  return undefined;
}

function namedEnvironment(
  main: MapNode,
  { environment, surroundings, problems }: ReadProjectOptions & { problems: Problems },
): (Omit<Placed<string>, "place"> & Partial<Placed<string>>) | undefined {
  if (environment !== undefined) return { value: environment };
  for (const name of ["CHORALE_ENVIRONMENT", "MELTANO_ENVIRONMENT"]) {
    const value = surroundings.env[name] ?? surroundings.dotenv.get(name);
    if (value !== undefined && value !== "") return { value };
  }
  return placedTextAt(main, "default_environment", { where: "the project", problems });
}

const fileNames = ["chorale.yml", "meltano.yml"];

/**
 * Answers the path of the project file: `named` from `cwd`, or else the first `chorale.yml`, or
 * `meltano.yml`, in `cwd` or a folder above it. Throws with exit code 2 when there is none.
 */
export async function findProjectFile(cwd: string, named: string | undefined): Promise<string> {
  if (named !== undefined) return resolve(cwd, named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    for (const name of fileNames) {
      if (await isFile(join(folder, name))) return join(folder, name);
    }
    if (dirname(folder) === folder) break;
  }
  throw runError(
    "usage",
    `${cwd}: there is no chorale.yml and no meltano.yml, nor above it. Make one with "chorale init", or name one with --project.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
