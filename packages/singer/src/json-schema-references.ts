import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Deeper schemas describe nothing that a warehouse has columns for; what lies below allows anything. */
const maxDepth = 100;
/** How many nodes references may add: a few nested definitions can otherwise grow without end. */
const maxAddedNodes = 20_000;

const schemaMaps: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
]);
const dropped: ReadonlySet<string> = new Set(["definitions", "$defs"]);
const values: ReadonlySet<string> = new Set(["enum", "const", "default", "examples"]);

interface Walk {
  readonly root: JsonSchema;
  readonly ignored: Set<string>;
  /** The references that are being followed. */
  readonly following: readonly string[];
  readonly depth: number;
  readonly added: { count: number };
}

/**
 * Puts what local references (`#/definitions/address`) point to in their place and drops the definitions.
 * A reference stays where it leads back into itself, to another document or nowhere, or where the schema
 * would grow by more than 20,000 nodes; what is nested deeper than 100 levels allows any value. `ignored`
 * names all of these.
 *
 * @example
 * ```ts
 * resolveReferences({ properties: { home: { $ref: "#/definitions/address" } }, definitions: { address: {} } });
 * ```
 */
export function resolveReferences(schema: JsonSchema): { schema: JsonSchema; ignored: readonly string[] } {
  const ignored = new Set<string>();
  const walk: Walk = { root: schema, ignored, following: [], depth: 0, added: { count: 0 } };
  return { schema: resolveObject(schema, walk), ignored: [...ignored] };
}

function resolveNode(node: unknown, walk: Walk): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => resolveNode(item, walk));
  return isObject(node) ? resolveObject(node, walk) : node;
}

function resolveObject(node: JsonSchema, walk: Walk): JsonSchema {
  if (walk.depth > maxDepth) {
    walk.ignored.add(`what is nested deeper than ${maxDepth} levels`);
    return {};
  }
  if (walk.following.length > 0) walk.added.count += 1;
  const { $ref: reference, ...rest } = node;
  const own = resolveKeywords(typeof reference === "string" ? rest : node, walk);
  return typeof reference === "string" ? combined(follow(reference, walk), own) : own;
}

function resolveKeywords(node: JsonSchema, walk: Walk): JsonSchema {
  const below = { ...walk, depth: walk.depth + 1 };
  const entries = Object.entries(node)
    .filter(([key]) => !dropped.has(key))
    .map(([key, value]): [string, unknown] => {
      if (values.has(key)) return [key, value];
      if (!schemaMaps.has(key) || !isObject(value)) return [key, resolveNode(value, below)];
      const named = Object.entries(value).map(([name, each]) => [name, resolveNode(each, below)]);
      return [key, Object.fromEntries(named)];
    });
  return Object.fromEntries(entries);
}

function follow(reference: string, walk: Walk): JsonSchema {
  const problem = problemOf(reference, walk);
  const target = problem === undefined ? pointedAt(walk.root, reference) : undefined;
  if (isObject(target)) {
    return resolveObject(target, {
      ...walk,
      following: [...walk.following, reference],
      depth: walk.depth + 1,
    });
  }
  walk.ignored.add(`$ref ${JSON.stringify(reference)} (${problem ?? "it leads nowhere"})`);
  return { $ref: reference };
}

function problemOf(reference: string, { following, added }: Walk): string | undefined {
  if (!/^#(?:\/|$)/.test(reference)) return "only references within the schema are followed";
  if (following.includes(reference)) return "it leads back into itself";
  return added.count > maxAddedNodes ? "the schema would grow too large" : undefined;
}

function pointedAt(root: JsonSchema, reference: string): unknown {
  let node: unknown = root;
  for (const segment of reference.split("/").slice(1)) {
    const key = decoded(segment).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    node = Reflect.get(node, key);
  }
  return node;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Keywords beside a reference count too, as in the newer drafts; most often they only describe. */
function combined(target: JsonSchema, own: JsonSchema): JsonSchema {
  const keys = Object.keys(own);
  if (keys.some((key) => Object.hasOwn(target, key) && key !== "description" && key !== "title")) {
    return { allOf: [target, own] };
  }
  return { ...target, ...own };
}
