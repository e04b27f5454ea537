import { createHash } from "node:crypto";
import { ConfigError } from "@chorale/singer";
import { type Dialect, nameOf, quoteTable, type TableName, tableNameOf } from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import { foldName, maxNameLength } from "./folding.ts";
import { meltanoPlace, type Place, pipelinewisePlace, splitStream } from "./other-loaders-names.ts";

/** The settings that say where a stream's table is. */
export type PlaceSettings = Pick<
  SnowflakeConfig,
  "database" | "default_target_schema" | "schema" | "schema_mapping" | "stream_overrides" | "compat"
>;

/** The settings that say who may read a stream's table. */
export type ReaderSettings = Pick<
  SnowflakeConfig,
  "schema_mapping" | "default_target_schema_select_permissions"
>;

/** A stage of Snowflake's own: one that is in a schema, or the user's. */
export type StageName = TableName | "~";

/** The stage that is made when none is named. */
const defaultStage = "_CHORALE_STAGE";
const maxSegmentLength = 100;
const hashLength = 8;

/**
 * Answers where a stream's table is.
 *
 * The first that says so counts: `stream_overrides`; `schema_mapping` by the stream's name before the first hyphen, as
 * PipelineWise reads it; what `compat` makes of the name; the stream's name in `default_target_schema`. Throws
 * `ConfigError` when nothing names a schema, and for a name that no table can have.
 *
 * @example
 * ```ts
 * locateTable("users", { config, dialect }); // { catalog: "RAW", schema: "SHOP", table: "USERS" }
 * ```
 */
export function locateTable(
  stream: string,
  { config, dialect }: { readonly config: PlaceSettings; readonly dialect: Dialect },
): TableName {
  const override = ownValue(config.stream_overrides, stream);
  const place = placeOf(stream, config);
  const schema = override?.schema ?? place.schema ?? defaultSchemaOf(config);
  if (schema === undefined || schema.trim() === "") {
    throw new ConfigError(
      `${stream}: no schema to load it into. Set default_target_schema, or a schema for it in schema_mapping or stream_overrides.`,
    );
  }
  return {
    catalog: configuredName(config.database, "database"),
    schema: configuredName(schema, "a schema's name"),
    table:
      override?.table === undefined
        ? derivedTable(stream, { place, dialect })
        : configuredName(override.table, `the table of ${stream}`),
  };
}

/** Answers the schema of tables that nothing else is said of. MeltanoLabs has two settings for it. */
export function defaultSchemaOf({
  default_target_schema: schema,
  schema: lastSchema,
}: Pick<PlaceSettings, "default_target_schema" | "schema">): string | undefined {
  return schema ?? lastSchema;
}

/**
 * Answers the schemas that the settings name, as they are stored and each once: those of streams' names are not among
 * them.
 *
 * @example
 * ```ts
 * loadedSchemas({ database: "raw", default_target_schema: "shop" }); // ["SHOP"]
 * ```
 */
export function loadedSchemas(config: PlaceSettings): readonly string[] {
  const named = [
    defaultSchemaOf(config),
    ...Object.values(config.schema_mapping ?? {}).map(({ target_schema: schema }) => schema),
    ...Object.values(config.stream_overrides ?? {}).map(({ schema }) => schema),
  ];
  const names = named.flatMap((name) => (name === undefined ? [] : configuredName(name, "a schema's name")));
  return [...new Set(names)];
}

/**
 * Answers the roles that may read a stream's table, as they are stored: those of its `schema_mapping`, else those of
 * `default_target_schema_select_permissions`. Empty when none are set.
 *
 * @example
 * ```ts
 * readersOf("public-users", config); // ["REPORTING"]
 * ```
 */
export function readersOf(stream: string, config: ReaderSettings): readonly string[] {
  const mapping = ownValue(config.schema_mapping, splitStream(stream).schema);
  const roles =
    mapping?.target_schema_select_permissions ?? config.default_target_schema_select_permissions ?? [];
  const list = typeof roles === "string" ? [roles] : roles;
  return list.map((role) => configuredName(role, "a role that may select"));
}

/**
 * Reads a name of the configuration as Snowflake reads one in a statement: in capitals, or exactly as it stands
 * between double quotes. Throws `ConfigError`, which begins with `what`, for a name that nothing can have.
 *
 * @example
 * ```ts
 * configuredName("raw", "database"); // "RAW"
 * configuredName('"raw"', "database"); // "raw"
 * ```
 */
