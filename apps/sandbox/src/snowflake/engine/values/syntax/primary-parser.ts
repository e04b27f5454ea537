import { syntaxError } from "../problem.ts";
import type { Token } from "../tokens.ts";
import { parseCall } from "./call-parser.ts";
import { place, type SyntaxCursor } from "./syntax-cursor.ts";
import type { CaseExpression, Expression, PathStep } from "./tree.ts";

/** Reads an operand, with the paths and casts behind it. */
export function parsePrimary(cursor: SyntaxCursor): Expression {
  let operand = parseAtom(cursor);
  for (;;) {
    const at = place(cursor.peek());
    if (cursor.takesOperator("::")) operand = { kind: "cast", operand, type: cursor.type(), isTry: false };
    else if (cursor.seesOperator(":") || cursor.seesOperator("[")) {
      operand = { kind: "path", base: operand, steps: parsePath(cursor), at };
    } else return operand;
  }
}

function parsePath(cursor: SyntaxCursor): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    if (cursor.takesOperator(":") || (steps.length > 0 && cursor.takesOperator(".")))
      steps.push({ key: pathKey(cursor) });
    else if (cursor.takesOperator("[")) {
      steps.push({ index: cursor.expression() });
      cursor.expectOperator("]");
    } else return steps;
  }
}

/** A key is exact also where it is not quoted. */
function pathKey(cursor: SyntaxCursor): string {
  const token = cursor.next();
  if (token.kind === "quoted") return token.value;
  if (token.kind === "word") return token.text;
  throw syntaxError(token);
}

function parseAtom(cursor: SyntaxCursor): Expression {
  const token = cursor.peek();
  if (token === undefined) throw syntaxError(undefined);
  switch (token.kind) {
    case "string":
      cursor.next();
      return { kind: "text", value: token.value };
    case "number":
      cursor.next();
      return { kind: "number", text: token.text };
    case "bind":
      cursor.next();
      return { kind: "bind", index: Number(token.value.slice(1)) - 1, at: place(token) };
    case "variable":
      cursor.next();
      return variable(token, []);
    case "quoted":
    case "word":
      return parseWord(cursor, token);
    default:
      return parseParentheses(cursor);
  }
}

function variable(token: Token, parts: readonly string[]): Expression {
  const name = token.value.slice(1);
  const at = place(token);
  return /^[0-9]+$/.test(name)
    ? { kind: "position", index: Number(name) - 1, parts, at }
    : { kind: "variable", name, at };
}

function parseParentheses(cursor: SyntaxCursor): Expression {
  if (cursor.seesOperator("(") && ["SELECT", "WITH"].includes(cursor.peek(1)?.value ?? "")) {
    cursor.expectOperator("(");
    const query = cursor.query();
    cursor.expectOperator(")");
    return { kind: "subquery", query };
  }
  const items = cursor.list(() => cursor.expression());
  const [only, ...others] = items;
  return only !== undefined && others.length === 0 ? only : { kind: "tuple", items };
}

function parseWord(cursor: SyntaxCursor, token: Token): Expression {
  if (token.kind === "word") {
    const known = parseKeyword(cursor, token);
    if (known !== undefined) return known;
    if (cursor.seesOperator("(", 1)) return parseCall(cursor);
  }
  const at = place(token);
  const parts = [cursor.name()];
  while (cursor.seesOperator(".")) {
    const after = cursor.peek(1);
    cursor.expectOperator(".");
    if (after?.kind === "variable") return variable(cursor.next(), parts);
    parts.push(cursor.name());
  }
  return { kind: "column", parts, at };
}

/** Functions that are called without parentheses too. */
const bareFunctions = new Set([
  "CURRENT_TIMESTAMP",
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_USER",
  "LOCALTIMESTAMP",
  "LOCALTIME",
]);

function parseKeyword(cursor: SyntaxCursor, token: Token): Expression | undefined {
  switch (token.value) {
    case "NULL":
      cursor.next();
      return { kind: "null" };
    case "TRUE":
    case "FALSE":
      cursor.next();
      return { kind: "boolean", value: token.value === "TRUE" };
    case "CASE":
      cursor.next();
      return parseCase(cursor);
    case "EXISTS":
      cursor.next();
      return parseExists(cursor);
    case "CAST":
    case "TRY_CAST":
      cursor.next();
      return parseCast(cursor, { isTry: token.value === "TRY_CAST" });
    default:
      return parseLiteralWord(cursor, token);
  }
}

/** A date or a timestamp as a literal, and functions without parentheses. */
function parseLiteralWord(cursor: SyntaxCursor, token: Token): Expression | undefined {
  if (token.value === "INTERVAL" && cursor.peek(1)?.kind === "string") {
    cursor.next();
    return { kind: "interval", value: cursor.text(), at: place(token) };
  }
  const isTyped = ["DATE", "TIME", "TIMESTAMP"].includes(token.value) && cursor.peek(1)?.kind === "string";
  if (isTyped) {
    const type = cursor.type();
    return { kind: "cast", operand: { kind: "text", value: cursor.text() }, type, isTry: false };
  }
  if (!bareFunctions.has(token.value) || cursor.seesOperator("(", 1)) return undefined;
  cursor.next();
  return { kind: "call", name: token.value, args: [], at: place(token), isStar: false, isDistinct: false };
}

function parseCast(cursor: SyntaxCursor, { isTry }: { isTry: boolean }): Expression {
  cursor.expectOperator("(");
  const operand = cursor.expression();
  cursor.expect("AS");
  const type = cursor.type();
  cursor.expectOperator(")");
  return { kind: "cast", operand, type, isTry };
}

function parseExists(cursor: SyntaxCursor): Expression {
  cursor.expectOperator("(");
  const query = cursor.query();
  cursor.expectOperator(")");
  return { kind: "exists", query };
}

function parseCase(cursor: SyntaxCursor): Expression {
  const operand = cursor.sees("WHEN") ? undefined : cursor.expression();
  const branches: { condition: Expression; result: Expression }[] = [];
  while (cursor.takes("WHEN")) {
    const condition = cursor.expression();
    cursor.expect("THEN");
    branches.push({ condition, result: cursor.expression() });
  }
  if (branches.length === 0) throw cursor.unexpected();
  const otherwise = cursor.takes("ELSE") ? cursor.expression() : undefined;
  cursor.expect("END");
  const base: CaseExpression = { kind: "case", branches };
  return {
    ...base,
    ...(operand !== undefined && { operand }),
    ...(otherwise !== undefined && { otherwise }),
  };
}
