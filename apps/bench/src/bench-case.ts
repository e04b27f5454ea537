import type { DataSpec } from "./data/data-set.ts";
import type { TaskName } from "./tasks/task.ts";

/** One of the things that a case measures, ours or a reference. */
export interface Variant {
  /** Unique in its case. */
  readonly label: string;
  readonly task: TaskName;
  readonly data?: DataSpec;
  /** What the task is told; each task knows its own. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A comparison that is printed, and the budget it has to keep where it has one. */
export type Check =
  /** The records per second of a variant, as a share of its reference's. */
  | { readonly kind: "speed"; readonly of: string; readonly reference: string; readonly atLeast?: number }
  /** The records per CPU second of a variant, as a share of its reference's. */
  | { readonly kind: "work"; readonly of: string; readonly reference: string; readonly atLeast?: number }
  /** The peak of memory of a variant. */
  | { readonly kind: "memory"; readonly of: string; readonly belowMegabytes: number }
  /** The peak of memory of a variant, as a multiple of its reference's. */
  | { readonly kind: "growth"; readonly of: string; readonly reference: string; readonly atMost?: number }
  /** The wall time of a variant beyond that of its reference. */
  | {
      readonly kind: "delay";
      readonly of: string;
      readonly reference: string;
      readonly atMostMilliseconds: number;
    };

/** Variants that are measured in turn, round by round, so that all of them see the same machine. */
export interface BenchCase {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly Variant[];
  readonly checks: readonly Check[];
  /** Rounds instead of those of the command line: for what is short and varies. */
  readonly rounds?: number;
  /** Why the case cannot be run; absent when it can. */
  readonly unavailable?: string;
}
