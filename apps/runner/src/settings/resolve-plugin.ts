import type { PlacedEnv, Plugin, Project, SettingDefinition } from "../project/model.ts";
import type { Problem } from "../project/place.ts";
import {
  childEnvironment,
  readsConfigFile,
  secretVariablesOf,
  settingVariables,
} from "./child-environment.ts";
import { familyOf, identityOf } from "./env-names.ts";
import { extrasOf, isExtra, tapExtrasOf, targetSchemaDefinition, targetSchemaSetting } from "./extras.ts";
import { nestConfig } from "./flat-config.ts";
import { inheritedCredentials, type ToldSecrets } from "./inherited-credentials.ts";
import { projectSettingVariables, projectVariables } from "./project-settings.ts";
import { isCollecting, resolveSetting, type SettingContext } from "./resolve-setting.ts";
import type { ResolvedPlugin, ResolvedSetting, Surroundings } from "./resolved.ts";
import { looksSecret, passwordsIn, textsOf } from "./secret-names.ts";
import { isWritten, pathsOf, type Scope, scopeOf, switchOf } from "./setting-layers.ts";
import { createVariables, type EnvBlock, type Variables } from "./variables.ts";

/** What a plugin is resolved with. */
export interface ResolveOptions {
  readonly project: Project;
  readonly surroundings: Surroundings;
  /** Of a target or a mapper: its tap. */
  readonly upstream?: ResolvedPlugin | undefined;
  /** What a schedule and a job say in `env`: the project's own `env` gives way to it, the environment's does not. */
  readonly extraEnv?: PlacedEnv | undefined;
  /** @default `annotations.chorale.strict_variables` of the project, or true */
  readonly strict?: boolean | undefined;
  /** Which inherited secrets are warned of. @default "all" */
  readonly inheritedSecrets?: ToldSecrets | undefined;
  /** What relative dates are counted from. */
  readonly now?: Date | undefined;
}

/**
 * Resolves every setting of a plugin, and makes its configuration and its environment. Nothing is thrown for what
 * is wrong with the project: it is answered in `problems`, and a setting with an error has no value.
 *
 * @example
 * ```ts
 * const { config, env, problems } = resolvePlugin(tap, { project, surroundings });
 * ```
 */
export function resolvePlugin(plugin: Plugin, options: ResolveOptions): ResolvedPlugin {
  const isStrict = isStrictOf(options);
  const scope = scopeOf(plugin, (member) => variablesFor(member, options));
  const problems: Problem[] = [...scope.variables.problems];
  const definitions = definitionsOf(plugin, options);
  const settings = settingsOf({
    scope,
    definitions,
    isStrict,
    lacksTap: options.upstream === undefined && (plugin.type === "loaders" || plugin.type === "mappers"),
    now: options.now ?? new Date(),
    report: (problem) => problems.push(problem),
  });
  const config = nestConfig(configEntries(settings));
  problems.push(
    ...inheritedCredentials(plugin, { settings, told: options.inheritedSecrets ?? "all" }),
    ...clashes(plugin, settings),
  );
  const env = childEnvironment({
    plugin,
    variables: scope.variables,
    settings,
    hiddenOfTap:
      options.upstream === undefined || showsTap(options.project) ? [] : options.upstream.secretVariables,
    showsSecrets: switchOf(options.project, "secrets_in_environment") === true,
  });
  return {
    plugin,
    config,
    settings,
    extras: tapExtrasOf(settings, plugin),
    env,
    secrets: [...new Set([...secretsOf(settings, scope), ...secretsInEnvironment(env)])],
    secretVariables: readsConfigFile(plugin) ? secretVariablesOf(settings.values()) : [],
    problems,
  };
}

/**
 * Answers the sets of settings of which one has to be complete, each with what it lacks; empty when one is
 * complete, or the plugin does not say.
 */
export function missingGroups(plugin: Plugin, { settings }: ResolvedPlugin): readonly (readonly string[])[] {
  const missing = plugin.settingsGroups.map((group) =>
    group.filter((name) => {
      const value = settings.get(name)?.value;
      return value === undefined || value === null;
    }),
  );
  return missing.some((names) => names.length === 0) ? [] : missing;
}

function definitionsOf(plugin: Plugin, { upstream }: ResolveOptions): ReadonlyMap<string, SettingDefinition> {
  const definitions = new Map<string, SettingDefinition>();
  for (const definition of [...plugin.settings, ...extrasOf(plugin.type)]) {
    if (!definitions.has(definition.name)) definitions.set(definition.name, definition);
  }
  if (plugin.type !== "loaders" || upstream === undefined) return definitions;
  const known = definitions.get(targetSchemaSetting);
  const isOpen =
    plugin.settings.length === 0 || (known !== undefined && !isWritten({ ...noPlace, written: known.value }));
  if (isOpen)
    definitions.set(targetSchemaSetting, {
      ...known,
      ...targetSchemaDefinition,
      aliases: known?.aliases ?? [],
    });
  return definitions;
}

const noPlace = { layer: "default", name: undefined, inheritedFrom: undefined, place: undefined } as const;

function settingsOf(context: SettingContext): ReadonlyMap<string, ResolvedSetting> {
  const { definitions, scope } = context;
  const collecting = [...definitions.values()].filter(isCollecting);
  const prefixes = collecting.flatMap(({ name, aliases }) => [name, ...aliases].map((each) => `${each}.`));
  const aliases = new Set([...definitions.values()].flatMap((definition) => definition.aliases));
  const custom = pathsOf(scope).filter(
    (path) => !aliases.has(path) && !prefixes.some((prefix) => path.startsWith(prefix)),
  );
  return new Map(
    [...new Set([...definitions.keys(), ...custom])].map((name) => [name, resolveSetting(name, context)]),
  );
}

