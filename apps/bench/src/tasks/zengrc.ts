import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startZengrc } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapProcess } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** The stand-in's rows follow from its clock. */
const fixedNow = Date.UTC(2026, 0, 2);

/** Runs tap-zengrc alone, its output to the null device. */
export async function runZengrcTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const standIn = await startZengrc({ records, pageRows: 100, clock: () => fixedNow });
  const config = { base_url: standIn.url, username: "sandbox-key-id", password: "sandbox-key-secret" };
  try {
    await writeFile(join(folder, "tap.json"), JSON.stringify(config));
    const args = ["--config", "tap.json", "--select", "requests.*"];
    return await runTapProcess({ tap: "@chorale/tap-zengrc", args, folder, records });
  } finally {
    await standIn.close();
  }
}
