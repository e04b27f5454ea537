import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";
import { OptionalValueCommand } from "./optional-value-command.ts";
import { addPlanOptions, type PlanOptionValues, planFlagsOf } from "./run-options.ts";

interface Values extends PlanOptionValues {
  readonly stateId?: string;
}

/** Adds `run`: jobs, and taps with their mappings and targets, one after another or several at once. */
export function addRunCommand(program: Command, context: CommandContext): void {
  const command = new OptionalValueCommand("run").copyInheritedSettings(program);
  program.addCommand(command);
  addPlanOptions(
    addGlobalOptions(command)
      .description("run jobs, and taps with their mappings and targets")
      .argument("<name...>", "a job, a tap followed by mappings and a target, or plugin:command"),
  )
    .option("--state-id <id>", "the whole state id, when it is one tap and one target that are run")
    .action(async (words: string[], values: Values, own: Command) => {
      const { runWords } = await import("../run/run-words.ts");
      const options = { ...planFlagsOf(values, context.env), stateId: values.stateId };
      await runWords(context, globalOptionsOf(own), { words, schedule: undefined, options });
    });
}
