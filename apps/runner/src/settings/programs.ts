import { access, constants, stat } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { runError } from "../exit-codes.ts";
import type { Plugin } from "../project/model.ts";
import { placeText } from "../project/problems.ts";
import { familyOf } from "./env-names.ts";

/** Where programs are looked for. */
export interface ProgramPlaces {
  /** The project's folder. */
  readonly root: string;
  /** The variable `PATH` of the plugin's process. */
  readonly path: string;
  /** Another name than the plugin's own: that of a command. */
  readonly executable?: string | undefined;
}

/**
 * Finds a plugin's program. A name with a slash is a path from the project's folder: a program, or the folder of
 * a virtual environment with a program of the plugin's name. Any other name is looked for in `node_modules/.bin`
 * of the project's folder and those above it, then in the virtual environment that Meltano made for the plugin,
 * and then in PATH. Throws with exit code 2 when there is none, saying what to do.
 */
export async function findProgram(plugin: Plugin, places: ProgramPlaces): Promise<string> {
  const executable = places.executable ?? plugin.executable;
  for (const candidate of candidatesOf(plugin, { ...places, executable })) {
    if (await isProgram(candidate)) return candidate;
  }
  throw runError(
    "usage",
    `${placeText(plugin.place)}: ${plugin.name}: the program ${executable} was not found. ${adviceFor(plugin, executable)}`,
  );
}

function candidatesOf(
  plugin: Plugin,
  { root, path, executable }: ProgramPlaces & { executable: string },
): readonly string[] {
  if (executable.includes("/")) {
    const at = resolve(root, executable);
    return [at, ...familyOf(plugin).flatMap(({ name }) => inVirtualEnvironment(at, name))];
  }
  const ofMeltano = familyOf(plugin).flatMap(({ type, name }) =>
    inVirtualEnvironment(join(root, ".meltano", type, name, "venv"), executable),
  );
  return [
    ...binFolders(root).map((folder) => join(folder, executable)),
    ...(plugin.pipUrl === undefined ? [] : ofMeltano),
    ...path
      .split(delimiter)
      .filter((folder) => folder !== "")
      .map((folder) => join(folder, executable)),
  ];
}

function inVirtualEnvironment(folder: string, name: string): readonly string[] {
  return [join(folder, "bin", name), join(folder, "Scripts", `${name}.exe`)];
}

function binFolders(root: string): readonly string[] {
  const above = dirname(root);
  const own = join(root, "node_modules", ".bin");
  return above === root ? [own] : [own, ...binFolders(above)];
}

/** A folder may be executed too, in the sense of the system's rights. */
async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function adviceFor({ name, pipUrl }: Plugin, executable: string): string {
  if (executable.includes("/")) return `Check "executable": it is a path from the project's folder.`;
  if (pipUrl === undefined) return `Install it, or set "executable" to its path.`;
  const folder = `.venv/${name}`;
  return `Install it: python3 -m venv ${folder} && ${folder}/bin/pip install ${pipUrl}, and set executable: ${folder}/bin/${executable}.`;
}

/**
 * Answers the environment of a program: one that lies in a virtual environment finds the programs beside it
 * before others.
 */
export async function environmentFor(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const folder = dirname(program);
  const marker = join(dirname(folder), "pyvenv.cfg");
  const isVirtual = await access(marker).then(
    () => true,
    () => false,
  );
  if (!isVirtual) return env;
  const { PATH: path } = env;
  return { ...env, PATH: path === undefined || path === "" ? folder : `${folder}${delimiter}${path}` };
}
