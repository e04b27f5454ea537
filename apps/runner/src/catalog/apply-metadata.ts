import { isObject } from "@chorale/singer";
import type { MetadataRule } from "./metadata-rules.ts";
import {
  factsOf,
  isRawMetadata,
  metadataOf,
  type RawMetadata,
  type RawObject,
  streamIdOf,
  walkProperties,
} from "./raw-catalog.ts";

/**
 * Applies rules to a stream: to its metadata and, for catalogs of old, to the stream's own keys. Entries
 * that are missing are made, as `automatic` for the stream and its properties and as `available` below them.
 *
 * What an entry is made for, and whether rules reach it, follows Meltano in the details that decide what a
 * tap reads: a property whose name has other characters than letters, digits and `_` gets no entry, and
 * entries that are made for properties are out of the rules' reach where `metadata` stands before `schema`.
 */
export function withMetadata(stream: RawObject, rules: readonly MetadataRule[]): RawObject {
  const id = streamIdOf(stream);
  if (id === undefined) return stream;
  const own = rules.filter((rule) => rule.matchesStream(id));
  const given = metadataOf(stream);
  const entries = hasEntry(given, []) ? given : [...given, newEntry([])];
  const missing = missingEntries(stream["schema"], entries);
  const keys = Object.keys(stream);
  const schemaIsFirst = !keys.includes("metadata") || keys.indexOf("schema") < keys.indexOf("metadata");
  const applied = (list: readonly unknown[]) => list.map((entry) => withFacts(entry, own));
  const metadata = schemaIsFirst ? applied([...entries, ...missing]) : [...applied(entries), ...missing];
  return { ...withKeys({ ...stream, metadata }, own) };
}

/** Old taps read the stream's own keys, which have `_` where metadata has `-`. */
function withKeys(stream: RawObject, rules: readonly MetadataRule[]): RawObject {
  return rules
    .filter((rule) => rule.matchesBreadcrumb(""))
    .reduce((current, { key, value }) => withKey(current, key.replaceAll("-", "_"), value), stream);
}

function withFacts(entry: unknown, rules: readonly MetadataRule[]): unknown {
  if (!isRawMetadata(entry)) return entry;
  const breadcrumb = entry.breadcrumb.join(".");
  const matching = rules.filter((rule) => rule.matchesBreadcrumb(breadcrumb));
  if (matching.length === 0) return entry;
  const metadata = matching.reduce((facts, { key, value }) => withKey(facts, key, value), factsOf(entry));
  return { ...entry, metadata };
}

function withKey(facts: RawObject, key: string, value: unknown): RawObject {
  if (key === "selected" && value === true && facts["inclusion"] === "unsupported") return facts;
  return { ...facts, [key]: value };
}

function missingEntries(schema: unknown, entries: readonly unknown[]): readonly RawMetadata[] {
  const written = new Set(entries.filter(isRawMetadata).map(({ breadcrumb }) => JSON.stringify(breadcrumb)));
  const missing: RawMetadata[] = [];
  walkProperties(schema, (breadcrumb) => {
    const isPlain = /^[\p{L}\p{N}_]*$/u.test(breadcrumb.at(-1) ?? "");
    if (isPlain && !written.has(JSON.stringify(breadcrumb))) missing.push(newEntry(breadcrumb));
    return isPlain;
  });
  return missing;
}

function newEntry(breadcrumb: readonly string[]): RawMetadata {
  return { breadcrumb, metadata: { inclusion: breadcrumb.length <= 2 ? "automatic" : "available" } };
}

function hasEntry(entries: readonly unknown[], breadcrumb: readonly string[]): boolean {
  const text = JSON.stringify(breadcrumb);
  return entries.some((entry) => isObject(entry) && JSON.stringify(entry["breadcrumb"]) === text);
}
