import { parseAlias } from "./alias-parser.ts";
import { parseOrder } from "./call-parser.ts";
import { parseFrom, parseValues } from "./from-parser.ts";
import { place, type SyntaxCursor } from "./syntax-cursor.ts";
import type { Query, QueryBody, Select, SelectItem } from "./tree.ts";

/** Reads a query as far as it goes. Throws 001003 where none begins. */
export function parseQuery(cursor: SyntaxCursor): Query {
  const common = cursor.takes("WITH") ? parseCommon(cursor) : [];
  const body = parseBody(cursor);
  const orderBy = cursor.takes("ORDER", "BY") ? parseOrder(cursor) : [];
  const limit = cursor.takes("LIMIT") ? cursor.expression() : undefined;
  const offset = cursor.takes("OFFSET") ? cursor.expression() : undefined;
  const query: Query = { with: common, body, orderBy };
  return { ...query, ...(limit !== undefined && { limit }), ...(offset !== undefined && { offset }) };
}

function parseCommon(cursor: SyntaxCursor): Query["with"] {
  const common: Query["with"][number][] = [];
  do {
    const name = cursor.name();
    const columns = cursor.seesOperator("(") ? cursor.list(() => cursor.name()) : [];
    cursor.expect("AS");
    cursor.expectOperator("(");
    const query = cursor.query();
    cursor.expectOperator(")");
    common.push({ name, columns, query });
  } while (cursor.takesOperator(","));
  return common;
}

function parseBody(cursor: SyntaxCursor): QueryBody {
  let left = parseOperand(cursor);
  for (;;) {
    const word = cursor.takesOneOf("UNION", "INTERSECT", "EXCEPT", "MINUS");
    if (word === undefined) return left;
    const name = word === "MINUS" ? "EXCEPT" : word;
    const operator = word === "UNION" && cursor.takes("ALL") ? "UNION ALL" : name;
    left = { kind: "set", operator, left, right: parseOperand(cursor) };
  }
}

function parseOperand(cursor: SyntaxCursor): QueryBody {
  if (cursor.takesOperator("(")) {
    const query = cursor.query();
    cursor.expectOperator(")");
    return { kind: "nested", query };
  }
  if (cursor.takes("VALUES")) return parseValues(cursor);
  cursor.expect("SELECT");
  return parseSelect(cursor);
}

function parseSelect(cursor: SyntaxCursor): Select {
  const isDistinct = cursor.takes("DISTINCT");
  if (!isDistinct) cursor.takes("ALL");
  const items = [parseItem(cursor)];
  while (cursor.takesOperator(",")) items.push(parseItem(cursor));
  const from = cursor.takes("FROM") ? parseFrom(cursor) : undefined;
  const where = cursor.takes("WHERE") ? cursor.expression() : undefined;
  const groupBy = cursor.takes("GROUP", "BY") ? parseGroups(cursor) : [];
  const having = cursor.takes("HAVING") ? cursor.expression() : undefined;
  const qualify = cursor.takes("QUALIFY") ? cursor.expression() : undefined;
  const select: Select = { kind: "select", isDistinct, items, groupBy };
  return {
    ...select,
    ...(from !== undefined && { from }),
    ...(where !== undefined && { where }),
    ...(having !== undefined && { having }),
    ...(qualify !== undefined && { qualify }),
  };
}

function parseGroups(cursor: SyntaxCursor): Select["groupBy"] {
  if (cursor.takes("ALL")) return "ALL";
  const groups = [cursor.expression()];
  while (cursor.takesOperator(",")) groups.push(cursor.expression());
  return groups;
}

function parseItem(cursor: SyntaxCursor): SelectItem {
  const star = parseStar(cursor);
  if (star !== undefined) return star;
  const first = cursor.peek();
  const expression = cursor.expression();
  const last = cursor.peek();
  const alias = parseAlias(cursor);
  const source = cursor.tokens.filter(
    (token) => token.start >= (first?.start ?? 0) && token.start < (last?.start ?? Number.POSITIVE_INFINITY),
  );
  if (alias !== undefined) return { kind: "expression", expression, name: alias, isNamed: true };
  const column = expression.kind === "column" ? expression.parts.at(-1) : undefined;
  return {
    kind: "expression",
    expression,
    name: column ?? sourceName(source),
    isNamed: column !== undefined,
  };
}

/** A column without a name is called by its expression, in capitals. */
export function sourceName(
  tokens: readonly { readonly text: string; readonly start: number; readonly end: number }[],
): string {
  return tokens
    .map((token, index) => `${(tokens[index - 1]?.end ?? token.start) < token.start ? " " : ""}${token.text}`)
    .join("")
    .toUpperCase();
}

function parseStar(cursor: SyntaxCursor): SelectItem | undefined {
  const at = place(cursor.peek());
  let length = 0;
  while (cursor.seesOperator(".", length + 1)) length += 2;
  const star = cursor.peek(length);
  if (star?.kind !== "operator" || star.text !== "*") return undefined;
  const parts: string[] = [];
  for (let count = 0; count < length; count += 2) {
    parts.push(cursor.name());
    cursor.expectOperator(".");
  }
  cursor.expectOperator("*");
  const excluded = cursor.takes("EXCLUDE") ? excludedNames(cursor) : [];
  return { kind: "star", parts, excluded, at };
}

function excludedNames(cursor: SyntaxCursor): readonly string[] {
  return cursor.seesOperator("(") ? cursor.list(() => cursor.name()) : [cursor.name()];
}
