import { asBoolean } from "../casts.ts";
import { comparison } from "../operators.ts";
import { distinct } from "../predicates.ts";
import { constantNumber, type Typed } from "../typed.ts";
import { booleanType } from "../types.ts";
import { unified } from "../unification.ts";
import { entry, type FunctionCall, type FunctionTable, unlimitedCount } from "./function-entry.ts";

function coalesced(call: FunctionCall): Typed {
  const values = unified(call.rest(0), call.call.name, call.translator);
  const [first] = values;
  return {
    ...first,
    sql: `coalesce(${values.map(({ sql }) => sql).join(", ")})`,
    type: first?.type ?? booleanType,
  };
}

function chosen(call: FunctionCall): Typed {
  const [then, otherwise] = unified([call.arg(1), call.arg(2)], "IFF", call.translator);
  const condition = asBoolean(call.arg(0), call.translator);
  return {
    sql: `(CASE WHEN ${condition} THEN ${then?.sql} ELSE ${otherwise?.sql} END)`,
    type: then?.type ?? booleanType,
  };
}

function equality(call: FunctionCall, left: Typed, right: Typed): string {
  return comparison({ operator: "=", left, right, at: call.call.at }, call.translator);
}

function nullIf(call: FunctionCall): Typed {
  const value = call.arg(0);
  return {
    sql: `(CASE WHEN ${equality(call, value, call.arg(1))} THEN NULL ELSE ${value.sql} END)`,
    type: value.type,
  };
}

/** DECODE compares NULL like any other value. */
function decoded(call: FunctionCall): Typed {
  const pairs = Math.floor((call.count - 1) / 2);
  const indexes = Array.from({ length: pairs }, (_, index) => 1 + index * 2);
  const otherwise = call.count % 2 === 0 ? [call.arg(call.count - 1)] : [];
  const results = unified(
    [...indexes.map((index) => call.arg(index + 1)), ...otherwise],
    "DECODE",
    call.translator,
  );
  const branches = indexes.map((index, at) => {
    const isEqual = distinct(call.arg(0), call.arg(index), { not: "NOT ", translator: call.translator });
    return `WHEN ${isEqual} THEN ${results[at]?.sql}`;
  });
  const last = otherwise.length > 0 ? (results.at(-1)?.sql ?? "NULL") : "NULL";
  return { sql: `(CASE ${branches.join(" ")} ELSE ${last} END)`, type: results[0]?.type ?? booleanType };
}

/** GREATEST and LEAST answer NULL as soon as one value is NULL. */
function extreme(name: "greatest" | "least") {
  return entry([1, unlimitedCount], (call) => {
    const values = unified(call.rest(0), call.call.name, call.translator);
    const isNull = values.map(({ sql }) => `${sql} IS NULL`).join(" OR ");
    const sql = `(CASE WHEN ${isNull} THEN NULL ELSE ${name}(${values.map((value) => value.sql).join(", ")}) END)`;
    return { sql, type: values[0]?.type ?? booleanType };
  });
}

/** Functions that choose among their arguments. */
export const conditionalFunctions: FunctionTable = {
  IFF: entry([3], chosen),
  COALESCE: entry([2, unlimitedCount], coalesced),
  NVL: entry([2], coalesced),
  IFNULL: entry([2], coalesced),
  NVL2: entry([3], (call) => {
    const [then, otherwise] = unified([call.arg(1), call.arg(2)], "NVL2", call.translator);
    const sql = `(CASE WHEN ${call.arg(0).sql} IS NOT NULL THEN ${then?.sql} ELSE ${otherwise?.sql} END)`;
    return { sql, type: then?.type ?? booleanType };
  }),
  NULLIF: entry([2], nullIf),
  ZEROIFNULL: entry([1], (call) => {
    const [value, zero] = unified([call.arg(0), constantNumber(0)], "ZEROIFNULL", call.translator);
    return { sql: `coalesce(${value?.sql}, ${zero?.sql})`, type: value?.type ?? booleanType };
  }),
  NULLIFZERO: entry([1], (call) => {
    const value = call.arg(0);
    return { sql: `nullif(${value.sql}, 0)`, type: value.type };
  }),
  DECODE: entry([3, unlimitedCount], decoded),
  EQUAL_NULL: entry([2], (call) => ({
    sql: distinct(call.arg(0), call.arg(1), { not: "NOT ", translator: call.translator }),
    type: booleanType,
  })),
  GREATEST: extreme("greatest"),
  LEAST: extreme("least"),
};
