import { boundValue } from "./binds.ts";
import { asBoolean, castTo } from "./casts.ts";
import { isNamed, resolvedColumn } from "./columns.ts";
import { translatedCall } from "./functions/calls.ts";
import { intervalPlus } from "./moment-arithmetic.ts";
import { textLiteral } from "./names.ts";
import { comparison, negated, operated } from "./operators.ts";
import { predicate } from "./predicates.ts";
import { impossibleCast, invalidArgumentTypes, invalidIdentifier, syntaxErrorAt } from "./problem.ts";
import type { CaseExpression, Expression, OperationExpression, PathStep } from "./syntax/tree.ts";
import type { Frame, Translator } from "./translator.ts";
import { call, constantText, type Typed, untypedNull } from "./typed.ts";
import {
  booleanType,
  floatType,
  isSemiStructured,
  physicalType,
  type SqlType,
  typeName,
  variantType,
} from "./types.ts";
import { unified } from "./unification.ts";

/** Translates one expression. */
export function translated(expression: Expression, frame: Frame, translator: Translator): Typed {
  switch (expression.kind) {
    case "text":
      return constantText(expression.value);
    case "number":
      return constantDecimal(expression.text);
    case "null":
      return untypedNull;
    case "boolean":
      return { sql: expression.value ? "TRUE" : "FALSE", type: booleanType };
    case "column":
      return resolvedColumn(expression, frame, translator);
    case "bind":
      return boundValue(expression, translator);
    case "call":
      return translatedCall(expression, frame, translator);
    case "operation":
      return operation(expression, frame, translator);
    default:
      return otherExpression(expression, frame, translator);
  }
}

/** An INTERVAL is no value of its own: it stands beside a moment only. */
function operation(expression: OperationExpression, frame: Frame, translator: Translator): Typed {
  const { operator, left, right, at } = expression;
  const sides =
    operator === "+" && left.kind === "interval" ? ([right, left] as const) : ([left, right] as const);
  const [moment, interval] = sides;
  if (interval.kind === "interval" && (operator === "+" || operator === "-")) {
    return intervalPlus(translator.expression(moment, frame), { interval, operator }, translator);
  }
  const values = {
    left: translator.expression(left, frame),
    right: translator.expression(right, frame),
  };
  return operated({ operator, ...values, at }, translator);
}

type Other = Exclude<
  Expression,
  { readonly kind: "text" | "number" | "null" | "boolean" | "column" | "bind" | "call" | "operation" }
>;

function otherExpression(expression: Other, frame: Frame, translator: Translator): Typed {
  switch (expression.kind) {
    case "position":
      return positioned(expression, frame);
    case "variable":
      return variable(expression, translator);
    case "path":
      return path(expression, frame, translator);
    case "cast":
      return cast(expression, frame, translator);
    case "minus":
      return negated(translator.expression(expression.operand, frame), translator);
    case "case":
      return cases(expression, frame, translator);
    case "subquery":
      return scalarSubquery(expression, frame, translator);
    case "tuple":
      throw invalidArgumentTypes("ROW", []);
    case "interval":
      throw syntaxErrorAt(expression.at, "INTERVAL");
    default:
      return predicate(expression, frame, translator);
  }
}

/** Types a number by its digits; one with an exponent or too many digits is a double. */
function constantDecimal(text: string): Typed {
  const [, whole = "", fraction = ""] = /^([0-9]*)\.?([0-9]*)$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (/[eE]/.test(text) || digits.length > 38 || fraction.length > 37) {
    return { sql: `CAST(${textLiteral(text)} AS DOUBLE)`, type: floatType };
  }
  const precision = Math.max(1, digits.length, fraction.length);
  const type: SqlType = { kind: "number", precision, scale: fraction.length };
  return { sql: `CAST(${textLiteral(text.replace(/\.$/, ""))} AS ${physicalType(type)})`, type };
}

/** `$1`: the first column of what the query reads; a stage's rows have columns of such names. */
function positioned(expression: Extract<Expression, { readonly kind: "position" }>, frame: Frame): Typed {
  const name = `$${expression.index + 1}`;
  const columns = frame.relations
    .filter((relation) => isNamed(relation, expression.parts))
    .flatMap((relation) => relation.columns);
  const isStaged = columns.some((column) => column.name.startsWith("$"));
  const found = isStaged ? columns.find((column) => column.name === name) : columns[expression.index];
  if (found === undefined) throw invalidIdentifier(name, expression.at);
  return found;
}

