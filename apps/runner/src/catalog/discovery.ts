import { createRedactor, parseExact } from "@chorale/singer";
import { isForPeople, runError } from "../exit-codes.ts";
import { type ChildEnd, startChild } from "../run/child.ts";
import { outputOf } from "../run/child-output.ts";
import type { UnitPlugin } from "../run/unit.ts";
import { isRawCatalog, type RawCatalog } from "./raw-catalog.ts";

/** What a tap is asked for its catalog with. */
export interface DiscoveryOptions {
  readonly tap: UnitPlugin;
  readonly configPath: string;
  /** The project's folder. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Receives each line that the tap logs meanwhile. */
  readonly onLogLine: (line: string) => void;
}

/** What a tap answered. */
export interface Discovery {
  readonly catalog: RawCatalog;
  /** As the tap wrote it. */
  readonly text: string;
}

const shownCharacters = 120;

/**
 * Asks a tap for its catalog: runs it with `--discover`. Throws with exit code 16 when it fails or when what it
 * writes is no catalog, and says what was run, how it ended and what it wrote.
 */
export async function discover(options: DiscoveryOptions): Promise<Discovery> {
  const { tap, configPath, root, onLogLine } = options;
  const args = ["--config", configPath, "--discover"];
  const child = await startChild({ ...tap, args, cwd: root, onLogLine });
  const { output, end } = await outputOf(child, { signal: options.signal });
  if (options.signal.aborted)
    throw runError("discoveryFailed", `${tap.name}: discovery was stopped. Run again.`);
  const text = output.toString().replace(/^\uFEFF/, "");
  const redact = createRedactor(tap.secrets);
  const command = `${tap.program} --config … --discover`;
  if (end.code !== 0)
    throw failure(`${command} ended with ${endText(end)}: ${reasonOf(end, redact(text))}`, {
      ...options,
      code: end.code,
    });
  return {
    catalog: catalogOf(text, (what) => failure(`${command} ${what}. ${startOf(redact(text))}`, options)),
    text,
  };
}

function catalogOf(text: string, failed: (what: string) => Error): RawCatalog {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    throw failed("wrote something that is not JSON");
  }
  if (isRawCatalog(value)) return value;
  throw failed('wrote JSON that is no catalog: it has no list of "streams"');
}

function failure(what: string, { tap, code = null }: DiscoveryOptions & { code?: number | null }): Error {
  return runError(
    "discoveryFailed",
    `${tap.name}: discovery failed: ${what} Check the tap's configuration.`,
    {
      kind: isForPeople(code) ? "config" : "system",
    },
  );
}

function reasonOf({ lastLines }: ChildEnd, stdout: string): string {
  const line = lastLines.findLast((text) => !text.startsWith("INFO METRIC:"));
  if (line !== undefined) return line.endsWith(".") ? line : `${line}.`;
  return `it wrote nothing to stderr. ${startOf(stdout)}`;
}

function startOf(stdout: string): string {
  if (stdout.trim() === "") return "Its output was empty.";
  const start = stdout.slice(0, shownCharacters);
  return `Its output began with ${JSON.stringify(start)}${start.length < stdout.length ? "…" : "."}`;
}

function endText({ code, signal }: ChildEnd): string {
  return code === null ? `signal ${signal ?? "unknown"}` : `exit code ${code}`;
}
