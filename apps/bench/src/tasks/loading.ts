import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../measurement.ts";
import { sumOfMetric } from "../metric-lines.ts";
import { programOf, readUsage, startProgramFile } from "../programs.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

/** Loads a file with target-duckdb as a process, its start included; `settings` are those of the target. */
export async function loadFile({ file, folder, settings }: TaskInput): Promise<Measurement> {
  const result = await loadWithTarget({ path: file.path, folder, settings });
  expectCount(result.records, { expected: file.records, of: "records" });
  return { ...result, bytes: file.bytes };
}

/** Loads a file of messages with target-duckdb as a process, and answers what it says that it received. */
export async function loadWithTarget(options: {
  path: string;
  folder: string;
  settings: Readonly<Record<string, unknown>>;
}): Promise<Omit<Measurement, "bytes">> {
  const { path, folder, settings } = options;
  const configFile = await writeTargetConfig(folder, settings);
  const usageFile = join(folder, "target-usage.json");
  const program = await programOf("@chorale/target-duckdb");
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

/** Writes the config of a target whose database and temporary files are in the folder. */
export async function writeTargetConfig(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const path = join(folder, "target.json");
  const config = { ...settings, path: join(folder, "warehouse.duckdb"), temp_dir: folder };
  await writeFile(path, JSON.stringify(config));
  return path;
}
