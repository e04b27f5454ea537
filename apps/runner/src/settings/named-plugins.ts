import { runError } from "../exit-codes.ts";
import { blocksOf } from "../project/blocks.ts";
import type { Plugin, Project } from "../project/model.ts";
import { namesToChooseFrom } from "../project/near-names.ts";
import type { Problem } from "../project/place.ts";
import { shownName } from "./explain.ts";
import type { ResolvedPlugin, ResolvedSetting } from "./resolved.ts";
import { wordsOf } from "./schedule-words.ts";

/** Answers the plugin of a name, of whatever type. Throws with exit code 2 when there is none. */
export function pluginNamed(project: Project, name: string): Plugin {
  const found = findPlugin(project, name);
  if (found !== undefined) return found;
  throw runError("usage", `${name}: no such plugin. ${namesToChooseFrom(name, pluginNames(project))}`);
}

function findPlugin(project: Project, name: string): Plugin | undefined {
  for (const plugins of project.plugins.values()) {
    const plugin = plugins.get(name);
    if (plugin !== undefined) return plugin;
  }
  return undefined;
}

function pluginNames(project: Project): readonly string[] {
  return [...project.plugins.values()].flatMap((plugins) => [...plugins.keys()]);
}

/**
 * Answers the plugins that plugins, jobs and schedules of these names run, each once; all of the project's when
 * there are no names. Throws with exit code 2 for a name that is none of these.
 */
export function pluginsBehind(project: Project, names: readonly string[]): readonly Plugin[] {
  if (names.length === 0) return [...project.plugins.values()].flatMap((plugins) => [...plugins.values()]);
  return [...new Set(names.flatMap((name) => behind(project, name)))];
}

function behind(project: Project, name: string): readonly Plugin[] {
  const plugin = findPlugin(project, name);
  if (plugin !== undefined) return [plugin];
  const schedule = project.schedules.get(name);
  if (schedule === undefined && !project.jobs.has(name)) {
    const names = [...pluginNames(project), ...project.jobs.keys(), ...project.schedules.keys()];
    throw runError("usage", `${name}: no such plugin, job or schedule. ${namesToChooseFrom(name, names)}`);
  }
  const words = schedule === undefined || project.jobs.has(name) ? [name] : wordsOf(schedule);
  return blocksOf(project, words).flatMap(({ blocks }) =>
    blocks.flatMap((block) => {
      if (block.kind === "command") return [block.plugin];
      return [block.tap, ...block.mappings.flatMap((mapping) => mapperOf(project, mapping)), block.target];
    }),
  );
}

function mapperOf(project: Project, mapping: string): readonly Plugin[] {
  return [...(project.plugins.get("mappers")?.values() ?? [])].filter(({ mappings }) =>
    mappings.has(mapping),
  );
}

/**
 * Answers the setting of a name, an extra with or without its underscore, or all below the name. Throws with
 * exit code 2 when there is none.
 */
export function settingsNamed(
  { plugin, settings }: ResolvedPlugin,
  name: string,
): readonly ResolvedSetting[] {
  const leaves = [...settings.values()].flatMap((setting) => [setting, ...setting.parts]);
  const byName = (wanted: string) => leaves.find((setting) => setting.name === wanted);
  const aliased = leaves.find(({ definition }) => definition?.aliases.includes(name) === true);
  const found = byName(name) ?? byName(`_${name}`) ?? aliased;
  if (found !== undefined) return [found];
  const below = leaves.filter((setting) => shownName(setting.name).startsWith(`${name}.`));
  if (below.length > 0) return below;
  const names = leaves.map((setting) => shownName(setting.name));
  throw runError("usage", `${plugin.name}.${name}: no such setting. ${namesToChooseFrom(name, names)}`);
}

/** Tells whether a problem of a plugin is one of a setting. */
export function isAbout(
  { message }: Problem,
  { resolved, setting }: { resolved: ResolvedPlugin; setting: ResolvedSetting },
): boolean {
  const names = [setting, ...setting.parts].map((each) => `${resolved.plugin.name}.${shownName(each.name)}:`);
  return names.some((name) => message.startsWith(name));
}
