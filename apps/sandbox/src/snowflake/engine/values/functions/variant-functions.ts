import { asText, asVariant, castTo } from "../casts.ts";
import { invalidArgumentTypes } from "../problem.ts";
import { call as calls, constantText, type Typed } from "../typed.ts";
import {
  arrayType,
  binaryType,
  booleanType,
  dateType,
  floatType,
  integerType,
  isSemiStructured,
  ntzType,
  objectType,
  type SqlType,
  textType,
  timeType,
  typeName,
  variantType,
} from "../types.ts";
import {
  entry,
  type FunctionCall,
  type FunctionEntry,
  type FunctionTable,
  unlimitedCount,
} from "./function-entry.ts";

/** These functions take semi-structured values alone. */
function semiStructured(call: FunctionCall, index = 0): string {
  const value = call.arg(index);
  if (isSemiStructured(value.type) || value.isUntyped === true) return value.sql;
  throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
}

function parse(name: string): FunctionEntry {
  return entry([1], (call) => {
    const value = call.arg(0);
    if (value.type.kind !== "varchar" && value.type.kind !== "variant") {
      throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
    }
    return { sql: calls(name, asText(value, call.translator)), type: variantType };
  });
}

/** AS functions answer a VARIANT's value when it is of their type, and NULL otherwise. */
function as(names: readonly string[], type: SqlType): FunctionEntry {
  return entry([1], (call) => {
    const value = semiStructured(call);
    const cast = castTo({ sql: value, type: variantType }, type, call.translator);
    const isOfType = names.map((name) => `${calls("sf_typeof", value)} = '${name}'`).join(" OR ");
    return { sql: `(CASE WHEN ${isOfType} THEN ${cast.sql} END)`, type };
  });
}

/** IS functions tell whether a VARIANT's value is of their type. */
function is(...names: readonly string[]): FunctionEntry {
  return entry([1], (call) => {
    const value = semiStructured(call);
    const sql = names.map((name) => `${calls("sf_typeof", value)} = '${name}'`).join(" OR ");
    return { sql: `(${sql})`, type: booleanType };
  });
}

function get(call: FunctionCall): Typed {
  const value = semiStructured(call);
  const step = call.arg(1);
  if (step.type.kind === "varchar") return { sql: calls("sf_attribute", value, step.sql), type: variantType };
  const index = castTo(step, { kind: "number", precision: 9, scale: 0 }, call.translator);
  return { sql: calls("sf_item", value, `CAST(${index.sql} AS INTEGER)`), type: variantType };
}

/** Reads a path such as `a.b[0]["c d"]`. */
function pathSteps(path: string): readonly (string | number)[] {
  const step = /\.?([A-Za-z_][A-Za-z0-9_$]*)|\.?"((?:[^"]|"")*)"|\[([0-9]+)\]|\[['"]([^'"]*)['"]\]/y;
  const steps: (string | number)[] = [];
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) throw invalidArgumentTypes("GET_PATH", [`'${path}'`]);
    const [, word, quoted, index, key] = found;
    steps.push(index === undefined ? (word ?? quoted?.replaceAll('""', '"') ?? key ?? "") : Number(index));
  }
  return steps;
}

function getPath(call: FunctionCall): Typed {
  const path = call.raw(1);
  if (path.kind !== "text")
    throw invalidArgumentTypes(call.call.name, ["VARIANT", typeName(call.arg(1).type)], call.call.at);
  const steps = constantText(JSON.stringify(pathSteps(path.value)));
  return { sql: calls("sf_at", semiStructured(call), steps.sql), type: variantType };
}

