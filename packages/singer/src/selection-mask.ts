import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Removes from a record what is not selected. */
export type Pick = (record: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** What goes from one object: some of its properties, or something within them. */
export interface Mask {
  /** All properties that the schema names. */
  readonly known: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** What goes within the properties that stay. */
  readonly within: ReadonlyMap<string, Mask>;
  /** Whether properties stay that the schema does not name. */
  readonly open: boolean;
}

/** Deeper than any warehouse looks; what lies below is kept whole. */
export const maxDepth = 100;

type IsSelected = (breadcrumb: readonly string[], node: JsonSchema) => boolean;

/** Answers what goes from the records of a schema; undefined when nothing does. */
export function maskOf(
  schema: JsonSchema,
  isSelected: IsSelected,
  parent: readonly string[] = [],
): Mask | undefined {
  if (parent.length > 2 * maxDepth) return undefined;
  const known = propertiesOf(schema);
  const removed = new Set<string>();
  const within = new Map<string, Mask>();
  for (const [name, node] of known) {
    const breadcrumb = [...parent, "properties", name];
    if (!isSelected(breadcrumb, node)) {
      removed.add(name);
      continue;
    }
    const mask = maskOf(node, isSelected, breadcrumb);
    if (mask !== undefined) within.set(name, mask);
  }
  if (removed.size === 0 && within.size === 0) return undefined;
  const open = removed.size === 0 || isOpen(schema);
  return { known: new Set(known.keys()), removed, within, open };
}

/**
 * Answers the properties that a schema names for an object, also those in its alternatives, in their
 * order. A property that two alternatives name has the schema of both.
 */
export function propertiesOf(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const merged = new Map<string, JsonSchema>();
  for (const variant of variantsOf(schema)) {
    const properties: unknown = variant.properties;
    if (!isObject(properties)) continue;
    for (const [name, value] of Object.entries(properties)) {
      const node: JsonSchema = isObject(value) ? value : {};
      const earlier = merged.get(name);
      merged.set(name, earlier === undefined ? node : { ...earlier, ...node, allOf: [earlier, node] });
    }
  }
  return merged;
}

/** Answers the schema without what the mask removes. */
export function pruneSchema(schema: JsonSchema, mask: Mask): JsonSchema {
  const { properties, required, ...rest } = schema;
  const alternatives = (["anyOf", "oneOf", "allOf"] as const)
    .filter((keyword) => Array.isArray(schema[keyword]))
    .map((keyword) => [
      keyword,
      (schema[keyword] ?? []).map((each) => (isObject(each) ? pruneSchema(each, mask) : each)),
    ]);
  return {
    ...rest,
    ...(isObject(properties) ? { properties: prunedProperties(properties, mask) } : {}),
    ...(Array.isArray(required) ? { required: required.filter((name) => !mask.removed.has(name)) } : {}),
    ...Object.fromEntries(alternatives),
  };
}

function prunedProperties(
  properties: Readonly<Record<string, JsonSchema>>,
  mask: Mask,
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !mask.removed.has(name))
      .map(([name, node]) => {
        const inner = mask.within.get(name);
        return [name, inner === undefined || !isObject(node) ? node : pruneSchema(node, inner)];
      }),
  );
}

/** Makes the function that applies a mask to records. All lists are made here, none a record. */
export function createPick(mask: Mask): Pick {
  const within = new Map([...mask.within].map(([name, inner]) => [name, createPick(inner)]));
  if (mask.open) return pickAllBut(mask.removed, within);
  const kept = [...mask.known].filter((name) => !mask.removed.has(name));
  const steps = kept.map((name) => ({ name, inner: within.get(name) }));
  return (record) => {
    const picked: Record<string, unknown> = {};
    for (const { name, inner } of steps) {
      if (!Object.hasOwn(record, name)) continue;
      put(picked, { name, value: inner === undefined ? record[name] : pickWithin(record[name], inner) });
    }
    return picked;
  };
}

function pickAllBut(removed: ReadonlySet<string>, within: ReadonlyMap<string, Pick>): Pick {
  return (record) => {
    const picked: Record<string, unknown> = {};
    for (const name of Object.keys(record)) {
      if (removed.has(name)) continue;
      const inner = within.get(name);
      put(picked, { name, value: inner === undefined ? record[name] : pickWithin(record[name], inner) });
    }
    return picked;
  };
}

function put(picked: Record<string, unknown>, { name, value }: { name: string; value: unknown }): void {
  if (name !== "__proto__") picked[name] = value;
  // An assignment would change what the object inherits.
  else Object.defineProperty(picked, name, { value, enumerable: true, configurable: true, writable: true });
}

function pickWithin(value: unknown, pick: Pick): unknown {
  return isObject(value) ? pick(value) : value;
}

function isOpen(schema: JsonSchema): boolean {
  return variantsOf(schema).some(
    (variant) =>
      variant.additionalProperties === true ||
      isObject(variant.additionalProperties) ||
      isObject(variant["patternProperties"]),
  );
}

function variantsOf(schema: JsonSchema, depth = 0): readonly JsonSchema[] {
  if (depth > maxDepth) return [];
  const alternatives: unknown[] = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list: unknown) =>
    Array.isArray(list) ? list : [],
  );
  return [schema, ...alternatives.filter(isObject).flatMap((each) => variantsOf(each, depth + 1))];
}
