import { startAdaptive } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

const levels = 5;
const months = 10;

/** Runs tap-adaptive alone: the cells of one version, which come as one document. */
export async function runAdaptiveTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const accounts = Math.max(1, Math.round(Number(settings["records"]) / (levels * months)));
  const standIn = await startAdaptive({ size: { accounts, levels, months } });
  const config = {
    base_url: `${standIn.url}/api/`,
    username: "svc.finance@example.test",
    password: 'sandbox & <pass> "word"',
    versions: ["Live Forecast"],
    all_accounts: true,
  };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-adaptive",
    config,
    select: "data.*",
    folder,
    records: accounts * levels * months,
  });
}
