/** A piece of SQL: what stands between double quotes or single ones, a stage, or anything else up to these. */
export interface Token {
  readonly kind: "name" | "text" | "stage" | "code";
  readonly value: string;
}

/** How a warehouse reads what may hold what comes from outside. */
interface Reading {
  readonly text: RegExp;
  readonly stage?: RegExp;
  /** What a comment, or a text of another kind, begins with: no statement of ours has any. */
  readonly forbidden: RegExp;
}

const readings: Readonly<Record<string, Reading>> = {
  DuckDB: { text: /'((?:[^']|'')*)'/y, forbidden: /--|\/\*|\$|;|\0/ },
  Snowflake: {
    text: /'((?:[^'\\]|''|\\[\s\S])*)'/y,
    stage: /@(?:~|"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*)(?:\/[A-Za-z0-9_.-]+)*\/?/y,
    forbidden: /--|\/\/|\/\*|\$\$|;|\0/,
  },
};
const quotedName = /"((?:[^"]|"")*)"/y;
const code = /[^"'@]+/y;

/** Cuts a statement into its tokens by a warehouse's own rules. Throws for what does not end, and for what hides code. */
export function tokensOf(sql: string, warehouse: string): readonly Token[] {
  const { text, stage, forbidden } = readings[warehouse] ?? { text: /$/y, forbidden: /^/ };
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const read = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      return pattern.exec(sql);
    };
    const found =
      asToken(read(quotedName), (all) => ({ kind: "name", value: (all[1] ?? "").replaceAll('""', '"') })) ??
      asToken(read(text), (all) => ({ kind: "text", value: textOf(all[1] ?? "", warehouse) })) ??
      asToken(stage === undefined ? null : read(stage), ([all]) => ({ kind: "stage", value: all })) ??
      asToken(read(code), ([all]) => ({ kind: "code", value: all }));
    if (found === undefined)
      throw new Error(`cannot be read from ${JSON.stringify(sql.slice(at, at + 40))} on`);
    if (found.token.kind === "code" && forbidden.test(found.token.value)) {
      throw new Error(`hides code: ${JSON.stringify(found.token.value)}`);
    }
    tokens.push(found.token);
    at += found.length;
  }
  return tokens;
}

function asToken(
  match: RegExpExecArray | null,
  make: (match: RegExpExecArray) => Token,
): { readonly token: Token; readonly length: number } | undefined {
  return match === null ? undefined : { token: make(match), length: match[0].length };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

function textOf(inner: string, warehouse: string): string {
  if (warehouse !== "Snowflake") return inner.replaceAll("''", "'");
  return inner.replaceAll(/''|\\([\s\S])/g, (_all, escaped: string | undefined) =>
    escaped === undefined ? "'" : (escapes[escaped] ?? escaped),
  );
}
