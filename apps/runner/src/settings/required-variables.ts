import type { Plugin, Project } from "../project/model.ts";
import { usesOf } from "./child-environment.ts";
import { envNamesOf, familyOf } from "./env-names.ts";
import { variablesOf } from "./expand.ts";
import { type ResolveOptions, resolvePlugin, variablesFor } from "./resolve-plugin.ts";
import type { ResolvedPlugin, ResolvedSetting } from "./resolved.ts";
import { looksSecret } from "./secret-names.ts";
import type { Variables } from "./variables.ts";

/** A variable that a plugin needs from outside of the project's files. */
export interface RequiredVariable {
  readonly name: string;
  /** The settings that need it. */
  readonly settings: readonly string[];
  readonly secret: boolean;
  readonly set: boolean;
}

/** A plugin with what it needs. */
export interface PluginVariables {
  readonly plugin: string;
  readonly type: string;
  readonly variables: readonly RequiredVariable[];
}

/**
 * Answers every variable that plugins need from the environment or from `.env`: those that their settings and
 * their `env` name, those that settings are read from now, and those of secrets that nothing sets.
 */
export function requiredVariables(
  plugins: readonly Plugin[],
  options: ResolveOptions,
): readonly PluginVariables[] {
  return plugins.map((plugin) => {
    const resolved = resolvePlugin(plugin, { ...options, strict: false });
    const variables = variablesFor(plugin, { ...options, strict: false });
    const needs = [...settingNeeds(resolved), ...blockNeeds(plugin, options.project)];
    return {
      plugin: plugin.name,
      type: plugin.type,
      variables: combined(needs, { resolved, variables, options }),
    };
  });
}

interface Need {
  readonly name: string;
  readonly setting: string;
}

function settingNeeds({ plugin, settings }: ResolvedPlugin): readonly Need[] {
  const leaves = [...settings.values()].flatMap((setting) =>
    setting.parts.length === 0 ? [setting] : setting.parts,
  );
  return leaves.flatMap((setting) =>
    neededBy(setting, plugin).map((name) => ({ name, setting: setting.name })),
  );
}

function neededBy(
  { name, sensitive, winner, variables }: ResolvedSetting,
  plugin: Plugin,
): readonly string[] {
  const isUnset = winner.written === undefined || winner.written === null;
  if (isUnset) return sensitive ? envNamesOf(plugin, [name]).slice(0, 1) : [];
  const isRead = winner.name !== undefined;
  return isRead ? [winner.name, ...variables] : variables;
}

function blockNeeds(plugin: Plugin, project: Project): readonly Need[] {
  const blocks = [...familyOf(plugin), project].flatMap(({ env, environmentEnv }) => [environmentEnv, env]);
  return blocks.flatMap((block) =>
    [...block].flatMap(([variable, { value }]) =>
      variablesOf(value)
        .filter((other) => other !== variable)
        .map((name) => ({ name, setting: `${plugin.name} env.${variable}` })),
    ),
  );
}

interface Context {
  readonly resolved: ResolvedPlugin;
  readonly variables: Variables;
  readonly options: ResolveOptions;
}

/** What the runner says, and what the files say themselves, needs nobody to set it. */
function combined(
  needs: readonly Need[],
  { resolved, variables, options }: Context,
): readonly RequiredVariable[] {
  const { secret } = usesOf(resolved.settings.values());
  const isSensitive = (need: Need) => resolved.settings.get(need.setting)?.sensitive === true;
  return [...new Set(needs.map(({ name }) => name))]
    .filter((name) => isFromOutside(name, variables))
    .sort()
    .map((name) => {
      const own = needs.filter((need) => need.name === name);
      const { env, dotenv } = options.surroundings;
      return {
        name,
        settings: [...new Set(own.map(({ setting }) => setting))],
        secret: secret.has(name) || looksSecret(name) || own.some(isSensitive),
        set: env[name] !== undefined || dotenv.has(name),
      };
    });
}

function isFromOutside(name: string, variables: Variables): boolean {
  if (/^MELTANO_(?:EXTRACT|LOAD)/.test(name)) return false;
  const found = variables.get(name);
  return found?.origin !== "runner" && found?.origin !== "file";
}

/** Writes variables as a `.env` file to be filled in. */
export function variablesAsEnv(plugins: readonly PluginVariables[]): string {
  const written = new Set<string>();
  return plugins
    .map(({ plugin, variables }) => {
      const lines = variables.map(({ name }) => (written.has(name) ? `# ${name} as above` : `${name}=`));
      for (const { name } of variables) written.add(name);
      return [`# ${plugin}`, ...lines, ""].join("\n");
    })
    .join("\n");
}

/** Writes variables as the `env` of a container, each a key of one Kubernetes secret. */
export function variablesAsContainerEnv(plugins: readonly PluginVariables[], secretName: string): string {
  const users = new Map<string, string[]>();
  for (const { plugin, variables } of plugins) {
    for (const { name } of variables) users.set(name, [...(users.get(name) ?? []), plugin]);
  }
  if (users.size === 0) return "[]\n";
  return [...users]
    .map(([name, names]) =>
      [
        `- name: ${name} # ${names.join(", ")}`,
        "  valueFrom:",
        "    secretKeyRef:",
        `      name: ${secretName}`,
        `      key: ${name}`,
        "",
      ].join("\n"),
    )
    .join("");
}
