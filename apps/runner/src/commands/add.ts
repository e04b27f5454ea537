import { basename, join } from "node:path";
import type { Command } from "commander";
import type { About } from "../project/about.ts";
import type { Plugin, PluginType, Project } from "../project/model.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";

interface Flags {
  readonly as?: string;
  readonly inheritFrom?: string;
}

/** Adds `add`: it writes a connector into the project file, from what the connector says of itself. */
export function addAddCommand(program: Command, context: CommandContext): void {
  addGlobalOptions(program.command("add"))
    .description("write a tap or a target that is installed into the project file")
    .argument("<name>", "the connector's program: tap-zendesk")
    .option("--as <name>", "the plugin's name in the project")
    .option("--inherit-from <plugin>", "take all that is not said from a plugin of the project")
    .action(async (name: string, flags: Flags, command: Command) => {
      await addPlugin(context, { name, flags, globals: globalOptionsOf(command) });
    });
}

interface Request {
  readonly name: string;
  readonly flags: Flags;
  readonly globals: GlobalOptions;
}

async function addPlugin(context: CommandContext, { name, flags, globals }: Request): Promise<void> {
  const { openProject } = await import("./open-project.ts");
  const { project } = await openProject(context, globals);
  const pluginName = flags.as ?? name;
  await refuseKnown(project, pluginName);
  const planned =
    flags.inheritFrom === undefined
      ? await newPlugin(context, { project, program: name, pluginName })
      : await heir(project, { pluginName, parentName: flags.inheritFrom });
  await write(context, { project, ...planned });
}

async function refuseKnown(project: Project, name: string): Promise<void> {
  const { runError } = await import("../exit-codes.ts");
  const { placeText } = await import("../project/problems.ts");
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw runError("usage", `${name}: this is no name for a plugin. Write letters, digits and "-".`);
  }
  for (const plugins of project.plugins.values()) {
    const plugin = plugins.get(name);
    if (plugin === undefined) continue;
    throw runError(
      "usage",
      `${name}: it stands in ${placeText(plugin.place)} already. Name another with --as.`,
    );
  }
}

/** An entry, and what `.env.example` says of its variables. */
interface Planned {
  readonly type: PluginType;
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
  readonly envLines: readonly string[];
}

async function newPlugin(
  context: CommandContext,
  { project, program, pluginName }: { project: Project; program: string; pluginName: string },
): Promise<Planned> {
  const { askAbout } = await import("../project/ask-about.ts");
  const about = await askAbout(program, { root: project.root, env: context.env, signal: context.signal });
  return {
    type: typeOf(program),
    name: pluginName,
    entry: await entryOf(about, { program, pluginName }),
    envLines: await envLinesOf(about, pluginName),
  };
}

function typeOf(program: string): PluginType {
  return basename(program).startsWith("target-") ? "loaders" : "extractors";
}

async function entryOf(
  about: About,
  { program, pluginName }: { program: string; pluginName: string },
): Promise<Planned["entry"]> {
  const { envName } = await import("@chorale/singer");
  const required = about.settings.filter((setting) => setting.required);
  const config = required.map(({ name }) => [name, `$${envName(`${envName("", pluginName)}_`, name)}`]);
  return {
    name: pluginName,
    namespace: pluginName.replaceAll(/[^A-Za-z0-9]/g, "_"),
    ...(program === pluginName ? {} : { executable: program }),
    capabilities: about.capabilities,
    settings: about.settings.map(({ name, kind, aliases, options, sensitive }) => ({
      name,
      ...(kind === undefined ? {} : { kind }),
      ...(aliases.length === 0 ? {} : { aliases }),
      ...(options.length === 0 ? {} : { options }),
      ...(sensitive ? { sensitive } : {}),
    })),
    ...(config.length === 0 ? {} : { config: Object.fromEntries(config) }),
  };
}

/** What is required has to be filled in; of the other secrets some may be needed. */
async function envLinesOf(about: About, pluginName: string): Promise<readonly string[]> {
  const { envName } = await import("@chorale/singer");
  return about.settings
    .filter(({ required, sensitive }) => required || sensitive)
    .map(({ name, required }) => {
      const line = `${envName(`${envName("", pluginName)}_`, name)}=`;
      return required ? line : `# ${line}`;
    });
}

/** What the parent takes from variables, the heir takes from variables of its own: another account's. */
async function heir(
  project: Project,
  { pluginName, parentName }: { pluginName: string; parentName: string },
): Promise<Planned> {
  const { runError } = await import("../exit-codes.ts");
  const { namesToChooseFrom } = await import("../project/near-names.ts");
  const { envName } = await import("@chorale/singer");
  const all = [...project.plugins.values()].flatMap((plugins): readonly Plugin[] => [...plugins.values()]);
  const parent = all.find(({ name }) => name === parentName);
  if (parent === undefined) {
    const names = all.map(({ name }) => name);
    throw runError("usage", `${parentName}: no such plugin. ${namesToChooseFrom(parentName, names)}`);
  }
  const referring = [...parent.config].filter(
    ([key, { value }]) => !key.startsWith("_") && typeof value === "string" && /^\$\{?\w+\}?$/.test(value),
  );
  const own = referring.map(([key]): [string, string] => [key, envName(`${envName("", pluginName)}_`, key)]);
  const config = Object.fromEntries(own.map(([key, variable]) => [key, `$${variable}`]));
  return {
    type: parent.type,
    name: pluginName,
    entry: { name: pluginName, inherit_from: parentName, ...(own.length === 0 ? {} : { config }) },
    envLines: own.map(([, variable]) => `${variable}=`),
  };
}

async function write(context: CommandContext, planned: Planned & { project: Project }): Promise<void> {
  const { project, type, name, entry, envLines } = planned;
  const { insertPlugin } = await import("../project/insert-plugin.ts");
  const { addLines, replaceText, textOfFile } = await import("./write-file.ts");
  const [main = ""] = project.files;
  const path = join(project.root, main);
  await replaceText(path, insertPlugin((await textOfFile(path)) ?? "", { type, entry }));
  const hasChanged = envLines.length > 0 && (await addLines(join(project.root, ".env.example"), envLines));
  const example = hasChanged ? " Its variables are in .env.example: set them in .env." : "";
  context.stdout(`${name} stands in ${main} now.${example}\n`);
}
