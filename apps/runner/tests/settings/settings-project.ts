import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Plugin, PluginType, Project } from "../../src/project/model.ts";
import { readProject } from "../../src/project/read-project.ts";
import { type ResolveOptions, resolvePlugin } from "../../src/settings/resolve-plugin.ts";
import type { ResolvedPlugin, Surroundings } from "../../src/settings/resolved.ts";

/** The time that relative dates are counted from. */
export const now = new Date("2026-11-22T10:30:15.123Z");

/** What a project of a test is made of. */
export interface ProjectText {
  /** The project file. */
  readonly yml: string;
  readonly environment?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly dotenv?: Readonly<Record<string, string>>;
  /** More files, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A project that was read from a folder of its own. */
export interface ReadText {
  readonly root: string;
  readonly project: Project;
  readonly surroundings: Surroundings;
  plugin(name: string, type?: PluginType): Plugin;
  resolve(name: string, options?: Partial<ResolveOptions> & { type?: PluginType }): ResolvedPlugin;
}

/** Writes a project into a folder, which is removed when the test is done, and reads it. */
export async function readText(text: ProjectText): Promise<ReadText> {
  const root = mkdtempSync(join(tmpdir(), "chorale-settings-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ "meltano.yml": text.yml, ...text.files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const surroundings: Surroundings = {
    env: text.env ?? {},
    dotenv: new Map(Object.entries(text.dotenv ?? {})),
  };
  const file = join(root, "meltano.yml");
  const project = await readProject({ file, environment: text.environment, surroundings });
  const plugin = (name: string, type?: PluginType): Plugin => {
    const types = type === undefined ? [...project.plugins.keys()] : [type];
    const found = types
      .map((each) => project.plugins.get(each)?.get(name))
      .find((each) => each !== undefined);
    if (found === undefined) throw new Error(`no plugin ${name}`);
    return found;
  };
  return {
    root,
    project,
    surroundings,
    plugin,
    resolve: (name, { type, ...options } = {}) =>
      resolvePlugin(plugin(name, type), { project, surroundings, now, ...options }),
  };
}

/** A project of one tap `tap-x` with these lines below it, and a target `target-y`. */
export function tapYml(lines: readonly string[], target: readonly string[] = []): string {
  return [
    "plugins:",
    "  extractors:",
    "  - name: tap-x",
    ...lines.map((line) => `    ${line}`),
    "  loaders:",
    "  - name: target-y",
    ...target.map((line) => `    ${line}`),
    "",
  ].join("\n");
}
