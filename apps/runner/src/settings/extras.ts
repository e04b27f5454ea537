import { isObject } from "@chorale/singer";
import type { Plugin, PluginType, SettingDefinition, SettingKind } from "../project/model.ts";
import type { ResolvedSetting, TapExtras } from "./resolved.ts";

function extra(name: string, kind: SettingKind, value?: unknown): SettingDefinition {
  return {
    name: `_${name}`,
    kind,
    value,
    env: undefined,
    aliases: [],
    sensitive: false,
    options: [],
    valueProcessor: undefined,
    valuePostProcessor: undefined,
    description: undefined,
  };
}

const extrasByType: ReadonlyMap<PluginType, readonly SettingDefinition[]> = new Map([
  [
    "extractors",
    [
      extra("catalog", "string"),
      extra("state", "string"),
      extra("load_schema", "string", "$MELTANO_EXTRACTOR_NAMESPACE"),
      extra("select", "array", ["*.*"]),
      extra("select_filter", "array", []),
      extra("metadata", "object"),
      extra("schema", "object"),
      extra("use_cached_catalog", "boolean", true),
    ],
  ],
  ["loaders", [extra("dialect", "string", "$MELTANO_LOADER_NAMESPACE")]],
]);

/** Answers the definitions of a kind of plugin's extras: what stands beside `config`. */
export function extrasOf(type: PluginType): readonly SettingDefinition[] {
  return extrasByType.get(type) ?? [];
}

/** Tells whether a setting is an extra, which is no part of the configuration file. */
export function isExtra(name: string): boolean {
  return name.startsWith("_");
}

/** The setting that a target's schema is called in. */
export const targetSchemaSetting = "default_target_schema";

/** Says that a target loads into the schema that its tap names. */
export const targetSchemaDefinition: SettingDefinition = {
  ...extra("", "string", "$MELTANO_EXTRACT__LOAD_SCHEMA"),
  name: targetSchemaSetting,
};

/** A program that is worked on changes its catalog without a trace in what was installed. */
const editable = /(?:^|\s)(?:-e|--editable)(?:\s|=)/;

/** Answers a plugin's extras as they are read; those of a plugin that is no tap are what they are without any. */
export function tapExtrasOf(
  settings: ReadonlyMap<string, ResolvedSetting>,
  { pipUrl }: Pick<Plugin, "pipUrl">,
): TapExtras {
  const extraOf = (name: string) => settings.get(`_${name}`)?.value;
  return {
    catalog: textOf(extraOf("catalog")),
    state: textOf(extraOf("state")),
    loadSchema: textOf(extraOf("load_schema")) ?? "",
    select: textListOf(extraOf("select")) ?? ["*.*"],
    selectFilter: textListOf(extraOf("select_filter")) ?? [],
    metadata: mapOf(extraOf("metadata")),
    schema: mapOf(extraOf("schema")),
    useCachedCatalog: extraOf("use_cached_catalog") !== false && !editable.test(pipUrl ?? ""),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textListOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
