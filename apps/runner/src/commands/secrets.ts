import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";

interface Flags {
  readonly format: "env" | "json" | "k8s";
  readonly secretName: string;
}

/** Adds `secrets required`: it prints every variable that plugins need from outside, and never a value. */
export function addSecretsCommand(program: Command, context: CommandContext): void {
  const secrets = program.command("secrets").description("say which variables the project needs");
  addGlobalOptions(secrets.command("required"))
    .description("print every variable that plugins, jobs or schedules need, by plugin")
    .argument("[name...]", "plugins, jobs and schedules (default: all plugins)")
    .addOption(
      new Option("--format <format>", "a .env file to fill in, JSON, or the env of a container")
        .choices(["env", "json", "k8s"])
        .default("env"),
    )
    .option("--secret-name <name>", "the Kubernetes secret that has the values", secretName, "tap-secrets")
    .action(async (names: string[], flags: Flags, command: Command) => {
      const { openProject } = await import("./open-project.ts");
      const opened = await openProject(context, globalOptionsOf(command));
      const { pluginsBehind } = await import("../settings/named-plugins.ts");
      const { requiredVariables, variablesAsContainerEnv, variablesAsEnv } = await import(
        "../settings/required-variables.ts"
      );
      const plugins = requiredVariables(pluginsBehind(opened.project, names), opened);
      if (flags.format === "json") context.stdout(`${JSON.stringify({ plugins }, null, 2)}\n`);
      else if (flags.format === "k8s") context.stdout(variablesAsContainerEnv(plugins, flags.secretName));
      else context.stdout(variablesAsEnv(plugins));
    });
}

function secretName(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("It is no name of a secret: use a-z, 0-9, - and dots.");
}
