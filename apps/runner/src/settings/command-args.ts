import { namesToChooseFrom } from "../project/near-names.ts";
import type { Problem } from "../project/place.ts";
import { expand } from "./expand.ts";
import type { ResolvedPlugin } from "./resolved.ts";
import { shellWords } from "./shell-words.ts";
import { unsetText } from "./variables.ts";

/** The words of a plugin's command, and what is wrong with them. */
export interface CommandArgs {
  readonly words: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the arguments of a plugin's command: split as a shell does, and then filled with the variables of the
 * plugin's process. A command that the plugin lacks is an error, and so is an argument that comes out empty; no
 * command has no arguments.
 */
export function commandArgs({ plugin, env }: ResolvedPlugin, name: string | undefined): CommandArgs {
  if (name === undefined) return { words: [], problems: [] };
  const command = plugin.commands.get(name);
  const problem = (message: string, suggestion: string): Problem => ({
    severity: "error",
    message: `${plugin.name}:${name}: ${message}`,
    place: command?.place ?? plugin.place,
    suggestion,
  });
  if (command === undefined) {
    const suggestion = namesToChooseFrom(name, plugin.commands.keys());
    return { words: [], problems: [problem("the plugin has no such command.", suggestion)] };
  }
  const split = shellWords(command.args);
  if (split === undefined) {
    return { words: [], problems: [problem("a quote in its arguments is never closed.", "Close it.")] };
  }
  const expanded = split.map((word) => ({
    word,
    ...expand(word, (variable) => (Object.hasOwn(env, variable) ? env[variable] : undefined)),
  }));
  const problems = expanded.flatMap(({ word, value, unset }) => {
    if (unset.length > 0) return [problem(unsetText(unset), "Set it in the environment or in .env.")];
    return value === null
      ? [problem(`the argument ${word} is empty.`, "Set the variable to something.")]
      : [];
  });
  return { words: expanded.map(({ value }) => String(value ?? "")), problems };
}
