import { metadataKeys } from "./known-keys.ts";
import { type PluginType, pluginTypes } from "./model.ts";
import { didYouMean } from "./near-names.ts";
import { type PluginEntry, readPluginEntry } from "./plugin-entry.ts";
import { type Problems, placeText } from "./problems.ts";
import { isNothing, listAt, mapAt } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

/** The entries of a project's plugins by type and name. */
export type EntryTable = ReadonlyMap<PluginType, ReadonlyMap<string, PluginEntry>>;

/** Reads `plugins` of all files. Of entries with one name the first counts, and the others are errors. */
export function readPluginEntries(files: readonly MapNode[], problems: Problems): EntryTable {
  const table = new Map(pluginTypes.map((type) => [type, new Map<string, PluginEntry>()]));
  for (const file of files) {
    const plugins = mapAt(file, "plugins", { where: "the project", problems });
    if (plugins === undefined) continue;
    warnOfTypes(plugins, problems);
    for (const [type, entries] of table) {
      for (const entry of entriesOf(plugins, { type, problems })) addOnce(entries, entry, problems);
    }
  }
  return table;
}

function entriesOf(
  plugins: MapNode,
  { type, problems }: { type: PluginType; problems: Problems },
): readonly PluginEntry[] {
  const where = `plugins.${type}`;
  const items = listAt(plugins, type, { where: "plugins", problems })?.items ?? [];
  return items.flatMap((item) => readPluginEntry(item, { type, where, problems }) ?? []);
}

function addOnce(entries: Map<string, PluginEntry>, entry: PluginEntry, problems: Problems): void {
  const earlier = entries.get(entry.name);
  if (earlier === undefined) {
    entries.set(entry.name, entry);
    return;
  }
  problems.error(
    `plugins.${entry.type}: ${entry.name} stands there twice, first in ${placeText(earlier.place)}.`,
    { place: entry.place, suggestion: "Rename one, or leave it out." },
  );
}

function warnOfTypes(plugins: MapNode, problems: Problems): void {
  const known: readonly string[] = pluginTypes;
  for (const [key, { keyPlace, value }] of plugins.entries) {
    if (known.includes(key)) continue;
    const isExtra = ["metadata", "select", "config", "settings"].includes(key) || metadataKeys.has(key);
    if (isNothing(value) && !isExtra) continue;
    problems.warn(`plugins.${key}: there are no plugins of this type, and nothing reads it.`, {
      place: keyPlace,
      suggestion: isExtra
        ? `Indent ${key}: as much as the name: of the plugin that it belongs to.`
        : (didYouMean(key, known) ?? `There are ${known.join(", ")}.`),
    });
  }
}
