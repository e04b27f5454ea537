import { type Command, Option } from "commander";
import type { GlobalOptions } from "./command-context.ts";

/** Adds the options that each command has, before its name and behind it. */
export function addGlobalOptions(command: Command): Command {
  return command
    .option("-p, --project <file>", "the project file (default: chorale.yml or meltano.yml, here or above)")
    .option("-e, --environment <name>", "the environment (default: the file's default_environment)")
    .option("--no-environment", "run without an environment")
    .option(
      "--env-file <file>",
      "where $VAR finds what the environment lacks (default: .env beside the file)",
    )
    .addOption(
      new Option("--log-format <format>", "how events and logs are written").choices(["text", "json"]),
    );
}

/** Answers what the options say that {@link addGlobalOptions} added; those behind the command's name win. */
export function globalOptionsOf(command: Command): GlobalOptions {
  const options: Record<string, unknown> = {};
  for (let each: Command | null = command; each !== null; each = each.parent) {
    for (const [name, value] of Object.entries(each.opts())) {
      const isGiven = each.getOptionValueSource(name) !== "default";
      if (isGiven && options[name] === undefined) options[name] = value;
    }
  }
  const { logFormat } = options;
  return {
    project: textOf(options["project"]),
    environment: textOf(options["environment"]),
    withoutEnvironment: options["environment"] === false,
    envFile: textOf(options["envFile"]),
    logFormat: logFormat === "text" || logFormat === "json" ? logFormat : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
