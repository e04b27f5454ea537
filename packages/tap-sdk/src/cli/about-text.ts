import { envName, type JsonSchema } from "@chorale/singer";
import type { About, AboutStream } from "../about.ts";
import { settingPrefix } from "./cli-log.ts";

/** Writes what a tap is for a person, for a program, or for its README: the two tables alone. */
export function renderAbout(about: About, format: "text" | "json" | "markdown"): string {
  if (format === "json") return `${JSON.stringify(about, undefined, 2)}\n`;
  const settings = settingsOf(about);
  if (format === "markdown") {
    const tables = [settingsTable(settings), streamsTable(about.streams)];
    return `${tables.join("\n\n")}\n`;
  }
  return textOf(about, settings);
}

interface Setting {
  readonly name: string;
  readonly env: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

function settingsOf({ name: tap, settings }: About): readonly Setting[] {
  const required = new Set(settings.required);
  return Object.entries(settings.properties ?? {}).map(([name, schema]) => ({
    name,
    schema,
    env: envName(settingPrefix(tap), name),
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
  return ["### Settings", "", table(["Setting", "Required", "Default", "Description"], rows)].join("\n");
}

function streamsTable(streams: readonly AboutStream[]): string {
  const rows = streams.map((stream) => [
    code(stream.name),
    replicationOf(stream),
    stream.key_properties.map(code).join(", "),
    stream.parent === null ? "" : code(stream.parent),
  ]);
  return ["### Streams", "", table(["Stream", "Replication", "Keys", "Parent"], rows)].join("\n");
}

function replicationOf({ replication_method: method, replication_key: key }: AboutStream): string {
  return key === null ? method : `${method} by ${code(key)}`;
}

function descriptionOf(schema: JsonSchema): string {
  const values = schema.enum === undefined ? "" : `One of ${schema.enum.map(String).map(code).join(", ")}.`;
  const secret = schema.secret === true ? "Secret." : "";
  return [schema.description ?? "", values, secret].filter((part) => part !== "").join(" ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
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
    `SDK ${about.sdk_version}, namespace ${about.namespace}, capabilities ${about.capabilities.join(", ")}`,
    "",
    "Settings (* required):",
    ...settings.map(
      (setting) =>
        `  ${setting.name}${setting.isRequired ? "*" : ""} (${setting.env})${settingText(setting)}`,
    ),
    "",
    "Streams:",
    ...about.streams.map((stream) => `  ${stream.name}: ${streamText(stream)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function settingText({ schema }: Setting): string {
  const value = schema.default === undefined ? "" : ` [${JSON.stringify(schema.default)}]`;
  const description = descriptionOf(schema).replaceAll("`", "");
  return `${value}${description === "" ? "" : `: ${description}`}`;
}

function streamText(stream: AboutStream): string {
  const keys = stream.key_properties.length === 0 ? "no keys" : `keys ${stream.key_properties.join(", ")}`;
  const parent = stream.parent === null ? "" : `, for each of ${stream.parent}`;
  return `${replicationOf(stream).replaceAll("`", "")}, ${keys}${parent}`;
}
