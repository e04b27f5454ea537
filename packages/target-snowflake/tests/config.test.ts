import { checkConfig, secretsOf } from "@chorale/singer";
import { targetSettings } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { compressionOf, loadParallelism, type SnowflakeConfig, config as schema } from "../src/config.ts";
import { logNeedlessSettings } from "../src/other-loaders-settings.ts";
import { logLines } from "./log-lines.ts";

function checked(settings: Readonly<Record<string, unknown>>, log = logLines()): Promise<SnowflakeConfig> {
  return checkConfig(schema, settings, { name: "config", log });
}

const base = { account: "org-shop", database: "RAW" };

/** Settings of other loaders, and which of ours they set. */
const accepted: readonly (readonly [given: string, value: unknown, name: keyof SnowflakeConfig])[] = [
  ["account", "org-other", "account"],
  ["snowflake_account", "org-other", "account"],
  ["host", "org-other", "account"],
  ["user", "ANNA", "user"],
  ["snowflake_username", "ANNA", "user"],
  ["username", "ANNA", "user"],
  ["password", "hidden", "password"],
  ["snowflake_password", "hidden", "password"],
  ["database", "SHOP", "database"],
  ["dbname", "SHOP", "database"],
  ["snowflake_database", "SHOP", "database"],
  ["warehouse", "LOADING", "warehouse"],
  ["snowflake_warehouse", "LOADING", "warehouse"],
  ["role", "LOADER", "role"],
  ["snowflake_role", "LOADER", "role"],
  ["default_target_schema", "SHOP", "default_target_schema"],
  ["schema", "SHOP", "schema"],
  ["snowflake_schema", "SHOP", "schema"],
  [
    "schema_mapping",
    { public: { target_schema: "SHOP", target_schema_select_permissions: ["READER"] } },
    "schema_mapping",
  ],
  ["private_key", "some key", "private_key"],
  ["private_key_path", "key.p8", "private_key_path"],
  ["private_key_passphrase", "hidden", "private_key_passphrase"],
  ["private_key_password", "hidden", "private_key_passphrase"],
  ["authenticator", "externalbrowser", "authenticator"],
  ["snowflake_authenticator", "externalbrowser", "authenticator"],
  ["use_browser_authentication", true, "use_browser_authentication"],
  ["oauth_access_token", "hidden", "oauth_access_token"],
  ["token", "hidden", "oauth_access_token"],
  ["access_token", "hidden", "oauth_access_token"],
  ["oauth_client_id", "client", "oauth_client_id"],
  ["client_id", "client", "oauth_client_id"],
  ["oauth_client_secret", "hidden", "oauth_client_secret"],
  ["client_secret", "hidden", "oauth_client_secret"],
  ["oauth_refresh_token", "hidden", "oauth_refresh_token"],
  ["refresh_token", "hidden", "oauth_refresh_token"],
  ["add_record_metadata", false, "add_record_metadata"],
  ["add_metadata_columns", false, "add_record_metadata"],
  ["hard_delete", true, "hard_delete"],
  ["load_method", "append-only", "load_method"],
  ["process_activate_version_messages", false, "process_activate_version_messages"],
  ["activate_version", false, "process_activate_version_messages"],
  ["batch_size_rows", 10, "batch_size_rows"],
  ["max_batch_rows", 10, "batch_size_rows"],
  ["batch_size_bytes", 10, "batch_size_bytes"],
  ["max_batch_size", 10, "batch_size_bytes"],
  ["file_max_bytes", 10, "batch_size_bytes"],
  ["batch_wait_limit_seconds", 10, "batch_wait_limit_seconds"],
  ["batch_max_duration", 10, "batch_wait_limit_seconds"],
  ["flush_all_streams", true, "flush_all_streams"],
  ["parallelism", 3, "parallelism"],
  ["max_parallelism", 3, "max_parallelism"],
  ["parallelism_max", 3, "max_parallelism"],
  ["stage", "LANDING", "stage"],
  ["stage_name", "LANDING", "stage"],
  ["internal_stage", "LANDING", "stage"],
  ["no_compression", true, "no_compression"],
  ["compression", "gzip", "compression"],
  ["data_flattening_max_level", 2, "data_flattening_max_level"],
  ["flattening_enabled", true, "flattening_enabled"],
  ["flattening_max_depth", 2, "flattening_max_depth"],
  ["flattening_separator", "_", "flattening_separator"],
  ["default_target_schema_select_permissions", ["READER"], "default_target_schema_select_permissions"],
  ["default_target_schema_select_permission", "READER", "default_target_schema_select_permissions"],
  ["primary_key_required", true, "primary_key_required"],
  ["validate_records", false, "validate_records"],
  ["query_tag", "chorale {{table}}", "query_tag"],
  ["temp_dir", "/data", "temp_dir"],
  ["timestamp_type", "TIMESTAMP_TZ", "timestamp_type"],
];

