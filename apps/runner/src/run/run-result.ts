/** How runs stand or end. `lost` is set by whoever finds that a run's process is gone. */
export const runStatuses = [
  "running",
  "success",
  "failed",
  "skipped",
  "cancelled",
  "timed_out",
  "lost",
] as const;

export type RunStatus = (typeof runStatuses)[number];

/** What went through the pump for one stream. */
export interface StreamCounts {
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What went through the pump. */
export interface RunCounts {
  readonly streams: ReadonlyMap<string, StreamCounts>;
  readonly records: number;
  readonly states: number;
  readonly bytes: number;
  /** How long the pump had nothing to read: the tap was waited for. */
  readonly tapWaitMs: number;
  /** How long the pump could not write: the target was waited for. */
  readonly targetWaitMs: number;
}

/** What one attempt of a unit came to. */
export interface UnitResult {
  readonly runId: string;
  readonly stateId: string;
  readonly tap: string;
  readonly target: string;
  /** From 1. */
  readonly attempt: number;
  readonly status: RunStatus;
  readonly exitCode: number;
  /** A short word for programs: `tap_failed`, `target_exited_early`; `ok` after a success. */
  readonly reason: string;
  /** What went wrong, one line each; empty after a success. */
  readonly problems: readonly string[];
  /** The last lines of the process that is to blame. */
  readonly guiltyLines: readonly string[];
  readonly counts: RunCounts;
  /** How many states the target handed back. */
  readonly statesCommitted: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
}
