import { ConnectorError } from "@chorale/singer";
import type { CommanderError } from "commander";

/** How `--about` prints. */
export type AboutFormat = "text" | "json" | "markdown";

/** What a command line asks for. */
export type CommandLine =
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "version" }
  | { readonly command: "about"; readonly format: AboutFormat }
  | { readonly command: "print-state"; readonly config: readonly string[] }
  | { readonly command: "run"; readonly config: readonly string[]; readonly input: string | undefined };

/** A command line that cannot be understood; what sysexits calls EX_USAGE. */
const usageExitCode = 64;

/**
 * Reads the arguments of a target's command. Throws `ConnectorError` of exit code 64 for an option that does
 * not exist, one without its value, and an argument too many.
 */
export async function parseCommandLine(
  target: { readonly name: string; readonly description: string },
  argv: readonly string[],
): Promise<CommandLine> {
  const { CommanderError } = await import("commander");
  const output: string[] = [];
  const program = await createProgram(target, (text) => output.push(text));
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { command: "help", text: output.join("") };
    throw usageError(target.name, error);
  }
  return commandOf(program.opts());
}

async function createProgram(
  { name, description }: { readonly name: string; readonly description: string },
  write: (text: string) => void,
) {
  const { Command, Option } = await import("commander");
  const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];
  return new Command(name)
    .description(
      `${description}\n\nReads Singer messages from stdin and writes the state that is due to stdout.`,
    )
    .option("-c, --config <path>", "settings; again to merge more, ENV for the environment and .env", collect)
    .option("--input <path>", "a file of messages to read instead of stdin")
    .option("--print-state", "print the state that is committed under state_id")
    .option("--about", "print the settings")
    .addOption(
      new Option("--format <format>", "how --about prints")
        .choices(["text", "json", "markdown"])
        .default("text"),
    )
    .option("--version", "print the version")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
}

function commandOf(options: Readonly<Record<string, unknown>>): CommandLine {
  if (options["version"] === true) return { command: "version" };
  if (options["about"] === true) return { command: "about", format: formatOf(options["format"]) };
  const config = textsOf(options["config"]);
  if (options["printState"] === true) return { command: "print-state", config };
  const input = options["input"];
  return { command: "run", config, input: typeof input === "string" ? input : undefined };
}

function formatOf(value: unknown): AboutFormat {
  return value === "json" || value === "markdown" ? value : "text";
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function usageError(name: string, error: CommanderError): ConnectorError {
  const reason = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return new ConnectorError(`${name}: ${reason}. See ${name} --help.`, {
    kind: "config",
    exitCode: usageExitCode,
    cause: error,
  });
}
