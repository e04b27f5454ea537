import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { runError } from "../exit-codes.ts";
import type { PlanEnd } from "./run-plan.ts";
import type { UnitResult } from "./run-result.ts";

/**
 * Writes what a plan came to as one line of JSON, for whoever started it: Airflow reads
 * `/airflow/xcom/return.json`. Throws with exit code 2 when the file cannot be written.
 */
export async function writeResultFile(path: string, end: PlanEnd): Promise<void> {
  const text = JSON.stringify({
    exit_code: end.exitCode,
    problems: end.problems,
    units: end.results.map(unitOf),
  });
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${text}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runError("usage", `${path}: the result cannot be written: ${reason}. Give another --result.`, {
      cause: error,
    });
  }
}

function unitOf(result: UnitResult): Readonly<Record<string, unknown>> {
  const { counts, startedAt, endedAt } = result;
  return {
    run_id: result.runId,
    state_id: result.stateId,
    tap: result.tap,
    target: result.target,
    attempt: result.attempt,
    status: result.status,
    exit_code: result.exitCode,
    reason: result.reason,
    problems: result.problems,
    records: counts.records,
    bytes: counts.bytes,
    states_sent: counts.states,
    states_committed: result.statesCommitted,
    streams: Object.fromEntries(
      [...counts.streams].map(([name, { records, bytes }]) => [name, { records, bytes }]),
    ),
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    duration_seconds: (endedAt.getTime() - startedAt.getTime()) / 1000,
  };
}
