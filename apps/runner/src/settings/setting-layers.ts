import type { Plugin, Project, SettingDefinition } from "../project/model.ts";
import type { Placed } from "../project/place.ts";
import { cast } from "./cast.ts";
import { envNamesOf } from "./env-names.ts";
import { type FlatConfig, flatConfig } from "./flat-config.ts";
import type { Candidate, Layer } from "./resolved.ts";
import type { Variable, Variables } from "./variables.ts";

/** A plugin's layers, and those of the plugin that it inherits from. */
export interface Scope {
  readonly plugin: Plugin;
  readonly file: FlatConfig;
  readonly environment: FlatConfig;
  readonly variables: Variables;
  readonly parent: Scope | undefined;
}

/** A candidate, and whether `$VAR` in it is filled in: not in what comes from the environment. */
export interface Found extends Candidate {
  readonly expands: boolean;
}

/** Makes the layers of a plugin; `variablesFor` answers what a plugin's settings are read from. */
export function scopeOf(plugin: Plugin, variablesFor: (plugin: Plugin) => Variables): Scope {
  return {
    plugin,
    file: flatConfig(plugin.config),
    environment: flatConfig(plugin.environmentConfig),
    variables: variablesFor(plugin),
    parent: plugin.parent === undefined ? undefined : scopeOf(plugin.parent, variablesFor),
  };
}

/** Answers the paths of all values that files have for a plugin: the eldest parent's first. */
export function pathsOf(scope: Scope): readonly string[] {
  const inherited = scope.parent === undefined ? [] : pathsOf(scope.parent);
  return [...new Set([...inherited, ...scope.file.keys(), ...scope.environment.keys()])];
}

/**
 * Answers every place that a setting is looked for, the strongest first, without its default. `names` are the
 * setting's own and its aliases.
 */
export function candidatesOf(names: readonly string[], scope: Scope): readonly Found[] {
  const { plugin, variables, environment, file, parent } = scope;
  const sources = envNamesOf(plugin, names).map((name) => [name, variables.sourcesOf(name)] as const);
  return [
    ...fromVariables(sources),
    ...fromFile(names, { config: environment, layer: "environment of the project" }),
    ...fromFile(names, { config: file, layer: "project file" }),
    ...(parent === undefined
      ? []
      : candidatesOf(names, parent).map((found) => inherited(found, parent.plugin.name))),
  ];
}

function fromVariables(sources: readonly (readonly [string, readonly Variable[]])[]): readonly Found[] {
  const found = sources.flatMap(([name, variables]) => variables.map((variable) => ({ name, variable })));
  const known = found.toSorted((left, right) => rank(left.variable) - rank(right.variable));
  const missing = sources
    .filter(([, variables]) => variables.length === 0)
    .map(([name]) => candidate("environment variable", { name, written: undefined }));
  return [...known.map(({ name, variable }) => ofVariable(name, variable)), ...missing];
}

/** What a process was given comes first, then `.env`, then what files say in `env`. */
function rank({ origin }: Variable): number {
  return ["environment variable", ".env", "file"].indexOf(origin);
}

function ofVariable(name: string, { value, origin, place }: Variable): Found {
  const layer = origin === ".env" ? ".env" : "environment variable";
  return { ...candidate(layer, { name, written: value }), place };
}

function fromFile(
  names: readonly string[],
  { config, layer }: { config: FlatConfig; layer: Layer },
): readonly Found[] {
  const found = names.flatMap((name) => config.get(name) ?? []);
  const entries: readonly (Placed | undefined)[] = found.length === 0 ? [undefined] : found;
  return entries.map((placed) => ({
    ...candidate(layer, { name: undefined, written: placed?.value }),
    place: placed?.place,
    expands: true,
  }));
}

function candidate(layer: Layer, { name, written }: { name: string | undefined; written: unknown }): Found {
  return { layer, name, inheritedFrom: undefined, place: undefined, written, expands: false };
}

function inherited(found: Found, plugin: string): Found {
  return { ...found, layer: "inherited", inheritedFrom: found.inheritedFrom ?? plugin };
}

/** Answers the layer that holds a definition's own value. */
export function defaultCandidate(definition: SettingDefinition | undefined): Found {
  return { ...candidate("default", { name: undefined, written: definition?.value }), expands: true };
}

/** Tells whether there is something: null does not hide what a weaker layer has. */
export function isWritten({ written }: Candidate): boolean {
  return written !== undefined && written !== null;
}

/** Answers the variables that set one setting although only one may, of one source; empty when all is well. */
export function rivalsOf(candidates: readonly Candidate[]): readonly string[] {
  for (const layer of ["environment variable", ".env"] as const) {
    const names = candidates
      .filter((found) => found.layer === layer && isWritten(found))
      .flatMap(({ name }) => name ?? []);
    const distinct = [...new Set(names)];
    if (distinct.length > 1) return distinct;
  }
  return [];
}

/** Answers what an annotation of the project switches on or off; undefined where it says neither. */
export function switchOf({ annotations }: Pick<Project, "annotations">, name: string): boolean | undefined {
  const result = cast(Object.hasOwn(annotations, name) ? annotations[name] : undefined, {
    kind: "boolean",
    now: new Date(),
  });
  return "value" in result && typeof result.value === "boolean" ? result.value : undefined;
}
