import { join } from "node:path";
import type { BenchCase, Variant } from "./bench-case.ts";
import { type DataFile, type DataSpec, writeDataFile } from "./data/data-set.ts";
import type { Measurement } from "./measurement.ts";
import { runTaskProcess } from "./task-process.ts";

/** What all cases of a run share. */
export interface RunContext {
  /** Data sets and the tasks' own folders are made here. */
  readonly folder: string;
  readonly rounds: number;
  readonly timeoutSeconds: number;
  /** When no further round is begun, in milliseconds of `performance.now()`. Each case has one round at least. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
  readonly files: Map<string, Promise<DataFile>>;
}

/** A variant's measurements, one a round. */
export interface VariantRuns {
  readonly variant: Variant;
  readonly runs: readonly Measurement[];
}

const noFile: DataFile = { path: "", records: 0, bytes: 0, recordsByStream: {} };

/**
 * Measures the variants of a case, each in a process of its own and all of them in every round, so that what
 * slows the machine for a while slows a variant and its reference alike. Every other round goes backwards.
 */
export async function runCase(benchCase: BenchCase, context: RunContext): Promise<readonly VariantRuns[]> {
  const { variants } = benchCase;
  const collected: { variant: Variant; runs: Measurement[] }[] = variants.map((variant) => ({
    variant,
    runs: [],
  }));
  const files = new Map<Variant, DataFile>();
  for (const variant of variants) files.set(variant, await dataFileOf(variant, context));
  const rounds = benchCase.rounds ?? context.rounds;
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0 && performance.now() > context.endsAt) break;
    for (const { variant, runs } of round % 2 === 0 ? collected : collected.toReversed()) {
      const file = files.get(variant) ?? noFile;
      runs.push(await runTaskProcess(variant, { ...context, file }));
    }
  }
  return collected;
}

/** Data sets are written when they are first asked for, and kept for the cases after. */
async function dataFileOf({ data }: Variant, context: RunContext): Promise<DataFile> {
  if (data === undefined) return noFile;
  const name = nameOf(data);
  const known = context.files.get(name) ?? writeDataFile(join(context.folder, name), data);
  context.files.set(name, known);
  return known;
}

function nameOf({ size, records, streams, seed }: DataSpec): string {
  return `${size}-${records}-${streams}-${seed}.jsonl`;
}
