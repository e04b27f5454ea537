import type { EntryTable } from "./entries.ts";
import type { EnvironmentPlugins } from "./environments.ts";
import type { LockFiles } from "./lock-files.ts";
import type { Plugin, PluginType, SettingDefinition } from "./model.ts";
import { didYouMean, nearestNames } from "./near-names.ts";
import type { PluginEntry } from "./plugin-entry.ts";
import type { Problems } from "./problems.ts";

/** What plugins are put together from. */
export interface Sources {
  readonly entries: EntryTable;
  readonly locks: LockFiles;
  /** What the active environment says of plugins. */
  readonly environment: EnvironmentPlugins;
  readonly problems: Problems;
}

/** Puts each plugin together from its entry, its lock file, and what it inherits from. */
export async function resolvePlugins(
  sources: Sources,
): Promise<ReadonlyMap<PluginType, ReadonlyMap<string, Plugin>>> {
  const table = new Map<PluginType, Map<string, Plugin>>();
  for (const [type, entries] of sources.entries) {
    const plugins = new Map<string, Plugin>();
    // Who comes back as its own forefather is left out of the next look, so each circle is told once.
    for (const entry of entries.values()) await resolveEntry(entry, { ...sources, plugins, heirs: [] });
    table.set(type, plugins);
  }
  return table;
}

interface Resolution extends Sources {
  /** Those of the type that are ready. */
  readonly plugins: Map<string, Plugin>;
  /** Who inherits from this one, the first heir first. */
  readonly heirs: readonly string[];
}

async function resolveEntry(entry: PluginEntry, resolution: Resolution): Promise<Plugin> {
  const ready = resolution.plugins.get(entry.name);
  if (ready !== undefined) return ready;
  const parent = await parentOf(entry, resolution);
  const lock = parent === undefined ? await lockOf(entry, resolution) : undefined;
  const plugin = assembled(entry, { parent, lock, resolution });
  resolution.plugins.set(entry.name, plugin);
  return plugin;
}

async function parentOf(entry: PluginEntry, resolution: Resolution): Promise<Plugin | undefined> {
  const { inheritFrom, type } = entry;
  if (inheritFrom === undefined || inheritFrom.value === entry.name) return undefined;
  const parent = resolution.entries.get(type)?.get(inheritFrom.value);
  if (parent === undefined) return undefined;
  const heirs = [...resolution.heirs, entry.name];
  if (!heirs.includes(parent.name)) return resolveEntry(parent, { ...resolution, heirs });
  resolution.problems.error(
    `plugins.${type}.${entry.name}: inherit_from: ${parent.name} inherits from itself, by ${[...heirs, parent.name].join(" → ")}.`,
    { place: inheritFrom.place, suggestion: "Let one of them inherit from no other." },
  );
  return undefined;
}

/** The lock file of a plugin of Meltano's hub; a custom plugin has none, its entry is the definition. */
async function lockOf(entry: PluginEntry, resolution: Resolution): Promise<PluginEntry | undefined> {
  const { type, name, variant, inheritFrom, namespace } = entry;
  if (inheritFrom === undefined) {
    return namespace === undefined ? resolution.locks.find({ type, name, variant }) : undefined;
  }
  if (resolution.entries.get(type)?.has(inheritFrom.value) && inheritFrom.value !== name) return undefined;
  const lock =
    (await resolution.locks.find({ type, name: inheritFrom.value, variant })) ??
    (await resolution.locks.find({ type, name, variant }));
  if (lock === undefined) tellUnknownParent(entry, { ...resolution, parentName: inheritFrom.value });
  return lock;
}

