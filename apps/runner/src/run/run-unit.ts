import { setTimeout } from "node:timers/promises";
import type { StateBackend } from "../state/state-backend.ts";
import type { RunStore } from "../store/run-store.ts";
import type { StampedEvent } from "./run-event.ts";
import { type RunEnd, runOnce } from "./run-once.ts";
import type { UnitResult } from "./run-result.ts";
import type { RunPolicy, Unit } from "./unit.ts";

/** What every run needs beside what it runs. */
export interface RunServices {
  /** The project's folder: where processes run and records are kept. */
  readonly root: string;
  readonly backend: StateBackend;
  readonly store: RunStore;
  readonly emit: (event: StampedEvent) => void;
  /** Ends runs in order; its reason is the name of a signal. */
  readonly signal: AbortSignal;
  /** Kills what runs at once. @default never */
  readonly forced?: AbortSignal | undefined;
  readonly version: string;
}

const maxDelaySeconds = 600;
/** A unit that goes on a little with each attempt is given up after so many times its retries. */
const patience = 10;

/**
 * Runs a unit, with another attempt for a failure that may pass. An attempt whose states were stored starts the
 * count anew: the next one goes on from there. Never throws for what a run can come to.
 */
export async function runUnit(unit: Unit, services: RunServices): Promise<UnitResult> {
  const { retries } = unit.policy;
  let resumed: ReadonlySet<string> = new Set();
  let parentRunId: string | undefined;
  let last: RunEnd | undefined;
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    const end = await runOnce(unit, services, { attempt, parentRunId, resumed });
    if (last !== undefined && end.result.status === "skipped") return last.result;
    last = end;
    resumed = new Set([...resumed, ...end.progressed]);
    parentRunId ??= end.result.runId;
    failures = end.progressed.size > 0 ? 1 : failures + 1;
    const isGivenUp = failures > retries || attempt > retries * patience;
    if (
      !end.isWorthRetry ||
      isGivenUp ||
      !(await waited(end.result, { policy: unit.policy, failures, services }))
    ) {
      return end.result;
    }
  }
}

/** Answers whether the wait came to its end. */
async function waited(
  { runId, stateId, reason }: UnitResult,
  { policy, failures, services }: { policy: RunPolicy; failures: number; services: RunServices },
): Promise<boolean> {
  const { signal, emit } = services;
  if (signal.aborted) return false;
  const inSeconds = Math.min(policy.retryDelaySeconds * 2 ** (failures - 1), maxDelaySeconds);
  emit({ event: "retry", inSeconds, after: reason, time: new Date(), runId, stateId });
  return setTimeout(inSeconds * 1000, true, { signal }).catch(() => false);
}
