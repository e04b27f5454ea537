import { metadataKeys, projectSettingKeys, structureKeys } from "./known-keys.ts";
import { type PlacedConfig, pluginTypes } from "./model.ts";
import { didYouMean } from "./near-names.ts";
import type { Problems } from "./problems.ts";
import { flatConfig } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

const structure: ReadonlySet<string> = new Set(structureKeys);
const known: readonly string[] = [...structureKeys, ...projectSettingKeys];

/** Keys that belong to a plugin, and that stand at the top level only by a wrong indentation. */
const pluginOnly = new Set(["select", "select_filter", "metadata", "config", "settings", "capabilities"]);

/** Answers the project's settings by their paths: all keys that are not its structure. */
export function readProjectSettings(main: MapNode): PlacedConfig {
  return flatConfig([...main.entries].filter(([key]) => !structure.has(key)));
}

/** Warns of keys at the top level that nothing reads where they look as if they were meant for something. */
export function warnOfTopLevel(main: MapNode, problems: Problems): void {
  for (const [key, { keyPlace }] of main.entries) {
    if (known.includes(key)) continue;
    const suggestion = suggestionFor(key);
    if (suggestion === undefined) continue;
    problems.warn(`${key} at the top level is a setting that nothing reads.`, {
      place: keyPlace,
      suggestion,
    });
  }
}

function suggestionFor(key: string): string | undefined {
  if (pluginOnly.has(key) || metadataKeys.has(key)) {
    return `Indent ${key}: as much as the name: of the plugin that it belongs to.`;
  }
  if (pluginTypes.some((type) => type === key)) return `Indent ${key}: below plugins:.`;
  return didYouMean(key, known);
}
