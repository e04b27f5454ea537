import type { Plugin } from "../project/model.ts";
import type { Problem } from "../project/place.ts";
import { envNamesOf, familyOf } from "./env-names.ts";
import type { ResolvedSetting } from "./resolved.ts";

/** What says who logs in. */
const identity = /(?:^|[._])(?:user(?:name)?|e?mail|login)$/i;

/** Which inherited secrets are told. */
export type ToldSecrets = "all" | "suspicious";

/**
 * Warns of credentials that a plugin merely inherits: they may be another account's, and nothing else shows it. A
 * secret of its own with an inherited user is told, too. Several targets of one account are usual, so of plugins
 * that are no taps only those are suspicious that mix: a user of their own with an inherited secret.
 */
export function inheritedCredentials(
  plugin: Plugin,
  { settings, told }: { settings: ReadonlyMap<string, ResolvedSetting>; told: ToldSecrets },
): readonly Problem[] {
  const leaves = [...settings.values()].flatMap((setting) =>
    setting.parts.length === 0 ? [setting] : setting.parts,
  );
  const users = leaves.filter(({ name, sensitive }) => !sensitive && identity.test(name));
  const secrets = leaves.filter(({ sensitive }) => sensitive);
  const isInherited = (setting: ResolvedSetting) => ownerOf(setting, plugin) !== undefined;
  const isOwn = (setting: ResolvedSetting) => isSet(setting) && !isInherited(setting);
  const tellsSecrets = told === "all" || plugin.type === "extractors" || users.some(isOwn);
  return [
    ...(tellsSecrets ? secrets.filter(isInherited) : []).map((setting) => warningOf(setting, plugin)),
    ...(secrets.some(isOwn) ? users.filter(isInherited) : []).map((setting) => warningOf(setting, plugin)),
  ];
}

/** The plugin that a value is from: a parent whose namespace is the plugin's own shares its variables with it. */
function ownerOf({ name, definition, winner }: ResolvedSetting, plugin: Plugin): string | undefined {
  if (winner.layer === "inherited") return winner.inheritedFrom;
  const { name: variable } = winner;
  if (variable === undefined) return undefined;
  const names = [name, ...(definition?.aliases ?? [])];
  if (envNamesOf({ name: plugin.name, namespace: plugin.name }, names).includes(variable)) return undefined;
  const parents = familyOf(plugin).slice(1);
  return parents.find((parent) => envNamesOf(parent, names).includes(variable))?.name;
}

function isSet({ winner, value }: ResolvedSetting): boolean {
  return winner.layer !== "default" && value !== undefined && value !== null;
}

function warningOf(setting: ResolvedSetting, plugin: Plugin): Problem {
  const { name, sensitive, winner } = setting;
  const advice =
    winner.layer === "inherited"
      ? `Set it for ${plugin.name} itself`
      : `Give ${plugin.name} a namespace of its own`;
  const variable = winner.name === undefined ? "" : ` (${winner.name})`;
  const subject = sensitive ? "this secret" : "this";
  const although = sensitive ? "" : `, although the secret is ${plugin.name}'s own`;
  return {
    severity: "warning",
    message: `${plugin.name}.${name}: ${subject} is taken from ${ownerOf(setting, plugin)}${variable}${although}.`,
    place: plugin.place,
    suggestion: `${advice}, unless both use one account.`,
  };
}
