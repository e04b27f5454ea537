import type { StampedEvent } from "../run/run-event.ts";
import type { RunCounts, UnitResult } from "../run/run-result.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes an event as a line of JSON: `timestamp`, `level`, `event`, `run_id`, `state_id` and the event's own
 * fields, all in snake_case. No control character stands in it as it is.
 */
export function jsonLine(event: StampedEvent): string {
  const line = JSON.stringify({
    timestamp: event.time.toISOString(),
    level: levelOf(event),
    event: event.event,
    run_id: event.runId,
    state_id: event.stateId,
    ...fieldsOf(event),
  });
  // JSON leaves these as they are, and a terminal takes some of them for the beginning of a command.
  const escaped = line.replaceAll(/[\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `${escaped}\n`;
}

function levelOf(event: StampedEvent): "info" | "warning" | "error" {
  if (event.event === "warning" || event.event === "retry") return "warning";
  if (event.event !== "run_finished") return "info";
  const { status } = event.result;
  if (status === "success") return "info";
  return status === "skipped" ? "warning" : "error";
}

function fieldsOf(event: StampedEvent): Fields {
  switch (event.event) {
    case "run_started":
      return { tap: event.tap, target: event.target, attempt: event.attempt };
    case "discovery":
      return { streams: event.streams, age_seconds: event.ageSeconds, duration_seconds: event.seconds };
    case "select_resolved":
      return { selected: event.selected, unmatched: event.unmatched };
    case "state_loaded":
      return { source: event.source, streams: event.streams };
    case "state_committed":
      return { version: event.version, bookmarks: event.bookmarks };
    case "progress":
      return countsOf(event.counts);
    case "plugin_log":
      return { plugin: event.plugin, line: event.line };
    case "warning":
      return { message: event.message };
    case "retry":
      return { in_seconds: event.inSeconds, after: event.after };
    case "run_finished":
      return resultOf(event.result);
  }
}

function countsOf(counts: RunCounts): Fields {
  return {
    records: counts.records,
    bytes: counts.bytes,
    states: counts.states,
    tap_wait_seconds: counts.tapWaitMs / 1000,
    target_wait_seconds: counts.targetWaitMs / 1000,
    streams: Object.fromEntries(
      [...counts.streams].map(([name, { records, bytes }]) => [name, { records, bytes }]),
    ),
  };
}

function resultOf(result: UnitResult): Fields {
  return {
    tap: result.tap,
    target: result.target,
    attempt: result.attempt,
    status: result.status,
    success: result.status === "success",
    exit_code: result.exitCode,
    reason: result.reason,
    problems: result.problems,
    last_lines: result.guiltyLines,
    ...countsOf(result.counts),
    states_committed: result.statesCommitted,
    started_at: result.startedAt.toISOString(),
    ended_at: result.endedAt.toISOString(),
    duration_seconds: (result.endedAt.getTime() - result.startedAt.getTime()) / 1000,
  };
}
