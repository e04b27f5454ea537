import { asBoolean, asNumber, asText, asVariant, castTo } from "../casts.ts";
import { textLiteral } from "../names.ts";
import { argumentCount, invalidArgumentTypes } from "../problem.ts";
import { call as calls, type Typed } from "../typed.ts";
import {
  arrayType,
  booleanType,
  floatType,
  integerType,
  isSemiStructured,
  physicalType,
  type SqlType,
  textType,
  typeName,
} from "../types.ts";
import type { FunctionCall, FunctionEntry, FunctionTable } from "./function-entry.ts";

function aggregate(
  counts: readonly [number, number?],
  translate: (call: FunctionCall) => Typed,
): FunctionEntry {
  return { least: counts[0], most: counts[1] ?? counts[0], isAggregate: true, translate };
}

function windowed(
  counts: readonly [number, number?],
  translate: (call: FunctionCall) => Typed,
): FunctionEntry {
  return { least: counts[0], most: counts[1] ?? counts[0], isWindow: true, translate };
}

function distinct(call: FunctionCall): string {
  return call.call.isDistinct ? "DISTINCT " : "";
}

function counted(sql: string): Typed {
  return { sql: `CAST(${sql} AS DECIMAL(18,0))`, type: { kind: "number", precision: 18, scale: 0 } };
}

/** A count before OVER may not be cast, for OVER follows the call itself; DuckDB answers a whole number for it. */
function count(call: FunctionCall): Typed {
  const type: SqlType = { kind: "number", precision: 18, scale: 0 };
  if (!call.call.isStar && call.count === 0) {
    throw argumentCount("COUNT", { expected: 1, given: 0 }, call.call.at);
  }
  const argument = call.call.isStar ? "*" : countedValue(call.rest(0).map(({ sql }) => sql));
  const sql = `count(${distinct(call)}${argument})`;
  return call.call.over === undefined ? counted(sql) : { sql, type };
}

/** Of several values all have to be there. */
function countedValue(values: readonly string[]): string {
  const [only = "NULL", ...others] = values;
  if (others.length === 0) return only;
  const isThere = values.map((value) => `${value} IS NOT NULL`).join(" AND ");
  return `CASE WHEN ${isThere} THEN row(${values.join(", ")}) END`;
}

function sum(call: FunctionCall): Typed {
  const value = summed(call);
  if (value.type.kind === "float") return { sql: `sum(${distinct(call)}${value.sql})`, type: floatType };
  const scale = value.type.kind === "number" ? value.type.scale : 0;
  const type: SqlType = { kind: "number", precision: 38, scale };
  const sql = `sum(${distinct(call)}${value.sql})`;
  return { sql: call.call.over === undefined ? `CAST(${sql} AS ${physicalType(type)})` : sql, type };
}

function summed(call: FunctionCall): Typed {
  const value = call.arg(0);
  if (!["number", "float", "varchar", "variant"].includes(value.type.kind)) {
    throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
  }
  return asNumber(value, call.translator);
}

function average(call: FunctionCall): Typed {
  const value = summed(call);
  const mean = `avg(${distinct(call)}CAST(${value.sql} AS DOUBLE))`;
  if (value.type.kind !== "number" || call.call.over !== undefined) return { sql: mean, type: floatType };
  const type: SqlType = { kind: "number", precision: 38, scale: Math.min(37, Math.max(value.type.scale, 6)) };
  const numbers = `${distinct(call)}${value.sql}`;
  const parts = [`sum(${numbers})`, `nullif(count(${numbers}), 0)`].map((part) => `CAST(${part} AS VARCHAR)`);
  const quotient = calls("sf_calculate", "'/'", ...parts, type.scale);
  const exact = calls(`sf_number_${type.scale}`, quotient, 38, "'number'");
  return { sql: exact, type };
}

