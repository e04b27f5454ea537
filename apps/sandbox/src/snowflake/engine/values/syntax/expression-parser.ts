import { parsePrimary } from "./primary-parser.ts";
import type { SyntaxCursor } from "./syntax-cursor.ts";
import type { Expression, LikeExpression } from "./tree.ts";

/** Reads an expression as far as it goes. Throws 001003 where none begins. */
export function parseExpression(cursor: SyntaxCursor): Expression {
  let left = parseConjunction(cursor);
  for (let at = cursor.peek(); cursor.takes("OR"); at = cursor.peek()) {
    left = operation(cursor, { operator: "OR", left, right: parseConjunction(cursor), at });
  }
  return left;
}

function operation(
  cursor: SyntaxCursor,
  parts: {
    operator: string;
    left: Expression;
    right: Expression;
    at: { line: number; column: number } | undefined;
  },
): Expression {
  if (parts.at === undefined) throw cursor.unexpected();
  const { operator, left, right, at } = parts;
  return { kind: "operation", operator, left, right, at: { line: at.line, column: at.column } };
}

function parseConjunction(cursor: SyntaxCursor): Expression {
  let left = parseNegation(cursor);
  for (let at = cursor.peek(); cursor.takes("AND"); at = cursor.peek()) {
    left = operation(cursor, { operator: "AND", left, right: parseNegation(cursor), at });
  }
  return left;
}

function parseNegation(cursor: SyntaxCursor): Expression {
  if (cursor.takes("NOT")) return { kind: "not", operand: parseNegation(cursor) };
  return parseComparison(cursor);
}

const comparisons = ["=", "<>", "!=", "<=", ">=", "<", ">"];

function parseComparison(cursor: SyntaxCursor): Expression {
  let left = parseConcatenation(cursor);
  for (;;) {
    const at = cursor.peek();
    const operator = comparisons.find((candidate) => cursor.takesOperator(candidate));
    if (operator !== undefined) {
      const name = operator === "!=" ? "<>" : operator;
      left = operation(cursor, { operator: name, left, right: parseConcatenation(cursor), at });
      continue;
    }
    const predicate = parsePredicate(cursor, left);
    if (predicate === undefined) return left;
    left = predicate;
  }
}

function parsePredicate(cursor: SyntaxCursor, operand: Expression): Expression | undefined {
  if (cursor.takes("IS")) return parseIs(cursor, operand);
  const isNegated =
    cursor.sees("NOT") &&
    ["IN", "BETWEEN", "LIKE", "ILIKE", "RLIKE", "REGEXP"].includes(cursor.peek(1)?.value ?? "");
  if (isNegated) cursor.takes("NOT");
  if (cursor.takes("IN")) return parseIn(cursor, { operand, isNegated });
  if (cursor.takes("BETWEEN")) {
    const low = parseConcatenation(cursor);
    cursor.expect("AND");
    return { kind: "between", operand, low, high: parseConcatenation(cursor), isNegated };
  }
  return parseLike(cursor, { operand, isNegated });
}

function parseIs(cursor: SyntaxCursor, operand: Expression): Expression {
  const isNegated = cursor.takes("NOT");
  if (cursor.takes("NULL")) return { kind: "isNull", operand, isNegated };
  const value = cursor.takesOneOf("TRUE", "FALSE");
  if (value !== undefined) return { kind: "isBoolean", operand, value: value === "TRUE", isNegated };
  cursor.expect("DISTINCT", "FROM");
  return { kind: "isDistinct", left: operand, right: parseConcatenation(cursor), isNegated };
}

function parseIn(cursor: SyntaxCursor, head: { operand: Expression; isNegated: boolean }): Expression {
  if (cursor.seesOperator("(") && ["SELECT", "WITH"].includes(cursor.peek(1)?.value ?? "")) {
    cursor.expectOperator("(");
    const query = cursor.query();
    cursor.expectOperator(")");
    return { kind: "in", ...head, values: query };
  }
  return { kind: "in", ...head, values: cursor.list(() => cursor.expression()) };
}

function parseLike(
  cursor: SyntaxCursor,
  head: { operand: Expression; isNegated: boolean },
): Expression | undefined {
  const word = cursor.takesOneOf("LIKE", "ILIKE", "RLIKE", "REGEXP");
  if (word === undefined) return undefined;
  const operator = word === "LIKE" || word === "ILIKE" ? word : "RLIKE";
  const quantifier = operator === "RLIKE" ? undefined : cursor.takesOneOf("ANY", "ALL");
  const patterns =
    quantifier === undefined ? [parseConcatenation(cursor)] : cursor.list(() => cursor.expression());
  const escapeWith = operator !== "RLIKE" && cursor.takes("ESCAPE") ? parsePrimary(cursor) : undefined;
  const like: LikeExpression = { kind: "like", operator, ...head, patterns };
  return {
    ...like,
    ...((quantifier === "ANY" || quantifier === "ALL") && { quantifier }),
    ...(escapeWith !== undefined && { escape: escapeWith }),
  };
}

function parseConcatenation(cursor: SyntaxCursor): Expression {
  return parseOperators(cursor, ["||"], () => parseSum(cursor));
}

function parseSum(cursor: SyntaxCursor): Expression {
  return parseOperators(cursor, ["+", "-"], () => parseProduct(cursor));
}

function parseProduct(cursor: SyntaxCursor): Expression {
  return parseOperators(cursor, ["*", "/", "%"], () => parseSigned(cursor));
}

function parseOperators(
  cursor: SyntaxCursor,
  operators: readonly string[],
  operand: () => Expression,
): Expression {
  let left = operand();
  for (;;) {
    const at = cursor.peek();
    const operator = operators.find((candidate) => cursor.takesOperator(candidate));
    if (operator === undefined) return left;
    left = operation(cursor, { operator, left, right: operand(), at });
  }
}

function parseSigned(cursor: SyntaxCursor): Expression {
  if (cursor.takesOperator("-")) return { kind: "minus", operand: parseSigned(cursor) };
  if (cursor.takesOperator("+")) return parseSigned(cursor);
  return parsePrimary(cursor);
}
