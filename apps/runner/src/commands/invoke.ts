import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";

/** Adds `invoke`: a plugin by itself, with its configuration, and whatever arguments it takes. */
export function addInvokeCommand(program: Command, context: CommandContext): void {
  program.enablePositionalOptions();
  addGlobalOptions(program.command("invoke"))
    .description("run a plugin by itself, with its configuration and environment")
    .argument("<plugin>", "a plugin, or plugin:command")
    .argument("[args...]", "what the plugin is given as it is")
    .passThroughOptions()
    .action(async (word: string, args: string[], _values: unknown, own: Command) => {
      const { invokePlugin } = await import("../run/invoke-plugin.ts");
      context.end(await invokePlugin(context, { word, args, globals: globalOptionsOf(own) }));
    });
}
