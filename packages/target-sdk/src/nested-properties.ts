import { isObject, type JsonSchema } from "@chorale/singer";

/** A schema within a root, and the references that led to it. */
export interface SchemaPlace {
  readonly root: JsonSchema;
  readonly references: readonly string[];
}

/** The properties that an object declares, and the references that led to them. */
export interface NestedProperties {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly references: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Answers the properties of a schema whose values are objects or null, and nothing else. Undefined when it declares
 * none, when its values may be of another type, when alternatives or parts of it declare properties too,
 * and when it lies within itself: such a value has to stay whole.
 */
export function nestedProperties(json: unknown, place: SchemaPlace): NestedProperties | undefined {
  if (!isObject(json)) return undefined;
  const { $ref: reference, ...beside } = json;
  if (typeof reference === "string") return referredProperties(reference, { beside, place });
  const own = typesBesideNull(json);
  if (own.length > 0) return declaredBy(json, own, place);
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const { [keyword]: found, ...outer } = json;
    if (!Array.isArray(found)) continue;
    const [only, ...others] = found.filter((each: unknown) => !isNull(each));
    const isOne = others.length === 0 && isObject(only) && !declaresProperties(outer);
    return isOne ? nestedProperties({ ...outer, ...only }, place) : undefined;
  }
  return undefined;
}

/** Finds what a local reference such as `#/definitions/money` points at. */
export function resolveReference(reference: string, root: JsonSchema): Record<string, unknown> | undefined {
  if (!reference.startsWith("#")) return undefined;
  let found: unknown = root;
  for (const part of decoded(reference).slice(1).split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return isObject(found) ? found : undefined;
}

/** A reference with a `%` that encodes nothing is taken as it is. */
function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

function referredProperties(
  reference: string,
  { beside, place }: { beside: Json; place: SchemaPlace },
): NestedProperties | undefined {
  const { root, references } = place;
  const target = references.includes(reference) ? undefined : resolveReference(reference, root);
  if (target === undefined || declaresProperties(beside)) return undefined;
  return nestedProperties({ ...beside, ...target }, { root, references: [...references, reference] });
}

function declaredBy(
  json: Json,
  types: readonly unknown[],
  { references }: SchemaPlace,
): NestedProperties | undefined {
  const { properties, ...rest } = json;
  const isObjectOnly = types.length === 1 && types[0] === "object";
  if (!isObjectOnly || !isObject(properties) || declaresProperties(rest)) return undefined;
  return Object.keys(properties).length === 0 ? undefined : { properties, references };
}

function typesBesideNull({ type }: Json): readonly unknown[] {
  return [type].flat().filter((name) => name !== undefined && name !== "null");
}

function isNull(json: unknown): boolean {
  return isObject(json) && json["type"] !== undefined && typesBesideNull(json).length === 0;
}

/** Whether a schema declares properties, itself or in its parts and alternatives; what a reference says is not known. */
function declaresProperties(json: Json): boolean {
  if (json["properties"] !== undefined || json["$ref"] !== undefined) return true;
  const parts = ["allOf", "anyOf", "oneOf", "if", "then", "else"].flatMap((keyword) => json[keyword]);
  return parts.some((part) => isObject(part) && declaresProperties(part));
}
