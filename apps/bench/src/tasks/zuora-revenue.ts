import { startZuoraRevenue } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** So close together that all rows are older than the tap's clock. */
const stepMs = 1000;

/** Runs tap-zuora-revenue alone: one view, in pages of 20,000 rows. */
export async function runZuoraRevenueTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const standIn = await startZuoraRevenue({ rowsOf: { BI3_RC_SCHD: records }, stepMs });
  const config = {
    base_url: `${standIn.url}/api/integration`,
    username: "sandbox-user",
    password: "sandbox-password",
    poll_interval_seconds: 0.1,
  };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-zuora-revenue",
    config,
    select: "bi3_rc_schd.*",
    folder,
    records,
  });
}
