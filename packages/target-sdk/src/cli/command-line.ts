import { type CommandLine, optionText, parseArguments } from "@chorale/singer/cli";
import type { TargetCommandName } from "../commands.ts";

/** What a target's command line asks for. */
export type TargetCommandLine =
  | Exclude<CommandLine, { readonly command: "run" }>
  | { readonly command: "print-state"; readonly config: readonly string[] }
  | { readonly command: "check"; readonly config: readonly string[] }
  | { readonly command: "initialize"; readonly config: readonly string[] }
  | (RunArguments & { readonly command: "run" });

/** What is run, and how. */
export interface RunArguments {
  readonly config: readonly string[];
  readonly input: string | undefined;
  /** Whether the statements are printed and not run. */
  readonly isDry: boolean;
}

/** What each command's option is, and which others it cannot be used with. */
const commandOptions = {
  check: ["--check", "print what a run needs, whether it is there, and what to do about it"],
  initialize: ["--initialize", "print a script that makes what a run needs"],
  "dry-run": ["--dry-run", "print the SQL that a run would send; nothing is changed, no state is printed"],
} as const;
const optionNames = ["check", "initialize", "dryRun", "printState"];

/**
 * Reads the arguments of a target's command. Throws `ConnectorError` of exit code 64 for an option that does
 * not exist or is not offered, one without its value, two commands at once, and an argument too many.
 */
export async function parseCommandLine(
  target: {
    readonly name: string;
    readonly description: string;
    readonly commands: readonly TargetCommandName[];
  },
  argv: readonly string[],
): Promise<TargetCommandLine> {
  const line = await parseArguments(argv, {
    name: target.name,
    description: `${target.description}\n\nReads Singer messages from stdin and writes the state that is due to stdout.`,
    addOptions: (program, { Option }) => {
      program.option("--input <path>", "a file of messages to read instead of stdin");
      const printState = ["--print-state", "print the state that is committed under state_id"] as const;
      for (const [flag, text] of [printState, ...target.commands.map((name) => commandOptions[name])]) {
        const option = new Option(flag, text);
        const others = optionNames.filter((name) => name !== option.attributeName());
        program.addOption(option.conflicts(others));
      }
      return program;
    },
  });
  if (line.command !== "run") return line;
  const { config, options } = line;
  if (options["printState"] === true) return { command: "print-state", config };
  if (options["check"] === true) return { command: "check", config };
  if (options["initialize"] === true) return { command: "initialize", config };
  const isDry = options["dryRun"] === true;
  return { command: "run", config, input: optionText(options["input"]), isDry };
}
