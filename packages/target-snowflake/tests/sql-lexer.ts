/** A piece of a statement: what Snowflake takes for one name, one text, or one symbol. */
export interface Piece {
  readonly kind: "name" | "text" | "word" | "number" | "stage" | "symbol";
  /** Without quotes and escapes. */
  readonly value: string;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/**
 * Cuts a statement as Snowflake would, by its documented rules alone: `"` is doubled within names; texts know
 * backslashes, and end at a lone `'`; `--`, `//`, a block comment and `$$` are what an injected text would begin with.
 * Throws for what does not end, and for any of those.
 */
export function piecesOf(sql: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < sql.length; ) {
    const { piece, end } = pieceAt(sql, at);
    if (piece !== undefined) pieces.push(piece);
    at = end;
  }
  return pieces;
}

function pieceAt(sql: string, at: number): { piece?: Piece; end: number } {
  const rest = sql.slice(at);
  if (/^(--|\/\/|\/\*|\$\$|\0)/.test(rest)) throw new Error(`injected: ${JSON.stringify(rest.slice(0, 20))}`);
  const blank = /^\s+/.exec(rest);
  if (blank !== null) return { end: at + blank[0].length };
  if (rest.startsWith("'")) return textAt(sql, at);
  const name = /^"((?:[^"]|"")*)"/.exec(rest);
  if (name !== null)
    return { piece: { kind: "name", value: unquoted(name[1] ?? "") }, end: at + name[0].length };
  if (rest.startsWith('"')) throw new Error("a name does not end");
  const stage = /^@(?:~|"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*)(?:\/[A-Za-z0-9_./-]*)?/.exec(rest);
  if (stage !== null) return { piece: { kind: "stage", value: stage[0] }, end: at + stage[0].length };
  const word = /^(?:[A-Za-z_][A-Za-z0-9_$]*|\$[0-9]+)/.exec(rest);
  if (word !== null)
    return { piece: { kind: "word", value: word[0].toUpperCase() }, end: at + word[0].length };
  const number = /^[0-9]+(?:\.[0-9]+)?(?:e[0-9]+)?/.exec(rest);
  if (number !== null) return { piece: { kind: "number", value: number[0] }, end: at + number[0].length };
  return { piece: { kind: "symbol", value: rest.charAt(0) }, end: at + 1 };
}

function textAt(sql: string, start: number): { piece: Piece; end: number } {
  let value = "";
  for (let at = start + 1; at < sql.length; at += 1) {
    const character = sql.charAt(at);
    if (character === "\\") {
      const code = /^\\u([0-9a-f]{4})/.exec(sql.slice(at));
      const next = sql.charAt(at + 1);
      value +=
        code === null ? (escapes[next] ?? next) : String.fromCharCode(Number.parseInt(code[1] ?? "", 16));
      at += code === null ? 1 : 5;
    } else if (character !== "'") {
      value += character;
    } else if (sql.charAt(at + 1) === "'") {
      value += "'";
      at += 1;
    } else {
      return { piece: { kind: "text", value }, end: at + 1 };
    }
  }
  throw new Error("a text does not end");
}

function unquoted(inner: string): string {
  return inner.replaceAll('""', '"');
}
