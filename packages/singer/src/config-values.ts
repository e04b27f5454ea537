import { isDate } from "./date-time.ts";
import { isObject } from "./json.ts";
import { type JsonSchema, typesOf } from "./json-schema.ts";
import { propertiesOf } from "./selection-mask.ts";

/**
 * Brings settings into the form that they are checked in: nulls go, defaults come, a plain day becomes a
 * date-time where one is wanted. Settings that the schema does not name are dropped and answered in
 * `unknown`, unless it allows them in so many words.
 */
export function settleConfig(
  schema: JsonSchema,
  settings: Readonly<Record<string, unknown>>,
): { config: Readonly<Record<string, unknown>>; unknown: readonly string[] } {
  const known = propertiesOf(schema);
  const isOpen =
    schema.additionalProperties === true ||
    isObject(schema.additionalProperties) ||
    isObject(schema["patternProperties"]);
  const unknown = isOpen ? [] : Object.keys(settings).filter((key) => !known.has(key));
  const kept = Object.entries(settings).filter(([key]) => isOpen || known.has(key));
  return { config: settleObject(schema, Object.fromEntries(kept)), unknown };
}

function settleObject(
  schema: JsonSchema,
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = propertiesOf(schema);
  const given = Object.entries(settings)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]): [string, unknown] => [key, settleValue(known.get(key) ?? {}, value)]);
  const names = new Set(given.map(([key]) => key));
  const defaults = [...known]
    .filter(([key, node]) => !names.has(key) && node.default !== undefined)
    .map(([key, node]): [string, unknown] => [key, structuredClone(node.default)]);
  return Object.fromEntries([...given, ...defaults]);
}

function settleValue(node: JsonSchema, value: unknown): unknown {
  if (typeof value === "string") {
    return node.format === "date-time" && isDate(value) ? `${value}T00:00:00Z` : value;
  }
  if (isObject(value)) {
    return typesOf(node).has("object") ? settleObject(node, value) : value;
  }
  if (!Array.isArray(value) || !isObject(node.items)) return value;
  const { items } = node;
  return value.map((item: unknown) => settleValue(items, item));
}
