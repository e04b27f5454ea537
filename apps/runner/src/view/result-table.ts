import type { UnitResult } from "../run/run-result.ts";
import { bytesText, countedText, countText, durationText, rateText, shareText } from "./quantities.ts";
import { safeName, safeText } from "./safe-text.ts";
import { textTable } from "./text-table.ts";

/**
 * Writes what a run came to, for people to read and to paste: how it ended, a line for each stream and a sum,
 * who waited for whom, what went wrong and the last lines of the process that is to blame. It is Markdown, and
 * ends in a line break. `bookmarks` has the replication values that were stored, by stream.
 *
 * @example
 * ```ts
 * process.stdout.write(resultTable(result));
 * ```
 */
export function resultTable(result: UnitResult, bookmarks: Readonly<Record<string, string>> = {}): string {
  const parts = [
    titleOf(result),
    ...(result.counts.streams.size === 0 ? [] : ["", textTable(rowsOf(result, bookmarks)).trimEnd()]),
    ...(result.status === "skipped" ? [] : ["", waitsOf(result)]),
    ...(result.problems.length === 0 ? [] : [""]),
    ...result.problems.map((problem) => `! ${safeText(problem)}`),
    // Four spaces are code to Markdown.
    ...(result.guiltyLines.length === 0
      ? []
      : ["", ...result.guiltyLines.map((line) => `    ${safeText(line)}`)]),
  ];
  return `${parts.join("\n")}\n`;
}

const outcomes: Readonly<Record<UnitResult["status"], string>> = {
  running: "is running",
  success: "succeeded",
  failed: "failed",
  skipped: "was skipped",
  cancelled: "was cancelled",
  timed_out: "timed out",
  lost: "was lost",
};

function titleOf(result: UnitResult): string {
  const { tap, target, status, exitCode, reason, attempt, stateId, runId } = result;
  const why = status === "success" ? "" : ` (${reason}, exit code ${exitCode})`;
  const nth = attempt > 1 ? `, attempt ${attempt}` : "";
  const pair = `${safeName(tap)} → ${safeName(target)}`;
  const seconds = durationText(secondsOf(result));
  return `${pair} ${outcomes[status]}${why} after ${seconds}${nth} – ${safeText(stateId)}, run ${safeText(runId)}`;
}

function rowsOf(
  result: UnitResult,
  bookmarks: Readonly<Record<string, string>>,
): readonly (readonly string[])[] {
  const { streams, records } = result.counts;
  const seconds = Math.max(secondsOf(result), 0.001);
  const row = (name: string, of: { records: number; bytes: number }) => [
    name,
    countText(of.records),
    bytesText(of.bytes),
    rateText(of.records / seconds),
  ];
  const sorted = [...streams].sort(([left], [right]) => left.localeCompare(right, "en"));
  const bytes = sorted.reduce((sum, [, counts]) => sum + counts.bytes, 0);
  return [
    ["stream", "records", "size", "records/s", "bookmark"],
    ...sorted.map(([name, counts]) => [
      ...row(safeName(name), counts),
      Object.hasOwn(bookmarks, name) ? (bookmarks[name] ?? "") : "",
    ]),
    [...row("**all**", { records, bytes }), ""],
  ];
}

function waitsOf(result: UnitResult): string {
  const { counts, statesCommitted } = result;
  const whole = secondsOf(result) * 1000;
  const states = `${countedText(counts.states, "state")} sent, ${countText(statesCommitted)} handed back.`;
  const tap = shareText(counts.tapWaitMs, whole);
  const target = shareText(counts.targetWaitMs, whole);
  return `${states} Of the time ${tap} was spent waiting for the tap, ${target} waiting for the target.`;
}

function secondsOf({ startedAt, endedAt }: UnitResult): number {
  return Math.max(0, endedAt.getTime() - startedAt.getTime()) / 1000;
}
