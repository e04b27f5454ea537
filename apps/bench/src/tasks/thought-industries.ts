import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startThoughtIndustries } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapProcess } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** The stand-in's events lie before its clock. */
const fixedNow = Date.UTC(2026, 0, 2);
const unlimited = { account: 1e9, events: 1e9 };

/** Runs tap-thought-industries alone, its output to the null device: events of a quarter, read in windows of a day. */
export async function runThoughtIndustriesTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const data = { seed: 1, courseView: records, days: 90 };
  const standIn = await startThoughtIndustries({ data, rateLimits: unlimited, clock: () => fixedNow });
  const config = { base_url: standIn.url, api_key: "sandbox-api-key", start_date: "2025-10-01" };
  try {
    await writeFile(join(folder, "tap.json"), JSON.stringify(config));
    const args = ["--config", "tap.json", "--select", "course_views.*"];
    return await runTapProcess({ tap: "@chorale/tap-thought-industries", args, folder, records });
  } finally {
    await standIn.close();
  }
}
