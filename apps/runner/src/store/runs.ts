import { type RunStatus, runStatuses, type StreamCounts, type UnitResult } from "../run/run-result.ts";
import { dateIn, numberIn, optionalNumberIn, optionalTextIn, textIn } from "./columns.ts";
import type { ProcessIdentity } from "./process-table.ts";
import type { NewRun, RunRow, StartedProcess } from "./run-store.ts";
import type { Row, Statements } from "./sqlite.ts";

/** A run's status; one that nobody renews the lease of is lost, whether or not anybody has noted it. */
const statusNow = `CASE WHEN run.status = 'running' AND NOT EXISTS (
    SELECT 1 FROM lease WHERE lease.state_id = run.state_id AND lease.run_id IS NOT NULL
      AND lease.machine = run.machine AND lease.pid = run.pid AND lease.expires_at > ?1
  ) THEN 'lost' ELSE run.status END AS status_now`;

/** Which runs are listed. */
export interface RunFilter {
  readonly stateId?: string;
  readonly status?: RunStatus;
  readonly limit: number;
}

/** Notes that a run has begun, in this process. */
export function insertRun(
  statements: Statements,
  { run, identity, now }: { run: NewRun; identity: ProcessIdentity; now: number },
): void {
  const { host, machine, pid } = identity;
  statements.run(
    `INSERT INTO run (run_id, state_id, tap, target, job, schedule, attempt, parent_run_id, version, status,
       started_at, host, machine, pid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)`,
    ...[run.runId, run.stateId, run.tap, run.target, run.job ?? null, run.schedule ?? null, run.attempt],
    ...[run.parentRunId ?? null, run.version, now, host, machine, pid],
  );
}

/** Notes how a run ended. */
export function finishRun(statements: Statements, result: UnitResult): void {
  const { counts, runId } = result;
  statements.run(
    `UPDATE run SET status = ?, exit_code = ?, reason = ?, problems = ?, ended_at = ?, records = ?, bytes = ?,
       tap_wait_ms = ?, target_wait_ms = ?, states_committed = ? WHERE run_id = ?`,
    ...[result.status, result.exitCode, result.reason, JSON.stringify(result.problems)],
    ...[result.endedAt.getTime(), counts.records, counts.bytes],
    ...[Math.round(counts.tapWaitMs), Math.round(counts.targetWaitMs), result.statesCommitted, runId],
  );
  for (const [stream, { records, bytes, firstAt, lastAt }] of counts.streams) {
    statements.run(
      "INSERT OR REPLACE INTO run_stream (run_id, stream, records, bytes, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?)",
      ...[runId, stream, records, bytes, Math.round(firstAt), Math.round(lastAt)],
    );
  }
}

/** Notes that the running runs of a state id are lost, and answers them. */
export function markLost(
  statements: Statements,
  { stateId, now }: { stateId: string; now: number },
): readonly { readonly runId: string; readonly machine: string }[] {
  const rows = statements.all(
    `UPDATE run SET status = 'lost', reason = 'lost', ended_at = ? WHERE state_id = ? AND status = 'running'
     RETURNING run_id, machine`,
    ...[now, stateId],
  );
  return rows.map((row) => ({ runId: textIn(row, "run_id"), machine: textIn(row, "machine") }));
}

/** Answers runs, the newest first. */
export function listRuns(
  statements: Statements,
  { filter, now }: { filter: RunFilter; now: number },
): readonly RunRow[] {
  const rows = statements.all(
    `SELECT * FROM (SELECT run.*, run.rowid AS entry, ${statusNow} FROM run)
     WHERE (?2 IS NULL OR state_id = ?2) AND (?3 IS NULL OR status_now = ?3)
     ORDER BY started_at DESC, entry DESC LIMIT ?4`,
    ...[now, filter.stateId ?? null, filter.status ?? null, filter.limit],
  );
  return rows.map(runIn);
}

/** Answers the run of an id, or of the beginning of one that no other run shares. */
export function findRun(
  statements: Statements,
  { runId, now }: { runId: string; now: number },
): RunRow | undefined {
  const rows = statements.all(
    `SELECT run.*, ${statusNow} FROM run WHERE substr(run_id, 1, length(?2)) = ?2
     ORDER BY length(run_id) LIMIT 2`,
    ...[now, runId],
  );
  const [first, second] = rows.map(runIn);
  return second === undefined || first?.runId === runId ? first : undefined;
}

/** Answers what each stream of a run came to. */
export function streamsOf(statements: Statements, runId: string): ReadonlyMap<string, StreamCounts> {
  const rows = statements.all("SELECT * FROM run_stream WHERE run_id = ? ORDER BY stream", runId);
  return new Map(
    rows.map((row) => [
      textIn(row, "stream"),
      {
        records: numberIn(row, "records"),
        bytes: numberIn(row, "bytes"),
        firstAt: numberIn(row, "first_at"),
        lastAt: numberIn(row, "last_at"),
      },
    ]),
  );
}

/** Notes a process that a run started. */
export function insertProcess(
  statements: Statements,
  { runId, started }: { runId: string; started: StartedProcess },
): void {
  statements.run(
    "INSERT OR IGNORE INTO run_process (run_id, plugin, pid, start_time) VALUES (?, ?, ?, ?)",
    ...[runId, started.plugin, started.pid, started.startTime],
  );
}

/** Answers the processes that a run started, in their order. */
export function processesIn(statements: Statements, runId: string): readonly StartedProcess[] {
  const rows = statements.all("SELECT * FROM run_process WHERE run_id = ? ORDER BY rowid", runId);
  return rows.map((row) => ({
    plugin: textIn(row, "plugin"),
    pid: numberIn(row, "pid"),
    startTime: textIn(row, "start_time"),
  }));
}

function runIn(row: Row): RunRow {
  return {
    runId: textIn(row, "run_id"),
    stateId: textIn(row, "state_id"),
    tap: textIn(row, "tap"),
    target: textIn(row, "target"),
    job: optionalTextIn(row, "job"),
    schedule: optionalTextIn(row, "schedule"),
    attempt: numberIn(row, "attempt"),
    parentRunId: optionalTextIn(row, "parent_run_id"),
    version: textIn(row, "version"),
    ...outcomeIn(row),
  };
}

function outcomeIn(row: Row): Omit<RunRow, keyof NewRun> {
  return {
    status: runStatuses.find((status) => status === row["status_now"]) ?? "lost",
    exitCode: optionalNumberIn(row, "exit_code"),
    reason: optionalTextIn(row, "reason"),
    problems: problemsIn(textIn(row, "problems")),
    startedAt: dateIn(row, "started_at") ?? new Date(0),
    endedAt: dateIn(row, "ended_at"),
    host: textIn(row, "host"),
    pid: numberIn(row, "pid"),
    records: numberIn(row, "records"),
    bytes: numberIn(row, "bytes"),
    tapWaitMs: numberIn(row, "tap_wait_ms"),
    targetWaitMs: numberIn(row, "target_wait_ms"),
    statesCommitted: numberIn(row, "states_committed"),
  };
}

function problemsIn(json: string): readonly string[] {
  const problems: unknown = JSON.parse(json);
  return Array.isArray(problems) ? problems.filter((problem) => typeof problem === "string") : [];
}
