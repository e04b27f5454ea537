import type { Place, Placed, Problem } from "./place.ts";

/** The kinds of plugins that a project file lists. */
export const pluginTypes = [
  "extractors",
  "loaders",
  "mappers",
  "utilities",
  "transformers",
  "transforms",
  "orchestrators",
  "files",
] as const;

export type PluginType = (typeof pluginTypes)[number];

/** What a setting's value is; a setting without a kind takes the kind of the value in the file. */
export type SettingKind =
  | "string"
  | "integer"
  | "boolean"
  | "decimal"
  | "date_iso8601"
  | "email"
  | "file"
  | "array"
  | "object"
  | "options"
  | "oauth";

/** A setting as its plugin defines it. */
export interface SettingDefinition {
  /** Its path, with dots between the levels. */
  readonly name: string;
  readonly kind: SettingKind | undefined;
  /** The value that it has where nothing sets it. */
  readonly value: unknown;
  /** One more variable that the plugin's process finds the value in. */
  readonly env: string | undefined;
  /** Other names that a value is read under. */
  readonly aliases: readonly string[];
  readonly sensitive: boolean;
  /** The values that `kind: options` allows. */
  readonly options: readonly unknown[];
  readonly valueProcessor: string | undefined;
  readonly valuePostProcessor: string | undefined;
  readonly description: string | undefined;
}

/** A command of a plugin: what `plugin:name` runs. */
export interface PluginCommand {
  readonly args: string;
  readonly executable: string | undefined;
  readonly place: Place;
}

/** A configuration as a file has it: paths with dots, and extras such as `_select` with their underscore. */
export type PlacedConfig = ReadonlyMap<string, Placed>;

/** Environment variables as a file has them. */
export type PlacedEnv = ReadonlyMap<string, Placed<string>>;

/** A plugin after files, lock file and `inherit_from` were put together. Nothing is expanded or cast yet. */
export interface Plugin {
  readonly type: PluginType;
  readonly name: string;
  /** What its schema and its second prefix of variables are called after. */
  readonly namespace: string;
  readonly variant: string | undefined;
  /** The plugin of this project that it inherits from. */
  readonly parent: Plugin | undefined;
  /** The program: a name for `node_modules/.bin` and PATH, or a path from the project's folder. */
  readonly executable: string;
  readonly pipUrl: string | undefined;
  readonly capabilities: ReadonlySet<string>;
  /** Its own definitions, then those that it inherits. */
  readonly settings: readonly SettingDefinition[];
  /** Sets of settings of which one has to be complete; empty when the plugin does not say. */
  readonly settingsGroups: readonly (readonly string[])[];
  /** Its own, not its parents'. */
  readonly config: PlacedConfig;
  /** What the active environment says of it. */
  readonly environmentConfig: PlacedConfig;
  /** Its own, not its parents'; the active environment's likewise. */
  readonly env: PlacedEnv;
  readonly environmentEnv: PlacedEnv;
  readonly commands: ReadonlyMap<string, PluginCommand>;
  /** Of a mapper: what can stand between a tap and a target, by name. */
  readonly mappings: ReadonlyMap<string, Placed>;
  readonly place: Place;
}

/** A job: its tasks in order, each a list of the words of its command line. */
export interface Job {
  readonly name: string;
  readonly tasks: readonly (readonly string[])[];
  /** Its tasks as the file has them: a line, or a list of lines that belong together. */
  readonly written: readonly (string | readonly string[])[];
  readonly env: PlacedEnv;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** A schedule: what runs, and when. */
export interface Schedule {
  readonly name: string;
  /** As the file has it: five fields of cron, `@daily` and the like, or `@once`. */
  readonly interval: string;
  /** Five fields of cron; undefined when it never runs by itself. */
  readonly cron: string | undefined;
  /** What it runs: a job's name, or a tap and a target whose state goes under the schedule's name. */
  readonly runs: { readonly job: string } | { readonly extractor: string; readonly loader: string };
  readonly env: PlacedEnv;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** A project as its files have it. */
export interface Project {
  /** The folder of the main file; relative paths start there. */
  readonly root: string;
  /** The main file and those that it includes, relative to the folder. */
  readonly files: readonly string[];
  /** The name of the active environment. */
  readonly environment: string | undefined;
  /** What the environment appends to state ids; not expanded. */
  readonly stateIdSuffix: Placed<string> | undefined;
  readonly env: PlacedEnv;
  readonly environmentEnv: PlacedEnv;
  readonly plugins: ReadonlyMap<PluginType, ReadonlyMap<string, Plugin>>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** The project's own settings, by path with dots: `state_backend.uri`. */
  readonly settings: PlacedConfig;
  /** `annotations.chorale` of the project. */
  readonly annotations: Readonly<Record<string, unknown>>;
  /** What was found while reading; a project with errors is not run. */
  readonly problems: readonly Problem[];
}
