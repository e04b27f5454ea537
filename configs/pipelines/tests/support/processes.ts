import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const bins = {
  "tap-zendesk": "packages/tap-zendesk/bin/tap-zendesk.js",
  "target-duckdb": "packages/target-duckdb/bin/target-duckdb.js",
  "target-snowflake": "packages/target-snowflake/bin/target-snowflake.js",
  chorale: "apps/runner/bin/chorale.js",
} as const;

export type BinName = keyof typeof bins;

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The path of a connector's program, as npm would link it. */
export function binPath(name: BinName): string {
  return fileURLToPath(new URL(`../../../../${bins[name]}`, import.meta.url));
}

export interface StartOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** What a program needs of the environment, and where it finds what others have compiled: nothing that could be a setting. */
export function ownEnvironment(): Readonly<Record<string, string>> {
  const { PATH = "", NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

/** Starts a connector's program under the Node of the tests. It does not outlive the test. */
export function start(name: BinName, args: readonly string[], options: StartOptions = {}) {
  const child = spawn(process.execPath, [binPath(name), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...ownEnvironment(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** Collects what a process writes until it ends. */
export async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const parts: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on("data", (chunk: Buffer) => parts.stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => parts.stderr.push(chunk));
  await once(child, "close");
  return {
    code: child.exitCode,
    signal: child.signalCode,
    stdout: Buffer.concat(parts.stdout).toString(),
    stderr: Buffer.concat(parts.stderr).toString(),
  };
}

/** Runs a program to its end; `input` is written to its stdin. */
export async function runBin(
  name: BinName,
  args: readonly string[],
  options: StartOptions & { input?: string } = {},
): Promise<ProcessEnd> {
  const child = start(name, args, options);
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return endOf(child);
}

/** The log lines of a process that say that something failed. */
export function errorLines({ stderr }: ProcessEnd): string[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): { level?: string; msg?: string } => JSON.parse(line))
    .filter(({ level }) => level === "error" || level === "fatal")
    .map(({ msg }) => msg ?? "");
}
