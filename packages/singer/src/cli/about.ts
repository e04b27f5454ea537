import { envName } from "../env-name.ts";
import { isObject } from "../json.ts";
import type { JsonSchema } from "../json-schema.ts";
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
  const settings = settingsOf(about);
  if (format === "markdown")
    return `${[settingsTable(settings), ...(details.markdown ?? [])].join("\n\n")}\n`;
  const lines = [
    `${about.name} ${about.version}: ${about.description}`,
    `SDK ${about.sdk_version}, capabilities ${about.capabilities.join(", ")}`,
    "",
    "Settings (* required):",
    ...settings.map(settingText),
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

/** Takes the defaults of secret settings out of a configuration's schema. */
export function withoutSecretDefaults(schema: JsonSchema): JsonSchema {
  const { default: own, ...rest } = schema;
  const isSecret = schema.secret === true || schema["writeOnly"] === true;
  const shown: JsonSchema = isSecret || own === undefined ? rest : { ...rest, default: own };
  if (!isObject(schema.properties)) return shown;
  const properties = Object.entries(schema.properties);
  return {
    ...shown,
    properties: Object.fromEntries(properties.map(([name, each]) => [name, withoutSecretDefaults(each)])),
  };
}

interface Setting {
  readonly name: string;
  readonly env: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

function settingsOf({ name: connector, settings }: AboutBasics): readonly Setting[] {
  const required = new Set(settings.required);
  return Object.entries(settings.properties ?? {}).map(([name, schema]) => ({
    name,
    schema,
    env: envName(settingPrefix(connector), name),
    isRequired: required.has(name),
  }));
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
  return [schema.description ?? "", values, secret].filter((part) => part !== "").join(" ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}
