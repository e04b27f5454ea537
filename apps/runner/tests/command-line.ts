import { runCli } from "../src/cli.ts";

/** What a command line came to. */
export interface CommandEnd {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd: string;
  env?: Record<string, string>;
  stdin?: string;
  signal?: AbortSignal;
  /** Called with all that was written to stderr so far. */
  onStderr?: (text: string) => void;
}

/** Runs a command line within this process. */
export async function commandLine(argv: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const end: CommandEnd = { code: 0, stdout: "", stderr: "" };
  end.code = await runCli({
    ...{ argv, cwd: options.cwd, version: "0.0.0", terminal: undefined },
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
    stdout: (text) => {
      end.stdout += text;
    },
    stderr: (text) => {
      end.stderr += text;
      options.onStderr?.(end.stderr);
    },
    readStdin: async () => options.stdin ?? "",
    signal: options.signal ?? new AbortController().signal,
  });
  return end;
}
