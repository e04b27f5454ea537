import { syntaxErrorAt, type TextPlace, unterminated } from "./problem.ts";
import { dollarText, quotedName, scanNumber, singleQuoted } from "./token-texts.ts";

/** The smallest piece of a statement. */
export interface Token extends TextPlace {
  readonly kind: "word" | "quoted" | "string" | "number" | "operator" | "variable" | "bind" | "stage";
  /** As it was written. */
  readonly text: string;
  /** A word in capitals; a quoted name and a text without their quotes and escapes; a bind as `:1`; else as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

interface Scanned {
  readonly kind: Token["kind"];
  readonly end: number;
  readonly value?: string;
}

const operators = ["::", "||", "<=", ">=", "<>", "!=", "=>", ":=", "->"];
const singleOperators = "()[]{},.;:+-*/%=<>|!";

/**
 * Cuts a statement into its tokens, without comments.
 *
 * Throws 001003 for a text, a quoted name or a comment that does not end, and for characters that Snowflake has
 * no use for.
 */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let binds = 0;
  const lines = new LineCounter(sql);
  for (let at = skipBlank(sql, 0, lines); at < sql.length; ) {
    const place = lines.placeOf(at);
    const scanned = scan(sql, at, place);
    const text = sql.slice(at, scanned.end);
    if (text === "?") binds += 1;
    const value = text === "?" ? `:${binds}` : (scanned.value ?? text);
    tokens.push({ kind: scanned.kind, text, value, start: at, end: scanned.end, ...place });
    at = skipBlank(sql, scanned.end, lines);
  }
  return tokens;
}

/** Answers the lines of places that are asked for in their order. */
class LineCounter {
  readonly #sql: string;
  #line = 1;
  #lineStart = 0;

  constructor(sql: string) {
    this.#sql = sql;
  }

  placeOf(at: number): TextPlace {
    for (;;) {
      const next = this.#sql.indexOf("\n", this.#lineStart);
      if (next < 0 || next >= at) return { line: this.#line, column: at - this.#lineStart };
      this.#line += 1;
      this.#lineStart = next + 1;
    }
  }
}

function skipBlank(sql: string, from: number, lines: LineCounter): number {
  const blank = /\s+|--[^\n]*|\/\/[^\n]*|\/\*/y;
  let at = from;
  for (;;) {
    blank.lastIndex = at;
    const found = blank.exec(sql)?.[0];
    if (found === undefined) return at;
    at += found.length;
    if (found !== "/*") continue;
    const end = sql.indexOf("*/", at);
    if (end < 0) throw unterminated(lines.placeOf(sql.length));
    at = end + 2;
  }
}

function scan(sql: string, at: number, place: TextPlace): Scanned {
  const first = sql.charAt(at);
  if (first === "'") return { kind: "string", ...singleQuoted(sql, at, place) };
  if (first === '"') return { kind: "quoted", ...quotedName(sql, at, place) };
  if (/[A-Za-z_]/.test(first)) return scanWord(sql, at);
  if (/[0-9]|\.[0-9]/.test(sql.slice(at, at + 2)) && /[0-9.]/.test(first)) {
    return { kind: "number", end: scanNumber(sql, at) };
  }
  if (first === "$") return scanDollar(sql, at, place);
  if (first === "?") return { kind: "bind", end: at + 1 };
  if (first === "@") return scanStage(sql, at, place);
  return scanOperator(sql, at, place);
}

function scanWord(sql: string, at: number): Scanned {
  const end = matchEnd(/[A-Za-z_][A-Za-z0-9_$]*/y, sql, at);
  return { kind: "word", end, value: sql.slice(at, end).toUpperCase() };
}

function scanDollar(sql: string, at: number, place: TextPlace): Scanned {
  if (sql.startsWith("$$", at)) return { kind: "string", ...dollarText(sql, at, place) };
  const end = matchEnd(/\$(?:[0-9]+|[A-Za-z_][A-Za-z0-9_$]*)/y, sql, at);
  if (end === at) throw syntaxErrorAt(place, "$");
  return { kind: "variable", end, value: sql.slice(at, end).toUpperCase() };
}

function scanStage(sql: string, at: number, place: TextPlace): Scanned {
  const name = '(?:"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*)';
  const stage = new RegExp(`@(?:~|(?:${name}\\.){0,2}(?:%${name}|${name})|)(?:/[^\\s,;()'"]*)?`, "y");
  const end = matchEnd(stage, sql, at);
  if (end === at + 1) throw syntaxErrorAt(place, "@");
  return { kind: "stage", end };
}

function scanOperator(sql: string, at: number, place: TextPlace): Scanned {
  const bind = matchEnd(/:[0-9]+/y, sql, at);
  if (bind > at) return { kind: "bind", end: bind };
  const long = operators.find((operator) => sql.startsWith(operator, at));
  if (long !== undefined) return { kind: "operator", end: at + long.length };
  const first = sql.charAt(at);
  if (singleOperators.includes(first)) return { kind: "operator", end: at + 1 };
  throw syntaxErrorAt(place, String.fromCodePoint(sql.codePointAt(at) ?? 0));
}

function matchEnd(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(sql)?.[0].length ?? 0);
}
