import { type CommandLine, optionText, parseArguments } from "@chorale/singer/cli";

/** What a target's command line asks for. */
export type TargetCommandLine =
  | Exclude<CommandLine, { readonly command: "run" }>
  | { readonly command: "print-state"; readonly config: readonly string[] }
  | { readonly command: "run"; readonly config: readonly string[]; readonly input: string | undefined };

/**
 * Reads the arguments of a target's command. Throws `ConnectorError` of exit code 64 for an option that does
 * not exist, one without its value, and an argument too many.
 */
export async function parseCommandLine(
  target: { readonly name: string; readonly description: string },
  argv: readonly string[],
): Promise<TargetCommandLine> {
  const line = await parseArguments(argv, {
    name: target.name,
    description: `${target.description}\n\nReads Singer messages from stdin and writes the state that is due to stdout.`,
    addOptions: (program) =>
      program
        .option("--input <path>", "a file of messages to read instead of stdin")
        .option("--print-state", "print the state that is committed under state_id"),
  });
  if (line.command !== "run") return line;
  const { config, options } = line;
  if (options["printState"] === true) return { command: "print-state", config };
  return { command: "run", config, input: optionText(options["input"]) };
}
