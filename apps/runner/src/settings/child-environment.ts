import type { Plugin } from "../project/model.ts";
import { writtenEnvNamesOf } from "./env-names.ts";
import type { ResolvedSetting } from "./resolved.ts";
import { looksSecret, passwordsIn } from "./secret-names.ts";
import type { Variables } from "./variables.ts";

/** What a system starts every process with; never taken away. */
const always: ReadonlySet<string> = new Set(["PATH", "HOME", "TMPDIR", "LANG", "USER", "SHELL", "TZ"]);
/** Those of the Python that Meltano or a shell runs in would lead another Python astray. */
const ofOtherPythons: readonly string[] = ["VIRTUAL_ENV", "PYTHONPATH"];
/** Linux takes no variable of more than 128 KiB; the configuration file has the value, too. */
const maxVariableLength = 100_000;

/** A plugin's settings, as its process is given them. */
export interface EnvironmentParts {
  readonly plugin: Plugin;
  readonly variables: Variables;
  readonly settings: ReadonlyMap<string, ResolvedSetting>;
  /** Of a target: the variables that hold its tap's secrets. */
  readonly hiddenOfTap: readonly string[];
  /** Whether secrets stand in the environment although the configuration file has them, as with Meltano. */
  readonly showsSecrets: boolean;
}

/** Tells whether a plugin reads a configuration file: others have nothing but their environment. */
export function readsConfigFile({ type }: Plugin): boolean {
  return type === "extractors" || type === "loaders" || type === "mappers";
}

/**
 * Makes the whole environment of a plugin's process: what the runner has, the project's `env`, and the plugin's
 * settings under all names that Meltano gives them. Taps, targets and mappers have their secrets in their
 * configuration file: variables that only filled those in are left out.
 */
export function childEnvironment(parts: EnvironmentParts): Readonly<Record<string, string>> {
  const { plugin, variables, settings, showsSecrets } = parts;
  const hidesSecrets = readsConfigFile(plugin) && !showsSecrets;
  const hidden = new Set(hidesSecrets ? hiddenVariables(parts) : []);
  const shown = [...settings.values()].filter(({ sensitive }) => !(sensitive && hidesSecrets));
  const given = [...variables.all()]
    .map(([name, { value }]) => [name, value] as const)
    .filter(([name, value]) => !(hidesSecrets && isAddressOfMeltano(name, value)));
  return Object.fromEntries([
    ...[...given, ...shown.flatMap((setting) => settingVariables(plugin, setting))].filter(
      ([name]) => !hidden.has(name) && !ofOtherPythons.includes(name),
    ),
    ...ofOtherPythons.flatMap((name) => setByFiles(name, variables)),
    ...[...settings.values()].flatMap(definedVariable),
  ]);
}

/** Of these only what the project itself says counts. */
function setByFiles(name: string, variables: Variables): readonly (readonly [string, string])[] {
  const found = variables.sourcesOf(name).find(({ origin }) => origin === "file");
  return found === undefined ? [] : [[name, found.value]];
}

/** The variable that a definition wants its value in, secret or not. */
function definedVariable({ definition, value }: ResolvedSetting): readonly (readonly [string, string])[] {
  const text = textOf(value);
  return definition?.env === undefined || text === undefined ? [] : [[definition.env, text]];
}

/** A database's address has a password in it, and is no business of a tap. */
function isAddressOfMeltano(name: string, value: string): boolean {
  return name.startsWith("MELTANO_") && passwordsIn(value).length > 0;
}

function hiddenVariables({ settings, hiddenOfTap }: EnvironmentParts): readonly string[] {
  const { secret, open } = usesOf(settings.values());
  return [...secret, ...hiddenOfTap].filter((name) => !open.has(name) && !always.has(name));
}

/** Answers the variables that say what a setting of a plugin is, without its definition's own `env`. */
export function settingVariables(
  plugin: Plugin,
  { name, value }: Pick<ResolvedSetting, "name" | "value">,
): readonly (readonly [string, string])[] {
  const text = textOf(value);
  if (text === undefined || text.length > maxVariableLength) return [];
  return writtenEnvNamesOf(plugin, name).map((variable) => [variable, text] as const);
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Answers the variables that filled in secrets and nothing else: those that a sensitive setting was read from or
 * names, and those of any setting whose name looks like a secret's.
 */
export function secretVariablesOf(settings: Iterable<ResolvedSetting>): readonly string[] {
  const { secret, open } = usesOf(settings);
  return [...secret].filter((name) => !open.has(name) && !always.has(name));
}

/** What variables are used for. */
export interface VariableUses {
  readonly secret: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
}

/** Answers the variables that settings are read from or name: those of secrets, and those of anything else. */
export function usesOf(settings: Iterable<ResolvedSetting>): VariableUses {
  const secret = new Set<string>();
  const open = new Set<string>();
  for (const setting of leavesOf(settings)) {
    const named = setting.winner.name === undefined ? [] : [setting.winner.name];
    for (const variable of [...named, ...setting.variables]) {
      (setting.sensitive || looksSecret(variable) ? secret : open).add(variable);
    }
  }
  return { secret, open };
}

function leavesOf(settings: Iterable<ResolvedSetting>): readonly ResolvedSetting[] {
  return [...settings].flatMap((setting) => (setting.parts.length === 0 ? [setting] : setting.parts));
}
