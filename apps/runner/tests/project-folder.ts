import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const plugin = fileURLToPath(new URL("fixtures/plugin.js", import.meta.url));
const bin = fileURLToPath(new URL("../bin/chorale.js", import.meta.url));

/** How a run of the command line ended. */
export interface RunEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder with a project file, a tap and a target whose behaviour their configurations describe. */
export interface ProjectFolder {
  path(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  run(args: readonly string[], options?: RunOptions): Promise<RunEnd>;
  readonly stateFile: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Called with all that was written to stderr so far, and the process's id. */
  onStderr?: (text: string, pid: number) => void;
}

export interface ProjectParts {
  tap?: Record<string, unknown>;
  target?: Record<string, unknown>;
  /** Keys beside `config` of the tap's entry. */
  tapEntry?: Record<string, unknown>;
  extra?: Record<string, unknown>;
}

/** Makes the folder; it is removed when the test is done. A project file is YAML, and JSON is YAML. */
export function projectFolder(parts: ProjectParts = {}): ProjectFolder {
  const folder = mkdtempSync(join(tmpdir(), "chorale-runner-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const project = {
    plugins: {
      extractors: [{ name: "tap-x", executable: plugin, config: parts.tap ?? {}, ...parts.tapEntry }],
      loaders: [{ name: "target-x", executable: plugin, config: { role: "target", ...parts.target } }],
    },
    jobs: [{ name: "all", tasks: ["tap-x target-x"] }],
    ...parts.extra,
  };
  writeFileSync(path("chorale.yml"), JSON.stringify(project, null, 2).replaceAll("@folder", folder));
  return {
    path,
    stateFile: path(".chorale/state/tap-x-to-target-x/state.json"),
    read: (name) => readFileSync(path(name), "utf8"),
    write(name, text) {
      mkdirSync(join(path(name), ".."), { recursive: true });
      writeFileSync(path(name), text);
    },
    run: (args, options = {}) => runBin(args, { cwd: folder, ...options }),
  };
}

async function runBin(args: readonly string[], options: RunOptions & { cwd: string }): Promise<RunEnd> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    options.onStderr?.(stderr, child.pid ?? 0);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}
