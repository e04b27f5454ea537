import { ConnectorError } from "@chorale/singer";
import type { CommanderError } from "commander";

/** What a command line asks for. */
export type CommandLine =
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "version" }
  | { readonly command: "about"; readonly format: "text" | "json" | "markdown" }
  | { readonly command: "discover" }
  | (Inputs & { readonly command: "test" })
  | (Inputs & { readonly command: "schemas" })
  | (Inputs & { readonly command: "sync" });

/** The files and rules that a run reads. */
export interface Inputs {
  readonly config: readonly string[];
  readonly state: string | undefined;
  readonly catalog: string | undefined;
  readonly select: readonly string[];
}

/** A command line that cannot be understood; what sysexits calls EX_USAGE. */
export const usageExitCode = 64;

/**
 * Reads the arguments of a tap's command. Throws `ConnectorError` of exit code 64 for an option that does
 * not exist, one without its value, and an argument too many.
 */
export async function parseCommandLine(
  tap: { readonly name: string; readonly description: string },
  argv: readonly string[],
): Promise<CommandLine> {
  const { CommanderError } = await import("commander");
  const output: string[] = [];
  const program = await createProgram(tap, (text) => output.push(text));
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { command: "help", text: output.join("") };
    throw usageError(tap.name, error);
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
    .description(`${description}\n\nWrites Singer messages to stdout and its log to stderr.`)
    .option("-c, --config <path>", "settings; again to merge more, ENV for the environment and .env", collect)
    .option("-s, --state <path>", "where an earlier run ended")
    .option("--catalog <path>", "which streams and properties to read")
    .addOption(new Option("-p, --properties <path>", "the same, by its old name").hideHelp())
    .option("--select <rule>", "rule such as users.* or !users.email; again for more", collect)
    .option("-d, --discover", "print the catalog of all streams")
    .addOption(
      new Option("--test [mode]", "read one record of each stream, or print the schemas alone")
        .choices(["all", "schema", "disabled"])
        .preset("all"),
    )
    .option("--about", "print settings and streams")
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
  if (options["discover"] === true) return { command: "discover" };
  const inputs = {
    config: texts(options["config"]),
    state: text(options["state"]),
    catalog: text(options["catalog"]) ?? text(options["properties"]),
    select: texts(options["select"]),
  };
  if (options["test"] === "all") return { command: "test", ...inputs };
  if (options["test"] === "schema") return { command: "schemas", ...inputs };
  return { command: "sync", ...inputs };
}

function formatOf(value: unknown): "text" | "json" | "markdown" {
  return value === "json" || value === "markdown" ? value : "text";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): readonly string[] {
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
