import type { Plugin, SettingDefinition } from "../project/model.ts";
import type { Place, Problem } from "../project/place.ts";

/** Where values come from beside the project's files. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The variables of the `.env` file. */
  readonly dotenv: ReadonlyMap<string, string>;
}

/** The layers that a value is looked for in, the first that has one wins. */
export type Layer =
  | "command line"
  | "environment variable"
  | ".env"
  | "environment of the project"
  | "project file"
  | "inherited"
  | "default";

/** One place that was looked at for a setting. */
export interface Candidate {
  readonly layer: Layer;
  /** The variable. */
  readonly name: string | undefined;
  /** Of `inherited`: the plugin whose value it is. */
  readonly inheritedFrom: string | undefined;
  readonly place: Place | undefined;
  /** As it was written there, nothing expanded; undefined when there was none. */
  readonly written: unknown;
}

/** A setting with its value, and why it has it. */
export interface ResolvedSetting {
  readonly name: string;
  readonly definition: SettingDefinition | undefined;
  /** Expanded and cast. */
  readonly value: unknown;
  readonly sensitive: boolean;
  /** All that were looked at, in order; the first with something written won. */
  readonly candidates: readonly Candidate[];
  readonly winner: Candidate;
  /** The variables that its `$VAR`s stand for. */
  readonly variables: readonly string[];
  /** The values that an object was put together from; empty where it stands somewhere as a whole. */
  readonly parts: readonly ResolvedSetting[];
}

/** What a project says of a tap's catalog and state beside its configuration. */
export interface TapExtras {
  /** A catalog that is used as it is, from the project's folder. */
  readonly catalog: string | undefined;
  /** A state that is handed to the tap instead of the stored one, from the project's folder. */
  readonly state: string | undefined;
  readonly loadSchema: string;
  readonly select: readonly string[];
  readonly selectFilter: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly useCachedCatalog: boolean;
}

/** A plugin that is ready to be run, but for finding its program. */
export interface ResolvedPlugin {
  readonly plugin: Plugin;
  /** What is written to the configuration file: nested, without nulls, without extras. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly settings: ReadonlyMap<string, ResolvedSetting>;
  readonly extras: TapExtras;
  /** The whole environment of its process. */
  readonly env: Readonly<Record<string, string>>;
  /** The values that must never be shown. */
  readonly secrets: readonly string[];
  /** The variables that only filled in secrets: the configuration has their values, and no process needs them. */
  readonly secretVariables: readonly string[];
  readonly problems: readonly Problem[];
}
