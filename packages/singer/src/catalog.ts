import { ConfigError } from "./errors.ts";
import { parseExact } from "./exact-json.ts";
import { isObject } from "./json.ts";
import { jsonErrorPosition } from "./json-position.ts";
import type { JsonSchema } from "./json-schema.ts";
import { ownValue } from "./own-value.ts";

/** What is known of a stream (`breadcrumb` is empty) or of one of its properties (`["properties", "id"]`). */
export interface MetadataEntry {
  readonly breadcrumb: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A stream of a catalog. Keys that are not named here are kept as they are. */
export interface CatalogEntry {
  readonly tap_stream_id: string;
  readonly stream: string;
  readonly schema: JsonSchema;
  readonly metadata: readonly MetadataEntry[];
  readonly key_properties?: readonly string[];
  readonly replication_key?: string | null;
  readonly replication_method?: string | null;
  readonly [key: string]: unknown;
}

/** The streams that a tap can read. Keys that are not named here are kept as they are. */
export interface Catalog {
  readonly streams: readonly CatalogEntry[];
  readonly [key: string]: unknown;
}

/** How a stream is read: whole each time, from its bookmark on, or from a log of changes. */
export type ReplicationMethod = "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

/**
 * Parses a catalog file, or the older `--properties` form of one: there `tap_stream_id` may be missing,
 * `streams` may be an object by name and selections stand in the schema. Every key that is not the
 * protocol's own is kept; missing `metadata` becomes an empty list.
 *
 * Throws {@link ConfigError} that names the stream and what is wrong with it.
 *
 * @example
 * ```ts
 * const catalog = parseCatalog(await readFile("catalog.json", "utf8"));
 * ```
 */
export function parseCatalog(text: string): Catalog {
  const value = parseJson(text);
  const streams = isObject(value) ? value["streams"] : undefined;
  if (!isObject(value) || !(Array.isArray(streams) || isObject(streams))) {
    throw new ConfigError('catalog: it is no object with "streams". Make one with --discover.');
  }
  const entries = Array.isArray(streams)
    ? streams.map((entry: unknown, index) => parseEntry(entry, { where: `streams[${index}]` }))
    : Object.entries(streams).map(([name, entry]) =>
        parseEntry(entry, { where: `streams[${JSON.stringify(name)}]`, name }),
      );
  refuseDuplicates(entries);
  return { ...value, streams: entries };
}

/** What a stream's entry in a discovered catalog is made of. */
export interface CatalogEntryOptions {
  readonly tapStreamId: string;
  readonly schema: JsonSchema;
  readonly keyProperties: readonly string[];
  readonly replicationMethod: ReplicationMethod;
  readonly replicationKey?: string | undefined;
  /** @default the replication key alone */
  readonly validReplicationKeys?: readonly string[] | undefined;
  /** The `tap_stream_id` of the stream whose records this one is read for. */
  readonly parent?: string | undefined;
  /** Whether the stream is read when nobody chose. @default true */
  readonly selectedByDefault?: boolean | undefined;
}

/**
 * Makes the entry that discovery writes for a stream, with the protocol's standard metadata. The
 * properties that identify a record and the replication key are `automatic`, all others `available`.
 *
 * @example
 * ```ts
 * catalogEntry({ tapStreamId: "users", schema: user.json, keyProperties: ["id"],
 *   replicationMethod: "INCREMENTAL", replicationKey: "updated_at" });
 * ```
 */
export function catalogEntry(options: CatalogEntryOptions): CatalogEntry {
  const { tapStreamId, schema, keyProperties, replicationMethod, replicationKey } = options;
  const automatic = new Set(
    replicationKey === undefined ? keyProperties : [...keyProperties, replicationKey],
  );
  const properties = Object.keys(schema.properties ?? {}).map((name) => ({
    breadcrumb: ["properties", name],
    metadata: { inclusion: automatic.has(name) ? "automatic" : "available" },
  }));
  return {
    tap_stream_id: tapStreamId,
    stream: tapStreamId,
    schema,
    key_properties: keyProperties,
    ...(replicationKey === undefined ? {} : { replication_key: replicationKey }),
    replication_method: replicationMethod,
    metadata: [{ breadcrumb: [], metadata: streamMetadata(options) }, ...properties],
  };
}

function streamMetadata(options: CatalogEntryOptions): Readonly<Record<string, unknown>> {
  const { keyProperties, replicationMethod, replicationKey, parent } = options;
  const valid = options.validReplicationKeys ?? (replicationKey === undefined ? [] : [replicationKey]);
  return {
    inclusion: "available",
    "selected-by-default": options.selectedByDefault ?? true,
    "table-key-properties": keyProperties,
    "forced-replication-method": replicationMethod,
    ...(valid.length === 0 ? {} : { "valid-replication-keys": valid }),
    ...(parent === undefined ? {} : { "parent-tap-stream-id": parent }),
  };
}

function parseJson(text: string): unknown {
  try {
    return parseExact(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    const { line, column } = jsonErrorPosition(text);
    throw new ConfigError(
      `catalog: not valid JSON at line ${line}, column ${column}. Make it again with --discover.`,
      { cause: error },
    );
  }
}

function parseEntry(value: unknown, { where, name }: { where: string; name?: string }): CatalogEntry {
  if (!isObject(value)) throw new ConfigError(`catalog: ${where} must be an object.`);
  const { key_properties: keys, ...rest } = value;
  const { tap_stream_id: givenId, stream: givenStream, schema } = value;
  const id = givenId ?? givenStream ?? name;
  const stream = givenStream ?? id;
  if (!isName(id) || !isName(stream)) throw new ConfigError(`catalog: ${where} has no text "tap_stream_id".`);
  const at = `stream ${JSON.stringify(id)}`;
  if (!isObject(schema)) {
    throw new ConfigError(`catalog: ${at} has no object "schema".`);
  }
  const method = optionalName(value["replication_method"], `${at}: "replication_method"`);
  const key = optionalName(value["replication_key"], `${at}: "replication_key"`);
  return {
    ...rest,
    tap_stream_id: id,
    stream,
    schema,
    metadata: parseMetadata(value["metadata"], at),
    ...(keys === undefined || keys === null
      ? {}
      : { key_properties: names(keys, `${at}: "key_properties"`) }),
    ...(key === undefined ? {} : { replication_key: key }),
    ...(method === undefined ? {} : { replication_method: method }),
  };
}

function parseMetadata(value: unknown, at: string): readonly MetadataEntry[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ConfigError(`catalog: ${at}: "metadata" must be a list.`);
  return value.map((entry: unknown, index) => {
    const where = `${at}: metadata[${index}]`;
    if (!isObject(entry)) throw new ConfigError(`catalog: ${where} must be an object.`);
    const breadcrumb = names(ownValue(entry, "breadcrumb") ?? [], `${where}: "breadcrumb"`);
    const metadata = ownValue(entry, "metadata") ?? {};
    if (!isObject(metadata)) {
      throw new ConfigError(`catalog: ${where}: "metadata" must be an object.`);
    }
    return { ...entry, breadcrumb, metadata };
  });
}

function optionalName(value: unknown, what: string): string | null | undefined {
  if (value === undefined || value === null || typeof value === "string") return value;
  throw new ConfigError(`catalog: ${what} must be a text or null.`);
}

function names(value: unknown, what: string): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new ConfigError(`catalog: ${what} must be a list of texts.`);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function refuseDuplicates(entries: readonly CatalogEntry[]): void {
  const seen = new Set<string>();
  for (const { tap_stream_id: id } of entries) {
    if (seen.has(id)) throw new ConfigError(`catalog: stream ${JSON.stringify(id)} is there twice.`);
    seen.add(id);
  }
}
