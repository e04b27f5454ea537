import { envName, type JsonSchema } from "@chorale/singer";
import type { About } from "../about.ts";
import { settingPrefix } from "./cli-log.ts";
import type { AboutFormat } from "./command-line.ts";

/** Writes what a target is: for a person, for a program, or the table of settings for its README. */
export function renderAbout(about: About, format: AboutFormat): string {
  if (format === "json") return `${JSON.stringify(about, undefined, 2)}\n`;
  const settings = settingsOf(about);
  return format === "markdown" ? settingsTable(settings) : textOf(about, settings);
}

interface Setting {
  readonly name: string;
  readonly env: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

function settingsOf({ name: target, settings }: About): readonly Setting[] {
  const required = new Set(settings.required);
  return Object.entries(settings.properties ?? {}).map(([name, schema]) => ({
    name,
    schema,
    env: envName(settingPrefix(target), name),
    isRequired: required.has(name),
  }));
}

function settingsTable(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, isRequired, schema }) => [
    code(name),
    isRequired ? "yes" : "",
    schema.default === undefined ? "" : code(JSON.stringify(schema.default)),
    descriptionOf(schema),
  ]);
  const lines = [["Setting", "Required", "Default", "Description"], ["---", "---", "---", "---"], ...rows];
  return `### Settings\n\n${lines.map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n")}\n`;
}

function descriptionOf(schema: JsonSchema): string {
  const values = schema.enum === undefined ? "" : `One of ${schema.enum.map(String).map(code).join(", ")}.`;
  const secret = schema.secret === true ? "Secret." : "";
  return [schema.description ?? "", values, secret].filter((part) => part !== "").join(" ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

function code(text: string): string {
  return `\`${text}\``;
}

function textOf(about: About, settings: readonly Setting[]): string {
  const lines = [
    `${about.name} ${about.version}: ${about.description}`,
    `SDK ${about.sdk_version}, capabilities ${about.capabilities.join(", ")}`,
    "",
    "Settings (* required):",
    ...settings.map(settingText),
  ];
  return `${lines.join("\n")}\n`;
}

function settingText({ name, env, isRequired, schema }: Setting): string {
  const value = schema.default === undefined ? "" : ` [${JSON.stringify(schema.default)}]`;
  const description = descriptionOf(schema).replaceAll("`", "");
  return `  ${name}${isRequired ? "*" : ""} (${env})${value}${description === "" ? "" : `: ${description}`}`;
}
