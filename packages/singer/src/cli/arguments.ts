import type { Command, CommanderError, Option } from "commander";
import { ConnectorError } from "../errors.ts";

/** How `--about` prints. */
export type AboutFormat = "text" | "json" | "markdown";

/** The options of a command line, by their names in camelCase; {@link optionText} and {@link optionTexts} read them. */
export type ParsedOptions = Readonly<Record<string, unknown>>;

/** What a command line asks for: what every connector can do, or what its options say. */
export type CommandLine =
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "version" }
  | { readonly command: "about"; readonly format: AboutFormat }
  | { readonly command: "run"; readonly config: readonly string[]; readonly options: ParsedOptions };

/** What is the connector's own of its command line. */
export interface CommandLineOptions {
  readonly name: string;
  /** What it does, and where it reads and writes. */
  readonly description: string;
  /** Adds the options beside `--config`, `--about` and `--version`. */
  readonly addOptions: (program: Command, commander: { readonly Option: typeof Option }) => Command;
}

/** A command line that cannot be understood; what sysexits calls EX_USAGE. */
const usageExitCode = 64;

/**
 * Reads the arguments of a connector's command. Throws {@link ConnectorError} of exit code 64 for an option
 * that does not exist, one without its value, and an argument too many.
 *
 * @example
 * ```ts
 * const line = await parseArguments(["--about"], {
 *   name: "tap-shop",
 *   description: "Extracts orders",
 *   addOptions: (program) => program.option("-d, --discover", "print the catalog of all streams"),
 * });
 * ```
 */
export async function parseArguments(
  argv: readonly string[],
  { name, description, addOptions }: CommandLineOptions,
): Promise<CommandLine> {
  const commander = await import("commander");
  const output: string[] = [];
  const program = new commander.Command(name)
    .description(description)
    .option(
      "-c, --config <path>",
      "settings; again to merge more, ENV for the environment and .env",
      collect,
    );
  addOptions(program, commander)
    .option("--about", "print what it is and its settings")
    .addOption(
      new commander.Option("--format <format>", "how --about prints")
        .choices(["text", "json", "markdown"])
        .default("text"),
    )
    .option("--version", "print the version")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.push(text), writeErr: () => undefined });
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof commander.CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { command: "help", text: output.join("") };
    throw usageError(name, error);
  }
  return commandOf(program.opts());
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}

/** Answers an option's value; undefined when it was not given. */
export function optionText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Answers the values of an option that may be given several times. */
export function optionTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function commandOf(options: ParsedOptions): CommandLine {
  if (options["version"] === true) return { command: "version" };
  const { format } = options;
  if (options["about"] === true) {
    return { command: "about", format: format === "json" || format === "markdown" ? format : "text" };
  }
  return { command: "run", config: optionTexts(options["config"]), options };
}

function usageError(name: string, error: CommanderError): ConnectorError {
  const reason = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return new ConnectorError(`${name}: ${reason}. See ${name} --help.`, {
    kind: "config",
    exitCode: usageExitCode,
    cause: error,
  });
}
