import { envName } from "../env-name.ts";
import { isObject } from "../json.ts";
import type { JsonSchema } from "../json-schema.ts";
import { aliasesOf } from "../schema.ts";
import type { AboutFormat } from "./arguments.ts";
import { settingPrefix } from "./cli-log.ts";

/** What every connector says of itself: the keys that the Meltano SDK prints. */
export interface AboutBasics {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** The version of the SDK that it is written with. */
  readonly sdk_version: string;
  /** Always empty: orchestrators expect the key. */
  readonly supported_python_versions: readonly string[];
  readonly capabilities: readonly string[];
  /** The JSON Schema of the configuration; secret settings are marked, and no default of theirs is shown. */
  readonly settings: JsonSchema;
}

/** What a connector says beside its settings. */
export interface AboutDetails {
  /** Lines behind the settings, for a person. */
  readonly text?: readonly string[];
  /** Sections behind the settings, for a README. */
  readonly markdown?: readonly string[];
}

/**
 * Writes what a connector is: for a person, for a program, or its tables for a README.
 *
 * @example
 * ```ts
 * renderAbout(await tap.about(), "markdown");
 * ```
 */
export function renderAbout(about: AboutBasics, format: AboutFormat, details: AboutDetails = {}): string {
  if (format === "json") return `${JSON.stringify(about, undefined, 2)}\n`;
  const { offered, refused } = settingsOf(about);
  const presets = presetsOf(about);
  if (format === "markdown") {
    const tables = [settingsTable(offered), ...presets.map(presetTable), ...refusedTable(refused)];
    return `${[...tables, ...(details.markdown ?? [])].join("\n\n")}\n`;
  }
  const lines = [
    `${about.name} ${about.version}: ${about.description}`,
    `SDK ${about.sdk_version}, capabilities ${about.capabilities.join(", ")}`,
    "",
    "Settings (* required):",
    ...offered.map(settingText),
    ...presets.flatMap(presetText),
    ...refusedText(refused),
    ...(details.text ?? []),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Writes a section of a README with a table.
 *
 * @example
 * ```ts
 * markdownTable("Streams", [["Stream", "Keys"], ["`orders`", "`id`"]]);
 * ```
 */
export function markdownTable(title: string, rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [`### ${title}`, "", line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

/** Writes a text as code in Markdown. */
export function markdownCode(text: string): string {
  return `\`${text}\``;
}

/** Takes the defaults of secret settings out of a configuration's schema, also those of its presets. */
export function withoutSecretDefaults(schema: JsonSchema): JsonSchema {
  const { default: own, ...rest } = schema;
  const shown: JsonSchema = isSecret(schema) || own === undefined ? rest : { ...rest, default: own };
  const { properties, presets } = schema;
  if (!isObject(properties)) return shown;
  const entries = Object.entries(properties);
  return {
    ...shown,
    properties: Object.fromEntries(entries.map(([name, each]) => [name, withoutSecretDefaults(each)])),
    ...(presets === undefined ? {} : { presets: withoutSecretPresets(presets, properties) }),
  };
}

type Properties = NonNullable<JsonSchema["properties"]>;
type Presets = NonNullable<JsonSchema["presets"]>;

function withoutSecretPresets(presets: Presets, properties: Properties): Presets {
  const isShown = ([name]: readonly [string, unknown]) => !isSecret(properties[name] ?? {});
  return mapped(presets, (choices) =>
    mapped(choices, (preset) => Object.fromEntries(Object.entries(preset).filter(isShown))),
  );
}

/** An object with each value replaced; those that are absent stay so. */
function mapped<V, W>(
  object: Readonly<Record<string, V | undefined>>,
  map: (value: V) => W,
): Record<string, W> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, map(value)]])),
  );
}

function isSecret(schema: JsonSchema): boolean {
  return schema.secret === true || schema["writeOnly"] === true;
}

