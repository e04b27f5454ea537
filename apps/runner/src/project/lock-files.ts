import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { PluginType } from "./model.ts";
import { type PluginEntry, readLockEntry } from "./plugin-entry.ts";
import type { Problems } from "./problems.ts";
import { isTree, readYaml } from "./yaml-file.ts";

/** Reads the definitions of plugins that Meltano keeps beside the project file. */
export interface LockFiles {
  /** Answers the definition in `plugins/<type>/<name>--<variant>.lock`; undefined when there is none. */
  find(plugin: LockedPlugin): Promise<PluginEntry | undefined>;
}

/** Whose lock file is looked for. Without a variant, the only one of the name is taken. */
export interface LockedPlugin {
  readonly type: PluginType;
  readonly name: string;
  readonly variant: string | undefined;
}

/** Makes the reader of a project's lock files; each folder and each file is read once. */
export function createLockFiles({ root, problems }: { root: string; problems: Problems }): LockFiles {
  const folders = new Map<PluginType, Promise<readonly string[]>>();
  const entries = new Map<string, Promise<PluginEntry | undefined>>();
  const namesIn = (type: PluginType): Promise<readonly string[]> => {
    const names = folders.get(type) ?? readdir(join(root, "plugins", type)).catch(() => []);
    folders.set(type, names);
    return names;
  };
  return {
    async find(plugin) {
      const name = lockName(plugin, await namesIn(plugin.type));
      if (name === undefined) return undefined;
      const file = `plugins/${plugin.type}/${name}`;
      const entry = entries.get(file) ?? readLock(file, { root, problems, type: plugin.type });
      entries.set(file, entry);
      return entry;
    },
  };
}

/** The name is looked up in the folder's list and never made a path of: no name leads elsewhere. */
function lockName({ name, variant }: LockedPlugin, names: readonly string[]): string | undefined {
  if (variant !== undefined) {
    const wanted = `${name}--${variant}.lock`;
    return names.find((other) => other === wanted);
  }
  const candidates = names.filter((other) => other.startsWith(`${name}--`) && other.endsWith(".lock"));
  // tap-x--eu--acme.lock is a lock file of tap-x--eu: a variant has no "--".
  const own = candidates.filter((other) => !other.slice(name.length + 2).includes("--"));
  return own.length === 1 ? own[0] : undefined;
}

async function readLock(
  file: string,
  { root, problems, type }: { root: string; problems: Problems; type: PluginType },
): Promise<PluginEntry | undefined> {
  const tree = await readYaml({ root, file }, problems);
  if (isTree(tree) && tree.kind === "map") return readLockEntry(tree, { type, where: file, problems });
  const place = isTree(tree) ? tree.place : (tree.place ?? { file, line: 1, column: 1 });
  const reason = isTree(tree) ? "it holds no definition" : tree.reason;
  problems.error(`${file}: the lock file cannot be read: ${reason}.`, {
    place,
    suggestion: 'Write it anew with "meltano lock --update", or remove it.',
  });
  return undefined;
}
