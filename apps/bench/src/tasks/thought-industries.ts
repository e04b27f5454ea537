import { startThoughtIndustries } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** The stand-in's events lie before its clock. */
const fixedNow = Date.UTC(2026, 0, 2);
const unlimited = { account: 1e9, events: 1e9 };

/** Runs tap-thought-industries alone: events of a quarter, read in windows of a day. */
export async function runThoughtIndustriesTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const data = { seed: 1, courseView: records, days: 90 };
  const standIn = await startThoughtIndustries({ data, rateLimits: unlimited, clock: () => fixedNow });
  const config = { base_url: standIn.url, api_key: "sandbox-api-key", start_date: "2025-10-01" };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-thought-industries",
    config,
    select: "course_views.*",
    folder,
    records,
  });
}
