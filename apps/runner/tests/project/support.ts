import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Plugin, PluginType, Project } from "../../src/project/model.ts";
import type { Problem } from "../../src/project/place.ts";
import { readProject } from "../../src/project/read-project.ts";

/** Files by their path; a text is the main file alone. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Makes a folder with these files; it is removed when the test is done. */
export async function folderWith(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-project-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return folder;
}

export interface ReadOptions {
  environment?: string;
  withoutEnvironment?: boolean;
  env?: Record<string, string>;
  dotenv?: Record<string, string>;
}

/** Reads a project whose main file is `text`, or `meltano.yml` of `files`. */
export async function projectOf(source: string | Files, options: ReadOptions = {}): Promise<Project> {
  const files = typeof source === "string" ? { "meltano.yml": source } : source;
  const root = await folderWith(files);
  return readProject({
    file: join(root, "meltano.yml"),
    environment: options.environment,
    withoutEnvironment: options.withoutEnvironment ?? false,
    surroundings: { env: options.env ?? {}, dotenv: new Map(Object.entries(options.dotenv ?? {})) },
  });
}

/** The plugin, which has to be there. */
export function plugin(project: Project, name: string, type: PluginType = "extractors"): Plugin {
  const found = project.plugins.get(type)?.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** A configuration without its places. */
export function values(config: ReadonlyMap<string, { value: unknown }>): Record<string, unknown> {
  return Object.fromEntries([...config].map(([name, { value }]) => [name, value]));
}

/** Problems as lines: `error 3:5 message suggestion`. The file is named where it is not the main one. */
export function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ severity, message, place, suggestion }) => {
    const file = place === undefined || place.file === "meltano.yml" ? "" : `${place.file}:`;
    const where = place === undefined ? "-" : `${file}${place.line}:${place.column}`;
    return [severity, where, message, suggestion].filter((part) => part !== undefined).join(" ");
  });
}

/** Makes scripts of a folder executable. */
export async function makeExecutable(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) await chmod(join(folder, name), 0o755);
}
