import type { EntryTable } from "./entries.ts";
import { environmentKeys, knownExtras, pluginKeys } from "./known-keys.ts";
import { warnOfMisplaced } from "./misplaced.ts";
import { type PlacedConfig, type PlacedEnv, type PluginType, pluginTypes } from "./model.ts";
import { warnOfNearKeys } from "./near-keys.ts";
import { didYouMean } from "./near-names.ts";
import type { Place, Placed } from "./place.ts";
import { namedEntry, readConfig } from "./plugin-entry.ts";
import { type Problems, placeText } from "./problems.ts";
import { envAt, listAt, mapAt, placedTextAt } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

/** What an environment says of one plugin. */
export interface EnvironmentPlugin {
  readonly config: PlacedConfig;
  readonly env: PlacedEnv;
  readonly place: Place;
}

export type EnvironmentPlugins = ReadonlyMap<PluginType, ReadonlyMap<string, EnvironmentPlugin>>;

/** An environment of a project. */
export interface Environment {
  readonly name: string;
  readonly stateIdSuffix: Placed<string> | undefined;
  readonly env: PlacedEnv;
  readonly plugins: EnvironmentPlugins;
  readonly place: Place;
}

interface Options {
  readonly entries: EntryTable;
  readonly problems: Problems;
}

/** Reads `environments` of all files, also those that are not active: what is wrong there is told, too. */
export function readEnvironments(
  files: readonly MapNode[],
  options: Options,
): ReadonlyMap<string, Environment> {
  const { problems } = options;
  const environments = new Map<string, Environment>();
  for (const file of files) {
    const items = listAt(file, "environments", { where: "the project", problems })?.items ?? [];
    for (const item of items) {
      const named = namedEntry(item, { where: "environments", problems });
      if (named === undefined) continue;
      const environment = readEnvironment(named.map, { ...options, name: named.name });
      const earlier = environments.get(environment.name);
      if (earlier === undefined) environments.set(environment.name, environment);
      else {
        problems.error(
          `environments: ${environment.name} stands there twice, first in ${placeText(earlier.place)}.`,
          { place: environment.place, suggestion: "Put both together." },
        );
      }
    }
  }
  return environments;
}

function readEnvironment(
  map: MapNode,
  { name, ...options }: Options & { name: Placed<string> },
): Environment {
  const { problems } = options;
  const where = `environments.${name.value}`;
  if (name.value.includes(":")) {
    problems.error(`${where}: the name has a ":", which parts the names of a state id.`, {
      place: name.place,
      suggestion: "Rename it.",
    });
  }
  warnOfNearKeys(map, { where, problems, known: environmentKeys });
  const config = mapAt(map, "config", { where, problems });
  const plugins = config && mapAt(config, "plugins", { where: `${where}.config`, problems });
  if (config !== undefined)
    warnOfNearKeys(config, { where: `${where}.config`, problems, known: ["plugins"] });
  return {
    name: name.value,
    stateIdSuffix: placedTextAt(map, "state_id_suffix", { where, problems }),
    env: envAt(map, "env", { where, problems }),
    plugins: plugins === undefined ? new Map() : readPlugins(plugins, { ...options, where }),
    place: name.place,
  };
}

function readPlugins(
  plugins: MapNode,
  { where, entries, problems }: Options & { where: string },
): EnvironmentPlugins {
  const at = `${where}.config.plugins`;
  warnOfNearKeys(plugins, { where: at, problems, known: pluginTypes });
  return new Map(
    pluginTypes.map((type) => {
      const items = listAt(plugins, type, { where: at, problems })?.items ?? [];
      const found = new Map<string, EnvironmentPlugin>();
      for (const item of items) {
        const named = namedEntry(item, { where: `${at}.${type}`, problems });
        if (named === undefined) continue;
        const { map, name } = named;
        const expectation = { type, where: `${at}.${type}.${name.value}`, problems };
        checkPlugin(named, { ...expectation, entries });
        const plugin = {
          config: readConfig(map, expectation),
          env: envAt(map, "env", expectation),
          place: name.place,
        };
        const earlier = found.get(name.value);
        if (earlier === undefined) found.set(name.value, plugin);
        else {
          problems.error(`${expectation.where} stands there twice, first in ${placeText(earlier.place)}.`, {
            place: name.place,
            suggestion: "Put both together.",
          });
        }
      }
      return [type, found];
    }),
  );
}

function checkPlugin(
  { map, name }: { map: MapNode; name: Placed<string> },
  { type, where, entries, problems }: Options & { type: PluginType; where: string },
): void {
  const known = entries.get(type) ?? new Map();
  warnOfNearKeys(map, { where, problems, known: [...pluginKeys, ...knownExtras(type)] });
  const settings = known.get(name.value)?.settings ?? [];
  warnOfMisplaced(map, {
    type,
    where,
    problems,
    settings: new Set(settings.map((setting: { name: string }) => setting.name)),
  });
  if (known.has(name.value)) return;
  problems.warn(`${where}: the project has no such plugin, and nothing reads this.`, {
    place: name.place,
    suggestion: didYouMean(name.value, known.keys()),
  });
}
