import type { EngineError } from "../values/problem.ts";

/** A row of a staged file: its fields as texts. */
export interface StagedRow {
  readonly fields: readonly (string | null)[];
}

/** A row that could not be read. */
export interface BrokenRow {
  readonly problem: EngineError;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly character: number;
}

/** What a file's reader gives: rows in their order, those that are broken among them. */
export type ReadRow = StagedRow | BrokenRow;

export function isBroken(row: ReadRow): row is BrokenRow {
  return "problem" in row;
}
