/** What is between quotes, what a backslash stands before, what neither is special, and a quote without an end. */
const piece =
  /(?<space>\s+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\(?<escaped>[\s\S])|(?<open>['"])|[^\s'"\\]+|\\$/gy;

/**
 * Splits a command's arguments into words as a shell does: at spaces, but not within quotes, and with a backslash
 * before what is meant as it is. Answers undefined when a quote is never closed.
 *
 * @example
 * ```ts
 * shellWords(`run --vars '{"a": 1}'`); // ["run", "--vars", '{"a": 1}']
 * ```
 */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (const { 0: all, groups = {} } of text.matchAll(piece)) {
    const { space, single, double, escaped, open } = groups;
    if (open !== undefined) return undefined;
    if (space === undefined) {
      word = (word ?? "") + (single ?? unquoted(double) ?? escaped ?? all);
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** In double quotes a backslash is itself, but before a quote or another one. */
function unquoted(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\(["\\])/g, "$1");
}
