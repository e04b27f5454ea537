import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/tap-adaptive.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of the log, parsed; those of metrics left out. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

export interface SpawnOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Sees what came out so far; may send signals. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
}

/** Runs the command to its end, from its sources. Its environment holds nothing but what is given and the path. */
export async function spawnTap({ args, env = {}, onOutput }: SpawnOptions): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@chorale/source", bin, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece;
    onOutput?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  await once(child, "close");
  const log = stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  return { code: child.exitCode, stdout, stderr, log };
}
