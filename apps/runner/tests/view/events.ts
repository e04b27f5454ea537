import type { RunEvent, StampedEvent } from "../../src/run/run-event.ts";
import type { RunCounts, UnitResult } from "../../src/run/run-result.ts";

/** When the tests' runs start. */
export const start = Date.parse("2026-03-01T12:00:00Z");

/** Stamps an event: so many seconds after the start, of the run and the state id. */
export function at(
  seconds: number,
  event: RunEvent,
  { runId = "r1", stateId = "prod:tap-a-to-target-b" } = {},
): StampedEvent {
  return { ...event, time: new Date(start + seconds * 1000), runId, stateId };
}

/** Makes the counts of a run from those of its streams. */
export function counts(
  streams: Readonly<Record<string, readonly [records: number, bytes: number]>>,
  more: Partial<RunCounts> = {},
): RunCounts {
  const all = Object.entries(streams);
  return {
    streams: new Map(
      all.map(([name, [records, bytes]]) => [name, { records, bytes, firstAt: start, lastAt: start + 1000 }]),
    ),
    records: all.reduce((sum, [, [records]]) => sum + records, 0),
    bytes: all.reduce((sum, [, [, bytes]]) => sum + bytes, 0),
    states: 4,
    tapWaitMs: 0,
    targetWaitMs: 0,
    ...more,
  };
}

/** Makes the result of a run that took ten seconds. */
export function result(more: Partial<UnitResult> = {}): UnitResult {
  return {
    runId: "r1",
    stateId: "prod:tap-a-to-target-b",
    tap: "tap-a",
    target: "target-b",
    attempt: 1,
    status: "success",
    exitCode: 0,
    reason: "ok",
    problems: [],
    guiltyLines: [],
    counts: counts({ users: [12_345, 4_500_000], orders: [7, 900] }, { tapWaitMs: 7100, targetWaitMs: 250 }),
    statesCommitted: 3,
    startedAt: new Date(start),
    endedAt: new Date(start + 10_000),
    ...more,
  };
}
