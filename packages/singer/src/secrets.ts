import { isRawNumber } from "./exact-json.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";
import { aliasesOf } from "./schema.ts";
import { propertiesOf } from "./selection-mask.ts";

/**
 * Answers the values of all secret settings (`secret` or `writeOnly` in the schema), within objects and
 * lists too, to make a redactor from. Of a secret object every text and number in it counts. Settings may
 * have any of their names; those that the schema does not name are no secrets.
 *
 * @example
 * ```ts
 * const redact = createRedactor(secretsOf(schema.json, config));
 * ```
 */
export function secretsOf(schema: JsonSchema, config: unknown): readonly string[] {
  if (schema.secret === true || schema["writeOnly"] === true) return leavesOf(config);
  if (Array.isArray(config)) {
    const items = isObject(schema.items) ? schema.items : {};
    return config.flatMap((item: unknown) => secretsOf(items, item));
  }
  if (!isObject(config)) return [];
  return [...propertiesOf(schema)].flatMap(([key, node]) =>
    [key, ...aliasesOf(node)].flatMap((name) =>
      Object.hasOwn(config, name) ? secretsOf(node, config[name]) : [],
    ),
  );
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (isRawNumber(value)) return [value.rawJSON];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}