function tellUnknownParent(
  { type, name, inheritFrom }: PluginEntry,
  { entries, problems, parentName }: Sources & { parentName: string },
): void {
  const where = `plugins.${type}.${name}: inherit_from: ${parentName}`;
  const place = inheritFrom?.place;
  if (parentName === name) {
    problems.error(`${where} inherits from itself.`, { place, suggestion: "Leave inherit_from out." });
    return;
  }
  const other = [...entries].find(([, plugins]) => plugins.has(parentName))?.[0];
  const known = [...(entries.get(type)?.keys() ?? [])].filter((each) => each !== name);
  if (other !== undefined) {
    problems.error(`${where} is one of the ${other}.`, { place, suggestion: `Name one of the ${type}.` });
  } else if (nearestNames(parentName, known).length > 0) {
    problems.error(`${where} is no plugin of the project.`, {
      place,
      suggestion: didYouMean(parentName, known),
    });
  } else {
    problems.warn(`${where} is neither a plugin of the project nor has it a lock file.`, {
      place,
      suggestion: `It is taken for a plugin of Meltano's hub with the program ${parentName}.`,
    });
  }
}

interface Parts {
  readonly parent: Plugin | undefined;
  readonly lock: PluginEntry | undefined;
  readonly resolution: Resolution;
}

function assembled(entry: PluginEntry, { parent, lock, resolution }: Parts): Plugin {
  const { type, name } = entry;
  const ofEnvironment = resolution.environment.get(type)?.get(name);
  return {
    type,
    name,
    namespace: namespaceOf(entry, lock),
    variant: entry.variant ?? lock?.variant ?? parent?.variant,
    parent,
    executable: entry.executable ?? lock?.executable ?? parent?.executable ?? programName(entry),
    pipUrl: entry.pipUrl ?? lock?.pipUrl ?? parent?.pipUrl,
    capabilities: capabilitiesOf(entry, { parent, lock, resolution }),
    settings: firstOfEach([...entry.settings, ...(lock?.settings ?? []), ...(parent?.settings ?? [])]),
    settingsGroups: entry.settingsGroups ?? lock?.settingsGroups ?? parent?.settingsGroups ?? [],
    config: new Map([...(lock?.config ?? []), ...entry.config]),
    environmentConfig: ofEnvironment?.config ?? new Map(),
    env: new Map([...(lock?.env ?? []), ...entry.env]),
    environmentEnv: ofEnvironment?.env ?? new Map(),
    commands: new Map([...(parent?.commands ?? []), ...(lock?.commands ?? []), ...entry.commands]),
    mappings: new Map([...(parent?.mappings ?? []), ...entry.mappings]),
    place: entry.place,
  };
}

/** Without a namespace a plugin is called after its name, unless Meltano's definition of it says otherwise. */
function namespaceOf({ name, namespace, inheritFrom }: PluginEntry, lock: PluginEntry | undefined): string {
  const inherits = inheritFrom !== undefined && inheritFrom.value !== name;
  return namespace ?? (inherits ? undefined : lock?.namespace) ?? name.replaceAll(/[^A-Za-z0-9]/g, "_");
}

function programName({ name, inheritFrom }: PluginEntry): string {
  return inheritFrom?.value ?? name;
}

/** What a tap that nothing is known of is taken to be able to do. */
export const usualCapabilities: readonly string[] = ["catalog", "discover", "state"];

function capabilitiesOf(entry: PluginEntry, { parent, lock, resolution }: Parts): ReadonlySet<string> {
  const said = entry.capabilities ?? lock?.capabilities ?? parent?.capabilities;
  if (said !== undefined) return said;
  if (entry.type !== "extractors") return new Set();
  const where = `plugins.extractors.${entry.name}`;
  if (entry.namespace !== undefined && entry.inheritFrom === undefined) {
    resolution.problems.warn(
      `${where} is a custom plugin without capabilities: it gets no catalog and no state.`,
      {
        place: entry.place,
        suggestion: "Write capabilities: [catalog, discover, state].",
      },
    );
    return new Set();
  }
  return new Set(usualCapabilities);
}

function firstOfEach(settings: readonly SettingDefinition[]): readonly SettingDefinition[] {
  const byName = new Map<string, SettingDefinition>();
  for (const setting of settings) if (!byName.has(setting.name)) byName.set(setting.name, setting);
  return [...byName.values()];
}
