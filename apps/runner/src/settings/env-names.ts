import { envName } from "@chorale/singer";
import type { Plugin, PluginType } from "../project/model.ts";

/** What variables call a kind of plugins: one of them, and what it does. */
interface TypeWords {
  readonly singular: string;
  readonly verb: string;
}

const typeWords: Readonly<Record<PluginType, TypeWords>> = {
  extractors: { singular: "EXTRACTOR", verb: "EXTRACT" },
  loaders: { singular: "LOADER", verb: "LOAD" },
  mappers: { singular: "MAPPER", verb: "MAP" },
  utilities: { singular: "UTILITY", verb: "UTILIZE" },
  transformers: { singular: "TRANSFORMER", verb: "TRANSFORM" },
  transforms: { singular: "TRANSFORM", verb: "TRANSFORM" },
  orchestrators: { singular: "ORCHESTRATOR", verb: "ORCHESTRATE" },
  files: { singular: "FILE", verb: "FILE" },
};

/**
 * Answers the variables that a setting of a plugin is read from: under the plugin's name, then its namespace, and
 * by each of the setting's names. Extras have their underscore, and so two of them in the variable.
 *
 * @example
 * ```ts
 * envNamesOf({ name: "tap-x--eu", namespace: "tap_x" }, ["api_url"]); // ["TAP_X__EU_API_URL", "TAP_X_API_URL"]
 * ```
 */
export function envNamesOf(
  plugin: Pick<Plugin, "name" | "namespace">,
  settingNames: readonly string[],
): readonly string[] {
  const names = [plugin.name, plugin.namespace].flatMap((prefix) =>
    settingNames.map((setting) => envName("", `${prefix}_${setting.replaceAll("\\.", ".")}`)),
  );
  return [...new Set(names)];
}

/** Answers the variables that a setting is written to, for the plugin's process: `MELTANO_EXTRACT_…` too. */
export function writtenEnvNamesOf(plugin: Plugin, setting: string): readonly string[] {
  const { verb } = typeWords[plugin.type];
  const names = familyOf(plugin).flatMap((member) => envNamesOf(member, [setting]));
  return [
    ...new Set([
      ...names,
      ...envNamesOf({ name: `MELTANO_${verb}`, namespace: `MELTANO_${verb}` }, [setting]),
    ]),
  ];
}

/** Answers what variables say of a plugin itself: `MELTANO_EXTRACTOR_NAME` and the like. */
export function identityOf(plugin: Plugin): ReadonlyMap<string, string> {
  const prefix = `MELTANO_${typeWords[plugin.type].singular}`;
  return new Map([
    [`${prefix}_NAME`, plugin.name],
    [`${prefix}_NAMESPACE`, plugin.namespace],
    [`${prefix}_VARIANT`, plugin.variant ?? ""],
  ]);
}

/** Answers a plugin and those that it inherits from, itself first. */
export function familyOf(plugin: Plugin): readonly Plugin[] {
  return plugin.parent === undefined ? [plugin] : [plugin, ...familyOf(plugin.parent)];
}
