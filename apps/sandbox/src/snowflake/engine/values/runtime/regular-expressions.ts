import { EngineError } from "../problem.ts";

/** How a text is searched. */
export interface PatternOptions {
  /** Letters as in REGEXP functions: `c`, `i`, `m`, `s`, `e`. */
  readonly parameters: string;
  /** Whether the whole text must match, as with RLIKE. */
  readonly whole: boolean;
}

const classes: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** Keeps patterns that were compiled: a column is searched with the same one. */
export class Patterns {
  readonly #compiled = new Map<string, RegExp>();

  /** Compiles a pattern of Snowflake's. Throws 100048 for one that is none, such as one that looks ahead or refers back. */
  of(source: string, options: PatternOptions): RegExp {
    const key = `${options.parameters}/${options.whole}/${source}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) {
      known.lastIndex = 0;
      return known;
    }
    const pattern = compiled(source, options);
    this.#compiled.set(key, pattern);
    return pattern;
  }
}

function compiled(source: string, options: PatternOptions): RegExp {
  if (/\(\?(?!:)|\\[1-9]/.test(source)) throw invalidPattern(source);
  const letters = [...options.parameters];
  const flags = ["g", "u", ...letters.filter((letter) => "ims".includes(letter))];
  const translated = translatedPattern(source);
  try {
    return new RegExp(options.whole ? `^(?:${translated})$` : translated, [...new Set(flags)].join(""));
  } catch (cause) {
    throw invalidPattern(source, cause);
  }
}

/** Writes POSIX classes and escapes of plain characters as JavaScript's patterns have them. */
function translatedPattern(source: string): string {
  return source.replace(/\[:([a-z]+):\]|\\([^A-Za-z0-9])/g, (text, name?: string, escaped?: string) => {
    if (name !== undefined) return classes[name] ?? text;
    return escapedForPattern(escaped ?? "");
  });
}

/** Writes text so that a pattern finds just it. */
export function escapedForPattern(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function invalidPattern(source: string, cause?: unknown): EngineError {
  const message = `Invalid regular expression: '${source}'`;
  return new EngineError({ code: "100048", sqlState: "2201B", message }, { cause });
}

/** Replaces an occurrence, counted from 1, or with 0 all of them. `\\1` in the replacement is what a group found. */
export function replacedMatches(
  text: string,
  pattern: RegExp,
  change: { replacement: string; position: number; occurrence: number },
): string {
  const head = text.slice(0, change.position - 1);
  let seen = 0;
  const tail = text.slice(change.position - 1).replace(pattern, (match: string, ...rest: unknown[]) => {
    seen += 1;
    if (change.occurrence !== 0 && seen !== change.occurrence) return match;
    return change.replacement.replace(/\\([0-9\\])/g, (_, group: string) =>
      group === "\\" ? group : groupOf(match, rest, Number(group)),
    );
  });
  return `${head}${tail}`;
}

function groupOf(match: string, rest: readonly unknown[], group: number): string {
  const found = group === 0 ? match : rest[group - 1];
  return typeof found === "string" ? found : "";
}
