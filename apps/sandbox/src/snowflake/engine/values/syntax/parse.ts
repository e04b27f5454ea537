import type { Token } from "../tokens.ts";
import { parseAlias } from "./alias-parser.ts";
import { parseExpression } from "./expression-parser.ts";
import { parseFactor } from "./from-parser.ts";
import { parseQuery } from "./query-parser.ts";
import { SyntaxCursor } from "./syntax-cursor.ts";
import type { Expression, FromItem, Query } from "./tree.ts";

const grammar = { expression: parseExpression, query: parseQuery };

/** Reads tokens that are one query and nothing else. */
export function queryOf(tokens: readonly Token[]): Query {
  return whole(tokens, parseQuery);
}

/** Reads tokens that are one table or query with its alias and nothing else. */
export function sourceOf(tokens: readonly Token[]): FromItem {
  return whole(tokens, parseFactor);
}

/** Reads tokens that are an expression with the name that follows it, if one does. */
export function itemOf(tokens: readonly Token[]): {
  readonly expression: Expression;
  readonly name?: string;
} {
  return whole(tokens, (cursor) => {
    const expression = parseExpression(cursor);
    const name = parseAlias(cursor);
    return { expression, ...(name !== undefined && { name }) };
  });
}

function whole<Result>(tokens: readonly Token[], read: (cursor: SyntaxCursor) => Result): Result {
  const cursor = new SyntaxCursor(tokens, grammar);
  const result = read(cursor);
  cursor.expectEnd();
  return result;
}
