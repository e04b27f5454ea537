import type { SuiteContext, SuiteMode } from "./suite-context.ts";

/** A behaviour that every target must have, as data: tests of the suite itself run single cases. */
export interface SuiteCase {
  readonly name: string;
  /** The ways in which records reach the target; RECORD lines with validation when absent. */
  readonly modes?: readonly SuiteMode[];
  /** Rejects when the target does not behave. */
  run(context: SuiteContext): Promise<void>;
}

/** The three ways: RECORD lines with and without validation, and files of BATCH messages. */
export const everyMode: readonly SuiteMode[] = ["records", "unvalidated", "batches"];
/** RECORD lines with and without validation: for cases that need what only a RECORD line carries. */
export const lineModes: readonly SuiteMode[] = ["records", "unvalidated"];
