import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { runError } from "./exit-codes.ts";
import type { PluginDefinition } from "./project.ts";

/**
 * Finds a plugin's program: a name with a slash from the project's folder, any other in
 * `node_modules/.bin` of that folder and those above it, and then in PATH.
 */
export async function findExecutable(
  plugin: PluginDefinition,
  { root, path }: { root: string; path: string },
): Promise<string> {
  const { executable, where } = plugin;
  const candidates = executable.includes("/")
    ? [resolve(root, executable)]
    : [...binFolders(root), ...path.split(delimiter)].map((folder) => join(folder, executable));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw runError(
    "usage",
    `${where}: the program ${executable} was not found. Install it, or set "executable".`,
  );
}

function binFolders(root: string): readonly string[] {
  const above = dirname(root);
  const own = join(root, "node_modules", ".bin");
  return above === root ? [own] : [own, ...binFolders(above)];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
