import { knownExtras, pluginKeys } from "./known-keys.ts";
import { warnOfMisplaced } from "./misplaced.ts";
import type { PlacedConfig, PlacedEnv, PluginCommand, PluginType, SettingDefinition } from "./model.ts";
import { warnOfNearKeys } from "./near-keys.ts";
import type { Place, Placed } from "./place.ts";
import { placeText } from "./problems.ts";
import { readSettings, readSettingsGroups } from "./setting-definitions.ts";
import {
  annotationsOf,
  type Expectation,
  envAt,
  flatConfig,
  isNothing,
  listAt,
  mapAt,
  placedTextAt,
  plainValue,
  textAt,
  textsAt,
} from "./tree-values.ts";
import type { MapEntry, MapNode, TreeNode } from "./yaml-tree.ts";

/** A plugin as one file has it: nothing is inherited yet. */
export interface PluginEntry {
  readonly type: PluginType;
  readonly name: string;
  readonly place: Place;
  readonly inheritFrom: Placed<string> | undefined;
  readonly namespace: string | undefined;
  readonly variant: string | undefined;
  readonly pipUrl: string | undefined;
  readonly executable: string | undefined;
  /** Undefined where the file does not say. */
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly settings: readonly SettingDefinition[];
  readonly settingsGroups: readonly (readonly string[])[] | undefined;
  readonly config: PlacedConfig;
  readonly env: PlacedEnv;
  readonly commands: ReadonlyMap<string, PluginCommand>;
  readonly mappings: ReadonlyMap<string, Placed>;
}

/** Whose file an entry is read from: Meltano writes lock files, people write the others. */
export interface EntryOptions extends Expectation {
  readonly type: PluginType;
}

/** Reads an entry of `plugins.<type>`. One without a name is an error, and answers undefined. */
export function readPluginEntry(node: TreeNode, options: EntryOptions): PluginEntry | undefined {
  const named = namedEntry(node, options);
  if (named === undefined) return undefined;
  const { map, name } = named;
  const expectation = { ...options, where: `${options.where}.${name.value}` };
  warnOfNearKeys(map, { ...expectation, known: [...pluginKeys, ...knownExtras(options.type)] });
  // How something is run is said of the project, of jobs and of schedules.
  annotationsOf(map, { ...expectation, known: [] });
  const entry = readEntry(map, { ...expectation, name });
  warnOfMisplaced(map, { ...expectation, settings: new Set(entry.settings.map((setting) => setting.name)) });
  return entry;
}

/** Reads a lock file's definition: of its extras only those that are known. */
export function readLockEntry(map: MapNode, options: EntryOptions): PluginEntry {
  const name = placedTextAt(map, "name", options) ?? { value: "", place: map.place };
  const known = new Set([...pluginKeys, ...knownExtras(options.type)]);
  const entries = new Map([...map.entries].filter(([key]) => known.has(key)));
  return readEntry({ ...map, entries }, { ...options, name });
}

function readEntry(map: MapNode, options: EntryOptions & { name: Placed<string> }): PluginEntry {
  const capabilities = textsAt(map, "capabilities", options);
  return {
    type: options.type,
    name: options.name.value,
    place: options.name.place,
    inheritFrom: placedTextAt(map, "inherit_from", options),
    namespace: textAt(map, "namespace", options),
    variant: textAt(map, "variant", options),
    pipUrl: textAt(map, "pip_url", options),
    executable: textAt(map, "executable", options),
    capabilities: capabilities === undefined ? undefined : new Set(capabilities),
    settings: readSettings(map, options),
    settingsGroups: readSettingsGroups(map, options),
    config: readConfig(map, options),
    env: envAt(map, "env", options),
    commands: readCommands(map, options),
    mappings: readMappings(map, options),
  };
}

/** Answers an entry's mapping and its name; without a name it is an error. */
export function namedEntry(
  node: TreeNode,
  expectation: Expectation,
): { map: MapNode; name: Placed<string> } | undefined {
  const name = node.kind === "map" ? placedTextAt(node, "name", expectation) : undefined;
  if (node.kind === "map" && name !== undefined && name.value !== "") return { map: node, name };
  expectation.problems.error(`${expectation.where}: an entry has no "name".`, {
    place: node.place,
    suggestion: 'Write "name", or indent what belongs to the entry above.',
  });
  return undefined;
}

/** Reads `config` and, with an underscore in front, the extras beside it. */
export function readConfig(map: MapNode, options: EntryOptions): PlacedConfig {
  const config = mapAt(map, "config", options)?.entries ?? new Map<string, MapEntry>();
  const extras = [...map.entries]
    .filter(([key]) => !pluginKeys.has(key))
    .map(([key, entry]): [string, MapEntry] => [`_${key}`, entry]);
  checkRules(extras, options);
  return new Map([...flatConfig(config), ...flatConfig(extras, { namesHaveDots: true })]);
}

/** A rule that is no text would end Meltano with a stack trace; here it is an error with its place. */
function checkRules(extras: readonly [string, MapEntry][], { type, where, problems }: EntryOptions): void {
  if (type !== "extractors") return;
  for (const [key, { value }] of extras) {
    if (key !== "_select" && key !== "_select_filter") continue;
    const items = value.kind === "list" ? value.items : [];
    for (const item of items) {
      if (item.kind === "scalar" && !isNothing(item)) continue;
      problems.error(`${where}.${key.slice(1)}: an entry is no rule.`, {
        place: item.place,
        suggestion: "Write stream.property, and nothing below it.",
      });
    }
  }
}

function readCommands(map: MapNode, expectation: Expectation): ReadonlyMap<string, PluginCommand> {
  const commands = new Map<string, PluginCommand>();
  for (const [name, { keyPlace, value }] of mapAt(map, "commands", expectation)?.entries ?? []) {
    const where = `${expectation.where}.commands.${name}`;
    const args = value.kind === "map" ? (textAt(value, "args", { ...expectation, where }) ?? "") : undefined;
    if (value.kind === "map" && args !== undefined) {
      const executable = textAt(value, "executable", { ...expectation, where });
      commands.set(name, { args, executable, place: keyPlace });
    } else if (value.kind === "scalar") {
      commands.set(name, { args: value.text, executable: undefined, place: keyPlace });
    } else {
      expectation.problems.error(`${where} is neither arguments nor a mapping with "args".`, {
        place: value.place,
      });
    }
  }
  return commands;
}

function readMappings(map: MapNode, expectation: Expectation): ReadonlyMap<string, Placed> {
  const mappings = new Map<string, Placed>();
  const where = `${expectation.where}.mappings`;
  for (const item of listAt(map, "mappings", expectation)?.items ?? []) {
    const named = namedEntry(item, { ...expectation, where });
    if (named === undefined) continue;
    const { value: name, place } = named.name;
    const earlier = mappings.get(name);
    if (earlier !== undefined) {
      expectation.problems.error(
        `${where}: ${name} stands there twice, first in ${placeText(earlier.place)}.`,
        { place, suggestion: "Rename one." },
      );
      continue;
    }
    const config = named.map.entries.get("config")?.value;
    mappings.set(name, { value: config === undefined ? {} : plainValue(config), place });
  }
  return mappings;
}
