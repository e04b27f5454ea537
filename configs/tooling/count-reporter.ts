import { mkdirSync, writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What one run of one project's tests came to. */
export interface TestCount {
  passed: number;
  failed: number;
  /** The full names of the tests that did not run. */
  skipped: string[];
}

/** Leaves the count of a run in `.turbo/counts/<project>.json`, for the sum at the end of `npm test`. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const folder = new URL("../../.turbo/counts/", import.meta.url);
    mkdirSync(folder, { recursive: true });
    for (const [project, count] of countByProject(modules)) {
      writeFileSync(new URL(`${project}.json`, folder), JSON.stringify(count));
    }
  }
}

function countByProject(modules: readonly TestModule[]): Map<string, TestCount> {
  const counts = new Map<string, TestCount>();
  for (const module of modules) {
    const count = counts.get(module.project.name) ?? { passed: 0, failed: 0, skipped: [] };
    counts.set(module.project.name, count);
    if (module.errors().length > 0) count.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") count.passed += 1;
      else if (state === "failed") count.failed += 1;
      else count.skipped.push(test.fullName);
    }
  }
  return counts;
}
