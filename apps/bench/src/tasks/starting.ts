import type { Measurement } from "../measurement.ts";
import { isProgramPackage, programOf, startCommand } from "../programs.ts";
import { median } from "../statistics.ts";
import type { TaskInput } from "./task.ts";

const starts = 3;

/** Starts a package's program, or with no package a Node that does nothing, a few times. The median counts. */
export async function startProgram({ settings }: TaskInput): Promise<Measurement> {
  const { package: name, argument } = settings;
  const args = isProgramPackage(name) ? [await programOf(name), String(argument)] : ["-e", "0"];
  const seconds: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const startedAt = performance.now();
    await startCommand(process.execPath, { args }).ended;
    seconds.push((performance.now() - startedAt) / 1000);
  }
  return { records: 0, bytes: 0, seconds: median(seconds) };
}
