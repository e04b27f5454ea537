import { isRawNumber } from "./exact-json.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Turns what older drafts and OpenAPI spell otherwise into the current spelling; of one node, not of those below it. */
export function ofCurrentDraft(node: JsonSchema): JsonSchema {
  return withCurrentBounds(withCurrentItems(withCurrentDependencies(withNull(node))));
}

function withNull(node: JsonSchema): JsonSchema {
  if (node["nullable"] !== true || node.type === undefined) return node;
  return { ...node, type: [...new Set([node.type, "null"].flat())] };
}

function withCurrentBounds(node: JsonSchema): JsonSchema {
  const pairs = [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const;
  return pairs.reduce((current: JsonSchema, [inclusive, exclusive]) => {
    const { [exclusive]: own, ...rest } = current;
    if (own === undefined) return current;
    const { [inclusive]: bound, ...others } = rest;
    const limit = typeof own === "boolean" ? bound : own;
    if (limit === undefined || own === false) return rest;
    // The doubles that are compared do not tell the neighbours of so long a number from it.
    if (isRawNumber(limit)) return { ...others, [inclusive]: limit };
    return typeof own === "boolean" ? { ...others, [exclusive]: limit } : current;
  }, node);
}

function withCurrentItems(node: JsonSchema): JsonSchema {
  const { items, additionalItems, ...rest } = node;
  if (!Array.isArray(items)) return node;
  return {
    ...rest,
    ...(items.length === 0 ? {} : { prefixItems: items }),
    ...(additionalItems === undefined ? {} : { items: schemaFrom(additionalItems) }),
  };
}

function schemaFrom(value: unknown): JsonSchema {
  if (value === false) return { not: {} };
  return isObject(value) ? value : {};
}

function withCurrentDependencies(node: JsonSchema): JsonSchema {
  const { dependencies, ...rest } = node;
  if (!isObject(dependencies)) return node;
  const entries = Object.entries(dependencies);
  const required = entries.filter(([, value]) => Array.isArray(value));
  const schemas = entries.filter(([, value]) => isObject(value));
  return {
    ...rest,
    ...(required.length === 0 ? {} : { dependentRequired: Object.fromEntries(required) }),
    ...(schemas.length === 0 ? {} : { dependentSchemas: Object.fromEntries(schemas) }),
  };
}
