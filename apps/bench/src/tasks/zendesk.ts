import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startZendesk } from "@chorale/sandbox";
import type { Measurement } from "../measurement.ts";
import { sumOfMetric } from "../metric-lines.ts";
import { ownFile, programOf, readUsage, startCommand } from "../programs.ts";
import { expectCount } from "./expect-count.ts";
import { duckdbConfig, loadWithDuckdbTarget, writeTargetConfig } from "./loading.ts";
import { runTapProcess, waiting } from "./tap-process.ts";
import type { TaskInput } from "./task.ts";

const unlimited = 1e9;
/** The stand-in's rows follow from its clock. */
const fixedNow = Date.UTC(2026, 0, 2);
const tapArgs = ["--config", "tap.json", "--select", "tickets.*"];

/** Runs tap-zendesk alone, its output to the null device. */
export async function runTap({ folder, settings }: TaskInput): Promise<Measurement> {
  const tickets = Number(settings["tickets"]);
  return besideStandIn({ folder, tickets }, () => tapInto(undefined, { folder, tickets }));
}

/** Runs `tap-zendesk | target-duckdb` as a shell does. The peak of memory is that of the larger process. */
export async function runPipeline({ folder, settings }: TaskInput): Promise<Measurement> {
  const tickets = Number(settings["tickets"]);
  await writeTargetConfig(folder, duckdbConfig(folder, {}));
  const programs = [await programOf("@chorale/tap-zendesk"), await programOf("@chorale/target-duckdb")];
  const command =
    'CHORALE_BENCH_USAGE=tap-usage.json "$1" --import "$2" "$3" --config tap.json --select "tickets.*" 2> tap.log | ' +
    'CHORALE_BENCH_USAGE=target-usage.json "$1" --import "$2" "$4" --config target.json';
  const args = ["-c", command, "sh", process.execPath, ownFile("bin/usage-probe.js"), ...programs];
  return besideStandIn({ folder, tickets }, async () => {
    const startedAt = performance.now();
    const stderr = await startCommand("/bin/sh", { args, cwd: folder }).ended;
    const seconds = (performance.now() - startedAt) / 1000;
    const records = sumOfMetric("record_count", stderr);
    expectCount(records, { expected: tickets, of: "records" });
    const tap = await readUsage(join(folder, "tap-usage.json"));
    const target = await readUsage(join(folder, "target-usage.json"));
    return {
      records,
      bytes: 0,
      seconds,
      cpuSeconds: tap.cpuSeconds + target.cpuSeconds,
      peakBytes: Math.max(tap.peakBytes, target.peakBytes),
      shares: waiting(await readFile(join(folder, "tap.log"), "utf8"), seconds),
    };
  });
}

/** The reference of a pipeline: target-duckdb alone, fed with what the tap wrote before. */
export async function loadRecorded({ folder, settings }: TaskInput): Promise<Measurement> {
  const tickets = Number(settings["tickets"]);
  const path = join(folder, "recorded.jsonl");
  await besideStandIn({ folder, tickets }, () => tapInto(path, { folder, tickets }));
  const result = await loadWithDuckdbTarget({ path, folder, settings: {} });
  expectCount(result.records, { expected: tickets, of: "records" });
  return { ...result, bytes: (await stat(path)).size };
}

/** Starts a stand-in of Zendesk in this process, writes the tap's config, and stops the stand-in again. */
async function besideStandIn(
  { folder, tickets }: { folder: string; tickets: number },
  work: () => Promise<Measurement>,
): Promise<Measurement> {
  const standIn = await startZendesk({
    data: { kind: "generated", seed: 1, tickets },
    clock: () => fixedNow,
    rateLimits: { account: unlimited, "incremental-exports": unlimited },
  });
  const config = {
    base_url: standIn.url,
    subdomain: "acme",
    email: "admin@example.com",
    api_token: "sandbox-token",
    start_date: "2015-01-01T00:00:00Z",
  };
  try {
    await writeFile(join(folder, "tap.json"), JSON.stringify(config));
    return await work();
  } finally {
    await standIn.close();
  }
}

function tapInto(
  path: string | undefined,
  { folder, tickets }: { folder: string; tickets: number },
): Promise<Measurement> {
  const run = { tap: "@chorale/tap-zendesk", args: tapArgs, folder, records: tickets } as const;
  return runTapProcess(path === undefined ? run : { ...run, path });
}
