/** What one character of a text must be; `undefined` stands for `*`. */
type Token = ((character: string) => boolean) | undefined;

/**
 * Makes a test of a text against a pattern of Unix file names, as Python's fnmatch has them: `*` any
 * text, `?` one character, `[abc]` and `[a-z]` one of these, `[!abc]` none of these; everything else is
 * itself. The whole text must match, case counts and `*` also covers dots. The time is bounded by the
 * product of both lengths, whatever the pattern.
 *
 * @example
 * ```ts
 * globMatcher("ticket_*")("ticket_audits"); // true
 * ```
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const tokens = tokensOf([...pattern]);
  return (text) => matches(tokens, [...text]);
}

function tokensOf(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < pattern.length) {
    const character = pattern[index] ?? "";
    const end = character === "[" ? closingBracket(pattern, index) : -1;
    if (end !== -1) tokens.push(oneOfSet(pattern.slice(index + 1, end)));
    else if (character === "*") tokens.push(undefined);
    else if (character === "?") tokens.push(() => true);
    else tokens.push((other) => other === character);
    index = end === -1 ? index + 1 : end + 1;
  }
  return tokens;
}

/** A bracket that stands first in its set is a member; a set that never closes is a plain bracket. */
function closingBracket(pattern: readonly string[], open: number): number {
  const first = pattern[open + 1] === "!" ? open + 2 : open + 1;
  return pattern.indexOf("]", first + 1);
}

function oneOfSet(members: readonly string[]): (character: string) => boolean {
  const negated = members[0] === "!";
  const ranges: (readonly [string, string])[] = [];
  const set = negated ? members.slice(1) : members;
  for (let index = 0; index < set.length; index += 1) {
    const from = set[index] ?? "";
    const to = set[index + 1] === "-" ? set[index + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) index += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}

/** Greedy, with the last star as the only place to go back to: nothing is ever tried twice from an earlier one. */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length; ) {
    const test = tokens[token];
    if (token < tokens.length && test === undefined) {
      star = token;
      resume = index;
      token += 1;
    } else if (test?.(text[index] ?? "") === true) {
      token += 1;
      index += 1;
    } else if (star === -1) {
      return false;
    } else {
      resume += 1;
      index = resume;
      token = star + 1;
    }
  }
  return tokens.slice(token).every((rest) => rest === undefined);
}
