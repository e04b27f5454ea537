import type { BenchCase, Check } from "./bench-case.ts";
import type { Measurement } from "./measurement.ts";
import type { VariantRuns } from "./run-case.ts";
import { median, medianDifference, medianRatio } from "./statistics.ts";

/** The medians of a variant's runs. */
export interface VariantReport {
  readonly label: string;
  readonly runs: number;
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakMegabytes?: number;
  readonly shares?: Readonly<Record<string, number>>;
}

/** What a comparison came to. */
export interface CheckReport {
  readonly kind: Check["kind"];
  readonly of: string;
  readonly reference?: string;
  /** A ratio, megabytes or milliseconds, by kind. */
  readonly value: number;
  readonly budget?: number;
  /** Absent where there is no budget. */
  readonly met?: boolean;
}

/** What a case came to. */
export interface CaseReport {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly VariantReport[];
  readonly checks: readonly CheckReport[];
  /** Why the case was not measured. */
  readonly problem?: string;
  /** Whether it could have been, but went wrong. */
  readonly failed?: boolean;
}

const megabyte = 1e6;

/** Answers the medians of a case's runs, and what its comparisons came to. */
export function reportOf(benchCase: BenchCase, results: readonly VariantRuns[]): CaseReport {
  const { name, title, checks } = benchCase;
  return {
    name,
    title,
    variants: results.map(variantReport),
    checks: checks.map((check) => checkReport(check, results)),
  };
}

function variantReport({ variant, runs }: VariantRuns): VariantReport {
  const cpuSeconds = known(runs, ({ cpuSeconds: seconds }) => seconds);
  const peakBytes = peaks(runs);
  const shares = runs.at(-1)?.shares;
  return {
    label: variant.label,
    runs: runs.length,
    recordsPerSecond: median(speeds(runs)),
    megabytesPerSecond: median(runs.map(({ bytes, seconds }) => bytes / megabyte / seconds)),
    seconds: median(runs.map(({ seconds }) => seconds)),
    ...(cpuSeconds.length > 0 && { cpuSeconds: median(cpuSeconds) }),
    ...(peakBytes.length > 0 && { peakMegabytes: median(peakBytes) / megabyte }),
    ...(shares !== undefined && { shares }),
  };
}

function checkReport(check: Check, results: readonly VariantRuns[]): CheckReport {
  const runs = runsOf(check.of, results);
  const { kind, of } = check;
  if (kind === "memory") {
    const value = median(peaks(runs)) / megabyte;
    return { kind, of, value, budget: check.belowMegabytes, met: value < check.belowMegabytes };
  }
  const { reference } = check;
  const references = runsOf(reference, results);
  if (kind === "speed" || kind === "work") {
    const rates = kind === "speed" ? speeds : workRates;
    const value = medianRatio(rates(runs), rates(references));
    const budget = check.atLeast;
    return { kind, of, reference, value, ...(budget !== undefined && { budget, met: value >= budget }) };
  }
  if (kind === "growth") {
    const value = medianRatio(peaks(runs), peaks(references));
    const budget = check.atMost;
    return { kind, of, reference, value, ...(budget !== undefined && { budget, met: value <= budget }) };
  }
  const milliseconds = ({ seconds }: Measurement) => seconds * 1000;
  const value = medianDifference(runs.map(milliseconds), references.map(milliseconds));
  const budget = check.atMostMilliseconds;
  return { kind, of, reference, value, budget, met: value <= budget };
}

function runsOf(label: string, results: readonly VariantRuns[]): readonly Measurement[] {
  const found = results.find(({ variant }) => variant.label === label);
  if (found === undefined) throw new Error(`${label}: the case has no such variant.`);
  return found.runs;
}

function speeds(runs: readonly Measurement[]): readonly number[] {
  return runs.map(({ records, seconds }) => records / seconds);
}

function workRates(runs: readonly Measurement[]): readonly number[] {
  return known(runs, ({ records, cpuSeconds }) =>
    cpuSeconds === undefined ? undefined : records / cpuSeconds,
  );
}

function peaks(runs: readonly Measurement[]): readonly number[] {
  return known(runs, ({ peakBytes }) => peakBytes);
}

function known(
  runs: readonly Measurement[],
  value: (run: Measurement) => number | undefined,
): readonly number[] {
  return runs.map(value).filter((number) => number !== undefined);
}
