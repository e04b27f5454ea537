import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Usage } from "./measurement.ts";

const probe = new URL("../bin/usage-probe.js", import.meta.url).href;

/** The packages whose programs are measured. */
const packageFiles = {
  "@chorale/runner": () => import.meta.resolve("@chorale/runner/package.json"),
  "@chorale/tap-adaptive": () => import.meta.resolve("@chorale/tap-adaptive/package.json"),
  "@chorale/tap-clari": () => import.meta.resolve("@chorale/tap-clari/package.json"),
  "@chorale/tap-thought-industries": () =>
    import.meta.resolve("@chorale/tap-thought-industries/package.json"),
  "@chorale/tap-xactly": () => import.meta.resolve("@chorale/tap-xactly/package.json"),
  "@chorale/tap-zendesk": () => import.meta.resolve("@chorale/tap-zendesk/package.json"),
  "@chorale/tap-zengrc": () => import.meta.resolve("@chorale/tap-zengrc/package.json"),
  "@chorale/tap-zuora-revenue": () => import.meta.resolve("@chorale/tap-zuora-revenue/package.json"),
  "@chorale/target-duckdb": () => import.meta.resolve("@chorale/target-duckdb/package.json"),
  "@chorale/target-snowflake": () => import.meta.resolve("@chorale/target-snowflake/package.json"),
};

/** The name of a package whose program is measured. */
export type ProgramPackage = keyof typeof packageFiles;

/** Whether a value is the name of a package whose program is measured. */
export function isProgramPackage(name: unknown): name is ProgramPackage {
  return typeof name === "string" && Object.hasOwn(packageFiles, name);
}

/** Answers the path of the one program that a package brings. */
export async function programOf(name: ProgramPackage): Promise<string> {
  const packageFile = fileURLToPath(packageFiles[name]());
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
  /** Whether it gets a process group of its own. @default false */
  readonly detached?: boolean;
  /** @default all of them ignored */
  readonly stdin?: number | "ignore" | "pipe";
  readonly stdout?: number | "ignore" | "pipe";
}

/** A program that runs. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves to its stderr when it has ended with code 0; rejects with the end of it for another code. */
  readonly ended: Promise<string>;
}

/** Starts a program that is JavaScript under this Node. */
export function startProgramFile(path: string, options: StartOptions): RunningProgram {
  const probing = options.usageFile === undefined ? [] : ["--import", probe];
  return startCommand(process.execPath, { ...options, args: [...probing, path, ...options.args] });
}

/** Starts any executable. */
export function startCommand(command: string, options: StartOptions): RunningProgram {
  const { args, usageFile, cwd, detached = false, stdin = "ignore", stdout = "ignore" } = options;
  const env = usageFile === undefined ? process.env : { ...process.env, CHORALE_BENCH_USAGE: usageFile };
  const child = spawn(command, [...args], { cwd, env, detached, stdio: [stdin, stdout, "pipe"] });
  return { child, ended: ended(child, command) };
}

/** Reads what a probe wrote. */
export async function readUsage(usageFile: string): Promise<Usage> {
  return JSON.parse(await readFile(usageFile, "utf8"));
}

async function ended(child: ChildProcess, command: string): Promise<string> {
  const log = child.stderr === null ? Promise.resolve("") : text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const stderr = await log;
  if (code === 0) return stderr;
  throw new Error(`${command} ended with code ${code}: ${stderr.slice(-2_000).trim()}`);
}