interface Setting {
  readonly name: string;
  readonly env: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/** A setting that is not offered, and why. */
interface RefusedSetting {
  readonly name: string;
  readonly sentence: string;
}

/** Defaults that depend on a setting. */
interface Preset {
  /** The setting that chooses. */
  readonly setting: string;
  readonly values: readonly string[];
  /** What each of its values makes the default of a setting; undefined where it leaves it alone. */
  readonly defaults: readonly { readonly name: string; readonly byValue: readonly unknown[] }[];
}

function settingsOf({ name: connector, settings }: AboutBasics): {
  readonly offered: readonly Setting[];
  readonly refused: readonly RefusedSetting[];
} {
  const required = new Set(settings.required);
  const offered: Setting[] = [];
  const refused: RefusedSetting[] = [];
  for (const [name, schema] of Object.entries(settings.properties ?? {})) {
    const env = envName(settingPrefix(connector), name);
    if (schema.refused !== undefined) refused.push({ name, sentence: schema.refused });
    else offered.push({ name, schema, env, isRequired: required.has(name) });
  }
  return { offered, refused };
}

function presetsOf({ settings }: AboutBasics): readonly Preset[] {
  return Object.entries(settings.presets ?? {}).map(([setting, choices = {}]) => {
    const values = Object.keys(choices);
    const names = new Set(Object.values(choices).flatMap((preset = {}) => Object.keys(preset)));
    const defaults = [...names].map((name) => ({
      name,
      byValue: values.map((value) => choices[value]?.[name]),
    }));
    return { setting, values, defaults };
  });
}

function presetTable({ setting, values, defaults }: Preset): string {
  const rows = defaults.map(({ name, byValue }) => [
    markdownCode(name),
    ...byValue.map((value) => (value === undefined ? "" : markdownCode(JSON.stringify(value)))),
  ]);
  return markdownTable(`Defaults that ${markdownCode(setting)} changes`, [
    ["Setting", ...values.map(markdownCode)],
    ...rows,
  ]);
}

function presetText({ setting, values, defaults }: Preset): readonly string[] {
  const lines = values.map((value, index) => {
    const changed = defaults.filter(({ byValue }) => byValue[index] !== undefined);
    const texts = changed.map(({ name, byValue }) => `${name} ${JSON.stringify(byValue[index])}`);
    return `  ${setting} ${value}: ${texts.join(", ")}`;
  });
  return ["", `Defaults that ${setting} changes:`, ...lines];
}

function refusedTable(refused: readonly RefusedSetting[]): readonly string[] {
  if (refused.length === 0) return [];
  const rows = refused.map(({ name, sentence }) => [markdownCode(name), sentence]);
  return [
    markdownTable("Settings that are not offered", [["Setting", "Why, and what to do instead"], ...rows]),
  ];
}

function refusedText(refused: readonly RefusedSetting[]): readonly string[] {
  if (refused.length === 0) return [];
  const lines = refused.map(({ name, sentence }) => `  ${name}: ${sentence.replaceAll("`", "")}`);
  return ["", "Settings that are not offered:", ...lines];
}

function settingsTable(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, isRequired, schema }) => [
    markdownCode(name),
    isRequired ? "yes" : "",
    schema.default === undefined ? "" : markdownCode(JSON.stringify(schema.default)),
    descriptionOf(schema),
  ]);
  return markdownTable("Settings", [["Setting", "Required", "Default", "Description"], ...rows]);
}

function settingText({ name, env, isRequired, schema }: Setting): string {
  const value = schema.default === undefined ? "" : ` [${JSON.stringify(schema.default)}]`;
  const description = descriptionOf(schema).replaceAll("`", "");
  return `  ${name}${isRequired ? "*" : ""} (${env})${value}${description === "" ? "" : `: ${description}`}`;
}

function descriptionOf(schema: JsonSchema): string {
  const values =
    schema.enum === undefined ? "" : `One of ${schema.enum.map(String).map(markdownCode).join(", ")}.`;
  const secret = schema.secret === true ? "Secret." : "";
  const aliases = aliasesOf(schema);
  const names = aliases.length === 0 ? "" : `Also ${aliases.map(markdownCode).join(", ")}.`;
  return [schema.description ?? "", values, secret, names].filter((part) => part !== "").join(" ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}