/** What stands below a whole object only has a say when it is no weaker than the object. */
function configEntries(
  settings: ReadonlyMap<string, ResolvedSetting>,
): readonly (readonly [string, unknown])[] {
  return [...settings.values()]
    .filter(({ name, value }) => !isExtra(name) && value !== undefined && value !== null)
    .filter((setting) => setting.winner.layer !== "default" || !isCovered(setting, settings))
    .map(({ name, value }) => [name, value]);
}

function isCovered({ name }: ResolvedSetting, settings: ReadonlyMap<string, ResolvedSetting>): boolean {
  return [...settings.values()].some(
    (other) =>
      name.startsWith(`${other.name}.`) &&
      other.winner.layer !== "default" &&
      hasValueAt(other.value, name.slice(other.name.length + 1)),
  );
}

function hasValueAt(value: unknown, path: string): boolean {
  const [first = "", ...rest] = path.split(".");
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return false;
  const below: unknown = Object.entries(value).find(([key]) => key === first)?.[1];
  return rest.length === 0 || hasValueAt(below, rest.join("."));
}

/** Answers the variables that a plugin's settings are read from, and that its texts may name. */
export function variablesFor(plugin: Plugin, options: ResolveOptions): Variables {
  const { project, surroundings, upstream, extraEnv } = options;
  const blocks: readonly EnvBlock[] = [
    ...familyOf(plugin).flatMap(({ name, env, environmentEnv }) => [
      { env: environmentEnv, owner: name, isOwn: true },
      { env, owner: name, isOwn: true },
    ]),
    { env: project.environmentEnv, owner: `the environment ${project.environment}`, isOwn: false },
    { env: extraEnv ?? new Map(), owner: "the schedule", isOwn: false },
    { env: project.env, owner: "the project", isOwn: false },
  ];
  const ofTap = upstream === undefined ? { shown: [], hidden: [] } : tapVariables(upstream, project);
  return createVariables({
    surroundings,
    blocks,
    told: new Map([
      ...projectSettingVariables(project, surroundings),
      ...projectVariables(project, surroundings),
      ...ofTap.shown,
      ...identityOf(plugin),
    ]),
    onlyForExpanding: new Map(ofTap.hidden),
    isStrict: isStrictOf(options),
  });
}

/** Whether a variable that nothing sets is an error. */
export function isStrictOf({ project, strict }: Pick<ResolveOptions, "project" | "strict">): boolean {
  return strict ?? switchOf(project, "strict_variables") !== false;
}

type Entries = readonly (readonly [string, string])[];

/** What a target is told of its tap: everything but secrets, which its project file may still name. */
function tapVariables(upstream: ResolvedPlugin, project: Project): { shown: Entries; hidden: Entries } {
  const showsAll = showsTap(project);
  const settings = [...upstream.settings.values()];
  const isShown = (setting: ResolvedSetting) => showsAll || !isSecret(setting);
  const entriesOf = (some: readonly ResolvedSetting[]) =>
    some.flatMap((setting) => settingVariables(upstream.plugin, setting));
  return {
    shown: [...identityOf(upstream.plugin), ...entriesOf(settings.filter(isShown))],
    hidden: entriesOf(settings.filter((setting) => !isShown(setting))),
  };
}

/** Whether targets are given the secrets of their taps, as with Meltano. */
function showsTap(project: Project): boolean {
  return switchOf(project, "loader_gets_tap_settings") === true;
}

/** A setting may be open and yet hold a secret: one of its parts, a variable, the password of an address. */
function isSecret(setting: ResolvedSetting): boolean {
  return (
    setting.sensitive ||
    setting.parts.some(isSecret) ||
    setting.variables.some(looksSecret) ||
    passwordsIn(setting.value).length > 0
  );
}

function secretsOf(settings: ReadonlyMap<string, ResolvedSetting>, { variables }: Scope): readonly string[] {
  const all = [...settings.values()].flatMap((setting) => [setting, ...setting.parts]);
  const found = all.flatMap((setting) => [
    ...(setting.sensitive ? textsOf(setting.value) : []),
    ...passwordsIn(setting.value),
    ...setting.variables.filter(looksSecret).flatMap((name) => variables.get(name)?.value ?? []),
  ]);
  return [...new Set(found)].filter((text) => text !== "");
}

/** Shorter ones, such as `USE_TOKEN=true`, are words that logs need. */
const shortestSecret = 6;

/** What a process finds under the names of secrets is none of its settings, but it may print it all the same. */
function secretsInEnvironment(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    looksSecret(name) && value.length >= shortestSecret ? [value] : passwordsIn(value),
  );
}

/** One setting can't be a value and hold others. */
function clashes(plugin: Plugin, settings: ReadonlyMap<string, ResolvedSetting>): readonly Problem[] {
  const set = [...settings.values()].filter(({ value }) => value !== undefined && value !== null);
  const plain = set.filter(({ value }) => typeof value !== "object" || Array.isArray(value));
  return plain.flatMap(({ name, winner }) => {
    const below = set.find((other) => other.name.startsWith(`${name}.`));
    if (below === undefined) return [];
    return [
      {
        severity: "error",
        message: `${plugin.name}: ${name} has a value and cannot hold ${below.name} as well.`,
        place: winner.place ?? plugin.place,
        suggestion: "Take one of them away.",
      } satisfies Problem,
    ];
  });
}
