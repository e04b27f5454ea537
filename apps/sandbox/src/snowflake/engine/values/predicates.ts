import { asBoolean, asText, asVariant, castTo } from "./casts.ts";
import { comparable } from "./moment-casts.ts";
import { comparison } from "./operators.ts";
import { invalidArgumentTypes, type TextPlace } from "./problem.ts";
import type { Expression, LikeExpression } from "./syntax/tree.ts";
import { type Frame, outputName, type Translator } from "./translator.ts";
import { call, commonType, type Typed } from "./typed.ts";
import { booleanType, isSemiStructured, typeName } from "./types.ts";

const nowhere: TextPlace = { line: 1, column: 0 };

type Predicate = Extract<
  Expression,
  { readonly kind: "isNull" | "isBoolean" | "isDistinct" | "in" | "between" | "like" | "exists" | "not" }
>;

/** Translates what is true or false. */
export function predicate(expression: Predicate, frame: Frame, translator: Translator): Typed {
  return { sql: predicateSql(expression, frame, translator), type: booleanType };
}

function predicateSql(expression: Predicate, frame: Frame, translator: Translator): string {
  const read = (part: Expression) => translator.expression(part, frame);
  const not = "isNegated" in expression && expression.isNegated ? "NOT " : "";
  switch (expression.kind) {
    case "not":
      return `(NOT ${asBoolean(read(expression.operand), translator)})`;
    case "isNull":
      return `(${read(expression.operand).sql} IS ${not}NULL)`;
    case "isBoolean":
      return `(${asBoolean(read(expression.operand), translator)} IS ${not}${expression.value ? "TRUE" : "FALSE"})`;
    case "isDistinct":
      return distinct(read(expression.left), read(expression.right), { not, translator });
    case "between": {
      const operand = read(expression.operand);
      const low = comparison(
        { operator: ">=", left: operand, right: read(expression.low), at: nowhere },
        translator,
      );
      const high = comparison(
        { operator: "<=", left: operand, right: read(expression.high), at: nowhere },
        translator,
      );
      return `(${not}(${low} AND ${high}))`;
    }
    case "like":
      return `(${not}${like(expression, frame, translator)})`;
    case "exists":
      return `EXISTS (${translator.query(expression.query, { outer: frame, tables: translator.tables }).sql})`;
    case "in":
      return `(${not}${membership(expression, frame, translator)})`;
  }
}

/** Compares two values, with NULL like any other. */
export function distinct(
  left: Typed,
  right: Typed,
  { not, translator }: { not: string; translator: Translator },
): string {
  const type = commonType(left, right);
  if (type === undefined)
    throw invalidArgumentTypes("EQUAL_NULL", [typeName(left.type), typeName(right.type)]);
  if (isSemiStructured(type)) {
    const sides = [left, right].map((side) => asVariant(side, translator));
    const isEqual = `(coalesce(${call("sf_compare", ...sides)} = 0, ${sides.map((side) => `${side} IS NULL`).join(" AND ")}))`;
    return not === "" ? `(NOT ${isEqual})` : isEqual;
  }
  const sides = [left, right].map((side) => comparable(castTo(side, type, translator)));
  return `(${sides.join(` IS ${not}DISTINCT FROM `)})`;
}

function like(expression: LikeExpression, frame: Frame, translator: Translator): string {
  const operand = asText(translator.expression(expression.operand, frame), translator);
  const tests = expression.patterns.map((part) => {
    const pattern = asText(translator.expression(part, frame), translator);
    if (expression.operator === "RLIKE") return call("sf_regexp_like", operand, pattern, "''");
    const escapeWith =
      expression.escape === undefined ? undefined : translator.expression(expression.escape, frame).sql;
    return `(${operand} ${expression.operator} ${pattern}${escapeWith === undefined ? "" : ` ESCAPE ${escapeWith}`})`;
  });
  return `(${tests.join(expression.quantifier === "ALL" ? " AND " : " OR ")})`;
}

type Membership = Extract<Expression, { readonly kind: "in" }>;

function membership(expression: Membership, frame: Frame, translator: Translator): string {
  const operands = expression.operand.kind === "tuple" ? expression.operand.items : [expression.operand];
  const values = operands.map((operand) => translator.expression(operand, frame));
  if ("body" in expression.values)
    return subqueryMembership(values, expression.values, { frame, translator });
  const tests = expression.values.map((item) => {
    const items = item.kind === "tuple" ? item.items : [item];
    const equalities = values.map((left, index) => {
      const part = items[index];
      if (part === undefined || items.length !== values.length) throw invalidArgumentTypes("IN", ["ROW"]);
      return comparison(
        { operator: "=", left, right: translator.expression(part, frame), at: nowhere },
        translator,
      );
    });
    return `(${equalities.join(" AND ")})`;
  });
  return `(${tests.join(" OR ")})`;
}

function subqueryMembership(
  values: readonly Typed[],
  query: Extract<Membership["values"], { readonly body: unknown }>,
  { frame, translator }: { frame: Frame; translator: Translator },
): string {
  const result = translator.query(query, { outer: frame, tables: translator.tables });
  if (result.columns.length !== values.length) throw invalidArgumentTypes("IN", ["ROW"]);
  const types = values.map((value, index) => {
    const column = result.columns[index];
    const type = column === undefined ? undefined : commonType(value, { sql: "", type: column.type });
    if (type === undefined) throw invalidArgumentTypes("IN", [typeName(value.type)]);
    return type;
  });
  const left = types.map((type, index) => castTo(values[index] ?? { sql: "NULL", type }, type, translator));
  const alias = translator.freshName();
  const right = result.columns.map((column, index) => {
    const value = { sql: `${alias}.${outputName(index)}`, type: column.type };
    return comparable(castTo(value, types[index] ?? column.type, translator));
  });
  const row = left.map(comparable).join(", ");
  return `((${row}) IN (SELECT ${right.join(", ")} FROM (${result.sql}) AS ${alias}))`;
}
