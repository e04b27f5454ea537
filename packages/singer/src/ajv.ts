import type { Format, ValidateFunction } from "ajv/dist/2020.js";
import { isDate, isDateTime, isTime } from "./date-time.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The rules that texts with a format of time are checked by. */
export interface TimeRules {
  /** @default RFC 3339 with an offset */
  readonly dateTime?: (text: string) => boolean;
  /** @default a day that exists, `2026-01-31` */
  readonly date?: (text: string) => boolean;
  /** @default RFC 3339 with an offset */
  readonly time?: (text: string) => boolean;
}

/** Compiles a schema that {@link normalizeSchema} made. */
export type Compile = (normal: JsonSchema) => ValidateFunction;

const decimalText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** From so many properties on, the code of a validator that stops at the first error nests too deep to run. */
const wide = 64;

/**
 * Loads the validator, which is heavy, when a schema is to be compiled. `allErrors` finds every violation;
 * without it a wide object still answers one for each of its properties.
 */
export async function loadAjv(options: TimeRules & { allErrors: boolean }): Promise<Compile> {
  const [{ Ajv2020 }, { fullFormats }] = await Promise.all([
    import("ajv/dist/2020.js"),
    import("ajv-formats/dist/formats.js"),
  ]);
  const formats: Record<string, Format> = {
    ...fullFormats,
    "date-time": options.dateTime ?? isDateTime,
    date: options.date ?? isDate,
    time: options.time ?? isTime,
    "singer.decimal": decimalText,
    "x-singer.decimal": decimalText,
  };
  // An instance a schema: a shared one keeps every schema that it ever saw.
  return (normal) =>
    new Ajv2020({
      allErrors: options.allErrors || someObject(normal, (each) => Object.keys(each).length >= wide),
      // Without it every object has a `constructor`, and looking at own properties alone costs time.
      ownProperties: someObject(normal, namesInherited),
      formats,
      strict: false,
      // 1e400 is no number that anybody could store.
      strictNumbers: true,
      logger: false,
      meta: false,
      validateSchema: false,
      addUsedSchema: false,
    }).compile(normal);
}

function someObject(node: unknown, test: (object: Readonly<Record<string, unknown>>) => boolean): boolean {
  if (Array.isArray(node)) return node.some((item) => someObject(item, test));
  return isObject(node) && (test(node) || Object.values(node).some((value) => someObject(value, test)));
}

/** Whether an object has, or requires, a property with a name that every object inherits. */
function namesInherited(node: Readonly<Record<string, unknown>>): boolean {
  const required = Array.isArray(node["required"]) ? node["required"] : [];
  return [...Object.keys(node), ...required].some((name) => String(name) in Object.prototype);
}
