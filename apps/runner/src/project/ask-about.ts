import { basename } from "node:path";
import { runError } from "../exit-codes.ts";
import { startChild } from "../run/child.ts";
import { lastLineOf, outputOf } from "../run/child-output.ts";
import { findProgram } from "../settings/programs.ts";
import { type About, parseAbout } from "./about.ts";
import type { Plugin } from "./model.ts";
import { didYouMean } from "./near-names.ts";

/** Where a connector is looked for, and how it is run. */
export interface AskOptions {
  /** The project's folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Connectors that are npm packages named after their programs. */
const ours: ReadonlySet<string> = new Set([
  "tap-adaptive",
  "tap-clari",
  "tap-thought-industries",
  "tap-xactly",
  "tap-zendesk",
  "tap-zendesk-community-relations",
  "tap-zengrc",
  "tap-zuora-revenue",
  "target-duckdb",
  "target-snowflake",
]);

const timeoutMs = 60_000;
/** No description reaches this. */
export const maxAboutBytes = 16 * 1024 * 1024;

/** Asks a connector that is installed what it is. Throws with exit code 2 when it is not, or does not say. */
export async function askAbout(executable: string, { root, env, signal }: AskOptions): Promise<About> {
  const program = await programOf(executable, { root, path: env["PATH"] ?? "" });
  const args = ["--about", "--format=json"];
  const child = await startChild({
    ...{ name: executable, program, args, env, cwd: root },
    onLogLine: () => undefined,
  });
  const { output, end } = await outputOf(child, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    maxBytes: maxAboutBytes,
  });
  signal.throwIfAborted();
  if (end.code === 0) return parseAbout(output.toString(), executable);
  throw runError("usage", `${executable}: --about failed: ${lastLineOf(end)} Write its entry by hand.`);
}

async function programOf(executable: string, places: { root: string; path: string }): Promise<string> {
  try {
    return await findProgram(pluginFor(executable), places);
  } catch (error) {
    const advice = ours.has(executable)
      ? `npm install --save-dev @chorale/${executable}`
      : (didYouMean(executable, ours) ?? "Install it, so that it is in node_modules/.bin or in PATH.");
    throw runError("usage", `${executable}: the program was not found. ${advice}`, { cause: error });
  }
}

function pluginFor(executable: string): Plugin {
  const none = new Map<string, never>();
  return {
    type: "extractors",
    name: basename(executable),
    namespace: basename(executable),
    variant: undefined,
    parent: undefined,
    executable,
    pipUrl: undefined,
    capabilities: new Set(),
    settings: [],
    settingsGroups: [],
    config: none,
    environmentConfig: none,
    env: none,
    environmentEnv: none,
    commands: none,
    mappings: none,
    place: { file: "the command line", line: 1, column: 1 },
  };
}
