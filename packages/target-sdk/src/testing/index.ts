export { targetTestCases } from "./cases/all-cases.ts";
export { runCase, targetTestSuite } from "./suite.ts";
export type { SuiteCase } from "./suite-case.ts";
export type { RunOutcome, RunSettings, SuiteContext, SuiteMode } from "./suite-context.ts";
export type {
  ExistingTable,
  StoredColumn,
  StoredRow,
  StoredValue,
  SuiteLimits,
  SuiteStreamSummary,
  SuiteSummary,
  SuiteTarget,
  TargetSuiteOptions,
} from "./target-under-test.ts";
