import { asInteger, asNumber } from "../casts.ts";
import { textLiteral } from "../names.ts";
import { operated } from "../operators.ts";
import { call as calls, type Typed } from "../typed.ts";
import { floatType, integerType, physicalType, type SqlType } from "../types.ts";
import { entry, type FunctionCall, type FunctionEntry, type FunctionTable } from "./function-entry.ts";

/** Rounds numbers exactly, and doubles as DuckDB does. */
function rounding(mode: "round" | "trunc" | "floor" | "ceil"): FunctionEntry {
  return entry([1, 2], (call) => {
    const value = asNumber(call.arg(0), call.translator);
    const places = call.count > 1 ? asInteger(call.arg(1), call.translator) : "0";
    if (value.type.kind !== "number")
      return { sql: roundedDouble(mode, value.sql, call.count > 1 ? places : ""), type: floatType };
    const type = roundedType(value.type, call);
    const text = calls("sf_round", `CAST(${value.sql} AS VARCHAR)`, places, textLiteral(mode));
    const fitted = calls(`sf_number_${type.scale}`, text, 38, "'number'");
    return { sql: `CAST(${fitted} AS ${physicalType(type)})`, type };
  });
}

function roundedDouble(mode: string, sql: string, places: string): string {
  if (places === "" || mode === "round") return `${mode}(${sql}${places === "" ? "" : `, ${places}`})`;
  return `(${mode}(${sql} * pow(10, ${places})) / pow(10, ${places}))`;
}

function roundedType(from: { precision: number; scale: number }, call: FunctionCall) {
  const places = call.count > 1 ? call.raw(1) : undefined;
  const constant = places?.kind === "number" ? Number(places.text) : from.scale;
  const wanted = places === undefined || places.kind === "minus" ? 0 : constant;
  const scale = Math.min(from.scale, wanted);
  const precision = Math.min(38, from.precision - from.scale + scale + 1);
  return { kind: "number", precision: Math.max(1, precision), scale } as const satisfies SqlType;
}

function absolute(call: FunctionCall): Typed {
  const value = asNumber(call.arg(0), call.translator);
  return { sql: `abs(${value.sql})`, type: value.type };
}

function double(name: string): FunctionEntry {
  return entry([1], (call) => ({
    sql: `${name}(CAST(${asNumber(call.arg(0), call.translator).sql} AS DOUBLE))`,
    type: floatType,
  }));
}

const power = entry([2], (call) => {
  const sides = [0, 1].map((index) => `CAST(${asNumber(call.arg(index), call.translator).sql} AS DOUBLE)`);
  return { sql: `pow(${sides.join(", ")})`, type: floatType };
});

/** Functions over numbers. */
export const numberFunctions: FunctionTable = {
  ABS: entry([1], absolute),
  ROUND: rounding("round"),
  TRUNC: rounding("trunc"),
  TRUNCATE: rounding("trunc"),
  FLOOR: rounding("floor"),
  CEIL: rounding("ceil"),
  MOD: entry([2], (call) =>
    operated({ operator: "%", left: call.arg(0), right: call.arg(1), at: call.call.at }, call.translator),
  ),
  SIGN: entry([1], (call) => {
    const value = asNumber(call.arg(0), call.translator);
    return { sql: `CAST(sign(${value.sql}) AS ${physicalType(integerType)})`, type: integerType };
  }),
  POW: power,
  POWER: power,
  SQRT: double("sqrt"),
  LN: double("ln"),
  EXP: double("exp"),
};
