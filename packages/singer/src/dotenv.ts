import { ConfigError } from "./errors.ts";

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/;
const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * Reads the text of a `.env` file: `KEY=value` a line, `export` in front allowed, comments behind `#`.
 * Values in single quotes are taken as they are, in double quotes with `\n`, `\"` and the like; both may
 * span lines. Nothing is expanded. Lines that assign nothing are passed over; the last value of a key counts.
 *
 * Throws {@link ConfigError} for a quote that is never closed.
 *
 * @example
 * ```ts
 * parseDotenv('export TAP_ZENDESK_EMAIL="a@b.c" # mine'); // Map { "TAP_ZENDESK_EMAIL" => "a@b.c" }
 * ```
 */
export function parseDotenv(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let rest = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  let line = 1;
  while (rest !== "") {
    const match = assignment.exec(rest);
    const from = match?.[0].length ?? 0;
    const [value, end] = match === null ? ["", lineEnd(rest)] : readValue(rest, { from, line });
    if (match?.[1] !== undefined) values.set(match[1], value);
    const next = rest.indexOf("\n", end);
    const taken = next === -1 ? rest : rest.slice(0, next + 1);
    line += taken.split("\n").length - 1;
    rest = rest.slice(taken.length);
  }
  return values;
}

function lineEnd(text: string): number {
  const end = text.indexOf("\n");
  return end === -1 ? text.length : end;
}

/** Answers the value that begins at `from`, and where it ends. */
function readValue(text: string, { from, line }: { from: number; line: number }): [string, number] {
  const quote = text[from];
  if (quote !== "'" && quote !== '"') {
    const end = from + lineEnd(text.slice(from));
    const raw = text.slice(from, end);
    return [raw.startsWith("#") ? "" : raw.replace(/[ \t]#.*$/, "").trim(), end];
  }
  const pattern = quote === "'" ? /'([^']*)'/y : /"((?:[^"\\]|\\.)*)"/sy;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) {
    throw new ConfigError(`.env: the quote in line ${line} is never closed. Close it.`);
  }
  const inner = match[1] ?? "";
  return [quote === "'" ? inner : unescaped(inner), pattern.lastIndex];
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (all, character: string) => {
    const known = escapes.get(character);
    if (known !== undefined) return known;
    return /["\\$'`]/.test(character) ? character : all;
  });
}
