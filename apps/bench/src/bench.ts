import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { arch, cpus, platform, tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "./bench-case.ts";
import { allCases } from "./cases/all-cases.ts";
import { type BenchOptions, readCommandLine, usage } from "./command-line.ts";
import { type CaseReport, reportOf } from "./report.ts";
import { type RunContext, runCase } from "./run-case.ts";
import { summaryOf, tableOf } from "./table.ts";

/** What a benchmark is given from outside. */
export interface BenchInput {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  /** `CHORALE_BENCH_PYTHON`: a Python that has singer-sdk. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs the benchmark and answers its exit code: 0 when all that was asked for could be measured, whether
 * budgets were met or not, 1 when something could not, 2 for a command line that makes no sense.
 */
export async function runBench(input: BenchInput): Promise<number> {
  try {
    const options = readCommandLine(input.argv);
    const python = input.env["CHORALE_BENCH_PYTHON"];
    const cases = allCases({ ...options, python: python === "" ? undefined : python });
    if (options.help) input.stdout(usage);
    else if (options.list) input.stdout(cases.map(({ name, title }) => `${name}: ${title}\n`).join(""));
    else return await measureCases(chosen(cases, options.names), { ...input, options });
    return 0;
  } catch (error) {
    input.stderr(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function measureCases(
  cases: readonly BenchCase[],
  { options, stdout, signal }: BenchInput & { options: BenchOptions },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-bench-"));
  const context: RunContext = {
    folder,
    rounds: options.rounds,
    timeoutSeconds: options.full ? 1_800 : 300,
    endsAt: performance.now() + options.limitSeconds * 1000,
    signal,
    files: new Map(),
  };
  const reports: CaseReport[] = [];
  const machine = `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores`;
  stdout(`${machine}. Medians; a ratio is the median of the rounds' ratios.\n\n`);
  try {
    for (const benchCase of cases) {
      const report = await caseReport(benchCase, context);
      stdout(tableOf(report));
      reports.push(report);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  stdout(summaryOf(reports));
  if (options.jsonFile !== undefined) {
    await writeFile(options.jsonFile, `${JSON.stringify({ machine, cases: reports }, null, 2)}\n`);
  }
  return reports.some(({ failed }) => failed === true) ? 1 : 0;
}

/** What one case cannot measure does not keep the others from being measured. */
async function caseReport(benchCase: BenchCase, context: RunContext): Promise<CaseReport> {
  const { name, title, unavailable } = benchCase;
  const empty = { name, title, variants: [], checks: [] };
  if (unavailable !== undefined) return { ...empty, problem: unavailable };
  try {
    return reportOf(benchCase, await runCase(benchCase, context));
  } catch (error) {
    context.signal.throwIfAborted();
    return { ...empty, problem: error instanceof Error ? error.message : String(error), failed: true };
  }
}

function chosen(cases: readonly BenchCase[], names: readonly string[]): readonly BenchCase[] {
  const unknown = names.filter((name) => !cases.some((benchCase) => benchCase.name === name));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: no such case. See --list.`);
  return names.length === 0 ? cases : cases.filter(({ name }) => names.includes(name));
}
