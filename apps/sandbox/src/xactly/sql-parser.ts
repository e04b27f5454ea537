import { SqlProblem, type SqlToken, tokensOf } from "./sql-tokens.ts";

/** How two values are compared. */
export type Operator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** What a row must fulfil. */
export type Condition =
  | { readonly kind: "and"; readonly parts: readonly Condition[] }
  | { readonly kind: "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "null"; readonly column: string; readonly isNull: boolean }
  | {
      readonly kind: "compare";
      readonly column: string;
      readonly operator: Operator;
      readonly value: string;
    };

/** A SELECT of the subset: one table, no functions, no aliases. */
export interface Select {
  /** `*` alone for all. */
  readonly columns: readonly string[];
  readonly schema: string | undefined;
  readonly table: string;
  readonly where: Condition | undefined;
  readonly orderBy: readonly string[];
  readonly limit: number | undefined;
}

const operators: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

/** Reads a statement. Throws {@link SqlProblem} for whatever is outside the subset. */
export function parseSelect(text: string): Select {
  const reader = new TokenReader(tokensOf(text));
  reader.expect("SELECT");
  const columns = reader.takes("*") ? ["*"] : reader.list(() => reader.name());
  reader.expect("FROM");
  const first = reader.name();
  const [schema, table] = reader.takes(".") ? [first, reader.name()] : [undefined, first];
  const where = reader.takes("WHERE") ? conditionOf(reader, "or") : undefined;
  const orderBy = reader.takes("ORDER") ? orderOf(reader) : [];
  const limit = reader.takes("LIMIT") ? reader.count() : undefined;
  reader.takes(";");
  reader.end();
  return { columns, schema, table, where, orderBy, limit };
}

function orderOf(reader: TokenReader): readonly string[] {
  reader.expect("BY");
  return reader.list(() => {
    const column = reader.name();
    reader.takes("ASC");
    return column;
  });
}

/** AND binds more tightly than OR. */
function conditionOf(reader: TokenReader, kind: "or" | "and"): Condition {
  const part = (): Condition => (kind === "or" ? conditionOf(reader, "and") : simpleCondition(reader));
  const parts = [part()];
  while (reader.takes(kind.toUpperCase())) parts.push(part());
  return { kind, parts };
}

function simpleCondition(reader: TokenReader): Condition {
  if (reader.takes("(")) {
    const inner = conditionOf(reader, "or");
    reader.expect(")");
    return inner;
  }
  const column = reader.name();
  if (reader.takes("IS")) {
    const isNull = !reader.takes("NOT");
    reader.expect("NULL");
    return { kind: "null", column, isNull };
  }
  return { kind: "compare", column, operator: reader.operator(), value: reader.value() };
}

const reserved = new Set([
  "SELECT",
  "FROM",
  "WHERE",
  "ORDER",
  "BY",
  "LIMIT",
  "AND",
  "OR",
  "IS",
  "NOT",
  "NULL",
  "ASC",
]);

/** Reads pieces of a statement one after another. */
class TokenReader {
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  /** Goes on when the next piece is this keyword or sign. */
  takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token !== undefined && token.kind !== "literal" && token.text.toUpperCase() === text;
    if (isIt) this.#at += 1;
    return isIt;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.#unexpected(text);
  }

  name(): string {
    const token = this.#tokens[this.#at];
    const text = token?.kind === "word" ? token.text : "";
    if (text === "" || reserved.has(text.toUpperCase())) throw this.#unexpected("a name");
    this.#at += 1;
    return text;
  }

  operator(): Operator {
    const text = this.#tokens[this.#at]?.text ?? "";
    if (!isOperator(text)) throw this.#unexpected("a comparison");
    this.#at += 1;
    return text;
  }

  value(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "literal" && token?.kind !== "number") throw this.#unexpected("a literal");
    this.#at += 1;
    return token.text;
  }

  count(): number {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "number" || !/^\d+$/u.test(token.text)) throw this.#unexpected("a count");
    this.#at += 1;
    return Number(token.text);
  }

  list<Item>(item: () => Item): readonly Item[] {
    const items = [item()];
    while (this.takes(",")) items.push(item());
    return items;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unexpected("the end");
  }

  #unexpected(wanted: string): SqlProblem {
    const found = this.#tokens[this.#at]?.text ?? "the end";
    return new SqlProblem(`Syntax error: expected ${wanted}, found ${found}`);
  }
}

function isOperator(text: string): text is Operator {
  return operators.has(text);
}
