import { createLogger, exitCodeOf, type StopSignal } from "@chorale/singer";
import { Command, CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";

/** What the command line is given from outside. */
export interface CliInput {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Aborted with the name of a signal as its reason. */
  readonly signal: AbortSignal;
}

/** The signals that end a run in order. */
export const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

/**
 * Runs the command line `chorale` and answers its exit code. Errors are one line on stderr.
 *
 * @example
 * ```ts
 * process.exitCode = await runCli({ argv: ["run", "tap-zendesk", "target-duckdb"], ...rest });
 * ```
 */
export async function runCli(input: CliInput): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = commandLine(input, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...input.argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const log = await logOf(input);
    log.error(error instanceof Error ? error.message : String(error));
    return exitCodeOf(error);
  }
}

function logOf({ stderr }: CliInput) {
  return createLogger({ name: "chorale", write: stderr });
}

function commandLine(input: CliInput, onEnd: (exitCode: number) => void): Command {
  const program = new Command("chorale")
    .description("Runs Singer taps into targets")
    .version(input.version)
    .exitOverride()
    .configureOutput({ writeOut: input.stdout, writeErr: input.stderr });
  program
    .command("run")
    .description("run jobs, or taps and targets in turn, one pair after another")
    .argument("<name...>", "a job, or a tap followed by a target")
    .option("-p, --project <file>", "the project file", "chorale.yml")
    .option("--env-file <file>", "where $VAR finds values that the environment lacks (default: .env)")
    .option("--full-refresh", "read everything again, from no state", false)
    .action(async (names: string[], options: { project: string; envFile?: string; fullRefresh: boolean }) => {
      // Loaded when something is run: --version and --help do not wait for a YAML parser.
      const { runCommand } = await import("./run-command.ts");
      const exitCode = await runCommand({
        names,
        projectFile: options.project,
        envFile: options.envFile,
        fullRefresh: options.fullRefresh,
        env: input.env,
        signal: input.signal,
        log: await logOf(input),
        print: input.stdout,
        onPluginLine: (name, line) => input.stderr(`${name} | ${line}\n`),
      });
      onEnd(exitCode);
    });
  return program;
}
