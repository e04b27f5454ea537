import { type TextPlace, unterminated } from "./problem.ts";

interface ScannedText {
  readonly end: number;
  readonly value: string;
}

const singleEscapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads a text in single quotes: quotes doubled, and Snowflake's escapes by backslash. */
export function singleQuoted(sql: string, start: number, place: TextPlace): ScannedText {
  const piece = /[^'\\]+|''|\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[0-7]{1,3}|[\s\S])/y;
  let value = "";
  let at = start + 1;
  for (;;) {
    piece.lastIndex = at;
    const found = piece.exec(sql)?.[0];
    if (found === undefined) break;
    at += found.length;
    value += unescaped(found);
  }
  if (sql.charAt(at) !== "'") throw unterminated(place);
  return { end: at + 1, value };
}

function unescaped(piece: string): string {
  if (piece === "''") return "'";
  if (!piece.startsWith("\\")) return piece;
  const escaped = piece.slice(1);
  if (/^[xu][0-9A-Fa-f]{2,4}$/.test(escaped))
    return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  if (/^[0-7]+$/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
  return singleEscapes[escaped] ?? escaped;
}

/** Reads a name in double quotes, where `""` stands for one. */
export function quotedName(sql: string, start: number, place: TextPlace): ScannedText {
  const name = /"((?:[^"]|"")*)"/y;
  name.lastIndex = start;
  const found = name.exec(sql);
  const value = found?.[1]?.replaceAll('""', '"');
  if (value === undefined || value === "") throw unterminated(place);
  return { end: name.lastIndex, value };
}

/** Reads a text between `$$` and `$$`, which has no escapes. */
export function dollarText(sql: string, start: number, place: TextPlace): ScannedText {
  const end = sql.indexOf("$$", start + 2);
  if (end < 0) throw unterminated(place);
  return { end: end + 2, value: sql.slice(start + 2, end) };
}

/** Answers where the number that begins at `start` ends. */
export function scanNumber(sql: string, start: number): number {
  const number = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
  number.lastIndex = start;
  return start + (number.exec(sql)?.[0].length ?? 0);
}
