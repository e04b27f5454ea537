import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../measurement.ts";
import { sumOfMetric } from "../metric-lines.ts";
import { type ProgramPackage, programOf, readUsage, startProgramFile } from "../programs.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Loads a file with target-duckdb as a process, its start included; `settings` are those of the target. */
export async function loadFile({ file, folder, settings }: TaskInput): Promise<Measurement> {
  const result = await loadWithDuckdbTarget({ path: file.path, folder, settings });
  expectCount(result.records, { expected: file.records, of: "records" });
  return { ...result, bytes: file.bytes };
}

/** Loads a file of messages with target-duckdb, into a database in the folder. */
export async function loadWithDuckdbTarget(options: {
  path: string;
  folder: string;
  settings: Settings;
}): Promise<Omit<Measurement, "bytes">> {
  const { path, folder, settings } = options;
  const config = duckdbConfig(folder, settings);
  return await loadWithTarget({ program: "@chorale/target-duckdb", path, folder, config });
}

/** Loads a file of messages with a target as a process, and answers what it says that it received. */
export async function loadWithTarget(options: {
  program: ProgramPackage;
  path: string;
  folder: string;
  config: Settings;
}): Promise<Omit<Measurement, "bytes">> {
  const { path, folder, config } = options;
  const configFile = await writeTargetConfig(folder, config);
  const usageFile = join(folder, "target-usage.json");
  const program = await programOf(options.program);
  const input = await open(path);
  const startedAt = performance.now();
  try {
    const { ended } = startProgramFile(program, {
      args: ["--config", configFile],
      usageFile,
      stdin: input.fd,
    });
    const records = sumOfMetric("record_count", await ended);
    return { records, seconds: (performance.now() - startedAt) / 1000, ...(await readUsage(usageFile)) };
  } finally {
    await input.close();
  }
}

/** Answers the config of target-duckdb with its database and temporary files in the folder. */
export function duckdbConfig(folder: string, settings: Settings): Settings {
  return { ...settings, path: join(folder, "warehouse.duckdb"), temp_dir: folder };
}

/** Writes the config of a target. */
export async function writeTargetConfig(folder: string, config: Settings): Promise<string> {
  const path = join(folder, "target.json");
  await writeFile(path, JSON.stringify(config));
  return path;
}
