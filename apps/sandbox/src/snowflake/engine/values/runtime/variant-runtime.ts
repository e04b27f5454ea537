import { BOOLEAN, DECIMAL, DOUBLE, type DuckDBDecimalValue, INTEGER, VARCHAR } from "@duckdb/node-api";
import { EngineError } from "../problem.ts";
import {
  type VariantStep,
  variantAt,
  variantEntries,
  variantItems,
  variantObject,
  variantType,
} from "../variant-access.ts";
import { canonicalNumber, canonicalVariant, compactVariant } from "../variant-text.ts";
import { castFailure } from "./cast-failures.ts";
import { doubleText, parseDecimal, rescaled } from "./decimals.ts";
import { castBoolean, castDouble, castNumber, scales } from "./number-runtime.ts";
import { type RuntimeFunction, text, textOrNull } from "./runtime-function.ts";

const jsonNull = "null";

/** Answers what a kept value is as text: a string's characters, other values as JSON, and null for JSON's null. */
export function variantAsText(value: string): string | null {
  if (value === jsonNull) return null;
  if (value.startsWith('"')) return String(JSON.parse(value));
  return variantType(value) === "DOUBLE" ? doubleText(Number(value)) : compactVariant(value);
}

/** Answers a scalar's text for a cast; undefined for objects and arrays. */
function scalarText(value: string): string | undefined {
  return value.startsWith("{") || value.startsWith("[") ? undefined : (variantAsText(value) ?? undefined);
}

function cast<Value>(value: string, type: string, read: (scalar: string) => Value | null): Value | null {
  if (value === jsonNull) return null;
  const scalar = scalarText(value);
  const result = scalar === undefined ? null : read(scalar);
  return result ?? castFailure({ value, source: "variant", type });
}

function variantNumber(value: string, precision: number, scale: number): DuckDBDecimalValue | null {
  const kind = variantType(value);
  if (kind === "BOOLEAN")
    return castNumber(value === "true" ? "1" : "0", { precision, scale, source: "variant" });
  const exact = kind === "DOUBLE" ? value : undefined;
  return cast(value, "FIXED", (scalar) => {
    const number = exact ?? scalar;
    if (parseDecimal(number) === undefined) return null;
    return castNumber(number, { precision, scale, source: "variant" });
  });
}

function variantDouble(value: string): number | null {
  const kind = variantType(value);
  if (kind === "BOOLEAN") return value === "true" ? 1 : 0;
  if (kind === "DOUBLE" || kind === "INTEGER" || kind === "DECIMAL") return Number(value);
  return cast(value, "REAL", (scalar) => castDouble(scalar, "try"));
}

function variantBoolean(value: string): boolean | null {
  const kind = variantType(value);
  if (kind === "DOUBLE" || kind === "INTEGER" || kind === "DECIMAL") return Number(value) !== 0;
  return cast(value, "BOOLEAN", (scalar) => castBoolean(scalar, "try"));
}