function construct(keepsNulls: boolean): FunctionEntry {
  return entry([0, unlimitedCount], (call) => {
    if (call.count % 2 !== 0)
      throw invalidArgumentTypes(
        call.call.name,
        call.rest(0).map(({ type }) => typeName(type)),
        call.call.at,
      );
    const parts = call
      .rest(0)
      .map((value, index) =>
        index % 2 === 0 ? asText(value, call.translator) : asVariant(value, call.translator),
      );
    return { sql: calls("sf_object", keepsNulls ? "TRUE" : "FALSE", ...parts), type: objectType };
  });
}

function size(call: FunctionCall): Typed {
  return {
    sql: `CAST(${calls("sf_size", semiStructured(call))} AS DECIMAL(9,0))`,
    type: { kind: "number", precision: 9, scale: 0 },
  };
}

/** Functions over VARIANT, OBJECT and ARRAY. */
export const variantFunctions: FunctionTable = {
  PARSE_JSON: parse("sf_parse_json"),
  TRY_PARSE_JSON: parse("sf_try_parse_json"),
  TO_VARIANT: entry([1], (call) => castTo(call.arg(0), variantType, call.translator)),
  TO_OBJECT: entry([1], (call) => castTo(call.arg(0), objectType, call.translator)),
  TO_ARRAY: entry([1], (call) => castTo(call.arg(0), arrayType, call.translator)),
  TO_JSON: entry([1], (call) => ({ sql: calls("sf_to_json", semiStructured(call)), type: textType })),
  TYPEOF: entry([1], (call) => ({ sql: calls("sf_typeof", semiStructured(call)), type: textType })),
  IS_NULL_VALUE: entry([1], (call) => ({ sql: `(${semiStructured(call)} = 'null')`, type: booleanType })),
  STRIP_NULL_VALUE: entry([1], (call) => ({
    sql: `nullif(${semiStructured(call)}, 'null')`,
    type: variantType,
  })),
  GET: entry([2], get),
  GET_PATH: entry([2], getPath),
  OBJECT_CONSTRUCT: construct(false),
  OBJECT_CONSTRUCT_KEEP_NULL: construct(true),
  ARRAY_CONSTRUCT: entry([0, unlimitedCount], (call) => ({
    sql: calls("sf_array", ...call.rest(0).map((value) => asVariant(value, call.translator))),
    type: arrayType,
  })),
  OBJECT_KEYS: entry([1], (call) => ({ sql: calls("sf_keys", semiStructured(call)), type: arrayType })),
  ARRAY_SIZE: entry([1], size),
  AS_VARCHAR: as(["VARCHAR"], textType),
  AS_CHAR: as(["VARCHAR"], textType),
  AS_INTEGER: as(["INTEGER"], integerType),
  AS_NUMBER: as(["INTEGER", "DECIMAL"], integerType),
  AS_DECIMAL: as(["INTEGER", "DECIMAL"], integerType),
  AS_DOUBLE: as(["INTEGER", "DECIMAL", "DOUBLE"], floatType),
  AS_REAL: as(["INTEGER", "DECIMAL", "DOUBLE"], floatType),
  AS_BOOLEAN: as(["BOOLEAN"], booleanType),
  AS_OBJECT: as(["OBJECT"], objectType),
  AS_ARRAY: as(["ARRAY"], arrayType),
  AS_DATE: as(["DATE"], dateType),
  AS_TIME: as(["TIME"], timeType),
  AS_TIMESTAMP_NTZ: as(["TIMESTAMP_NTZ"], ntzType),
  AS_BINARY: as(["BINARY"], binaryType),
  IS_VARCHAR: is("VARCHAR"),
  IS_CHAR: is("VARCHAR"),
  IS_INTEGER: is("INTEGER"),
  IS_DECIMAL: is("INTEGER", "DECIMAL"),
  IS_DOUBLE: is("INTEGER", "DECIMAL", "DOUBLE"),
  IS_REAL: is("INTEGER", "DECIMAL", "DOUBLE"),
  IS_BOOLEAN: is("BOOLEAN"),
  IS_OBJECT: is("OBJECT"),
  IS_ARRAY: is("ARRAY"),
};
