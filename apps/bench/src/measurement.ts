import { readFileSync } from "node:fs";

/** What one run of a task came to. */
export interface Measurement {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** User and system time of the process that is measured; absent where it cannot be known. */
  readonly cpuSeconds?: number;
  /** The most memory that the process held. */
  readonly peakBytes?: number;
  /** A share of the wall time that a task wants shown, by its name. */
  readonly shares?: Readonly<Record<string, number>>;
}

/** What a process used so far. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/**
 * Runs work in this process and measures it: what came before, such as loading modules, counts only
 * towards the peak of memory.
 */
export async function measured(
  work: () => Promise<{ records: number; bytes: number }>,
): Promise<Measurement> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { records, bytes } = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { records, bytes, seconds, cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() };
}

/**
 * Answers the most memory that this process held. Linux tells it of the process alone; `maxRSS`, which other
 * systems have to do with, begins there at the peak of the process that started this one.
 */
function peakBytes(): number {
  try {
    const peak = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    if (peak !== undefined) return Number(peak) * 1024;
  } catch {
    // No such file: no Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
