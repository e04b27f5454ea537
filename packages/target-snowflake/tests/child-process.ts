import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a file of this folder in a process of its own, from its source, and waits until it ends by itself. */
export async function runChild(
  file: string,
  options: {
    readonly args?: readonly string[];
    readonly cwd: string;
    /** Whether it is imported by code that was typed in. */
    readonly isTypedIn?: boolean;
  },
): Promise<Ended> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const typed = `process.argv.splice(1, 0, "typed"); await import(${JSON.stringify(path)})`;
  const start = options.isTypedIn === true ? ["--input-type=module", "-e", typed] : [path];
  const args = ["--conditions=@chorale/source", ...start, ...(options.args ?? [])];
  const child = spawn(process.execPath, args, { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => killed(child));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, stdout, stderr };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
