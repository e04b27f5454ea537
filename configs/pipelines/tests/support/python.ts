import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../../../node_modules/.cache/chorale-python", import.meta.url));

/** A program of the Python package index. */
export interface PythonProgram {
  readonly program: string;
  /** The package and its version, as pip takes them. */
  readonly requirement: string;
}

/**
 * Installs a program into a virtual environment of its own, once, and answers its path. Answers undefined where there is
 * no Python with pip, or no index that it reaches; any other failure is thrown.
 */
export async function pythonProgram({ program, requirement }: PythonProgram): Promise<string | undefined> {
  const folder = join(cache, requirement);
  const installed = join(folder, "installed");
  const path = join(folder, "bin", program);
  if (existsSync(installed)) return path;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  if (!(await succeeds("python3", ["-m", "venv", folder]))) return undefined;
  const pip = ["-m", "pip", "--disable-pip-version-check", "--retries", "0"];
  const python = join(folder, "bin", "python");
  if (!(await succeeds(python, [...pip, "download", "-q", "--no-deps", "-d", folder, requirement])))
    return undefined;
  await run(python, [...pip, "install", "-q", requirement]);
  writeFileSync(installed, "");
  return path;
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}
