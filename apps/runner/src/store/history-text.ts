import type { StreamCounts } from "../run/run-result.ts";
import { positionText } from "../state/guard.ts";
import { bookmarksIn } from "../state/merge-states.ts";
import { parseAsWritten, parseStateText } from "../state/state-json.ts";
import { bytesText, countText, durationText } from "../view/quantities.ts";
import { safeText } from "../view/safe-text.ts";
import { textTable } from "../view/text-table.ts";
import type { RunRow, StateVersion } from "./run-store.ts";

/** Writes versions of a state as a table, with what it resumes each stream from. */
export function historyAsText(versions: readonly StateVersion[]): string {
  return textTable([
    ["version", "stored at", "by", "bookmarks"],
    ...versions.map(({ version, at, writtenBy, state }) => [
      String(version),
      at.toISOString(),
      writtenBy,
      state === undefined ? "cleared" : bookmarksText(state),
    ]),
  ]);
}

/** Writes versions of a state as JSON, each on a line; the states are as they were written. */
export function historyAsJson(versions: readonly StateVersion[]): string {
  return versions
    .map(({ version, at, writtenBy, state }) => {
      const whole = state === undefined ? null : parseAsWritten(state);
      return `${JSON.stringify({ version, at: at.toISOString(), written_by: writtenBy, state: whole })}\n`;
    })
    .join("");
}

/** Writes runs as a table. */
export function runsAsText(runs: readonly RunRow[]): string {
  return textTable([
    ["run", "state id", "status", "code", "started at", "took", "records"],
    ...runs.map((run) => [
      run.runId,
      run.stateId,
      run.status,
      run.exitCode === undefined ? "" : String(run.exitCode),
      run.startedAt.toISOString(),
      tookText(run),
      countText(run.records),
    ]),
  ]);
}

/** Writes one run with all that is known of it. */
export function runAsText(run: RunRow, streams: ReadonlyMap<string, StreamCounts>): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["run", run.runId],
    ["state id", run.stateId],
    ["tap", run.tap],
    ["target", run.target],
    ["job", run.job],
    ["schedule", run.schedule],
    [
      "attempt",
      `${run.attempt}${run.parentRunId === undefined ? "" : `, first tried as ${run.parentRunId}`}`,
    ],
    ["status", `${run.status}${run.reason === undefined ? "" : ` (${run.reason})`}`],
    ["exit code", run.exitCode === undefined ? undefined : String(run.exitCode)],
    ["started", `${run.startedAt.toISOString()} on ${run.host}, process ${run.pid}`],
    ["took", tookText(run) || undefined],
    [
      "loaded",
      `${countText(run.records)} records, ${bytesText(run.bytes)}, ${countText(run.statesCommitted)} states`,
    ],
    [
      "waited",
      `${durationText(run.tapWaitMs / 1000)} for the tap, ${durationText(run.targetWaitMs / 1000)} for the target`,
    ],
    ["version", run.version],
  ];
  const known = lines.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${safeText(value)}\n`],
  );
  const problems = run.problems.map((problem) => `! ${safeText(problem)}\n`);
  const rows = [...streams].map(([name, { records, bytes }]) => [name, countText(records), bytesText(bytes)]);
  const table = rows.length === 0 ? "" : `\n${textTable([["stream", "records", "size"], ...rows])}`;
  return `${known.join("")}${problems.join("")}${table}`;
}

/** Answers a run as an object for programs, in snake_case. */
export function runForPrograms(
  run: RunRow,
  streams?: ReadonlyMap<string, StreamCounts>,
): Readonly<Record<string, unknown>> {
  return {
    run_id: run.runId,
    state_id: run.stateId,
    tap: run.tap,
    target: run.target,
    job: run.job ?? null,
    schedule: run.schedule ?? null,
    attempt: run.attempt,
    parent_run_id: run.parentRunId ?? null,
    status: run.status,
    exit_code: run.exitCode ?? null,
    reason: run.reason ?? null,
    problems: run.problems,
    started_at: run.startedAt.toISOString(),
    ended_at: run.endedAt?.toISOString() ?? null,
    host: run.host,
    pid: run.pid,
    records: run.records,
    bytes: run.bytes,
    states_committed: run.statesCommitted,
    tap_wait_seconds: run.tapWaitMs / 1000,
    target_wait_seconds: run.targetWaitMs / 1000,
    version: run.version,
    ...(streams === undefined ? {} : { streams: streamsForPrograms(streams) }),
  };
}

function streamsForPrograms(streams: ReadonlyMap<string, StreamCounts>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...streams].map(([name, { records, bytes, firstAt, lastAt }]) => [
      name,
      { records, bytes, first_at: new Date(firstAt).toISOString(), last_at: new Date(lastAt).toISOString() },
    ]),
  );
}

function bookmarksText(state: string): string {
  const bookmarks = bookmarksIn(parseStateText(state) ?? {});
  const texts = [...bookmarks].map(([stream, bookmark]) => {
    const position = positionText(bookmark);
    return position === undefined ? stream : `${stream} ${position}`;
  });
  const shown = texts.slice(0, 5).join(", ");
  return texts.length > 5 ? `${shown} and ${texts.length - 5} more` : shown;
}

function tookText({ startedAt, endedAt }: RunRow): string {
  return endedAt === undefined ? "" : durationText((endedAt.getTime() - startedAt.getTime()) / 1000);
}
