import type { PluginType } from "./model.ts";

/** Keys of the main file that are not settings of the project. */
export const structureKeys = [
  "version",
  "include_paths",
  "env",
  "plugins",
  "environments",
  "schedules",
  "jobs",
  "annotations",
] as const;

/** Settings of a project that Meltano knows. */
export const projectSettingKeys = [
  "default_environment",
  "project_id",
  "send_anonymous_usage_stats",
  "requires_meltano",
  "database_uri",
  "database_max_retries",
  "database_retry_timeout",
  "project_readonly",
  "python",
  "auto_install",
  "venv",
  "state_backend",
  "elt",
  "cli",
  "ff",
  "hub_url",
  "hub_api_root",
  "hub_url_auth",
  "snowplow",
  "experimental",
  "disable_tracking",
] as const;

/** Keys of a file that another one includes. */
export const includedKeys = ["version", "plugins", "environments", "schedules", "jobs"] as const;

/** Keys of a plugin that this runner reads. */
const readPluginKeys = [
  "name",
  "namespace",
  "inherit_from",
  "variant",
  "pip_url",
  "executable",
  "capabilities",
  "settings",
  "settings_group_validation",
  "config",
  "env",
  "commands",
  "mappings",
  "annotations",
] as const;

/** Keys of a plugin that are for other programs and for people. */
const otherPluginKeys = [
  "python",
  "requires",
  "requires_meltano",
  "label",
  "description",
  "docs",
  "repo",
  "ext_repo",
  "logo_url",
  "keywords",
  "usage",
  "hidden",
  "plugin_type",
  "maintenance_status",
  "definition",
  "next_steps",
  "settings_preamble",
  "signup_url",
  "domain_url",
  "prereq",
  "quality",
  "supported_python_versions",
] as const;

export const pluginKeys: ReadonlySet<string> = new Set([...readPluginKeys, ...otherPluginKeys]);

const extras: Partial<Readonly<Record<PluginType, readonly string[]>>> = {
  extractors: [
    "catalog",
    "state",
    "load_schema",
    "select",
    "select_filter",
    "metadata",
    "schema",
    "use_cached_catalog",
    "log_parser",
  ],
  loaders: ["dialect", "target_schema", "log_parser"],
  transforms: ["vars", "package_name"],
  files: ["update"],
};

/** The keys beside `config` that Meltano reads of a plugin of this type: settings with an underscore in front. */
export function knownExtras(type: PluginType): readonly string[] {
  return extras[type] ?? [];
}

/** Keys of a stream's or a property's metadata in a catalog. */
export const metadataKeys: ReadonlySet<string> = new Set([
  "selected",
  "selected-by-default",
  "inclusion",
  "replication-method",
  "replication-key",
  "replication_method",
  "replication_key",
  "forced-replication-method",
  "valid-replication-keys",
  "view-key-properties",
  "table-key-properties",
  "key-properties",
  "is-view",
  "sql-datatype",
]);

/** What `annotations.chorale` says of how something is run. */
export const policyKeys = [
  "retries",
  "retry_delay",
  "timeout",
  "idle_timeout",
  "grace",
  "allow_regression",
  "accept_unacknowledged",
  "catalog_ttl",
  "refresh_catalog",
] as const;

/** What `annotations.chorale` of the project says. */
export const projectAnnotationKeys = [
  ...policyKeys,
  "strict_variables",
  "loader_gets_tap_settings",
  "secrets_in_environment",
] as const;

export const environmentKeys = ["name", "state_id_suffix", "env", "config", "annotations"] as const;
export const jobKeys = ["name", "tasks", "env", "annotations"] as const;
export const scheduleKeys = [
  "name",
  "interval",
  "job",
  "extractor",
  "loader",
  "transform",
  "start_date",
  "env",
  "annotations",
] as const;
