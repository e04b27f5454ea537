import { isObject } from "@chorale/singer";

/** A JSON object as a tap wrote it: numbers that a double cannot hold are kept as text. */
export type RawObject = Readonly<Record<string, unknown>>;

/** A catalog as a tap wrote it. Nothing of it is dropped, moved or filled in. */
export interface RawCatalog extends RawObject {
  readonly streams: readonly unknown[];
}

/** Tells whether a value is a catalog in the form that every tap writes: an object with a list of streams. */
export function isRawCatalog(value: unknown): value is RawCatalog {
  return isObject(value) && Array.isArray(value["streams"]);
}

/** Answers the name that rules and bookmarks call a stream by; undefined for what is no stream. */
export function streamIdOf(stream: unknown): string | undefined {
  if (!isObject(stream)) return undefined;
  const id = stream["tap_stream_id"] ?? stream["stream"];
  return typeof id === "string" ? id : undefined;
}

/** One entry of a stream's `metadata`. */
export interface RawMetadata extends RawObject {
  readonly breadcrumb: readonly string[];
}

/** Tells whether an entry of a `metadata` list says what it is about. */
export function isRawMetadata(value: unknown): value is RawMetadata {
  if (!isObject(value)) return false;
  const breadcrumb = value["breadcrumb"];
  return Array.isArray(breadcrumb) && breadcrumb.every((name) => typeof name === "string");
}

/** Answers a stream's metadata list; empty where it has none. */
export function metadataOf(stream: RawObject): readonly unknown[] {
  const list = stream["metadata"];
  return Array.isArray(list) ? list : [];
}

/** What an entry says beside its breadcrumb. */
export function factsOf(entry: RawMetadata): RawObject {
  const facts = entry["metadata"];
  return isObject(facts) ? facts : {};
}

/** Schemas that are nested deeper than any table are not looked into. */
const maxDepth = 100;

/**
 * Walks the properties of a schema and those below them, parents first, through `properties` only:
 * never into lists and alternatives. `visit` says whether to go on below the property.
 */
export function walkProperties(
  schema: unknown,
  visit: (breadcrumb: readonly string[]) => boolean,
  parent: readonly string[] = [],
): void {
  if (!isObject(schema) || !isObject(schema["properties"]) || parent.length > 2 * maxDepth) return;
  for (const [name, node] of Object.entries(schema["properties"])) {
    const breadcrumb = [...parent, "properties", name];
    if (isObject(node) && visit(breadcrumb)) walkProperties(node, visit, breadcrumb);
  }
}
