import { isObject, type JsonSchema } from "@chorale/singer";
import { leavesWithin, type PropertyTree, pathOf, propertyTree } from "./flattening.ts";
import { resolveReference } from "./nested-properties.ts";
import type { TableSpec } from "./warehouse.ts";

/**
 * Answers the schema with null allowed in every column that is no key, and in every flattened object without a key:
 * what `on_invalid_value: null` checks by.
 */
export function withNullsAllowed(
  schema: JsonSchema,
  { columns, keyProperties }: Pick<TableSpec, "columns" | "keyProperties">,
): JsonSchema {
  const entries = columns.map((column) => [pathOf(column), keyProperties.includes(column.property)] as const);
  return propertiesOpened(schema, { tree: propertyTree(entries), root: schema });
}

interface Place {
  /** Whether a column is a key. */
  readonly tree: PropertyTree<boolean>;
  readonly root: JsonSchema;
}

function propertiesOpened(schema: JsonSchema, { tree, root }: Place): JsonSchema {
  if (!isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]): [string, JsonSchema] => {
    const branch = tree.branches.get(name);
    if (branch === undefined) return [name, tree.leaves.get(name) === true ? property : withNull(property)];
    const opened = objectOpened(property, { tree: branch, root });
    return [name, leavesWithin(branch).includes(true) ? opened : withNull(opened)];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** Opens the properties of a flattened object, wherever its schema declares them. */
function objectOpened(schema: JsonSchema, place: Place): JsonSchema {
  const { $ref: reference, ...beside }: JsonSchema = schema;
  if (typeof reference === "string") {
    const target = resolveReference(reference, place.root) ?? {};
    return objectOpened({ ...beside, ...target }, place);
  }
  const opened = propertiesOpened(schema, place);
  const parts = (["allOf", "anyOf", "oneOf"] as const).flatMap((keyword) => {
    const each = opened[keyword];
    return Array.isArray(each)
      ? [[keyword, each.map((part) => (isObject(part) ? objectOpened(part, place) : part))] as const]
      : [];
  });
  return { ...opened, ...Object.fromEntries(parts) };
}

function withNull(property: JsonSchema): JsonSchema {
  if (!isObject(property)) return property;
  const { type } = property;
  const hasList = "enum" in property || "const" in property;
  return type === undefined || hasList
    ? { anyOf: [{ type: "null" }, property] }
    : { ...property, type: ["null", ...[type].flat()] };
}
