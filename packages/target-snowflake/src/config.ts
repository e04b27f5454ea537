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
import { targetSettings } from "@chorale/target-sdk";
import { loginSettings } from "./login-settings.ts";
import { otherLoadersSettings } from "./other-loaders-settings.ts";

/** Where the streams of one source schema are loaded. */
export interface SchemaMapping {
  readonly target_schema: string;
  /** The roles that may read its tables. */
  readonly target_schema_select_permissions?: string | readonly string[];
}

const rolesSchema = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };

function seconds(limits: { minimum: number; maximum: number }) {
  return fromJsonSchema<number>({ type: "number", ...limits });
}

function count(limits: { minimum: number; maximum: number }) {
  return fromJsonSchema<number>({ type: "integer", ...limits });
}

const placeSettings = {
  database: alias(describe(string(), "The database that is loaded into."), "dbname", "snowflake_database"),
  warehouse: alias(
    describe(optional(string()), "The warehouse that loads; the user's default one when absent."),
    "snowflake_warehouse",
  ),
  role: alias(
    describe(optional(string()), "The role that loads; the user's default one when absent."),
    "snowflake_role",
  ),
  schema: alias(
    describe(
      optional(string()),
      "The schema of tables that nothing else says one for; default_target_schema wins.",
    ),
    "snowflake_schema",
  ),
  schema_mapping: describe(
    optional(
      fromJsonSchema<Readonly<Record<string, SchemaMapping>>>({
        type: "object",
        additionalProperties: {
          type: "object",
          properties: {
            target_schema: { type: "string", minLength: 1 },
            target_schema_select_permissions: rolesSchema,
          },
          required: ["target_schema"],
        },
      }),
    ),
    "Per source schema, the part of a stream's name before the first hyphen: target_schema, target_schema_select_permissions.",
  ),
  default_target_schema_select_permissions: alias(
    describe(
      optional(fromJsonSchema<string | readonly string[]>(rolesSchema)),
      "The roles that may read the tables of default_target_schema, one or a list.",
    ),
    "default_target_schema_select_permission",
  ),
};

const tableSettings = {
  table_type: describe(
    withDefault(oneOf("permanent", "transient"), "permanent"),
    "What kind of table is made: permanent, or transient, which costs no fail-safe.",
  ),
  timestamp_type: describe(
    withDefault(oneOf("TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ"), "TIMESTAMP_NTZ"),
    "The type of columns for moments, which are loaded in UTC.",
  ),
  ledger_table: describe(
    withDefault(fromJsonSchema<string>({ type: "string", minLength: 1 }), "_chorale_commits"),
    "The table, in default_target_schema, that says which commits were made. It is not used with state_table.",
  ),
};

/** What a VARCHAR and a VARIANT hold in every account; more of it is a failed COPY in those that were not raised. */
const largestValue = 16_777_216;

const sizeSettings = {
  max_string_bytes: describe(
    withDefault(count({ minimum: 1, maximum: 134_217_728 }), largestValue),
    "The longest text that a column takes, in bytes of UTF-8. Accounts whose limit Snowflake has raised take up to 134217728.",
  ),
  max_json_bytes: describe(
    withDefault(count({ minimum: 1, maximum: 134_217_728 }), largestValue),
    "The longest object, list or other JSON value that a column takes, in bytes of its text. Accounts whose limit Snowflake has raised take up to 134217728.",
  ),
};

const stageSettings = {
  stage: alias(
    describe(
      optional(fromJsonSchema<string>({ type: "string", minLength: 1 })),
      "The internal stage that files are put into: a name, or ~ for the user's own. One is made in default_target_schema when absent.",
    ),
    "stage_name",
    "internal_stage",
  ),
  stage_prefix: describe(
    withDefault(string(), "chorale"),
    "The folder in the stage that files are put into.",
  ),
  compression: describe(
    withDefault(oneOf("zstd", "gzip", "none"), "zstd"),
    "How files are compressed before they are put into the stage.",
  ),
  no_compression: describe(
    optional(boolean()),
    "PipelineWise's way to say it: true is the compression none.",
  ),
  upload_parallelism: describe(
    withDefault(count({ minimum: 1, maximum: 8 }), 3),
    "How many files are put into the stage at the same time.",
  ),
  put_timeout_seconds: describe(
    withDefault(seconds({ minimum: 0.1, maximum: 86_400 }), 30),
    "How long putting one file may take, and a second more for each megabyte of it.",
  ),
};

