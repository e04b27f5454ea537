import { unsupportedFeature } from "../problem.ts";
import { parseAlias } from "./alias-parser.ts";
import type { SyntaxCursor } from "./syntax-cursor.ts";
import type { Alias, Expression, FromItem, QueryBody } from "./tree.ts";

/** Reads what follows FROM: tables, queries, stages, and how they join. */
export function parseFrom(cursor: SyntaxCursor): FromItem {
  let left = parseJoins(cursor);
  while (cursor.takesOperator(",")) {
    left = { kind: "join", join: "CROSS", left, right: parseJoins(cursor) };
  }
  return left;
}

function parseJoins(cursor: SyntaxCursor): FromItem {
  let left = parseFactor(cursor);
  for (;;) {
    const join = joinKind(cursor);
    if (join === undefined) return left;
    left = parseJoin(cursor, left, join);
  }
}

type JoinKind = "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";

function joinKind(cursor: SyntaxCursor): JoinKind | undefined {
  if (cursor.takes("JOIN")) return "INNER";
  for (const kind of ["INNER", "LEFT", "RIGHT", "FULL", "CROSS"] as const) {
    if (!cursor.takes(kind)) continue;
    if (kind !== "INNER" && kind !== "CROSS") cursor.takes("OUTER");
    cursor.expect("JOIN");
    return kind;
  }
  return undefined;
}

function parseJoin(cursor: SyntaxCursor, left: FromItem, join: JoinKind): FromItem {
  const right = parseFactor(cursor);
  const item = { kind: "join", join, left, right } as const;
  if (join === "CROSS") return item;
  if (cursor.takes("ON")) return { ...item, on: cursor.expression() };
  if (cursor.takes("USING")) return { ...item, using: cursor.list(() => cursor.name()) };
  if (join === "INNER") return { ...item, join: "CROSS" };
  throw cursor.unexpected();
}

/** Reads one table, query or stage with its alias. */
export function parseFactor(cursor: SyntaxCursor): FromItem {
  const token = cursor.peek();
  if (token?.kind === "stage" || (token?.kind === "string" && token.value.startsWith("@"))) {
    cursor.next();
    const options = cursor.seesOperator("(") ? cursor.parenthesised() : [];
    return { kind: "stage", stage: token, options, ...aliasOf(cursor) };
  }
  if (cursor.seesOperator("(")) return parseNested(cursor);
  if (cursor.takes("VALUES")) {
    const query = { with: [], body: parseValues(cursor), orderBy: [] };
    return { kind: "query", query, ...aliasOf(cursor) };
  }
  if (cursor.sees("TABLE") && cursor.seesOperator("(", 1)) return parseTableFunction(cursor);
  return { kind: "table", parts: cursor.dottedName(), ...aliasOf(cursor) };
}

function parseNested(cursor: SyntaxCursor): FromItem {
  cursor.expectOperator("(");
  const isQuery =
    cursor.sees("SELECT") || cursor.sees("WITH") || cursor.sees("VALUES") || cursor.seesOperator("(");
  if (!isQuery) {
    const item = parseFrom(cursor);
    cursor.expectOperator(")");
    return item;
  }
  const query = cursor.query();
  cursor.expectOperator(")");
  return { kind: "query", query, ...aliasOf(cursor) };
}

function aliasOf(cursor: SyntaxCursor): { alias?: Alias } {
  const name = parseAlias(cursor);
  if (name === undefined) return {};
  return { alias: { name, columns: cursor.seesOperator("(") ? cursor.list(() => cursor.name()) : [] } };
}

/** The one table function is GENERATOR(ROWCOUNT => n). */
function parseTableFunction(cursor: SyntaxCursor): FromItem {
  cursor.expect("TABLE");
  cursor.expectOperator("(");
  const token = cursor.next();
  if (token.value !== "GENERATOR") throw unsupportedFeature(`TABLE(${token.text})`);
  cursor.expectOperator("(");
  cursor.expect("ROWCOUNT");
  cursor.expectOperator("=>");
  const rows = cursor.wholeNumber();
  cursor.expectOperator(")");
  cursor.expectOperator(")");
  return { kind: "generator", rows, ...aliasOf(cursor) };
}

/** Reads the rows after VALUES. */
export function parseValues(cursor: SyntaxCursor): QueryBody {
  const rows: (readonly Expression[])[] = [];
  do rows.push(cursor.list(() => cursor.expression()));
  while (cursor.takesOperator(","));
  return { kind: "values", rows };
}
