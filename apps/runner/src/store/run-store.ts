import type { RunStatus, StreamCounts, UnitResult } from "../run/run-result.ts";
import type { WriteGuard } from "../state/state-backend.ts";

/** Who asks for the right to run under a state id. */
export interface LeaseRequest {
  readonly stateId: string;
  readonly runId: string;
  /** Shuts out whoever holds the lease. */
  readonly takeOver: boolean;
}

/** Who holds a lease. */
export interface LeaseHolder {
  readonly runId: string;
  readonly host: string;
  readonly pid: number;
  readonly acquiredAt: Date;
  readonly expiresAt: Date;
}

/**
 * The right to run under a state id and to write its state. It renews itself until it is released.
 */
export interface Lease extends WriteGuard {
  /** Grows with each holder of the state id. */
  readonly fence: number;
  /** Aborted when the lease is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** A run as it begins. */
export interface NewRun {
  readonly runId: string;
  readonly stateId: string;
  readonly tap: string;
  readonly target: string;
  readonly job: string | undefined;
  readonly schedule: string | undefined;
  readonly attempt: number;
  /** The first attempt's run, of a retry. */
  readonly parentRunId: string | undefined;
  readonly version: string;
}

/** A run as the history has it. */
export interface RunRow extends NewRun {
  readonly status: RunStatus;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly problems: readonly string[];
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  readonly host: string;
  readonly pid: number;
  readonly records: number;
  readonly bytes: number;
  readonly tapWaitMs: number;
  readonly targetWaitMs: number;
  readonly statesCommitted: number;
}

/** A state that was stored once. */
export interface StateVersion {
  readonly version: number;
  readonly stateId: string;
  /** The run, or `chorale state set` and the like. */
  readonly writtenBy: string;
  readonly at: Date;
  /** The JSON text of the whole state; undefined when it was cleared. */
  readonly state: string | undefined;
}

/** A process that a run started: what the next run looks for when this one was killed. */
export interface StartedProcess {
  readonly plugin: string;
  readonly pid: number;
  /** When the system says that it started, so that a number that was given again is not taken for it. */
  readonly startTime: string;
}

/** Keeps leases, runs and the history of states. Every method throws with exit code 17 when it cannot be used. */
export interface RunStore {
  /** Answers the lease, or who holds it. A holder whose process is gone loses it at once, and its run is `lost`. */
  acquireLease(request: LeaseRequest): Promise<Lease | LeaseHolder>;
  startRun(run: NewRun): Promise<void>;
  processStarted(runId: string, process: StartedProcess): Promise<void>;
  finishRun(result: UnitResult): Promise<void>;
  /** The newest first. */
  listRuns(filter: { stateId?: string; status?: RunStatus; limit: number }): Promise<readonly RunRow[]>;
  /** Takes the beginning of an id, too, as long as only one run has it. */
  findRun(runId: string): Promise<RunRow | undefined>;
  streamsOf(runId: string): Promise<ReadonlyMap<string, StreamCounts>>;
  processesOf(runId: string): Promise<readonly StartedProcess[]>;
  addStateVersion(version: Omit<StateVersion, "version" | "at">): Promise<number>;
  /** The newest first. */
  stateVersions(stateId: string, limit: number): Promise<readonly StateVersion[]>;
  close(): Promise<void>;
}
