import { createRedactor, isObject } from "@chorale/singer";
import { envNamesOf } from "./env-names.ts";
import { secretText, shownName, shownValue } from "./explain.ts";
import { isExtra } from "./extras.ts";
import { nestConfig } from "./flat-config.ts";
import type { ResolvedPlugin, ResolvedSetting } from "./resolved.ts";

/** How settings are printed. */
export interface PrintOptions {
  /** Whether secrets are shown. */
  readonly unsafe: boolean;
  /** Whether what stands beside `config` is printed, too. */
  readonly extras: boolean;
}

/** Answers a plugin's configuration as JSON. */
export function configAsJson(resolved: ResolvedPlugin, options: PrintOptions): string {
  const config = options.unsafe ? resolved.config : withoutSecrets(resolved);
  const extras = [...resolved.settings.values()].filter(({ name }) => isExtra(name));
  const shown = options.extras ? nestConfig(extras.map(({ name, value }) => [name, value])) : {};
  return `${JSON.stringify({ ...config, ...shown }, null, 2)}\n`;
}

/** Answers a plugin's configuration as lines of a `.env` file, which the runner and a shell read alike. */
export function configAsEnv(resolved: ResolvedPlugin, options: PrintOptions): string {
  const redact = createRedactor(resolved.secrets);
  return [...resolved.settings.values()]
    .filter(({ name, value }) => (options.extras || !isExtra(name)) && value !== undefined && value !== null)
    .map((setting) => {
      const [variable = ""] = envNamesOf(resolved.plugin, [setting.name]);
      const text = typeof setting.value === "string" ? setting.value : JSON.stringify(setting.value);
      const shown = setting.sensitive ? secretText : redact(text);
      return `${variable}=${quoted(options.unsafe ? text : shown)}\n`;
    })
    .join("");
}

/** Answers a line for each setting: its value, where that comes from, and the variable that sets it. */
export function settingsList(resolved: ResolvedPlugin, { extras }: { extras: boolean }): string {
  const redact = createRedactor(resolved.secrets);
  const settings = [...resolved.settings.values()].filter(({ name }) => extras || !isExtra(name));
  const rows = settings.map((setting) => [
    shownName(setting.name),
    shownValue(setting, redact),
    sourceOf(setting),
    envNamesOf(resolved.plugin, [setting.name])[0] ?? "",
    setting.definition?.description?.split("\n")[0] ?? "",
  ]);
  return columns([["setting", "value", "from", "variable", "description"], ...rows]);
}

function sourceOf({ value, winner }: ResolvedSetting): string {
  if (value === undefined || value === null) return "-";
  const { layer, name, inheritedFrom, place } = winner;
  if (inheritedFrom !== undefined) return `inherited from ${inheritedFrom}`;
  if (name !== undefined && layer !== ".env") return "environment";
  return place === undefined ? layer : `${place.file}:${place.line}`;
}

/** Answers rows of text with their columns below each other. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function withoutSecrets({ config, settings, secrets }: ResolvedPlugin): Readonly<Record<string, unknown>> {
  const redact = createRedactor(secrets);
  const hidden = [...settings.values()]
    .flatMap((setting) => [setting, ...setting.parts])
    .filter(
      ({ name, sensitive, value }) => sensitive && !isExtra(name) && value !== undefined && value !== null,
    );
  const base: unknown = redacted(config, redact);
  const entries = isObject(base) ? Object.entries(base) : [];
  const covered = nestConfig(hidden.map(({ name }) => [name, secretText]));
  return merged(Object.fromEntries(entries), covered);
}

function merged(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const under = all.get(key);
    all.set(key, isObject(under) && isObject(value) ? merged(under, value) : value);
  }
  return Object.fromEntries(all);
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item, redact)]));
}

/** In single quotes nothing means anything, but a single quote. */
function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  const escaped = text.replaceAll(/["\\$`]/g, String.raw`\$&`);
  return `"${escaped}"`;
}
