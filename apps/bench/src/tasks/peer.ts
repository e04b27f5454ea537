import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../measurement.ts";
import { ownFile, startCommand } from "../programs.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

/** Runs the no-op target of singer-sdk under the Python in `settings.python`; its time to start is not counted. */
export async function runPeer({ file, folder, settings }: TaskInput): Promise<Measurement> {
  const { python } = settings;
  if (typeof python !== "string") throw new TypeError("settings.python is no path.");
  const report = join(folder, "report.json");
  const input = await open(file.path);
  try {
    const args = [ownFile("peers/noop_target.py"), report];
    await startCommand(python, { args, cwd: folder, stdin: input.fd }).ended;
  } finally {
    await input.close();
  }
  const result: Measurement = JSON.parse(await readFile(report, "utf8"));
  expectCount(result.records, { expected: file.records, of: "records" });
  return { ...result, bytes: file.bytes };
}
