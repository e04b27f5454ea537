import { Cursor } from "../../parsing/cursor.ts";
import type { TextPlace } from "../problem.ts";
import type { Token } from "../tokens.ts";
import type { Expression, Query } from "./tree.ts";

/** How the parts of a statement that hold one another are read. */
export interface Grammar {
  expression(cursor: SyntaxCursor): Expression;
  query(cursor: SyntaxCursor): Query;
}

/** A cursor that reads whole expressions and queries. */
export class SyntaxCursor extends Cursor {
  readonly #grammar: Grammar;

  constructor(tokens: readonly Token[], grammar: Grammar) {
    super(tokens);
    this.#grammar = grammar;
  }

  expression(): Expression {
    return this.#grammar.expression(this);
  }

  query(): Query {
    return this.#grammar.query(this);
  }
}

/** Answers where a token stands. */
export function place(token: Token | undefined): TextPlace {
  return { line: token?.line ?? 1, column: token?.column ?? 0 };
}
