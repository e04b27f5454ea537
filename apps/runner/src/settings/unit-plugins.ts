import { isObject } from "@chorale/singer";
import type { Plugin, Project } from "../project/model.ts";
import type { Placed, Problem } from "../project/place.ts";
import type { UnitPlugin } from "../run/unit.ts";
import { readsConfigFile, usesOf } from "./child-environment.ts";
import { expand } from "./expand.ts";
import { environmentFor, findProgram } from "./programs.ts";
import { isStrictOf, type ResolveOptions, resolvePlugin, variablesFor } from "./resolve-plugin.ts";
import type { ResolvedPlugin } from "./resolved.ts";
import { looksSecret, passwordsIn, textsOf } from "./secret-names.ts";
import { switchOf } from "./setting-layers.ts";
import { unsetText, withReferences } from "./variables.ts";

/** Finds a resolved plugin's program, and makes what a process is started from. */
export async function unitPluginOf(resolved: ResolvedPlugin, root: string): Promise<UnitPlugin> {
  const { plugin, config, env, secrets } = resolved;
  const program = await findProgram(plugin, { root, path: env["PATH"] ?? "" });
  return {
    name: plugin.name,
    program,
    config,
    env: await environmentFor(program, env),
    secrets,
    capabilities: plugin.capabilities,
  };
}

/** A mapper's mapping, resolved. */
export interface ResolvedMapping {
  readonly name: string;
  readonly resolved: ResolvedPlugin;
}

/**
 * Resolves a mapping: its mapper with the mapping's configuration over the mapper's own. The mapping's nulls stay,
 * because maps of streams mean something by them.
 */
export function resolveMapping(name: string, options: ResolveOptions): ResolvedMapping | undefined {
  const found = mappingOf(options.project, name);
  if (found === undefined) return undefined;
  const { mapper, mapping } = found;
  const resolved = resolvePlugin(mapper, options);
  const variables = variablesFor(mapper, options);
  const { value, unset, ...expansion } = expand(mapping.value, (other) => variables.get(other)?.value);
  const named = withReferences(expansion.variables, variables).filter(looksSecret);
  const secrets = named.flatMap((other) => variables.get(other)?.value ?? []);
  const hidden = new Set(showsSecrets(options.project) ? [] : named);
  const problem = { name, mapping, unset, isStrict: isStrictOf(options) };
  return {
    name,
    resolved: {
      ...resolved,
      config: { ...resolved.config, ...(isObject(value) ? value : {}) },
      env: Object.fromEntries(Object.entries(resolved.env).filter(([other]) => !hidden.has(other))),
      secrets: [...new Set([...resolved.secrets, ...secrets, ...passwordsIn(value), ...namedSecrets(value)])],
      secretVariables: [...new Set([...resolved.secretVariables, ...named])],
      problems: unset.length === 0 ? resolved.problems : [...resolved.problems, unsetProblem(problem)],
    },
  };
}

/** Whether secrets stand in environments, as with Meltano. */
function showsSecrets(project: Project): boolean {
  return ["secrets_in_environment", "loader_gets_tap_settings"].some(
    (name) => switchOf(project, name) === true,
  );
}

function mappingOf(project: Project, name: string): { mapper: Plugin; mapping: Placed } | undefined {
  for (const mapper of project.plugins.get("mappers")?.values() ?? []) {
    const mapping = mapper.mappings.get(name);
    if (mapping !== undefined) return { mapper, mapping };
  }
  return undefined;
}

function unsetProblem(found: {
  name: string;
  mapping: Placed;
  unset: readonly string[];
  isStrict: boolean;
}): Problem {
  return {
    severity: found.isStrict ? "error" : "warning",
    message: `${found.name}: ${unsetText(found.unset)}`,
    place: found.mapping.place,
    suggestion: "Set it in the environment or in .env.",
  };
}

/** Answers the texts of all keys that are called like secrets. */
function namedSecrets(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namedSecrets);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    typeof item === "string" && looksSecret(key) ? textsOf(item) : namedSecrets(item),
  );
}

/**
 * Programs of a cloud find their credentials in these by themselves: a plugin may need them although its
 * configuration does not name them.
 */
const ambient = /^(?:AWS|AZURE|GOOGLE|GCLOUD)_/;

/** Answers the variables that hold secrets of any plugin of a project. */
export function secretVariablesOfProject(options: ResolveOptions): ReadonlySet<string> {
  const plugins = [...options.project.plugins.values()].flatMap((each) => [...each.values()]);
  const names = plugins
    .filter(readsConfigFile)
    .flatMap((plugin) => resolvePlugin(plugin, { ...options, strict: false }).secretVariables);
  return new Set(names.filter((name) => !ambient.test(name)));
}

/** Takes the variables that hold plugins' secrets out of a plugin's environment, but for those that it uses openly. */
export function withoutSecrets(
  resolved: ResolvedPlugin,
  { hidden, project }: { hidden: ReadonlySet<string>; project: Project },
): ResolvedPlugin {
  const { plugin, settings } = resolved;
  if (showsSecrets(project) || !readsConfigFile(plugin)) return resolved;
  const needed = new Set([
    ...usesOf(settings.values()).open,
    ...plugin.settings.flatMap(({ env }) => env ?? []),
  ]);
  const env = Object.entries(resolved.env).filter(([name]) => needed.has(name) || !hidden.has(name));
  return { ...resolved, env: Object.fromEntries(env) };
}
