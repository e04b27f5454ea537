import {
  alias,
  boolean,
  describe,
  fromJsonSchema,
  type Infer,
  object,
  oneOf,
  optional,
  string,
  withDefault,
} from "@chorale/singer";
import type { LoadMethod } from "./warehouse.ts";

/** What is different for one stream. */
export interface StreamOverride {
  /** The table's name, instead of one made from the stream's name. */
  readonly table?: string;
  /** The warehouse schema that the table is in, instead of `default_target_schema`. */
  readonly schema?: string;
  readonly load_method?: LoadMethod;
  /** The properties that identify a row, instead of those of the SCHEMA message. */
  readonly key_properties?: readonly string[];
}

const mebibyte = 1024 * 1024;

/**
 * The settings that every target has. Spread them into the target's own configuration schema.
 *
 * A batch is loaded when it reaches `batch_size_rows` or `batch_size_bytes`, or when its first record is
 * `batch_wait_limit_seconds` old, whichever comes first. Batches wait on disk and not in memory, so large
 * ones cost little and spare the warehouse many small loads.
 *
 * @example
 * ```ts
 * const config = object({ path: string(), ...targetSettings });
 * ```
 */
export const targetSettings = {
  default_target_schema: describe(
    optional(string()),
    "The warehouse schema that tables are made in; the runner fills it with the tap's namespace.",
  ),
  load_method: describe(
    withDefault(oneOf("append-only", "upsert", "overwrite"), "upsert"),
    "How records reach a table: append-only, upsert by key (a stream without keys is appended), or overwrite, which replaces all rows at the end of an input that ends with a STATE.",
  ),
  add_record_metadata: alias(
    describe(
      withDefault(boolean(), true),
      "Whether the _sdc_ columns are kept: when a record was extracted, received and loaded, its sequence, table version and deletion.",
    ),
    "add_metadata_columns",
  ),
  validate_records: describe(
    withDefault(boolean(), true),
    "Whether each record is validated against its stream's schema. Without it keys and values are checked when a batch is loaded, lines are not parsed, and keys without a column are not counted.",
  ),
  batch_size_rows: alias(
    describe(
      withDefault(fromJsonSchema<number>({ type: "integer", minimum: 1 }), 500_000),
      "The records of one batch at most.",
    ),
    "max_batch_rows",
  ),
  batch_size_bytes: alias(
    describe(
      withDefault(fromJsonSchema<number>({ type: "integer", minimum: 1 }), 128 * mebibyte),
      "The size at which a batch is loaded, in bytes before compression.",
    ),
    "max_batch_size",
    "file_max_bytes",
  ),
  batch_wait_limit_seconds: alias(
    describe(
      withDefault(fromJsonSchema<number>({ type: "number", exclusiveMinimum: 0, maximum: 86_400 }), 300),
      "The age at which a batch is loaded, in seconds since its first record arrived.",
    ),
    "batch_max_duration",
  ),
  hard_delete: describe(
    withDefault(boolean(), false),
    "Whether rows that the source deleted are removed; else they are marked in _sdc_deleted_at.",
  ),
  flush_all_streams: describe(
    withDefault(boolean(), false),
    "Whether the batches of all streams are loaded when one of them has reached its size.",
  ),
  process_activate_version_messages: alias(
    describe(
      withDefault(boolean(), true),
      "Whether ACTIVATE_VERSION messages are obeyed: rows of older versions are then deleted or marked. Else they are left out, with a warning.",
    ),
    "activate_version",
  ),
  primary_key_required: describe(
    withDefault(boolean(), false),
    "Whether a stream without key_properties is an error.",
  ),
  on_type_change: describe(
    withDefault(oneOf("widen", "new_column", "fail"), "widen"),
    "What happens when a property's new type does not fit its column.",
  ),
  on_invalid_value: describe(
    withDefault(oneOf("error", "null"), "error"),
    "What becomes of a value that its column cannot hold: an error, or null. Keys are never set to null. Counted per column.",
  ),
  on_invalid_record: describe(
    withDefault(oneOf("error", "skip", "quarantine"), "error"),
    "What becomes of a record that does not fit its schema: an error, left out, or written to a file beside the spool folder in temp_dir. Counted.",
  ),
  flattening_enabled: describe(
    withDefault(boolean(), false),
    "Whether the properties of an object get columns of their own, such as address__city. Objects without declared properties, lists and values of several types stay JSON.",
  ),
  flattening_max_depth: describe(
    optional(fromJsonSchema<number>({ type: "integer", minimum: 1 })),
    "How many levels of objects are flattened; those below stay JSON. All of them when absent.",
  ),
  flattening_separator: describe(
    withDefault(fromJsonSchema<string>({ type: "string", minLength: 1 }), "__"),
    "What stands between the names of a flattened column.",
  ),
  data_flattening_max_level: describe(
    optional(fromJsonSchema<number>({ type: "integer", minimum: 0 })),
    "PipelineWise's way to say both: 0 flattens nothing, a greater number is flattening_enabled with that flattening_max_depth.",
  ),
  max_string_bytes: describe(
    optional(fromJsonSchema<number>({ type: "integer", minimum: 1 })),
    "The longest text that a column takes, in bytes of UTF-8. Not limited when absent.",
  ),
  max_json_bytes: describe(
    optional(fromJsonSchema<number>({ type: "integer", minimum: 1 })),
    "The longest object, list or other JSON value that a column takes, in bytes of its text. Not limited when absent.",
  ),
  on_oversize: describe(
    withDefault(oneOf("error", "null", "truncate"), "error"),
    "What becomes of a value longer than max_string_bytes or max_json_bytes: an error, null, or a text that is cut at the end of a character; JSON values are never cut but become null. Keys are always an error. Counted per column.",
  ),
  state_table: describe(
    optional(string()),
    "A table that the state is kept in, in one transaction with its rows: records are then loaded exactly once, and those after the last STATE are not loaded. Needs state_id.",
  ),
  state_id: describe(optional(string()), "The key of this pipeline's row in state_table."),
  temp_dir: describe(
    optional(string()),
    "The folder for spool files; it needs room for the batches that wait. The system's temporary folder when absent.",
  ),
  max_line_bytes: describe(
    withDefault(fromJsonSchema<number>({ type: "integer", minimum: 1024 }), 128 * mebibyte),
    "The longest message that is taken, in bytes.",
  ),
  stream_overrides: describe(
    optional(
      fromJsonSchema<Readonly<Record<string, StreamOverride>>>({
        type: "object",
        additionalProperties: {
          type: "object",
          properties: {
            table: { type: "string", minLength: 1 },
            schema: { type: "string", minLength: 1 },
            load_method: { type: "string", enum: ["append-only", "upsert", "overwrite"] },
            key_properties: { type: "array", items: { type: "string" } },
          },
          additionalProperties: false,
        },
      }),
    ),
    "Per stream: table, schema, load_method, key_properties.",
  ),
};

const settingsSchema = object(targetSettings);

/** The settings that every target has, as its code reads them: defaults applied. */
export type TargetSettings = Infer<typeof settingsSchema>;

/** Answers what is set apart for a stream; an empty override when nothing is. */
export function overrideOf(settings: TargetSettings, stream: string): StreamOverride {
  const overrides = settings.stream_overrides ?? {};
  return (Object.hasOwn(overrides, stream) ? overrides[stream] : undefined) ?? {};
}

/** Answers how a stream's records reach its table: a stream without keys cannot be upserted and is appended. */
export function loadMethodOf(
  settings: TargetSettings,
  { stream, keyProperties }: { stream: string; keyProperties: readonly string[] },
): LoadMethod {
  const wanted = overrideOf(settings, stream).load_method ?? settings.load_method;
  return wanted === "upsert" && keyProperties.length === 0 ? "append-only" : wanted;
}
