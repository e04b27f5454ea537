import { type Command, Option } from "commander";
import type { ResolvedPlugin, ResolvedSetting } from "../settings/resolved.ts";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";
import type { OpenProject } from "./open-project.ts";

interface PrintFlags {
  readonly format: "json" | "env";
  readonly extras: boolean;
  readonly unsafe: boolean;
}

/** Adds `config`: it explains, prints and lists what plugins are configured with. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const config = program
    .command("config")
    .description("explain, print or list what a plugin is configured with");
  addGlobalOptions(config.command("explain"))
    .description("say why a setting has its value: every place that is looked at, and which won")
    .argument("<plugin>", "a plugin of the project")
    .argument("<setting>", "a setting, with dots between its levels; an extra such as select")
    .action(async (plugin: string, setting: string, _flags: object, command: Command) => {
      await explain(context, { plugin, setting, command });
    });
  addGlobalOptions(config.command("print"))
    .description("print the configuration that a plugin is run with")
    .argument("<plugin>", "a plugin of the project")
    .addOption(new Option("--format <format>", "how it is printed").choices(["json", "env"]).default("json"))
    .option("--extras", "print what stands beside config, such as select, too", false)
    .option("--unsafe", "show secrets", false)
    .option("--safe", "hide secrets (default)")
    .action(async (plugin: string, flags: PrintFlags, command: Command) => {
      await print(context, { plugin, flags, command });
    });
  addGlobalOptions(config.command("list"))
    .description(
      "list a plugin's settings with their values, where those come from, and the variables that set them",
    )
    .argument("<plugin>", "a plugin of the project")
    .option("--extras", "list what stands beside config, such as select, too", false)
    .action(async (plugin: string, { extras }: { extras: boolean }, command: Command) => {
      const { resolved } = await resolve(context, { plugin, command });
      const { settingsList } = await import("../settings/print.ts");
      context.stdout(settingsList(resolved, { extras }));
      await tellProblems(context, resolved);
    });
}

interface Named {
  readonly plugin: string;
  readonly command: Command;
}

async function resolve(
  context: CommandContext,
  { plugin: name, command }: Named,
): Promise<OpenProject & { resolved: ResolvedPlugin }> {
  const { openProject } = await import("./open-project.ts");
  const opened = await openProject(context, globalOptionsOf(command));
  const { pluginNamed } = await import("../settings/named-plugins.ts");
  const { resolvePlugin } = await import("../settings/resolve-plugin.ts");
  return { ...opened, resolved: resolvePlugin(pluginNamed(opened.project, name), opened) };
}

async function explain(context: CommandContext, named: Named & { setting: string }): Promise<void> {
  const { resolved, project, surroundings } = await resolve(context, named);
  const { settingsNamed } = await import("../settings/named-plugins.ts");
  const { explainSetting } = await import("../settings/explain.ts");
  const { variablesFor } = await import("../settings/resolve-plugin.ts");
  const variables = variablesFor(resolved.plugin, { project, surroundings });
  const settings: readonly ResolvedSetting[] = settingsNamed(resolved, named.setting);
  for (const setting of settings) context.stdout(explainSetting(setting, { resolved, variables }));
  const { isAbout } = await import("../settings/named-plugins.ts");
  const problems = resolved.problems.filter((problem) =>
    settings.some((setting) => isAbout(problem, { resolved, setting })),
  );
  await tellProblems(context, { ...resolved, problems });
}

async function print(
  context: CommandContext,
  { flags, ...named }: Named & { flags: PrintFlags },
): Promise<void> {
  const { resolved } = await resolve(context, named);
  const { configAsEnv, configAsJson } = await import("../settings/print.ts");
  const print = flags.format === "env" ? configAsEnv : configAsJson;
  context.stdout(print(resolved, flags));
  await tellProblems(context, resolved);
}

/** What is wrong is told behind what was asked for, and ends the command with exit code 2. */
async function tellProblems(
  context: CommandContext,
  { problems }: Pick<ResolvedPlugin, "problems">,
): Promise<void> {
  const { problemText } = await import("../project/problems.ts");
  const { exitCodes } = await import("../exit-codes.ts");
  if (problems.length === 0) return;
  const log = await context.log();
  for (const problem of problems) {
    if (problem.severity === "error") log.error(problemText(problem));
    else log.warn(problemText(problem));
  }
  if (problems.some(({ severity }) => severity === "error")) context.end(exitCodes.usage);
}
