import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Usage } from "./measurement.ts";

const require = createRequire(import.meta.url);
const probe = new URL("../bin/usage-probe.js", import.meta.url).href;

/** The packages whose programs are measured. */
export type ProgramPackage = "@chorale/runner" | "@chorale/tap-zendesk" | "@chorale/target-duckdb";

/** Answers the path of the one program that a package brings. */
export async function programOf(name: ProgramPackage): Promise<string> {
  const packageFile = require.resolve(`${name}/package.json`);
  const { bin }: { bin: Record<string, string> } = JSON.parse(await readFile(packageFile, "utf8"));
  const [path] = Object.values(bin);
  if (path === undefined) throw new Error(`${name}: it brings no program.`);
  return join(dirname(packageFile), path);
}

/** Answers the path of a file that lies beside `src`. */
export function ownFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** How a program is started. */
export interface StartOptions {
  readonly args: readonly string[];
  /** Where a probe writes what the program used. */
  readonly usageFile?: string;
  readonly cwd?: string;
  /** @default all of them ignored */
  readonly stdin?: number | "ignore" | "pipe";
  readonly stdout?: number | "ignore" | "pipe";
}

/** A program that runs. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves when it has ended with code 0 and all its output was read; else rejects with its stderr's end. */
  readonly ended: Promise<void>;
}

/** Starts a program that is JavaScript under this Node. */
export function startProgramFile(path: string, options: StartOptions): RunningProgram {
  const probing = options.usageFile === undefined ? [] : ["--import", probe];
  return startCommand(process.execPath, { ...options, args: [...probing, path, ...options.args] });
}

/** Starts any executable. */
export function startCommand(command: string, options: StartOptions): RunningProgram {
  const { args, usageFile, cwd, stdin = "ignore", stdout = "ignore" } = options;
  const env = usageFile === undefined ? process.env : { ...process.env, CHORALE_BENCH_USAGE: usageFile };
  const child = spawn(command, [...args], { cwd, env, stdio: [stdin, stdout, "pipe"] });
  return { child, ended: ended(child, command) };
}

/** Reads what a probe wrote. */
export async function readUsage(usageFile: string): Promise<Usage> {
  return JSON.parse(await readFile(usageFile, "utf8"));
}

async function ended(child: ChildProcess, command: string): Promise<void> {
  const stderr = child.stderr === null ? Promise.resolve("") : text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0)
    throw new Error(`${command} ended with code ${code}: ${(await stderr).slice(-2_000).trim()}`);
}
