import { ConnectorError, isObject } from "@chorale/singer";
import { discover } from "../catalog/discovery.ts";
import { exitCodes, runError } from "../exit-codes.ts";
import { startChild } from "../run/child.ts";
import { lastLineOf, outputOf } from "../run/child-output.ts";
import { createRunFolder } from "../run/run-folder.ts";
import type { UnitPlugin } from "../run/unit.ts";
import type { ResolvedPlugin } from "../settings/resolved.ts";
import { unitPluginOf } from "../settings/unit-plugins.ts";
import { maxAboutBytes } from "./ask-about.ts";

/** How taps are tried out. */
export interface LiveOptions {
  /** The project's folder. */
  readonly root: string;
  /** How long one tap may take. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Receives each line that a tap logs. */
  readonly onLogLine: (tap: string, line: string) => void;
}

/** What came of trying a tap out. */
export interface LiveResult {
  readonly tap: string;
  /** `test` reads a record of each stream, `discover` only asks for the catalog. */
  readonly by: "test" | "discover";
  readonly exitCode: number;
  /** One line; undefined when all was well. */
  readonly problem: string | undefined;
}

/** How long a tap may take to say what it can do. */
const aboutSeconds = 20;

/**
 * Runs a tap with its settings so that it proves its credentials: with `--test` where it can do that, else with
 * `--discover`. Neither reads more than it has to. Never throws for what a tap can do.
 */
export async function tryOut(resolved: ResolvedPlugin, options: LiveOptions): Promise<LiveResult> {
  const name = resolved.plugin.name;
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const signal = AbortSignal.any([options.signal, timeout]);
  const folder = await createRunFolder();
  let by: LiveResult["by"] = "discover";
  try {
    const tap = await unitPluginOf(resolved, options.root);
    const configPath = await folder.write("tap.config.json", JSON.stringify(tap.config));
    const attempt = {
      ...options,
      tap,
      configPath,
      signal,
      onLogLine: (line: string) => options.onLogLine(name, line),
    };
    if (await canTest(attempt)) by = "test";
    if (by === "test") await test(attempt);
    else await discover(attempt);
    return { tap: name, by, exitCode: exitCodes.ok, problem: undefined };
  } catch (error) {
    if (options.signal.aborted) throw error;
    return { tap: name, by, ...failureOf(error, { name, by, isLate: timeout.aborted, ...options }) };
  } finally {
    await folder.remove();
  }
}

function failureOf(
  error: unknown,
  { name, by, isLate, timeoutSeconds }: { name: string; by: string; isLate: boolean; timeoutSeconds: number },
): Pick<LiveResult, "exitCode" | "problem"> {
  if (isLate) {
    const problem = `${name}: --${by} took longer than ${timeoutSeconds} s. Try --timeout, or look at its log.`;
    return { exitCode: exitCodes.timedOut, problem };
  }
  const problem = error instanceof Error ? error.message : String(error);
  return { exitCode: ConnectorError.isInstance(error) ? error.exitCode : exitCodes.tapFailed, problem };
}

interface Attempt {
  readonly tap: UnitPlugin;
  readonly configPath: string;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly onLogLine: (line: string) => void;
}

/** The project file's word counts; a tap of which it says nothing is asked. */
async function canTest({ tap, root, signal }: Attempt): Promise<boolean> {
  if (tap.capabilities.has("test")) return true;
  const child = await startChild({
    ...tap,
    args: ["--about", "--format=json"],
    cwd: root,
    onLogLine: () => undefined,
  });
  const { output, end } = await outputOf(child, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(aboutSeconds * 1000)]),
    maxBytes: maxAboutBytes,
  });
  return end.code === 0 && capabilitiesIn(output.toString()).includes("test");
}

function capabilitiesIn(text: string): readonly unknown[] {
  try {
    const about: unknown = JSON.parse(text);
    const capabilities = isObject(about) ? about["capabilities"] : undefined;
    return Array.isArray(capabilities) ? capabilities : [];
  } catch {
    return [];
  }
}

async function test({ tap, configPath, root, signal, onLogLine }: Attempt): Promise<void> {
  const args = ["--config", configPath, "--test"];
  const child = await startChild({ ...tap, args, cwd: root, onLogLine });
  const { end } = await outputOf(child, { signal, maxBytes: 0 });
  signal.throwIfAborted();
  const { code } = end;
  if (code === 0) return;
  throw runError(
    "tapFailed",
    `${tap.name}: --test ended with ${code === null ? "a signal" : `exit code ${code}`}: ${lastLineOf(end)}`,
  );
}
