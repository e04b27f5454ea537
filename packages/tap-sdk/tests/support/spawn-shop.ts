import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface ShopProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the process has ended and all of its output is here. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  /** Leaves stdout alone, so that nobody reads it. */
  readonly isUnread?: boolean;
  readonly stdout?: number;
}

/** Starts the shop's tap as a process of its own, from source. */
export function spawnShop(argv: readonly string[], options: SpawnOptions = {}): ShopProcess {
  const bin = fileURLToPath(new URL("shop-bin.ts", import.meta.url));
  const node = ["--conditions=@chorale/source", ...(options.nodeArguments ?? []), bin];
  const { PATH = "" } = process.env;
  // stdin stays open: a tap that reads it would never end.
  const child = spawn(process.execPath, [...node, ...argv], {
    env: { PATH, ...options.env },
    stdio: ["pipe", options.stdout ?? "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  if (options.isUnread !== true) child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  const end = options.isUnread === true ? "exit" : "close";
  const ended = once(child, end).then(([code, signal]) => ({
    code: typeof code === "number" ? code : null,
    signal: typeof signal === "string" ? signal : null,
  }));
  return {
    child,
    ended,
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
  };
}

/** The lines of a log that are JSON; METRIC lines are left out. */
export function logLines(stderr: string): readonly Readonly<Record<string, unknown>>[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("INFO METRIC: "))
    .map((line) => JSON.parse(line));
}
