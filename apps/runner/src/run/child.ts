import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createRedactor, type StopSignal } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { LogLines } from "./log-lines.ts";

/** How a child process ended: by its exit code, or by a signal. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, without secrets, for the summary of a failure. */
  readonly lastLines: readonly string[];
}

/** A plugin that runs. */
export interface Child {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when the process has ended; its output may not have been read yet. */
  readonly exited: Promise<void>;
  /** Resolves when the process has ended and all its output was read. */
  readonly ended: Promise<ChildEnd>;
  /** Sends a signal to the process and those that it started; nothing happens once it has ended. */
  stop(signal: StopSignal | "SIGKILL"): void;
  /** Sends a signal, and kills the process and those that it started if they are still there after the grace. */
  stopWithin(graceSeconds: number, signal: StopSignal): void;
}

/** What a plugin is started with. */
export interface ChildOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What is taken out of its log lines. @default nothing is known, but what looks like a secret is taken out */
  readonly secrets?: readonly string[];
  /** Receives each line of the plugin's stderr, shortened and without secrets. */
  readonly onLogLine: (line: string) => void;
}

/** Whoever still holds the output of a process that was killed has so long to let go of it. */
const afterKillMs = 1000;

/**
 * Starts a plugin in a process group of its own, so that a signal of the terminal reaches only the runner,
 * which ends its children in order. Its stderr is always read. Throws with exit code 2 when the program
 * cannot be started. Whoever wants its stdout listens before anything else is waited for: of a process that has
 * ended, Node throws away what nobody listens to.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, program, args, env, cwd } = options;
  const child = spawn(program, [...args], { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const lines = new LogLines({ redact: createRedactor(options.secrets ?? []), onLine: options.onLogLine });
  const closed = new AbortController();
  const ended = childEnd(child, { lines, closed });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve()).once("error", () => resolve());
  });
  child.stderr.on("data", (chunk: Buffer) => lines.add(chunk));
  // The target may go away while it is written to: the pump sees it, and the exit code tells why.
  child.stdin.on("error", () => undefined);
  child.stdout.on("error", () => undefined);
  child.stderr.on("error", () => undefined);
  try {
    await once(child, "spawn");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runError("usage", `${name}: ${program} cannot be started: ${reason}. Check "executable".`, {
      cause: error,
    });
  }
  const { stdin, stdout, pid = 0 } = child;
  const stop = (signal: NodeJS.Signals) => stopGroup(child, { signal, closed: closed.signal });
  return {
    ...{ pid, stdin, stdout, exited, ended, stop },
    stopWithin(graceSeconds, signal) {
      if (closed.signal.aborted) return;
      stop(signal);
      const timer = setTimeout(() => stop("SIGKILL"), graceSeconds * 1000);
      closed.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    },
  };
}

async function childEnd(
  child: ChildProcess,
  { lines, closed }: { lines: LogLines; closed: AbortController },
): Promise<ChildEnd> {
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve) => {
    child.once("close", (...end) => resolve(end)).once("error", () => resolve([null, null]));
  });
  closed.abort();
  lines.end();
  return { code, signal, lastLines: lines.last };
}

/** The group may outlive the process that leads it: as long as its output is open, somebody may be there. */
function stopGroup(
  child: ChildProcess,
  { signal, closed }: { signal: NodeJS.Signals; closed: AbortSignal },
): void {
  if (child.pid === undefined || closed.aborted) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in this very moment.
  }
  if (signal !== "SIGKILL") return;
  // A process that left the group may hold the output open for ever.
  const timer = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, afterKillMs);
  closed.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
