import { isObject } from "@chorale/singer";

/** A value whose variables were filled in. */
export interface Expansion {
  readonly value: unknown;
  /** The variables that it named, each once. */
  readonly variables: readonly string[];
  /** Those of them that nothing sets. */
  readonly unset: readonly string[];
}

/** `${name}`, or `$NAME` in capitals; a backslash keeps the dollar. */
const reference = /\\?\$(?:\{(\w+)\}|([A-Z][A-Z0-9_]*))/g;

/**
 * Fills in `$VAR` and `${var}` in every text of a value, within maps and lists, as Meltano does: nothing in keys,
 * `$lower` stays, `\$VAR` becomes `$VAR`, what was filled in is not looked through again. A variable that nothing
 * sets counts as empty and is answered in `unset`; a text that names variables and comes out empty is null.
 *
 * @example
 * ```ts
 * expand("$HOME/x", (name) => env[name]); // { value: "/home/ann/x", variables: ["HOME"], unset: [] }
 * ```
 */
export function expand(value: unknown, lookUp: (name: string) => string | undefined): Expansion {
  const variables = new Set<string>();
  const unset = new Set<string>();
  const fill = (name: string): string => {
    variables.add(name);
    const found = lookUp(name);
    if (found === undefined) unset.add(name);
    return found ?? "";
  };
  return { value: expandValue(value, fill), variables: [...variables], unset: [...unset] };
}

/** Answers the variables that a value names, each once. */
export function variablesOf(value: unknown): readonly string[] {
  return expand(value, () => "").variables;
}

function expandValue(value: unknown, fill: (name: string) => string): unknown {
  if (typeof value === "string") return expandText(value, fill);
  if (Array.isArray(value)) return value.map((item) => expandValue(item, fill));
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandValue(item, fill)]));
}

function expandText(text: string, fill: (name: string) => string): string | null {
  let isFilled = false;
  const expanded = text.replaceAll(
    reference,
    (match, braced: string | undefined, bare: string | undefined) => {
      if (match.startsWith("\\")) return match.slice(1);
      isFilled = true;
      return fill(braced ?? bare ?? "");
    },
  );
  return isFilled && expanded === "" ? null : expanded;
}
