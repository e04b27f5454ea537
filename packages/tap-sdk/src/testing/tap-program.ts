import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Message, parseMessage } from "@chorale/singer";

/** What a program did. */
export interface EndedProgram {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of the log, parsed; those of metrics left out. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** How a program is run. */
export interface ProgramOptions {
  readonly args: readonly string[];
  /** Its environment, beside the place where Node keeps compiled code. @default empty */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** @default the folder of this process */
  readonly cwd?: string | undefined;
  /** Sees what came out so far; may send signals. */
  readonly onOutput?: ((stdout: string, child: ChildProcess) => void) | undefined;
}

/**
 * Makes a function that runs a tap's program to its end, from the sources of the packages in this repository. It never
 * throws for what the program does: the exit code tells. All of the output is held in memory.
 *
 * @example
 * ```ts
 * const spawnTap = tapProgram(new URL("../bin/tap-shop.js", import.meta.url));
 * const { code, stdout } = await spawnTap({ args: ["--version"] });
 * ```
 */
export function tapProgram(bin: URL): (options: ProgramOptions) => Promise<EndedProgram> {
  const { NODE_COMPILE_CACHE: cache } = process.env;
  const own = cache === undefined ? {} : { NODE_COMPILE_CACHE: cache };
  return async ({ args, env = {}, cwd, onOutput }) => {
    const child = spawn(process.execPath, ["--conditions=@chorale/source", fileURLToPath(bin), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...own, ...env },
      ...(cwd === undefined ? {} : { cwd }),
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
    return { code: child.exitCode, stdout, stderr, log: logOf(stderr) };
  };
}

/**
 * Parses the messages in what a tap wrote, in order; empty lines, and messages of types that nobody knows, are left out.
 * Throws for a line that is no message.
 *
 * @example
 * ```ts
 * const records = messagesIn(stdout).filter(({ type }) => type === "RECORD");
 * ```
 */
export function messagesIn(stdout: string): readonly Message[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseMessage(line))
    .filter((message) => message.type !== "UNKNOWN");
}

function logOf(stderr: string): EndedProgram["log"] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
