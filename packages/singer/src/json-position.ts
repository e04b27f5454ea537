/** Where a text stops being JSON, both counted from 1. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
}

const space = /[ \t\r\n]*/y;
const scalar =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a JSON string must not hold them
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/**
 * Finds where a text stops being JSON. It exists because the message of `JSON.parse` quotes the text,
 * which may hold a secret. Answers the end of the text when only the rest is missing.
 *
 * @example
 * ```ts
 * jsonErrorPosition('{\n  "token": oops\n}'); // { line: 2, column: 12 }
 * ```
 */
export function jsonErrorPosition(text: string): JsonPosition {
  const before = text.slice(0, errorOffset(text));
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: before.length - lastBreak };
}

type Expected = "value" | "first" | "key" | "next";

/** Walks the text token by token with a list of what is open, so that depth costs no stack. */
function errorOffset(text: string): number {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let offset = skip(space, { text, offset: 0 });
  while (offset < text.length) {
    const token: Token | undefined = readToken(expected, { text, offset, within: open.at(-1) });
    if (token === undefined) return offset;
    offset = skip(space, { text, offset: token.end });
    if (token.opens !== undefined) open.push(token.opens);
    if (token.closes === true) open.pop();
    expected = token.then;
    if (expected === "next" && open.length === 0) return offset;
  }
  return offset;
}

interface Token {
  readonly end: number;
  readonly then: Expected;
  readonly opens?: "{" | "[";
  readonly closes?: true;
}

interface Place {
  readonly text: string;
  readonly offset: number;
}

function readToken(expected: Expected, place: Place & { within: "{" | "[" | undefined }): Token | undefined {
  const { text, offset, within } = place;
  const character = text[offset];
  const closing = within === "{" ? "}" : "]";
  if (character === closing && within !== undefined && (expected === "first" || expected === "next")) {
    return { end: offset + 1, then: "next", closes: true };
  }
  if (expected === "next") {
    if (character !== ",") return undefined;
    return { end: offset + 1, then: within === "{" ? "key" : "value" };
  }
  if (within === "{" && expected !== "value") return readKey(place);
  if (character === "{" || character === "[") return { end: offset + 1, then: "first", opens: character };
  const end = skip(scalar, place);
  return end === offset ? undefined : { end, then: "next" };
}

function readKey({ text, offset }: Place): Token | undefined {
  if (text[offset] !== '"') return undefined;
  const end = skip(scalar, { text, offset });
  const colon = skip(space, { text, offset: end });
  return end === offset || text[colon] !== ":" ? undefined : { end: colon + 1, then: "value" };
}

function skip(pattern: RegExp, { text, offset }: Place): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
