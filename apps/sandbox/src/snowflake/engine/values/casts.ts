import { type CastContext, castToMoment, momentNumber, outputFormat } from "./moment-casts.ts";
import { textLiteral } from "./names.ts";
import { impossibleCast } from "./problem.ts";
import { call, type Typed } from "./typed.ts";
import { floatType, isSemiStructured, physicalType, type SqlType, typeName, variantType } from "./types.ts";

/**
 * Casts a value to a type as CAST does.
 *
 * Throws 001065 for types between which there is no cast. The SQL fails with the codes of values that are not
 * recognized or out of range; with `context.isTry` it answers NULL for them.
 */
export function castTo(value: Typed, to: SqlType, context: CastContext): Typed {
  if (value.isUntyped === true) return { sql: `CAST(NULL AS ${physicalType(to)})`, type: to };
  const sql = castSql(value, to, context);
  if (sql === undefined) {
    const name = context.isTry === true ? "TRY_CAST" : "CAST";
    throw impossibleCast(name, { from: typeName(value.type), to: typeName(to) });
  }
  return { sql, type: to };
}

function castSql(value: Typed, to: SqlType, context: CastContext): string | undefined {
  switch (to.kind) {
    case "number":
      return numberSql(value, to, context);
    case "float":
      return doubleSql(value, context);
    case "boolean":
      return booleanSql(value, context);
    case "varchar":
      return fittedText(value, to.length, context);
    case "binary":
      return binarySql(value, context);
    case "variant":
      return variantSql(value, context);
    case "object":
      return isObject(value.type) ? call("sf_to_object", value.sql) : undefined;
    case "array":
      return arraySql(value, context);
    default:
      return castToMoment(value, to, context);
  }
}

function isObject(type: SqlType): boolean {
  return type.kind === "variant" || type.kind === "object";
}

function source(context: CastContext): string {
  return context.isTry === true ? "'try'" : "'text'";
}

function numberSql(
  value: Typed,
  to: { precision: number; scale: number },
  context: CastContext,
): string | undefined {
  const physical = physicalType({ kind: "number", ...to });
  const fitted = (text: string, from: string) =>
    `CAST(${call(`sf_number_${to.scale}`, text, to.precision, from)} AS ${physical})`;
  switch (value.type.kind) {
    case "varchar":
      return fitted(value.sql, source(context));
    case "number": {
      const { precision, scale } = value.type;
      if (precision === to.precision && scale === to.scale) return value.sql;
      const isWider = to.scale >= scale && to.precision - to.scale >= precision - scale;
      return isWider
        ? `CAST(${value.sql} AS ${physical})`
        : fitted(`CAST(${value.sql} AS VARCHAR)`, "'number'");
    }
    case "float":
      return fitted(`CAST(${value.sql} AS VARCHAR)`, "'number'");
    case "boolean":
      return fitted(`CAST(CAST(${value.sql} AS INTEGER) AS VARCHAR)`, "'number'");
    case "variant":
      return `CAST(${call(`sf_variant_number_${to.scale}`, value.sql, to.precision)} AS ${physical})`;
    default:
      return undefined;
  }
}

function doubleSql(value: Typed, context: CastContext): string | undefined {
  switch (value.type.kind) {
    case "varchar":
      return call("sf_double", value.sql, source(context));
    case "float":
      return value.sql;
    case "number":
      return `CAST(${value.sql} AS DOUBLE)`;
    case "boolean":
      return `CAST(CAST(${value.sql} AS INTEGER) AS DOUBLE)`;
    case "variant":
      return call("sf_variant_double", value.sql);
    default:
      return undefined;
  }
}

function booleanSql(value: Typed, context: CastContext): string | undefined {
  switch (value.type.kind) {
    case "varchar":
      return call("sf_boolean", value.sql, source(context));
    case "boolean":
      return value.sql;
    case "number":
    case "float":
      return `(${value.sql} <> 0)`;
    case "variant":
      return call("sf_variant_boolean", value.sql);
    default:
      return undefined;
  }
}

/** Writes any value as text, without a limit to its length. */
function textSql(value: Typed, context: CastContext): string {
  const { sql, type } = value;
  switch (type.kind) {
    case "varchar":
      return sql;
    case "float":
      return call("sf_double_text", sql);
    case "binary":
      return call("sf_bytes_text", sql, "'HEX'");
    case "variant":
    case "object":
    case "array":
      return call("sf_variant_text", sql);
    case "number":
      return numberText(sql, type);
    case "boolean":
      return `CAST(${sql} AS VARCHAR)`;
    default:
      return call(
        "sf_moment_text",
        momentNumber(value),
        textLiteral(type.kind),
        textLiteral(outputFormat(type, context)),
        textLiteral(context.zone),
      );
  }
}

/** DuckDB leaves out the zero before the point where a type has room for none. */
function numberText(sql: string, { precision, scale }: { precision: number; scale: number }): string {
  const wider: SqlType = { kind: "number", precision: precision + 1, scale };
  return `CAST(${precision === scale ? `CAST(${sql} AS ${physicalType(wider)})` : sql} AS VARCHAR)`;
}

function fittedText(value: Typed, length: number, context: CastContext): string {
  const text = textSql(value, context);
  const isShort = value.type.kind === "varchar" && value.type.length <= length;
  const isNeverLong = ["number", "boolean", "float", "date"].includes(value.type.kind) && length >= 50;
  return isShort || isNeverLong ? text : call("sf_fitting", text, length);
}

function binarySql(value: Typed, context: CastContext): string | undefined {
  if (value.type.kind === "binary") return value.sql;
  const form = context.isTry === true ? "'TRY_HEX'" : "'HEX'";
  if (value.type.kind === "varchar") return call("sf_bytes", value.sql, form);
  return value.type.kind === "variant"
    ? call("sf_bytes", call("sf_variant_text", value.sql), form)
    : undefined;
}

function variantSql(value: Typed, context: CastContext): string {
  const { sql, type } = value;
  if (isSemiStructured(type)) return sql;
  switch (type.kind) {
    case "number":
      return call("sf_number_variant", numberText(sql, type));
    case "float":
      return call("sf_double_variant", sql);
    case "boolean":
      return `CAST(${sql} AS VARCHAR)`;
    default:
      return call("sf_text_variant", textSql(value, context));
  }
}

function arraySql(value: Typed, context: CastContext): string {
  return value.type.kind === "array" ? value.sql : call("sf_to_array", variantSql(value, context));
}

/** Coerces a value to text where a function takes text. */
export function asText(value: Typed, context: CastContext): string {
  return value.isUntyped === true ? value.sql : textSql(value, context);
}

/** Coerces a value to a VARIANT. */
export function asVariant(value: Typed, context: CastContext): string {
  return castTo(value, variantType, context).sql;
}

/** Coerces a value to a number: what is none becomes a double, which keeps a fraction. */
export function asNumber(value: Typed, context: CastContext): Typed {
  if (value.type.kind === "number" || value.type.kind === "float") return value;
  return castTo(value, floatType, context);
}

/** Coerces a value to a boolean. */
export function asBoolean(value: Typed, context: CastContext): string {
  return castTo(value, { kind: "boolean" }, context).sql;
}

/** Coerces a value to a whole number that DuckDB's functions take. */
export function asInteger(value: Typed, context: CastContext): string {
  return `CAST(${castTo(value, { kind: "number", precision: 18, scale: 0 }, context).sql} AS INTEGER)`;
}
