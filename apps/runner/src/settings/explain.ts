import { createRedactor } from "@chorale/singer";
import { placeText } from "../project/problems.ts";
import { expand } from "./expand.ts";
import type { Candidate, ResolvedPlugin, ResolvedSetting } from "./resolved.ts";
import type { Variables } from "./variables.ts";

/** What is shown in the place of a secret. */
export const secretText = "(secret)";

/**
 * Says why a setting has its value: every place that was looked at, the strongest first, with file and line; an
 * arrow at the one that won, and the variables that it names. Secrets are never shown.
 */
export function explainSetting(
  setting: ResolvedSetting,
  { resolved, variables }: { resolved: ResolvedPlugin; variables: Variables },
): string {
  const redact = createRedactor(resolved.secrets);
  const title = `${resolved.plugin.name}.${shownName(setting.name)}`;
  if (setting.parts.length > 0) {
    const parts = setting.parts.map((part) => explainSetting(part, { resolved, variables }));
    return `${title} = ${shownValue(setting, redact)}, put together from:\n${parts.join("")}`;
  }
  const rows = setting.candidates.map((candidate) => rowOf(candidate, { setting, redact }));
  const width = Math.max(...rows.map(({ layer }) => layer.length));
  const lines = rows.map(
    ({ mark, layer, where, what }) =>
      `${mark} ${layer.padEnd(width)}  ${[where, what].filter(Boolean).join("  ")}`,
  );
  const named = setting.variables.map((name) => `    ${name}: ${originOf(name, variables)}`);
  return `${[`${title} = ${shownValue(setting, redact)}`, ...lines, ...named].join("\n")}\n`;
}

interface Row {
  readonly mark: "→" | " ";
  readonly layer: string;
  readonly where: string;
  readonly what: string;
}

function rowOf(
  candidate: Candidate,
  { setting, redact }: { setting: ResolvedSetting; redact: (text: string) => string },
): Row {
  const { layer, name, inheritedFrom, place, written } = candidate;
  const isWinner = candidate === setting.winner;
  const where = [
    name,
    inheritedFrom === undefined ? undefined : `of ${inheritedFrom}`,
    place && placeText(place),
  ];
  const isFromVariable = name !== undefined;
  return {
    mark: isWinner && written !== undefined && written !== null ? "→" : " ",
    layer,
    where: where.filter((part) => part !== undefined).join(" "),
    what: whatIsThere(written, { isFromVariable, sensitive: setting.sensitive, redact }),
  };
}

interface Shown {
  readonly isFromVariable: boolean;
  readonly sensitive: boolean;
  readonly redact: (text: string) => string;
}

function whatIsThere(written: unknown, { isFromVariable, sensitive, redact }: Shown): string {
  if (written === undefined) return isFromVariable ? "not set" : "nothing";
  if (written === null) return "null: what is below counts";
  const isReference = typeof written === "string" && !isFromVariable && isOnlyReference(written);
  return sensitive && !isReference ? secretText : inOneLine(redact(textOf(written)));
}

/** A text that is one variable says nothing of its value. */
function isOnlyReference(text: string): boolean {
  return expand(text, () => "").value === null;
}

function originOf(name: string, variables: Variables): string {
  const found = variables.get(name);
  if (found === undefined) return "not set";
  if (found.origin === "runner") return "set by the runner";
  return found.place === undefined
    ? `from ${found.origin === ".env" ? ".env" : "the environment"}`
    : `from ${placeText(found.place)}`;
}

/** A setting's value as it may be shown. */
export function shownValue(
  { value, sensitive }: Pick<ResolvedSetting, "value" | "sensitive">,
  redact: (text: string) => string,
): string {
  if (value === undefined || value === null) return "nothing";
  return sensitive ? secretText : inOneLine(redact(textOf(value)));
}

/** A text of several lines would break a table apart. */
function inOneLine(text: string): string {
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text;
}

/** A setting's name as people write it: extras stand beside `config`, without their underscore. */
export function shownName(name: string): string {
  return name.startsWith("_") ? name.slice(1) : name;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