/** Compares kept values: numbers by their size, others of one type by their text, and others by their types. */
function comparedVariants(left: string, right: string): number {
  const [leftNumber, rightNumber] = [parseDecimal(left), parseDecimal(right)];
  if (leftNumber === undefined || rightNumber === undefined)
    return left === right ? 0 : left < right ? -1 : 1;
  const scale = Math.max(leftNumber.scale, rightNumber.scale);
  const difference = rescaled(leftNumber, scale).unscaled - rescaled(rightNumber, scale).unscaled;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function parsed(json: string): string | null {
  return canonicalVariant(json) ?? null;
}

function triedParse(json: string): string | null {
  try {
    return parsed(json);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

function object(values: readonly unknown[], keepsNulls: boolean): string {
  const entries: [string, string][] = [];
  for (let at = 0; at + 1 < values.length; at += 2) {
    const [key, value] = [values[at], values[at + 1]];
    if (typeof key !== "string") continue;
    if (typeof value === "string") entries.push([key, value]);
    else if (keepsNulls) entries.push([key, jsonNull]);
  }
  if (new Set(entries.map(([key]) => key)).size < entries.length) {
    throw new EngineError({ code: "100098", sqlState: "22000", message: "Duplicate field key in object" });
  }
  return variantObject(entries);
}

/** Answers the steps of a path that a translation wrote; it remembers the last, for a column is asked for one. */
function stepReader(): (path: string) => readonly VariantStep[] {
  let last = "";
  let steps: readonly VariantStep[] = [];
  return (path) => {
    if (path !== last) {
      const items: unknown = JSON.parse(path);
      steps = Array.isArray(items)
        ? items.filter((item) => typeof item === "string" || typeof item === "number")
        : [];
      last = path;
    }
    return steps;
  };
}

function array(value: string): string | null {
  if (value === jsonNull) return null;
  return value.startsWith("[") ? value : `[${value}]`;
}

/** Functions that walk into kept values. */
function walks(): readonly RuntimeFunction[] {
  const steps = stepReader();
  return [
    { name: "sf_parse_json", parameters: [VARCHAR], returns: VARCHAR, call: (json) => parsed(text(json)) },
    {
      name: "sf_try_parse_json",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (json) => triedParse(text(json)),
    },
    {
      name: "sf_at",
      parameters: [VARCHAR, VARCHAR],
      constants: 1,
      returns: VARCHAR,
      call: (value, path) => variantAt(text(value), steps(text(path))),
    },
    {
      name: "sf_attribute",
      parameters: [VARCHAR, VARCHAR],
      returns: VARCHAR,
      call: (value, key) => variantAt(text(value), [text(key)]),
    },
    {
      name: "sf_item",
      parameters: [VARCHAR, INTEGER],
      returns: VARCHAR,
      call: (value, index) => variantAt(text(value), [Number(index)]),
    },
  ];
}

/** Functions that make objects and arrays. */
function shapes(): readonly RuntimeFunction[] {
  return [
    {
      name: "sf_object",
      parameters: [BOOLEAN],
      rest: VARCHAR,
      returns: VARCHAR,
      takesNulls: true,
      call: (keepsNulls, ...values) => object(values, keepsNulls === true),
    },
    {
      name: "sf_array",
      parameters: [],
      rest: VARCHAR,
      returns: VARCHAR,
      takesNulls: true,
      call: (...values) => `[${values.map((value) => textOrNull(value) ?? "undefined").join(",")}]`,
    },
    { name: "sf_to_array", parameters: [VARCHAR], returns: VARCHAR, call: (value) => array(text(value)) },
    {
      name: "sf_to_object",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => {
        const kept = text(value);
        if (kept === jsonNull || kept.startsWith("{")) return kept === jsonNull ? null : kept;
        return castFailure({ value: kept, source: "variant", type: "OBJECT" });
      },
    },
    {
      name: "sf_keys",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => JSON.stringify(variantEntries(text(value)).map(([key]) => key)),
    },
    {
      name: "sf_size",
      parameters: [VARCHAR],
      returns: INTEGER,
      call: (value) => (text(value).startsWith("[") ? variantItems(text(value)).length : null),
    },
  ];
}

/** Functions over VARIANT values, which are JSON text. */
export function variantRuntime(): readonly RuntimeFunction[] {
  return [
    ...walks(),
    ...shapes(),
    ...casts(),
    {
      name: "sf_compare",
      parameters: [VARCHAR, VARCHAR],
      returns: INTEGER,
      call: (left, right) => comparedVariants(text(left), text(right)),
    },
    { name: "sf_typeof", parameters: [VARCHAR], returns: VARCHAR, call: (value) => variantType(text(value)) },
    {
      name: "sf_variant_text",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => variantAsText(text(value)),
    },
    {
      name: "sf_to_json",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => compactVariant(text(value)),
    },
    {
      name: "sf_text_variant",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => JSON.stringify(text(value)),
    },
    {
      name: "sf_number_variant",
      parameters: [VARCHAR],
      returns: VARCHAR,
      call: (value) => canonicalNumber(text(value)) ?? null,
    },
    {
      name: "sf_double_variant",
      parameters: [DOUBLE],
      returns: VARCHAR,
      call: (value) => {
        const number = Number(value);
        return Number.isFinite(number) ? number.toExponential() : JSON.stringify(doubleText(number));
      },
    },
  ];
}

/** Functions that cast kept values. */
function casts(): readonly RuntimeFunction[] {
  return [
    ...scales.map(
      (scale): RuntimeFunction => ({
        name: `sf_variant_number_${scale}`,
        parameters: [VARCHAR, INTEGER],
        constants: 1,
        returns: DECIMAL(38, scale),
        call: (value, precision) => variantNumber(text(value), Number(precision), scale),
      }),
    ),
    {
      name: "sf_variant_double",
      parameters: [VARCHAR],
      returns: DOUBLE,
      call: (value) => variantDouble(text(value)),
    },
    {
      name: "sf_variant_boolean",
      parameters: [VARCHAR],
      returns: BOOLEAN,
      call: (value) => variantBoolean(text(value)),
    },
  ];
}
