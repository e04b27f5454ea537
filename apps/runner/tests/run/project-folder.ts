import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli.ts";
import { pluginProgram } from "./attempt-lab.ts";

const bin = fileURLToPath(new URL("../../bin/chorale.js", import.meta.url));

/** How a run of the command line ended. */
export interface RunEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Called with all that was written to stderr so far, and the process's id. */
  onStderr?: (text: string, pid: number) => void;
}

export interface ProjectParts {
  tap?: Record<string, unknown>;
  target?: Record<string, unknown>;
  /** Keys beside `config` of the tap's entry. */
  tapEntry?: Record<string, unknown>;
  /** Keys beside `config` of the target's entry. */
  targetEntry?: Record<string, unknown>;
  plugins?: Record<string, unknown>;
  extra?: Record<string, unknown>;
}

/** A folder with a project file, a tap and a target whose behaviour their configurations describe. */
export class ProjectFolder {
  readonly root = mkdtempSync(join(tmpdir(), "chorale-project-test-"));

  /** A project file is YAML, and JSON is YAML. `@folder` stands for the folder. */
  constructor(parts: ProjectParts = {}) {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
    const capabilities = ["catalog", "discover", "state"];
    const usual = { namespace: "tap_x", executable: pluginProgram, capabilities };
    const project = {
      plugins: {
        extractors: [
          { ...usual, name: "tap-x", config: { seen: "@folder/seen", ...parts.tap }, ...parts.tapEntry },
        ],
        loaders: [
          {
            ...{ name: "target-x", namespace: "target_x", executable: pluginProgram },
            config: { role: "target", copy: "@folder/copy", ...parts.target },
            ...parts.targetEntry,
          },
        ],
        ...parts.plugins,
      },
      jobs: [{ name: "all", tasks: ["tap-x target-x"] }],
      annotations: { chorale: { retries: 0 } },
      ...parts.extra,
    };
    this.write("chorale.yml", JSON.stringify(project, null, 2).replaceAll("@folder", this.root));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), ".."), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** What the tap was started with, run by run; discovery is left out. */
  get seen(): { args: string[]; env: Record<string, string>; state: string | null; catalog: string }[] {
    if (!this.has("seen")) return [];
    const lines = this.read("seen").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line)).filter(({ args }) => !args.includes("--discover"));
  }

  /** Runs the command line within this process. */
  async run(args: readonly string[], options: Pick<RunOptions, "env" | "cwd"> = {}): Promise<RunEnd> {
    let stdout = "";
    let stderr = "";
    const code = await runCli({
      ...{ argv: args, version: "1.2.3", terminal: undefined, cwd: options.cwd ?? this.root },
      env: { PATH: process.env["PATH"], ...options.env },
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
      readStdin: async () => "",
      signal: new AbortController().signal,
    });
    return { code, stdout, stderr };
  }

  /** Runs the command line as a process of its own. */
  async spawn(args: readonly string[], options: RunOptions = {}): Promise<RunEnd> {
    const child = spawn(process.execPath, ["--conditions=@chorale/source", "--no-warnings", bin, ...args], {
      cwd: options.cwd ?? this.root,
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
}
