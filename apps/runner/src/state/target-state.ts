import { runError } from "../exit-codes.ts";
import { startChild } from "../run/child.ts";
import type { UnitPlugin } from "../run/unit.ts";
import { mergedState } from "./merge-states.ts";
import type { StoredState } from "./state-backend.ts";
import { parseStateText, stateText } from "./state-json.ts";

/** What the question to a target needs. */
export interface TargetStateOptions {
  readonly target: UnitPlugin;
  /** The file of the target's configuration. */
  readonly configPath: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Receives each line that the target logs. */
  readonly onLogLine: (line: string) => void;
  /** How long the target may take. @default 600 */
  readonly timeoutSeconds?: number;
}

/** A state is far smaller; what is larger is no state. */
const largestAnswer = 256 * 1024 * 1024;

/**
 * Asks a target that keeps the state with its rows for the state that is committed there: `--print-state`. Answers it
 * as JSON text, or undefined when it has none. Throws with exit code 17 when the target fails or prints something
 * else, and with the signal's reason when it is aborted.
 */
export async function readTargetState(options: TargetStateOptions): Promise<string | undefined> {
  const { target, configPath, cwd, signal, onLogLine, timeoutSeconds = 600 } = options;
  signal.throwIfAborted();
  const { name, program, env, secrets } = target;
  const args = ["--config", configPath, "--print-state"];
  const child = await startChild({ name, program, args, env, cwd, secrets, onLogLine });
  const stopping = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
  const stop = () => child.stopWithin(10, "SIGTERM");
  stopping.addEventListener("abort", stop, { once: true });
  // It may have come while the target was being started.
  if (stopping.aborted) stop();
  child.stdin.end();
  try {
    const text = await answerOf(child.stdout, () => child.stop("SIGKILL"));
    const { code, lastLines } = await child.ended;
    signal.throwIfAborted();
    if (code !== 0) {
      const why = stopping.aborted
        ? `it took longer than ${timeoutSeconds} s`
        : (lastLines.at(-1) ?? `exit code ${code}`);
      throw unanswered(name, why);
    }
    return stateIn(name, text);
  } finally {
    stopping.removeEventListener("abort", stop);
  }
}

/**
 * Answers what a run starts from: the state that the target has beside its rows, where there is one, because what
 * the store has may be older than the rows by one write.
 */
export function startingState(options: {
  stored: StoredState | undefined;
  inTarget: string | undefined;
}): StoredState | undefined {
  const { stored, inTarget } = options;
  return inTarget === undefined ? stored : { completed: inTarget, partial: undefined };
}

/** Whether the store has another state than the target: its last write was lost, or somebody has set it since. */
export function differsFromStored(options: {
  stored: StoredState | undefined;
  inTarget: string | undefined;
}): boolean {
  const stored = mergedState(options.stored);
  return stored !== undefined && options.inTarget !== undefined && stored !== options.inTarget;
}

async function answerOf(stdout: AsyncIterable<Buffer>, onTooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdout) {
    size += chunk.length;
    if (size > largestAnswer) onTooMuch();
    else chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString().trim();
}

function stateIn(name: string, text: string): string | undefined {
  if (text === "") return undefined;
  const state = parseStateText(text);
  if (state === undefined) throw unanswered(name, "it printed something else than one state");
  return Object.keys(state).length === 0 ? undefined : stateText(state);
}

function unanswered(name: string, why: string): Error {
  return runError(
    "stateStoreFailed",
    `${name}: --print-state did not answer the state that it keeps: ${why}. Check state_table and state_id of its configuration.`,
  );
}