/** A least, a greatest or any value; VARIANT values have an order of their own. */
function same(name: string): FunctionEntry {
  return aggregate([1], (call) => {
    const value = call.arg(0);
    if (isSemiStructured(value.type) && name !== "any_value") {
      throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
    }
    return { sql: `${name}(${distinct(call)}${value.sql})`, type: value.type };
  });
}

function byOther(name: string): FunctionEntry {
  return aggregate([2], (call) => ({
    sql: `${name}(${call.arg(0).sql}, ${call.arg(1).sql})`,
    type: call.arg(0).type,
  }));
}

function logical(name: string): FunctionEntry {
  return aggregate([1], (call) => ({
    sql: `${name}(${asBoolean(call.arg(0), call.translator)})`,
    type: booleanType,
  }));
}

function ordered(call: FunctionCall): string {
  const items = call.call.within ?? [];
  if (items.length === 0) return "";
  const keys = items.map((item) => {
    const nulls = item.nulls ?? (item.isDescending ? "FIRST" : "LAST");
    const key = call.translator.expression(item.expression, call.frame).sql;
    return `${key} ${item.isDescending ? "DESC" : "ASC"} NULLS ${nulls}`;
  });
  return ` ORDER BY ${keys.join(", ")}`;
}

function listed(call: FunctionCall): Typed {
  const separator = call.count > 1 ? asText(call.arg(1), call.translator) : textLiteral("");
  const value = asText(call.arg(0), call.translator);
  return {
    sql: `coalesce(string_agg(${distinct(call)}${value}, ${separator}${ordered(call)}), '')`,
    type: textType,
  };
}

function collected(call: FunctionCall): Typed {
  const value = asVariant(call.arg(0), call.translator);
  return {
    sql: `('[' || coalesce(string_agg(${distinct(call)}${value}, ','${ordered(call)}), '') || ']')`,
    type: arrayType,
  };
}

function neighbour(name: string): FunctionEntry {
  return windowed([1, 3], (call) => {
    const value = call.arg(0);
    const offset = call.count > 1 ? `, CAST(${call.arg(1).sql} AS INTEGER)` : "";
    const otherwise = call.count > 2 ? `, ${castTo(call.arg(2), value.type, call.translator).sql}` : "";
    const nulls = call.call.ignoresNulls === true ? " IGNORE NULLS" : "";
    return { sql: `${name}(${value.sql}${offset}${otherwise}${nulls})`, type: value.type };
  });
}

function ranked(name: string): FunctionEntry {
  return windowed([0], () => ({ sql: `${name}()`, type: integerType }));
}

function edge(name: string): FunctionEntry {
  return windowed([1], (call) => {
    const nulls = call.call.ignoresNulls === true ? " IGNORE NULLS" : "";
    return { sql: `${name}(${call.arg(0).sql}${nulls})`, type: call.arg(0).type };
  });
}

/** Functions over groups of rows and over windows. */
export const aggregateFunctions: FunctionTable = {
  COUNT: aggregate([0, 20], count),
  COUNT_IF: aggregate([1], (call) =>
    counted(`count(CASE WHEN ${asBoolean(call.arg(0), call.translator)} THEN 1 END)`),
  ),
  APPROX_COUNT_DISTINCT: aggregate([1], (call) => counted(`count(DISTINCT ${call.arg(0).sql})`)),
  SUM: aggregate([1], sum),
  AVG: aggregate([1], average),
  MIN: same("min"),
  MAX: same("max"),
  ANY_VALUE: same("any_value"),
  MAX_BY: byOther("arg_max"),
  MIN_BY: byOther("arg_min"),
  BOOLOR_AGG: logical("bool_or"),
  BOOLAND_AGG: logical("bool_and"),
  LISTAGG: aggregate([1, 2], listed),
  ARRAY_AGG: aggregate([1], collected),
  ROW_NUMBER: ranked("row_number"),
  RANK: ranked("rank"),
  DENSE_RANK: ranked("dense_rank"),
  LAG: neighbour("lag"),
  LEAD: neighbour("lead"),
  FIRST_VALUE: edge("first_value"),
  LAST_VALUE: edge("last_value"),
};
