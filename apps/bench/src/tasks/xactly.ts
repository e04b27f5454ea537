import { startXactly } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** Runs tap-xactly alone: one table, in statements of 10,000 rows. */
export async function runXactlyTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const standIn = await startXactly({ rows: { xc_credit: records } });
  const config = {
    api_url: `${standIn.url}/api`,
    user: "sandbox-user",
    password: "sandbox-password",
    client_id: "sandbox-client-id",
    consumer: "sandbox-consumer",
  };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-xactly",
    config,
    select: "xc_credit.*",
    folder,
    records,
  });
}
