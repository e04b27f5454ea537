import { AuthenticationError, ConfigError, type ConnectorError } from "@chorale/singer";
import type { CheckItem, CheckReport } from "../commands.ts";

/** Answers a report as lines, one an item. */
export function reportText({ items }: CheckReport): string {
  return items.map((item) => `${lineOf(item).replaceAll(/\s+/g, " ").trim()}\n`).join("");
}

/**
 * Answers the error of a check that found something missing: exit code 77 for a privilege, 78 where only settings are
 * wrong. Undefined when nothing is.
 */
export function failureOf({ items }: CheckReport): ConnectorError | undefined {
  const missing = items.flatMap((item) => (item.missing === undefined ? [] : [item.missing]));
  if (missing.length === 0) return undefined;
  const said = `check: ${missing.length} of ${items.length} items are missing. Do what their lines say, and check again.`;
  return missing.some(({ kind }) => kind === "privilege")
    ? new AuthenticationError(said)
    : new ConfigError(said);
}

/** Answers a statement as it stands in a script. */
export function statementText(sql: string): string {
  return `${sql.trim().replace(/;$/, "")};\n`;
}

function lineOf({ name, missing }: CheckItem): string {
  return missing === undefined ? `ok: ${name}` : `missing: ${name}: ${missing.remedy}`;
}
