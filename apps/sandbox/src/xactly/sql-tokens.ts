/** A statement that is none, or that asks for what is not there: 400. */
export class SqlProblem extends Error {
  override readonly name = "SqlProblem";
}

/** A piece of a statement. */
export type SqlToken =
  | { readonly kind: "word" | "sign" | "number"; readonly text: string }
  | { readonly kind: "literal"; readonly text: string };

const pattern =
  /\s+|(?<literal>'(?:[^']|'')*')|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>-?\d+(?:\.\d+)?)|(?<sign><>|<=|>=|[=<>(),.*;])/uy;

/** Cuts a statement into its pieces. Throws {@link SqlProblem} for what is none. */
export function tokensOf(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw new SqlProblem(`Syntax error at ${JSON.stringify(text.slice(at, at + 20))}`);
    const { literal, word, number, sign } = match.groups ?? {};
    if (literal !== undefined)
      tokens.push({ kind: "literal", text: literal.slice(1, -1).replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    at = pattern.lastIndex;
  }
  return tokens;
}