const needless = ["file_format", "disable_table_cache", "clean_up_batch_files", "batch_config"];

const refused = [
  "s3_bucket",
  "s3_key_prefix",
  "s3_endpoint_url",
  "s3_region_name",
  "s3_acl",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "aws_profile",
  "target_s3",
  "flattening_max_key_length",
  "archive_load_files",
  "archive_load_files_s3_prefix",
  "archive_load_files_s3_bucket",
  "client_side_encryption_master_key",
  "stream_maps",
  "stream_map_config",
  "faker_config",
  "invalid_records_threshold",
  "before_run_sql",
  "pre_sql",
  "after_run_sql",
  "post_sql",
  "cdc_deletion_mode",
];

describe("settings that other loaders have", () => {
  it.each(accepted)("%s: %j is read as %s", async (given, value, name) => {
    const others = Object.fromEntries(Object.entries(base).filter(([other]) => other !== name));
    const log = logLines();
    const config = await checked({ ...others, [given]: value }, log);
    expect(config[name]).toEqual(value);
    expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
    const isRenamed = log.lines.some(({ message }) => message.includes(`"${given}" as "${name}"`));
    expect(isRenamed).toBe(given !== name);
  });

  it.each(needless)("%s is taken, and one line says that it is not needed", async (name) => {
    const log = logLines();
    const config = await checked({ ...base, [name]: { any: "thing" } }, log);
    logNeedlessSettings(config, log);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({
      level: "info",
      message: expect.stringMatching(new RegExp(`^${name} is not needed: .+`)),
    });
  });

  it.each(refused)("%s is refused with a sentence", async (name) => {
    const problem: unknown = await checked({ ...base, [name]: "set" }).catch((error: unknown) => error);
    expect(problem).toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(new RegExp(`"${name}"\\)? is not offered: [A-Z].+\\.$`)),
    });
  });

  it.each(refused)("%s may be there when it says nothing", async (name) => {
    for (const value of [null, "", false, {}, []]) {
      await expect(checked({ ...base, [name]: value })).resolves.toMatchObject(base);
    }
  });
});

describe("a configuration of PipelineWise's loader", () => {
  it("validates unchanged", async () => {
    const log = logLines();
    const settings = {
      account: "org-shop",
      dbname: "RAW",
      warehouse: "LOADING",
      role: "LOADER",
      user: "ANNA",
      password: "hidden",
      file_format: "RAW.PUBLIC.PIPELINEWISE_CSV",
      default_target_schema: "SHOP",
      add_metadata_columns: true,
    };
    expect(await checked(settings, log)).toMatchObject({
      account: "org-shop",
      database: "RAW",
      warehouse: "LOADING",
      role: "LOADER",
      user: "ANNA",
      password: "hidden",
      default_target_schema: "SHOP",
      add_record_metadata: true,
    });
    expect(log.lines.map(({ level }) => level)).toEqual(["info"]);
  });

  it("has its loader's defaults with compat", async () => {
    const config = await checked({ ...base, compat: "pipelinewise" });
    expect(config).toMatchObject({
      add_record_metadata: false,
      primary_key_required: true,
      validate_records: false,
      process_activate_version_messages: false,
      timestamp_type: "TIMESTAMP_NTZ",
    });
    expect(await checked({ ...base, compat: "pipelinewise", add_metadata_columns: true })).toMatchObject({
      add_record_metadata: true,
    });
  });
});

