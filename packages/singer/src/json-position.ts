/** Where a text stops being JSON, both counted from 1. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
}

const space = /[ \t\r\n]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a JSON string must not hold them
const plainCharacters = /[^"\\\u0000-\u001f]+/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

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

type Expected = "value" | "first" | "key" | "colon" | "next";

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
    expected = token.next;
    if (expected === "next" && open.length === 0) return offset;
  }
  return offset;
}

interface Token {
  readonly end: number;
  readonly next: Expected;
  readonly opens?: "{" | "[";
  readonly closes?: true;
}

interface Place {
  readonly text: string;
  readonly offset: number;
  /** What is open around it. */
  readonly within: "{" | "[" | undefined;
}

function readToken(expected: Expected, place: Place): Token | undefined {
  const { text, offset, within } = place;
  const character = text[offset];
  const end = offset + 1;
  if (closes(expected, place)) return { end, next: "next", closes: true };
  if (expected === "colon") return character === ":" ? { end, next: "value" } : undefined;
  if (expected === "next") {
    return character === "," ? { end, next: within === "{" ? "key" : "value" } : undefined;
  }
  const isKey = within === "{" && expected !== "value";
  if (character === '"') return readString(place, isKey ? "colon" : "next");
  return isKey ? undefined : readValue(place);
}

function closes(expected: Expected, { text, offset, within }: Place): boolean {
  if (within === undefined || (expected !== "first" && expected !== "next")) return false;
  return text[offset] === (within === "{" ? "}" : "]");
}

function readValue(place: Place): Token | undefined {
  const opens = place.text[place.offset];
  if (opens === "{" || opens === "[") return { end: place.offset + 1, next: "first", opens };
  const end = skip(word, place);
  return end === place.offset ? undefined : { end, next: "next" };
}

/** In pieces: one expression for a whole string runs out of stack in a long one. */
function readString({ text, offset }: Place, next: Expected): Token | undefined {
  let end = offset + 1;
  while (text[end] !== '"') {
    const start = end;
    end = skip(escapeSequence, { text, offset: skip(plainCharacters, { text, offset: start }) });
    if (end === start) return undefined;
  }
  return { end: end + 1, next };
}

function skip(pattern: RegExp, { text, offset }: Omit<Place, "within">): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
