import { asBoolean, asNumber, asText, asVariant, castTo } from "./casts.ts";
import { comparable } from "./moment-casts.ts";
import { textLiteral } from "./names.ts";
import { invalidArgumentTypes, type TextPlace } from "./problem.ts";
import type { Translator } from "./translator.ts";
import { call, commonType, type Typed, untypedNull } from "./typed.ts";
import {
  booleanType,
  dateType,
  floatType,
  isSemiStructured,
  physicalType,
  type SqlType,
  textType,
  typeName,
} from "./types.ts";

/** An operator and its translated operands. */
export interface Operation {
  readonly operator: string;
  readonly left: Typed;
  readonly right: Typed;
  readonly at: TextPlace;
}

/** Translates an operator between two values. Throws 001044 for types that it does not take. */
export function operated(operation: Operation, translator: Translator): Typed {
  switch (operation.operator) {
    case "AND":
    case "OR": {
      const sides = [operation.left, operation.right].map((side) => asBoolean(side, translator));
      return { sql: `(${sides.join(` ${operation.operator} `)})`, type: booleanType };
    }
    case "||":
      return concatenated([operation.left, operation.right], translator);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return calculated(operation, translator);
    default:
      return { sql: comparison(operation, translator), type: booleanType };
  }
}

/** Joins texts; a NULL makes a NULL. */
export function concatenated(values: readonly Typed[], translator: Translator): Typed {
  return { sql: `(${values.map((value) => asText(value, translator)).join(" || ")})`, type: textType };
}

/** Compares two values by the type that holds both. */
export function comparison(operation: Operation, translator: Translator): string {
  const type = commonType(operation.left, operation.right);
  if (type === undefined) throw typesRefused(operation);
  if (isSemiStructured(type)) {
    const sides = [operation.left, operation.right].map((side) => asVariant(side, translator));
    return `(${call("sf_compare", ...sides)} ${operation.operator} 0)`;
  }
  const sides = [operation.left, operation.right].map((side) => comparable(castTo(side, type, translator)));
  return `(${sides.join(` ${operation.operator} `)})`;
}

function typesRefused({ operator, left, right, at }: Operation) {
  return invalidArgumentTypes(operator, [typeName(left.type), typeName(right.type)], at);
}

function calculated(operation: Operation, translator: Translator): Typed {
  const days = dateCalculation(operation, translator);
  if (days !== undefined) return days;
  if (operation.left.isUntyped === true && operation.right.isUntyped === true) return untypedNull;
  for (const side of [operation.left, operation.right]) {
    if (!["number", "float", "varchar", "variant"].includes(side.type.kind)) throw typesRefused(operation);
  }
  const [left, right] = [asNumber(operation.left, translator), asNumber(operation.right, translator)];
  if (left.type.kind !== "number" || right.type.kind !== "number") {
    const sides = [
      castTo(left, floatType, translator).sql,
      castTo(right, floatType, translator).sql,
    ] as const;
    return { sql: doubles(operation.operator, sides), type: floatType };
  }
  const type = resultType(operation.operator, left.type, right.type);
  const scale = type.kind === "number" ? type.scale : 0;
  const texts = [left, right].map(({ sql }) => `CAST(${sql} AS VARCHAR)`);
  const text = call("sf_calculate", textLiteral(operation.operator), ...texts, scale);
  const fitted = call(`sf_number_${scale}`, text, 38, "'number'");
  return { sql: `CAST(${fitted} AS ${physicalType(type)})`, type };
}

function doubles(operator: string, [left, right]: readonly [string, string]): string {
  return operator === "/" ? call("sf_divide_doubles", left, right) : `(${left} ${operator} ${right})`;
}

/** A date and a number of days, or the days between two dates. */
function dateCalculation({ operator, left, right }: Operation, translator: Translator): Typed | undefined {
  if (left.type.kind !== "date" || (operator !== "+" && operator !== "-")) return undefined;
  if (right.type.kind === "date" && operator === "-") {
    const type: SqlType = { kind: "number", precision: 9, scale: 0 };
    return { sql: `CAST((${left.sql} - ${right.sql}) AS ${physicalType(type)})`, type };
  }
  if (right.type.kind !== "number") return undefined;
  const count = castTo(right, { kind: "number", precision: 9, scale: 0 }, translator).sql;
  return { sql: `(${left.sql} ${operator} CAST(${count} AS INTEGER))`, type: dateType };
}

interface Digits {
  readonly precision: number;
  readonly scale: number;
}

/** Answers how many digits a calculation keeps. */
function resultType(operator: string, left: Digits, right: Digits): SqlType {
  const [leftWhole, rightWhole] = [left.precision - left.scale, right.precision - right.scale];
  const number = (whole: number, scale: number): SqlType => ({
    kind: "number",
    precision: Math.min(38, Math.max(1, whole + scale)),
    scale: Math.min(37, scale),
  });
  switch (operator) {
    case "*": {
      const scale = Math.min(left.scale + right.scale, Math.max(left.scale, right.scale, 12));
      return number(leftWhole + rightWhole, scale);
    }
    case "/":
      return number(leftWhole + right.scale, Math.max(left.scale, Math.min(left.scale + 6, 12)));
    case "%":
      return number(Math.max(leftWhole, rightWhole), Math.max(left.scale, right.scale));
    default:
      return number(Math.max(leftWhole, rightWhole) + 1, Math.max(left.scale, right.scale));
  }
}

/** Negates a number. */
export function negated(value: Typed, translator: Translator): Typed {
  const number = asNumber(value, translator);
  return { sql: `(-${number.sql})`, type: number.type };
}