describe("settings", () => {
  it("have these defaults", async () => {
    const { account, database, ...config } = await checked(base);
    const own = Object.fromEntries(
      Object.entries(config).filter(([name]) => !Object.hasOwn(targetSettings, name)),
    );
    expect({ account, database }).toEqual(base);
    expect(own).toEqual({
      table_type: "permanent",
      timestamp_type: "TIMESTAMP_NTZ",
      ledger_table: "_chorale_commits",
      stage_prefix: "chorale",
      compression: "zstd",
      upload_parallelism: 3,
      put_timeout_seconds: 30,
      parallelism: 0,
      max_parallelism: 4,
      client_session_keep_alive: true,
      login_timeout_seconds: 120,
      request_timeout_seconds: 90,
      statement_timeout_seconds: 3600,
      lock_timeout_seconds: 600,
      retries: 4,
      retry_delay_seconds: 0.5,
    });
  });

  it("keep every setting of the SDK", async () => {
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(targetSettings)));
    expect(await checked({ ...base, compat: "meltanolabs" })).toMatchObject({ add_record_metadata: true });
  });

  it.each([
    ["account", ""],
    ["stage", ""],
    ["compression", "lzma"],
    ["table_type", "temporary"],
    ["timestamp_type", "timestamp"],
    ["compat", "airbyte"],
    ["upload_parallelism", 0],
    ["upload_parallelism", 9],
    ["put_timeout_seconds", 0],
    ["retries", -1],
    ["retries", 1.5],
    ["parallelism", -1],
    ["max_parallelism", 0],
    ["statement_timeout_seconds", 0],
    ["session_parameters", { WEEK_START: ["1"] }],
    ["schema_mapping", { public: {} }],
    ["proxy_port", 70_000],
    ["workload_identity_provider", "IBM"],
    ["database", undefined],
  ])("%s may not be %j", async (name, value) => {
    const problem: unknown = await checked({ ...base, [name]: value }).catch((error: unknown) => error);
    expect(problem).toMatchObject({ name: "ConfigError", message: expect.stringContaining(`"${name}`) });
  });

  it("of two names for one setting with two values are refused", async () => {
    await expect(checked({ ...base, dbname: "OTHER" })).rejects.toThrow(
      'config: "database" and "dbname" are names of one setting and have different values. Keep one of them.',
    );
  });

  it("that are secret are known as such, by all their names", () => {
    const secrets = {
      snowflake_password: "p1",
      passcode: "p2",
      private_key: "p3",
      private_key_password: "p4",
      programmatic_access_token: "p5",
      token: "p6",
      client_secret: "p7",
      refresh_token: "p8",
      proxy_password: "p9",
    };
    const open = { user: "ANNA", oauth_client_id: "client", private_key_path: "key.p8", proxy_user: "proxy" };
    expect([...secretsOf(schema.json, { ...secrets, ...open })].sort()).toEqual(Object.values(secrets));
  });

  it.each([
    [{}, "zstd"],
    [{ compression: "gzip" }, "gzip"],
    [{ no_compression: true }, "none"],
    [{ no_compression: false, compression: "gzip" }, "gzip"],
  ])("%j compress by %s", async (settings, compression) => {
    expect(compressionOf(await checked({ ...base, ...settings }))).toBe(compression);
  });

  it.each([
    [{}, 4],
    [{ parallelism: 2 }, 2],
    [{ parallelism: 16, max_parallelism: 4 }, 16],
    [{ parallelism_max: 8 }, 8],
  ])("%j load %i tables at a time", async (settings, tables) => {
    expect(loadParallelism(await checked({ ...base, ...settings }))).toBe(tables);
  });
});
