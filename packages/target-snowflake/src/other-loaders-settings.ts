import {
  alias,
  anything,
  describe,
  type Logger,
  oneOf,
  optional,
  type Presence,
  refusedSetting,
  type Schema,
} from "@chorale/singer";

/** Settings of other loaders that nothing here depends on: they may stay in a configuration. */
const needless = {
  file_format: "files are read by options that the target writes itself",
  disable_table_cache: "a table is described when its stream begins, and again when its schema changes",
  clean_up_batch_files: "staged files are removed as soon as their rows are committed",
  batch_config: "files wait in temp_dir, and the files of BATCH messages are read as they are",
} as const;

type NeedlessName = keyof typeof needless;

function needlessSetting(reason: string): Schema<unknown, "optional"> {
  return describe(optional<unknown>(anything()), `Taken, and not needed: ${reason}.`);
}

const noExternalStage =
  "Files are put into a stage of Snowflake's own, which needs no bucket. Name one in stage, or leave it out.";
const noStreamMaps = "Records are loaded as they come. Map them in a view or in dbt.";
const noHooks = "The target runs no SQL of others. Make it a step of the pipeline.";
const noArchive = "Loaded files are not kept. Stage files with another tool if they are to be archived.";

/**
 * Settings that other loaders have and this one does not: those that are not needed are taken, those that would change
 * what is loaded are refused with a sentence.
 */
export const otherLoadersSettings = {
  compat: describe(
    optional(oneOf("meltanolabs", "pipelinewise")),
    "The loader whose tables are gone on with: its defaults and its names of tables.",
  ),
  file_format: needlessSetting(needless.file_format),
  disable_table_cache: needlessSetting(needless.disable_table_cache),
  clean_up_batch_files: needlessSetting(needless.clean_up_batch_files),
  batch_config: needlessSetting(needless.batch_config),
  stream_maps: refusedSetting(noStreamMaps),
  stream_map_config: refusedSetting(noStreamMaps),
  faker_config: refusedSetting(noStreamMaps),
  s3_bucket: refusedSetting(noExternalStage),
  s3_key_prefix: refusedSetting(noExternalStage),
  s3_endpoint_url: refusedSetting(noExternalStage),
  s3_region_name: refusedSetting(noExternalStage),
  s3_acl: refusedSetting(noExternalStage),
  target_s3: refusedSetting(noExternalStage),
  aws_access_key_id: refusedSetting(noExternalStage),
  aws_secret_access_key: refusedSetting(noExternalStage),
  aws_session_token: refusedSetting(noExternalStage),
  aws_profile: refusedSetting(noExternalStage),
  client_side_encryption_master_key: refusedSetting(
    "Stages of Snowflake's own are encrypted without a key of yours. Leave it out.",
  ),
  archive_load_files: refusedSetting(noArchive),
  archive_load_files_s3_prefix: refusedSetting(noArchive),
  archive_load_files_s3_bucket: refusedSetting(noArchive),
  before_run_sql: alias(refusedSetting(noHooks), "pre_sql"),
  after_run_sql: alias(refusedSetting(noHooks), "post_sql"),
  cdc_deletion_mode: refusedSetting("Set hard_delete to true or false instead."),
  invalid_records_threshold: refusedSetting(
    "Set on_invalid_record to skip or quarantine instead: such records are counted.",
  ),
  flattening_max_key_length: refusedSetting(
    "Names of flattened columns are kept whole, up to Snowflake's 255 characters. Leave it out.",
  ),
} satisfies Readonly<Record<string, Schema<unknown, Presence>>>;

/** Says in the log which settings are set and not needed. */
export function logNeedlessSettings(
  config: { readonly [Name in NeedlessName]?: unknown },
  log: Logger,
): void {
  for (const [name, reason] of Object.entries(needless)) {
    if (isNeedlessName(name) && config[name] !== undefined) log.info(`${name} is not needed: ${reason}`);
  }
}

function isNeedlessName(name: string): name is NeedlessName {
  return Object.hasOwn(needless, name);
}
