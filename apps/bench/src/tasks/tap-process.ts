import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../measurement.ts";
import { sumOfMetric } from "../metric-lines.ts";
import { type ProgramPackage, programOf, readUsage, startProgramFile } from "../programs.ts";
import { expectCount } from "./expect-count.ts";

/** How a tap is run. */
export interface TapRun {
  readonly tap: ProgramPackage;
  readonly args: readonly string[];
  readonly folder: string;
  /** How many records must come out. */
  readonly records: number;
  /** Where its output goes. @default the null device */
  readonly path?: string;
}

/** Runs a tap as a process of its own and measures it. Throws when it wrote another number of records. */
export async function runTapProcess({ tap, args, folder, records, path }: TapRun): Promise<Measurement> {
  const usageFile = join(folder, "tap-usage.json");
  const program = await programOf(tap);
  const output = path === undefined ? undefined : await open(path, "w");
  const startedAt = performance.now();
  try {
    const stdout = output?.fd ?? "ignore";
    const stderr = await startProgramFile(program, { args, cwd: folder, usageFile, stdout }).ended;
    const seconds = (performance.now() - startedAt) / 1000;
    const written = sumOfMetric("record_count", stderr);
    expectCount(written, { expected: records, of: "records" });
    const usage = await readUsage(usageFile);
    return { records: written, bytes: 0, seconds, ...usage, shares: waiting(stderr, seconds) };
  } finally {
    await output?.close();
  }
}

/** How a tap is run beside a stand-in of what it reads. */
export interface StandInRun {
  readonly standIn: { close(): Promise<void> };
  readonly tap: ProgramPackage;
  readonly config: Readonly<Record<string, unknown>>;
  /** The rule of what is read. */
  readonly select: string;
  readonly folder: string;
  /** How many records must come out. */
  readonly records: number;
}

/** Measures a tap, its output to the null device, and closes the stand-in. */
export async function runTapBeside(run: StandInRun): Promise<Measurement> {
  const { standIn, tap, config, select, folder, records } = run;
  try {
    await writeFile(join(folder, "tap.json"), JSON.stringify(config));
    return await runTapProcess({ tap, args: ["--config", "tap.json", "--select", select], folder, records });
  } finally {
    await standIn.close();
  }
}

/** A tap that asks for one page after another spends the sum of its requests' times in them. */
export function waiting(stderr: string, seconds: number): Readonly<Record<string, number>> {
  return { "of the time in requests": sumOfMetric("http_request_duration", stderr) / seconds };
}
