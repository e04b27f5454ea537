import { type CommandLine, collect, optionText, optionTexts, parseArguments } from "@chorale/singer/cli";

/** What a tap's command line asks for. */
export type TapCommandLine =
  | Exclude<CommandLine, { readonly command: "run" }>
  | (Inputs & { readonly command: "discover" })
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

/**
 * Reads the arguments of a tap's command. Throws `ConnectorError` of exit code 64 for an option that does
 * not exist, one without its value, and an argument too many.
 */
export async function parseCommandLine(
  tap: { readonly name: string; readonly description: string },
  argv: readonly string[],
): Promise<TapCommandLine> {
  const line = await parseArguments(argv, {
    name: tap.name,
    description: `${tap.description}\n\nWrites Singer messages to stdout and its log to stderr.`,
    addOptions: (program, { Option }) =>
      program
        .option("-s, --state <path>", "where an earlier run ended")
        .option("--catalog <path>", "which streams and properties to read")
        .addOption(new Option("-p, --properties <path>", "the same, by its old name").hideHelp())
        .option("--select <rule>", "rule such as users.* or !users.email; again for more", collect)
        .option("-d, --discover", "print the catalog: of all streams, or with -c of what the account has")
        .addOption(
          new Option("--test [mode]", "read one record of each stream, or print the schemas alone")
            .choices(["all", "schema", "disabled"])
            .preset("all"),
        ),
  });
  if (line.command !== "run") return line;
  const { config, options } = line;
  const inputs = {
    config,
    state: optionText(options["state"]),
    catalog: optionText(options["catalog"]) ?? optionText(options["properties"]),
    select: optionTexts(options["select"]),
  };
  if (options["discover"] === true) return { command: "discover", ...inputs };
  if (options["test"] === "all") return { command: "test", ...inputs };
  if (options["test"] === "schema") return { command: "schemas", ...inputs };
  return { command: "sync", ...inputs };
}
