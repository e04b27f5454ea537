import { type AboutBasics, readPackageVersion } from "@chorale/singer/cli";
import type { TargetCommandName } from "./commands.ts";

/** What a target says of itself; orchestrators read it from `--about --format=json`. */
export interface About extends AboutBasics {
  /** What it offers beside loading; absent when that is nothing. */
  readonly commands?: readonly TargetCommandName[];
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

/** Answers the version of this SDK, whose package.json is one folder up from `src` and from `dist`. */
export function sdkVersion(): Promise<string> {
  return readPackageVersion(new URL("../package.json", import.meta.url));
}
