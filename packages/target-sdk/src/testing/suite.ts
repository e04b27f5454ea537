import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { targetTestCases } from "./cases/all-cases.ts";
import type { SuiteCase } from "./suite-case.ts";
import { createContext, type SuiteMode } from "./suite-context.ts";
import type { TargetSuiteOptions } from "./target-under-test.ts";

const caseTimeoutMs = 60_000;
const modeNames: Readonly<Record<SuiteMode, string>> = {
  records: "",
  unvalidated: " (without validation)",
  batches: " (as BATCH)",
};

/**
 * Declares the tests that every target must pass: the field's conformance cases, and those that its targets fail.
 *
 * Call it at the top of a test file of vitest. Each case gets a database of its own from `config`. What a warehouse cannot do is declared in
 * `limits` and changes what is expected; no case is skipped.
 *
 * @example
 * ```ts
 * targetTestSuite({ target: targetDuckdb, config, readRows, readColumns, createTable, limits: { exactNumbersInJson: false } });
 * ```
 */
export function targetTestSuite(options: TargetSuiteOptions): void {
  describe(options.target.name, () => {
    for (const [theme, tests] of declaredTests(options)) {
      describe(theme, () => {
        for (const { name, ...test } of tests) {
          it(name, { timeout: caseTimeoutMs }, () => runCase(options, test));
        }
      });
    }
  });
}

/** A test of the suite: a case in one of its modes. */
interface SuiteTest {
  readonly name: string;
  readonly suiteCase: SuiteCase;
  readonly mode: SuiteMode;
}

/** Answers the tests of a choice of cases and modes, by their themes. */
export function declaredTests({
  part: { number, of } = { number: 1, of: 1 },
  modes: choice = "all",
}: Pick<TargetSuiteOptions, "part" | "modes">): ReadonlyMap<string, readonly SuiteTest[]> {
  const tests = new Map<string, SuiteTest[]>();
  const all = Object.entries(targetTestCases).flatMap(([theme, cases]) =>
    cases.map((suiteCase) => ({ theme, suiteCase })),
  );
  for (const [index, { theme, suiteCase }] of all.entries()) {
    if (index % of !== number - 1) continue;
    const { name, modes = ["records"] } = suiteCase;
    const chosen = choice === "all" ? modes : modes.slice(index % modes.length).slice(0, 1);
    const own = chosen.map((mode) => ({ name: `${name}${modeNames[mode]}`, suiteCase, mode }));
    tests.set(theme, [...(tests.get(theme) ?? []), ...own]);
  }
  return tests;
}

/**
 * Runs one case on a database of its own; rejects when the target does not behave. For tests of a single behaviour,
 * and for runners other than vitest.
 *
 * @example
 * ```ts
 * const [first] = targetTestCases["plain data"] ?? [];
 * if (first !== undefined) await runCase(options, { suiteCase: first, mode: "records" });
 * ```
 */
export async function runCase(
  options: TargetSuiteOptions,
  { suiteCase, mode }: { suiteCase: SuiteCase; mode: SuiteMode },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "target-suite-"));
  try {
    const testId = `${mode} ${suiteCase.name}`;
    await suiteCase.run(await createContext(options, { testId, mode, folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