function variable(
  expression: { name: string; at: { line: number; column: number } },
  translator: Translator,
): Typed {
  const value = translator.scope.variable?.(expression.name);
  if (value === undefined) throw syntaxErrorAt(expression.at, `$${expression.name}`);
  return value;
}

function path(
  expression: Extract<Expression, { readonly kind: "path" }>,
  frame: Frame,
  translator: Translator,
): Typed {
  const base = translator.expression(expression.base, frame);
  if (!isSemiStructured(base.type)) throw invalidArgumentTypes("GET", [typeName(base.type)], expression.at);
  return { sql: pathSql(base.sql, expression.steps, { frame, translator }), type: variantType };
}

/** Constant steps go together: the value is walked through once. */
function pathSql(
  sql: string,
  steps: readonly PathStep[],
  place: { frame: Frame; translator: Translator },
): string {
  let value = sql;
  let constants: (string | number)[] = [];
  const flush = () => {
    if (constants.length > 0) value = call("sf_at", value, constantText(JSON.stringify(constants)).sql);
    constants = [];
  };
  for (const step of steps) {
    const constant = "key" in step ? step.key : constantIndex(step.index);
    if (constant !== undefined) {
      constants.push(constant);
      continue;
    }
    flush();
    if ("index" in step)
      value = dynamicStep(value, place.translator.expression(step.index, place.frame), place.translator);
  }
  flush();
  return value;
}

function constantIndex(index: Expression): string | number | undefined {
  if (index.kind === "text") return index.value;
  return index.kind === "number" && /^[0-9]+$/.test(index.text) ? Number(index.text) : undefined;
}

function dynamicStep(value: string, index: Typed, translator: Translator): string {
  if (index.type.kind === "varchar") return call("sf_attribute", value, index.sql);
  const whole = castTo(index, { kind: "number", precision: 9, scale: 0 }, translator);
  return call("sf_item", value, `CAST(${whole.sql} AS INTEGER)`);
}

function cast(
  expression: Extract<Expression, { readonly kind: "cast" }>,
  frame: Frame,
  translator: Translator,
): Typed {
  const value = translator.expression(expression.operand, frame);
  if (!expression.isTry) return castTo(value, expression.type, translator);
  if (value.type.kind !== "varchar" || isSemiStructured(expression.type)) {
    throw impossibleCast("TRY_CAST", { from: typeName(value.type), to: typeName(expression.type) });
  }
  return castTo(value, expression.type, translator.trying());
}

function cases(expression: CaseExpression, frame: Frame, translator: Translator): Typed {
  const read = (part: Expression) => translator.expression(part, frame);
  const operand = expression.operand === undefined ? undefined : read(expression.operand);
  const conditions = expression.branches.map(({ condition }) =>
    operand === undefined
      ? asBoolean(read(condition), translator)
      : comparison(
          { operator: "=", left: operand, right: read(condition), at: { line: 1, column: 0 } },
          translator,
        ),
  );
  const results = [
    ...expression.branches.map(({ result }) => result),
    expression.otherwise ?? { kind: "null" as const },
  ];
  const values = unified(results.map(read), "CASE", translator);
  const branches = conditions.map(
    (condition, index) => `WHEN ${condition} THEN ${values[index]?.sql ?? "NULL"}`,
  );
  const otherwise = values.at(-1) ?? untypedNull;
  return { ...otherwise, sql: `(CASE ${branches.join(" ")} ELSE ${otherwise.sql} END)` };
}

function scalarSubquery(
  expression: Extract<Expression, { readonly kind: "subquery" }>,
  frame: Frame,
  translator: Translator,
): Typed {
  const result = translator.query(expression.query, { outer: frame, tables: translator.tables });
  const [column, ...others] = result.columns;
  if (column === undefined || others.length > 0)
    throw invalidArgumentTypes(
      "subquery",
      result.columns.map(({ type }) => typeName(type)),
    );
  return { sql: `(${result.sql})`, type: column.type };
}
