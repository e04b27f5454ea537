import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { StopSignal } from "@chorale/singer";
import { runError } from "./exit-codes.ts";

/** How a child process ended: by its exit code, or by a signal. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, for the summary of a failure. */
  readonly lastLines: readonly string[];
}

/** A plugin that runs. */
export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when the process has ended and all its output was read. */
  readonly ended: Promise<ChildEnd>;
  /** Sends a signal to the process and those that it started; nothing happens once it has ended. */
  stop(signal: StopSignal | "SIGKILL"): void;
}

/** What a plugin is started with. */
export interface ChildOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Receives each line of the plugin's stderr. */
  readonly onLogLine: (line: string) => void;
}

const keptLines = 20;

/**
 * Starts a plugin in a process group of its own, so that a signal of the terminal reaches only the runner,
 * which ends its children in order. Throws with exit code 2 when the program cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, program, args, env, cwd } = options;
  const child = spawn(program, [...args], { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  const ended = childEnd(child, lines);
  createInterface({ input: child.stderr }).on("line", (line) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    options.onLogLine(line);
  });
  // The target may go away while it is written to: the pump sees it, and the exit code tells why.
  child.stdin.on("error", () => undefined);
  try {
    await once(child, "spawn");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runError("usage", `${name}: ${program} cannot be started: ${reason}. Check "executable".`, {
      cause: error,
    });
  }
  return { stdin: child.stdin, stdout: child.stdout, ended, stop: (signal) => stopGroup(child, signal) };
}

async function childEnd(child: ChildProcess, lastLines: readonly string[]): Promise<ChildEnd> {
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve) => {
    child.once("close", (...end) => resolve(end)).once("error", () => resolve([null, null]));
  });
  return { code, signal, lastLines };
}

function stopGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in this very moment.
  }
}
