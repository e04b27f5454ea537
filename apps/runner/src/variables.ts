import { isObject } from "@chorale/singer";
import { runError } from "./exit-codes.ts";

/** The values that `$VAR` stands for in a project file. */
export interface Variables {
  get(name: string): string | undefined;
  /** The names that were asked for so far: a child process does not need them, its configuration has their values. */
  readonly used: ReadonlySet<string>;
}

/** Looks variables up in one source after another: the first that has a name wins. */
export function createVariables(
  ...sources: readonly Readonly<Record<string, string | undefined>>[]
): Variables {
  const used = new Set<string>();
  return {
    used,
    get(name) {
      used.add(name);
      return sources.find((source) => Object.hasOwn(source, name) && source[name] !== undefined)?.[name];
    },
  };
}

/** As Meltano has it: `${name}`, or `$NAME` in capitals; a backslash keeps the dollar. */
const reference = /\\?\$(?:\{(\w+)\}|([A-Z][A-Z0-9_]*))/g;

/**
 * Replaces `$VAR` and `${var}` in every text of a value. A name that nothing sets is an error that says
 * where: an unset credential must never become an empty one.
 *
 * @example
 * ```ts
 * expand({ path: "$HOME/x" }, { variables, where: "plugins.loaders[0].config" });
 * ```
 */
export function expand(value: unknown, options: { variables: Variables; where: string }): unknown {
  if (typeof value === "string") return expandText(value, options);
  if (Array.isArray(value)) {
    return value.map((item, index) => expand(item, { ...options, where: `${options.where}[${index}]` }));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      expand(item, { ...options, where: `${options.where}.${key}` }),
    ]),
  );
}

function expandText(text: string, { variables, where }: { variables: Variables; where: string }): string {
  return text.replaceAll(reference, (match, braced: string | undefined, bare: string | undefined) => {
    if (match.startsWith("\\")) return match.slice(1);
    const name = braced ?? bare ?? "";
    const found = variables.get(name);
    if (found !== undefined) return found;
    throw runError(
      "usage",
      `${where}: the variable ${name} is not set. Set it in the environment or in .env.`,
    );
  });
}
