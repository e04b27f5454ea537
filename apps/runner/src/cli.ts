import { createLogger, exitCodeOf, type Logger, type StopSignal } from "@chorale/singer";
import { Command, CommanderError } from "commander";
import type { CommandContext } from "./commands/command-context.ts";
import { addGlobalOptions } from "./commands/global-options.ts";
import { exitCodes } from "./exit-codes.ts";

/** What the command line is given from outside. */
export interface CliInput extends Omit<CommandContext, "log" | "end"> {
  /** The words after the program's name. */
  readonly argv: readonly string[];
}

/** The signals that end a run in order. */
export const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

type AddCommand = (program: Command, context: CommandContext) => void;

/** A command is loaded when it is named, and all of them to tell which there are. */
const commands: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ["run", async () => (await import("./commands/run.ts")).addRunCommand],
  ["el", async () => (await import("./commands/el.ts")).addElCommand],
  ["invoke", async () => (await import("./commands/invoke.ts")).addInvokeCommand],
  ["validate", async () => (await import("./commands/validate.ts")).addValidateCommand],
  ["config", async () => (await import("./commands/config.ts")).addConfigCommand],
  ["secrets", async () => (await import("./commands/secrets.ts")).addSecretsCommand],
  ["select", async () => (await import("./commands/select.ts")).addSelectCommand],
  ["job", async () => (await import("./commands/job.ts")).addJobCommand],
  ["schedule", async () => (await import("./commands/schedule.ts")).addScheduleCommand],
  ["state", async () => (await import("./commands/state.ts")).addStateCommand],
  ["runs", async () => (await import("./commands/runs.ts")).addRunsCommand],
  ["init", async () => (await import("./commands/init.ts")).addInitCommand],
  ["add", async () => (await import("./commands/add.ts")).addAddCommand],
]);

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
  let logger: Promise<Logger> | undefined;
  const context: CommandContext = {
    ...input,
    log: () => {
      logger ??= logFor(input);
      return logger;
    },
    end: (code) => {
      exitCode = code;
    },
  };
  try {
    const program = await commandLine(input, context);
    await program.parseAsync([...input.argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const log = await context.log();
    log.error(error instanceof Error ? error.message : String(error));
    return exitCodeOf(error);
  }
}

/** What goes wrong with the command line itself is told in the form that it asks for. */
async function logFor({ argv, stderr }: CliInput): Promise<Logger> {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  const isJson = options.some(
    (word, index) =>
      word === "--log-format=json" || (word === "--log-format" && options[index + 1] === "json"),
  );
  if (isJson) return createLogger({ name: "chorale", write: stderr });
  const { createTextLog } = await import("./text-log.ts");
  return createTextLog(stderr);
}

async function commandLine({ argv }: CliInput, context: CommandContext): Promise<Command> {
  const program = addGlobalOptions(new Command("chorale"))
    .description("Runs Singer taps into targets, from a project file in Meltano's form")
    .version(context.version)
    .exitOverride()
    .configureOutput({ writeOut: context.stdout, writeErr: context.stderr });
  if (argv.length === 1 && argv[0] === "--version") return program;
  const named = argv.filter((word) => commands.has(word));
  for (const [name, load] of commands) {
    if (named.length === 0 || named.includes(name)) (await load())(program, context);
  }
  return program;
}
