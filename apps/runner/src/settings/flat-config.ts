import { isObject } from "@chorale/singer";
import type { PlacedConfig } from "../project/model.ts";
import type { Placed } from "../project/place.ts";

/**
 * A configuration with one entry for each value that is no map, by its path: names with dots between them, and
 * `\.` for a dot that belongs to a name.
 */
export type FlatConfig = ReadonlyMap<string, Placed>;

/** Takes maps apart, however deep they are; empty ones stay. */
export function flatConfig(config: PlacedConfig): FlatConfig {
  return new Map([...config].flatMap(([path, placed]) => leavesOf(path, placed)));
}

function leavesOf(path: string, placed: Placed): readonly [string, Placed][] {
  const { value, place } = placed;
  if (!isObject(value) || value instanceof Date || Object.keys(value).length === 0) return [[path, placed]];
  return Object.entries(value).flatMap(([key, item]) =>
    leavesOf(`${path}.${pathName(key)}`, { value: item, place }),
  );
}

/** Writes a name as a path has it. */
function pathName(name: string): string {
  return name.replaceAll(/(?<!\\)\./g, "\\.");
}

/** Answers the names that a path goes through. */
function namesOf(path: string): readonly string[] {
  return path.split(/(?<!\\)\./).map((name) => name.replaceAll("\\.", "."));
}

interface Branch {
  readonly children: Map<string, Branch>;
  value: unknown;
}

/**
 * Puts values together to maps within maps, by their paths. Nulls are left out. A value that stands where others
 * need a map is laid under them when it is a map, and gives way to them when it is none.
 *
 * @example
 * ```ts
 * nestConfig([["proxy.host", "a"], ["proxy.port", 80]]); // { proxy: { host: "a", port: 80 } }
 * ```
 */
export function nestConfig(values: Iterable<readonly [string, unknown]>): Readonly<Record<string, unknown>> {
  const root = newBranch();
  for (const [path, value] of values) {
    if (value !== null && value !== undefined) plant(root, { names: namesOf(path), value });
  }
  return grown(root);
}

function newBranch(): Branch {
  return { children: new Map(), value: undefined };
}

function plant(root: Branch, { names, value }: { names: readonly string[]; value: unknown }): void {
  let branch = root;
  for (const name of names) {
    const child = branch.children.get(name) ?? newBranch();
    branch.children.set(name, child);
    branch = child;
  }
  branch.value = value;
}

/** Names such as `__proto__` are names like others here: `fromEntries` defines, it does not assign. */
function grown(root: Branch): Readonly<Record<string, unknown>> {
  const under = isObject(root.value) ? Object.entries(root.value) : [];
  const entries = new Map<string, unknown>(under);
  for (const [name, branch] of root.children) {
    const value =
      branch.children.size === 0
        ? branch.value
        : grown({ ...branch, value: base(branch, entries.get(name)) });
    entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

function base(branch: Branch, under: unknown): unknown {
  return branch.value ?? under;
}
