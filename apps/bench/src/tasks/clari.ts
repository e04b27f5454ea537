import { startClari } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** The tenth week of a quarter, so far ahead that the results of jobs have not expired for the tap. */
const fixedNow = Date.UTC(2100, 0, 1);
const quarter = "2100_Q4";
const weeks = 10;
const fields = 2;

/** Runs tap-clari alone: the entries of one forecast, which come as one document. */
export async function runClariTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const users = Math.max(1, Math.round(Number(settings["records"]) / (weeks * fields)));
  const standIn = await startClari({ users, pollsUntilDone: 0, clock: () => fixedNow });
  const config = {
    base_url: `${standIn.url}/v4/`,
    api_token: "sandbox-api-token",
    forecast_ids: ["net_arr"],
    time_periods: [quarter],
    mode: "historical",
    poll_interval_seconds: 0.1,
  };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-clari",
    config,
    select: "forecast_entries.*",
    folder,
    records: users * weeks * fields,
  });
}
