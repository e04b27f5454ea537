import { place, type SyntaxCursor } from "./syntax-cursor.ts";
import type { CallExpression, Expression, OrderItem, WindowSpec } from "./tree.ts";

/** Reads a function, its arguments, and what may follow: WITHIN GROUP, IGNORE NULLS, OVER. */
export function parseCall(cursor: SyntaxCursor): Expression {
  const token = cursor.next();
  const head = { kind: "call", name: token.value, at: place(token) } as const;
  cursor.expectOperator("(");
  if (token.value === "EXTRACT")
    return { ...head, ...plain, name: "DATE_PART", args: extractArguments(cursor) };
  if (token.value === "POSITION") return { ...head, ...plain, args: positionArguments(cursor) };
  if (cursor.takesOperator("*")) {
    cursor.expectOperator(")");
    return withOver(cursor, { ...head, args: [], isStar: true, isDistinct: false });
  }
  const isDistinct = cursor.takes("DISTINCT");
  const args: Expression[] = [];
  while (!cursor.seesOperator(")")) {
    args.push(cursor.expression());
    if (!cursor.takesOperator(",")) break;
    if (cursor.seesOperator(")")) throw cursor.unexpected();
  }
  const ignoresNulls = nullTreatment(cursor);
  cursor.expectOperator(")");
  const call = { ...head, args, isStar: false, isDistinct, ignoresNulls };
  return withOver(
    cursor,
    withWithin(cursor, { ...call, ignoresNulls: nullTreatment(cursor) || ignoresNulls }),
  );
}

const plain = { isStar: false, isDistinct: false } as const;

function extractArguments(cursor: SyntaxCursor): readonly Expression[] {
  const part = cursor.next();
  cursor.expect("FROM");
  const operand = cursor.expression();
  cursor.expectOperator(")");
  return [{ kind: "text", value: part.value }, operand];
}

function positionArguments(cursor: SyntaxCursor): readonly Expression[] {
  const args = [cursor.expression()];
  while (cursor.takesOperator(",")) args.push(cursor.expression());
  cursor.expectOperator(")");
  return args;
}

function nullTreatment(cursor: SyntaxCursor): boolean {
  if (cursor.takes("RESPECT", "NULLS")) return false;
  return cursor.takes("IGNORE", "NULLS");
}

function withWithin(cursor: SyntaxCursor, call: CallExpression): CallExpression {
  if (!cursor.takes("WITHIN", "GROUP")) return call;
  cursor.expectOperator("(");
  cursor.expect("ORDER", "BY");
  const within = parseOrder(cursor);
  cursor.expectOperator(")");
  return { ...call, within };
}

function withOver(cursor: SyntaxCursor, call: CallExpression): CallExpression {
  if (!cursor.takes("OVER")) return call;
  cursor.expectOperator("(");
  const partitionBy = cursor.takes("PARTITION", "BY") ? parseList(cursor) : [];
  const orderBy = cursor.takes("ORDER", "BY") ? parseOrder(cursor) : [];
  const frame = cursor.sees("ROWS") || cursor.sees("RANGE") ? parseFrame(cursor) : undefined;
  cursor.expectOperator(")");
  const over: WindowSpec = { partitionBy, orderBy };
  return { ...call, over: { ...over, ...(frame !== undefined && { frame }) } };
}

function parseList(cursor: SyntaxCursor): readonly Expression[] {
  const items = [cursor.expression()];
  while (cursor.takesOperator(",")) items.push(cursor.expression());
  return items;
}

/** Reads what follows ORDER BY. */
export function parseOrder(cursor: SyntaxCursor): readonly OrderItem[] {
  const items = [parseOrderItem(cursor)];
  while (cursor.takesOperator(",")) items.push(parseOrderItem(cursor));
  return items;
}

function parseOrderItem(cursor: SyntaxCursor): OrderItem {
  const expression = cursor.expression();
  const direction = cursor.takesOneOf("ASC", "DESC");
  const item: OrderItem = { expression, isDescending: direction === "DESC" };
  if (!cursor.takes("NULLS")) return item;
  const nulls = cursor.takesOneOf("FIRST", "LAST");
  if (nulls !== "FIRST" && nulls !== "LAST") throw cursor.unexpected();
  return { ...item, nulls };
}

function parseFrame(cursor: SyntaxCursor): string {
  const unit = cursor.next().value;
  if (!cursor.takes("BETWEEN")) return `${unit} ${frameBound(cursor)}`;
  const start = frameBound(cursor);
  cursor.expect("AND");
  return `${unit} BETWEEN ${start} AND ${frameBound(cursor)}`;
}

function frameBound(cursor: SyntaxCursor): string {
  if (cursor.takes("CURRENT", "ROW")) return "CURRENT ROW";
  const amount = cursor.takes("UNBOUNDED") ? "UNBOUNDED" : String(cursor.wholeNumber());
  const side = cursor.takesOneOf("PRECEDING", "FOLLOWING");
  if (side === undefined) throw cursor.unexpected();
  return `${amount} ${side}`;
}