export function configuredName(text: string, what: string): string {
  const trimmed = text.trim();
  const inner = /^"((?:[^"]|"")*)"$/.exec(trimmed)?.[1];
  const name = inner === undefined ? foldName(trimmed) : inner.replaceAll('""', '"');
  if (name === "" || name.includes("\0") || !name.isWellFormed() || [...name].length > maxNameLength) {
    throw new ConfigError(
      `${what}: Snowflake has no name like ${JSON.stringify(shown(text))}. Give it 1 to ${maxNameLength} characters, without NUL.`,
    );
  }
  return name;
}

/**
 * Answers a table that a setting names: its name, `schema.table` or `database.schema.table`; what is left out is the
 * configured one. Throws `ConfigError` for more parts, or when no schema is known.
 *
 * @example
 * ```ts
 * namedTable("states", { config, setting: "state_table" }); // { catalog: "RAW", schema: "SHOP", table: "STATES" }
 * ```
 */
export function namedTable(
  text: string,
  { config, setting }: { readonly config: PlaceSettings; readonly setting: string },
): TableName {
  const parts = text.trim().match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  const [table, schema = defaultSchemaOf(config), database = config.database] = [...parts].reverse();
  if (table === undefined || parts.length > 3 || parts.join(".") !== text.trim()) {
    throw new ConfigError(
      `${setting}: ${JSON.stringify(shown(text))} is no name. Write name, schema.name or database.schema.name.`,
    );
  }
  if (schema === undefined) {
    throw new ConfigError(
      `${setting}: no schema for ${shown(text)}. Set default_target_schema, or write schema.name.`,
    );
  }
  return {
    catalog: configuredName(database, setting),
    schema: configuredName(schema, setting),
    table: configuredName(table, setting),
  };
}

/**
 * Answers the stage that files are put into: the one that is configured, else one in `default_target_schema`, else
 * the user's own.
 *
 * @example
 * ```ts
 * stageOf(config); // { catalog: "RAW", schema: "SHOP", table: "_CHORALE_STAGE" }
 * ```
 */
export function stageOf(config: PlaceSettings & Pick<SnowflakeConfig, "stage">): StageName {
  const stage = config.stage?.trim().replace(/^@/, "");
  if (stage === "~" || (stage === undefined && defaultSchemaOf(config) === undefined)) return "~";
  return namedTable(stage ?? defaultStage, { config, setting: "stage" });
}

/**
 * Writes a stage, and a path in it, as statements refer to it. The path is one of {@link stagePath}.
 *
 * @example
 * ```ts
 * stageReference({ schema: "SHOP", table: "FILES" }, "chorale/users/1/"); // '@"SHOP"."FILES"/chorale/users/1/'
 * ```
 */
export function stageReference(stage: StageName, path = ""): string {
  return `@${stage === "~" ? "~" : quoteTable(stage)}${path === "" ? "" : `/${path}`}`;
}

/**
 * Answers the folder of a batch within a stage, which ends in a slash: made of letters, digits, `_`, `-` and `.` alone,
 * so that it needs no quotes. What had other characters, or is too long, ends in a hash of the whole.
 *
 * @example
 * ```ts
 * stagePath({ prefix: "chorale", stream: "users", batchId: "b1" }); // "chorale/users/b1/"
 * ```
 */
export function stagePath({
  prefix,
  stream,
  batchId,
}: {
  readonly prefix: string;
  readonly stream: string;
  readonly batchId: string;
}): string {
  const folders = prefix.split("/").filter((folder) => folder !== "");
  return `${[...folders, stream, batchId].map(segmentOf).join("/")}/`;
}

function segmentOf(name: string): string {
  const safe = name
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, maxSegmentLength);
  if (safe === name && safe !== "") return safe;
  return `${safe}-${createHash("sha256").update(name).digest("hex").slice(0, hashLength)}`;
}

function placeOf(stream: string, config: PlaceSettings): Place {
  const split = splitStream(stream);
  const mapped = ownValue(config.schema_mapping, split.schema)?.target_schema;
  switch (config.compat) {
    case "pipelinewise":
      return { ...pipelinewisePlace(stream), ...(mapped === undefined ? {} : { schema: mapped }) };
    case "meltanolabs":
      return meltanoPlace(stream, { hasDefault: config.default_target_schema !== undefined });
    default:
      return mapped === undefined ? { table: stream } : { schema: mapped, table: split.table };
  }
}

function derivedTable(stream: string, { place, dialect }: { place: Place; dialect: Dialect }): string {
  if (place.isConformed !== true) return tableNameOf(place.table, { dialect });
  return nameOf(place.table, { dialect, stream, what: "stream" });
}

function ownValue<Value>(
  values: Readonly<Record<string, Value>> | undefined,
  key: string | undefined,
): Value | undefined {
  return values !== undefined && key !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
