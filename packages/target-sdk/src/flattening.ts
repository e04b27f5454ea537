import { ConfigError, isObject } from "@chorale/singer";
import type { ColumnSpec } from "./columns.ts";
import type { TargetSettings } from "./settings.ts";

/** How the properties of objects become columns. */
export interface Flattening {
  /** What stands between the names of a path. */
  readonly separator: string;
  /** The levels of objects that are flattened; those below stay JSON. */
  readonly maxDepth: number;
}

/** Values by the paths of properties. A name leads to a value or to what lies within an object. */
export interface PropertyTree<T> {
  readonly leaves: ReadonlyMap<string, T>;
  readonly branches: ReadonlyMap<string, PropertyTree<T>>;
}

type FlatteningSettings = Pick<
  TargetSettings,
  "flattening_enabled" | "flattening_max_depth" | "flattening_separator" | "data_flattening_max_level"
>;

/** Answers how objects are flattened; undefined when they are not. Throws `ConfigError` for settings that differ. */
export function flatteningOf(settings: FlatteningSettings): Flattening | undefined {
  const { data_flattening_max_level: level, flattening_max_depth: depth } = settings;
  const { flattening_enabled: isEnabled, flattening_separator: separator } = settings;
  if (level === undefined) {
    return isEnabled ? { separator, maxDepth: depth ?? Number.POSITIVE_INFINITY } : undefined;
  }
  if (level === 0 && isEnabled) throw contradiction("flattening_enabled");
  if (level > 0 && depth !== undefined && depth !== level) throw contradiction("flattening_max_depth");
  return level === 0 ? undefined : { separator, maxDepth: level };
}

function contradiction(name: string): ConfigError {
  return new ConfigError(
    `config: "data_flattening_max_level" and "${name}" say different things. Keep one of them.`,
  );
}

/** Answers where a column's value is in a record. */
export function pathOf({ property, path }: ColumnSpec): readonly string[] {
  return path ?? [property];
}

/** Reads the value at a path; undefined when something on the way is absent or no object. */
export function valueAt(record: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Orders values by their paths. */
export function propertyTree<T>(entries: readonly (readonly [readonly string[], T])[]): PropertyTree<T> {
  const leaves = new Map<string, T>();
  const within = new Map<string, (readonly [readonly string[], T])[]>();
  for (const [[name = "", ...rest], value] of entries) {
    if (rest.length === 0) leaves.set(name, value);
    else within.set(name, [...(within.get(name) ?? []), [rest, value]]);
  }
  const branches = [...within].map(([name, inner]) => [name, propertyTree(inner)] as const);
  return { leaves, branches: new Map(branches) };
}

/** Answers all values of a tree. */
export function leavesWithin<T>({ leaves, branches }: PropertyTree<T>): readonly T[] {
  return [...leaves.values(), ...[...branches.values()].flatMap((branch) => leavesWithin(branch))];
}
