import type { RunEvent, StampedEvent } from "../run/run-event.ts";
import type { RunCounts } from "../run/run-result.ts";
import { bytesText, countedText, durationText, shareText } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** Writes an event as a line for people, without a line break; undefined for what people need not know. */
export function plainLine(event: StampedEvent): string | undefined {
  const line = plainText(event);
  if (line !== undefined) return line;
  const text = textOf(event);
  return text === undefined ? undefined : `${safeText(event.stateId)}: ${safeText(text)}`;
}

/** Writes what a plugin logs, and warnings; undefined for everything else. */
export function plainText(event: RunEvent): string | undefined {
  if (event.event === "plugin_log") return `${safeText(event.plugin)} | ${safeText(event.line)}`;
  return event.event === "warning" ? `warning: ${safeText(event.message)}` : undefined;
}

function textOf(event: StampedEvent): string | undefined {
  switch (event.event) {
    case "run_started":
      return `started as run ${event.runId}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`;
    case "discovery":
      return event.ageSeconds === 0
        ? `the tap knows ${countedText(event.streams, "stream")}, asked in ${durationText(event.seconds)}`
        : `the tap knew ${countedText(event.streams, "stream")} ${durationText(event.ageSeconds)} ago`;
    case "select_resolved":
      return `reads ${countedText(event.selected.length, "stream")}`;
    case "state_loaded":
      return event.source === "none"
        ? "there is no state: everything is read"
        : `goes on from ${event.source}, with the bookmarks of ${countedText(event.streams.length, "stream")}`;
    case "progress":
      return progressText(event.counts);
    case "retry":
      return `next attempt in ${durationText(event.inSeconds)}, after: ${event.after}`;
    case "run_finished":
      return `${event.result.status}, exit code ${event.result.exitCode}`;
    default:
      return undefined;
  }
}

function progressText({ records, bytes, streams, tapWaitMs, targetWaitMs }: RunCounts): string {
  const waited = tapWaitMs + targetWaitMs;
  const waits =
    waited === 0
      ? ""
      : `; of the waiting ${shareText(tapWaitMs, waited)} is for the tap, ${shareText(targetWaitMs, waited)} for the target`;
  return `${countedText(records, "record")} of ${countedText(streams.size, "stream")}, ${bytesText(bytes)}${waits}`;
}