const sessionSettings = {
  parallelism: describe(
    withDefault(count({ minimum: 0, maximum: 64 }), 0),
    "How many tables are loaded at the same time; with 0 as many as there are, up to max_parallelism.",
  ),
  max_parallelism: alias(
    describe(
      withDefault(count({ minimum: 1, maximum: 64 }), 4),
      "The most tables that are loaded at the same time when parallelism is 0.",
    ),
    "parallelism_max",
  ),
  query_tag: describe(
    optional(fromJsonSchema<string>({ type: "string", maxLength: 2000 })),
    "The tag of the statements in the query history; {{database}}, {{schema}} and {{table}} stand for theirs.",
  ),
  session_parameters: describe(
    optional(
      fromJsonSchema<Readonly<Record<string, string | number | boolean>>>({
        type: "object",
        additionalProperties: { type: ["string", "number", "boolean"] },
      }),
    ),
    "Parameters of the session, by their names.",
  ),
  client_session_keep_alive: describe(
    withDefault(boolean(), true),
    "Whether the session is kept alive while the input is silent.",
  ),
  login_timeout_seconds: describe(
    withDefault(seconds({ minimum: 0.1, maximum: 3600 }), 120),
    "How long to try to log in.",
  ),
  request_timeout_seconds: describe(
    withDefault(seconds({ minimum: 0.1, maximum: 3600 }), 90),
    "How long to wait for the answer to one request. Snowflake answers within 45 seconds, also where a statement goes on.",
  ),
  statement_timeout_seconds: describe(
    withDefault(count({ minimum: 1, maximum: 604_800 }), 3600),
    "How long one statement may run.",
  ),
  lock_timeout_seconds: describe(
    withDefault(count({ minimum: 0, maximum: 604_800 }), 600),
    "How long to wait for a table that another transaction holds.",
  ),
  retries: describe(
    withDefault(count({ minimum: 0, maximum: 20 }), 4),
    "How often a login, an upload or a commit that failed is tried again.",
  ),
  retry_delay_seconds: describe(
    withDefault(seconds({ minimum: 0, maximum: 60 }), 0.5),
    "How long to wait before the first of them; each further wait is twice as long, up to sixty times the first.",
  ),
};

/** The settings of target-snowflake. */
export const config = object(
  {
    ...loginSettings,
    ...targetSettings,
    ...placeSettings,
    ...tableSettings,
    ...sizeSettings,
    ...stageSettings,
    ...sessionSettings,
    ...otherLoadersSettings,
  },
  {
    presets: {
      compat: {
        meltanolabs: { add_record_metadata: true, primary_key_required: false },
        pipelinewise: {
          add_record_metadata: false,
          primary_key_required: true,
          validate_records: false,
          process_activate_version_messages: false,
        },
      },
    },
  },
);

/** The settings of target-snowflake, as its code reads them: defaults applied. */
export type SnowflakeConfig = Infer<typeof config>;

/** Answers how files are compressed, which two settings say. */
export function compressionOf(
  settings: Pick<SnowflakeConfig, "compression" | "no_compression">,
): SnowflakeConfig["compression"] {
  return settings.no_compression === true ? "none" : settings.compression;
}

/** Answers how many tables are loaded at the same time, which two settings say. */
export function loadParallelism(settings: Pick<SnowflakeConfig, "parallelism" | "max_parallelism">): number {
  return settings.parallelism === 0 ? settings.max_parallelism : settings.parallelism;
}
