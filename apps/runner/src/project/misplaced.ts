import { knownExtras, metadataKeys, pluginKeys } from "./known-keys.ts";
import type { PluginType } from "./model.ts";
import type { Expectation } from "./tree-values.ts";
import type { MapEntry, MapNode, TreeNode } from "./yaml-tree.ts";

interface Misplacement extends Expectation {
  readonly type: PluginType;
  /** The settings that the plugin defines itself: a key of `config` with such a name is meant. */
  readonly settings: ReadonlySet<string>;
}

/** Extras that nobody means as a setting of the tap. */
const extrasInConfig = ["select", "select_filter", "metadata", "load_schema", "use_cached_catalog"];

/**
 * Warns of keys of a plugin that stand at the wrong indentation. Meltano reads them as settings or extras
 * that nobody asks for, and goes on; so does the run here.
 */
export function warnOfMisplaced(map: MapNode, misplacement: Misplacement): void {
  const config = map.entries.get("config")?.value;
  if (config?.kind === "map") warnOfConfig(config, misplacement);
  if (misplacement.type !== "extractors") return;
  warnOfStreams(map, misplacement);
  warnOfMetadata(map, misplacement);
  warnOfSelect(map, misplacement);
}

function warnOfConfig(config: MapNode, { type, where, settings, problems }: Misplacement): void {
  for (const [key, { keyPlace: place, value }] of config.entries) {
    if (settings.has(key)) continue;
    const at = `${where}.config.${key}`;
    if (key.startsWith("_") && knownExtras(type).includes(key.slice(1))) {
      problems.warn(`${at}: this is no setting of the plugin, but read all the same.`, {
        place,
        suggestion: `Write ${key.slice(1)}: beside config:.`,
      });
    }
    if (type !== "extractors") continue;
    if (extrasInConfig.includes(key)) {
      problems.warn(`${at} is given to the tap as a setting, and nothing else reads it.`, {
        place,
        suggestion: `Indent ${key}: as much as config:.`,
      });
    } else if (looksLikeMetadata(value)) {
      problems.warn(`${at} is given to the tap as a setting, and not as metadata of a stream.`, {
        place,
        suggestion: `Put ${key}: below metadata:, beside config:.`,
      });
    }
  }
}

/** Streams, or their metadata, as keys of the plugin itself. */
function warnOfStreams(map: MapNode, { type, where, problems }: Misplacement): void {
  for (const [key, { keyPlace, value }] of map.entries) {
    if (pluginKeys.has(key) || knownExtras(type).includes(key)) continue;
    const isMetadata = metadataKeys.has(key);
    if (!isMetadata && !looksLikeMetadata(value)) continue;
    problems.warn(`${where}.${key} stands beside metadata:, where nothing reads it.`, {
      place: keyPlace,
      suggestion: isMetadata
        ? `Put ${key}: below metadata: and the name of a stream.`
        : `Indent ${key}: below metadata:.`,
    });
  }
}

/** What stands below `metadata` has to be a mapping of streams. */
function warnOfMetadata(map: MapNode, { where, problems }: Misplacement): void {
  const metadata = map.entries.get("metadata")?.value;
  if (metadata === undefined) return;
  for (const [key, { keyPlace, value }] of entriesOf(metadata)) {
    const isMetadata = metadataKeys.has(key) && value.kind !== "map";
    const isExtra = pluginKeys.has(key) || extrasInConfig.includes(key);
    if (!isMetadata && !(isExtra && !looksLikeMetadata(value))) continue;
    problems.warn(`${where}.metadata.${key} is taken for a stream's name.`, {
      place: keyPlace,
      suggestion: isMetadata
        ? `Put the name of a stream, or '*':, above ${key}:.`
        : `Indent ${key}: as much as metadata:.`,
    });
  }
}

function warnOfSelect(map: MapNode, { where, problems }: Misplacement): void {
  const select = map.entries.get("select");
  if (select?.value.kind !== "map") return;
  problems.warn(`${where}.select is no list, so that it selects nothing and all streams are read.`, {
    place: select.keyPlace,
    suggestion: looksLikeStreams(select.value)
      ? "Put what stands below it below metadata:."
      : 'Begin each rule with "- ".',
  });
}

function looksLikeStreams(node: TreeNode): boolean {
  return [...entriesOf(node)].some(([, { value }]) => looksLikeMetadata(value));
}

function looksLikeMetadata(node: TreeNode): boolean {
  return [...entriesOf(node)].some(([key]) => metadataKeys.has(key));
}

function entriesOf(node: TreeNode): Iterable<readonly [string, MapEntry]> {
  return node.kind === "map" ? node.entries : [];
}
