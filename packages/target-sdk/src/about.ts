import { readFile } from "node:fs/promises";
import { isObject, type JsonSchema } from "@chorale/singer";

/** What a target says of itself; orchestrators read it from `--about --format=json`. */
export interface About {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly sdk_version: string;
  readonly capabilities: readonly string[];
  /** The settings as a JSON Schema. */
  readonly settings: JsonSchema;
}

/** What every target of this SDK can do. */
export const targetCapabilities: readonly string[] = [
  "about",
  "activate-version",
  "batch",
  "hard-delete",
  "soft-delete",
  "structured-logging",
  "target-schema",
  "validate-records",
];

/** Answers the version in a package.json; `"unknown"` when it has none. Throws when the file cannot be read. */
export async function versionOf(packageJson: URL): Promise<string> {
  const value: unknown = JSON.parse(await readFile(packageJson, "utf8"));
  const version = isObject(value) ? value["version"] : undefined;
  return typeof version === "string" ? version : "unknown";
}

/** Answers the version of this SDK. */
export async function sdkVersion(): Promise<string> {
  return await versionOf(new URL("../package.json", import.meta.url));
}
