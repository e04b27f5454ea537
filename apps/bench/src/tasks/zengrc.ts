import { startZengrc } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { runTapBeside } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

/** The stand-in's rows follow from its clock. */
const fixedNow = Date.UTC(2026, 0, 2);

/** Runs tap-zengrc alone. */
export async function runZengrcTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const records = Number(settings["records"]);
  const standIn = await startZengrc({ records, pageRows: 100, clock: () => fixedNow });
  const config = { base_url: standIn.url, username: "sandbox-key-id", password: "sandbox-key-secret" };
  return await runTapBeside({
    standIn,
    tap: "@chorale/tap-zengrc",
    config,
    select: "requests.*",
    folder,
    records,
  });
}
