import { open } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { systemCode } from "../state/store-failure.ts";
import { safeText } from "../view/safe-text.ts";

/** Which lines of a run's log are read, and how they are written. */
export interface RunLogOptions {
  /** The project's folder. */
  readonly root: string;
  readonly runId: string;
  /** Only so many lines of the end. */
  readonly tail: number | undefined;
  readonly format: "text" | "json";
}

/** The older half first; a short log has only the newer one. */
const fileNames = ["events.1.ndjson", "events.ndjson"];

/**
 * Answers the lines of a run's log, each with its line break, without holding more of them than are asked for.
 * Throws with exit code 2 when the run has no log any more.
 */
export async function* readRunLog(options: RunLogOptions): AsyncGenerator<string, void, void> {
  const { tail, format } = options;
  const write = (line: string) => (format === "json" ? `${line}\n` : `${textOf(line)}\n`);
  if (tail === undefined) {
    for await (const line of linesOf(options)) yield write(line);
    return;
  }
  let last: string[] = [];
  for await (const line of linesOf(options)) {
    last.push(line);
    // Cut now and then, because cutting for each line would move all of them each time.
    if (last.length >= 2 * tail) last = last.slice(-tail);
  }
  for (const line of last.slice(-tail)) yield write(line);
}

async function* linesOf({ root, runId }: RunLogOptions): AsyncGenerator<string, void, void> {
  let found = 0;
  for (const name of fileNames) {
    const file = await open(join(root, ".chorale", "runs", runId, name)).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) continue;
    found += 1;
    yield* file.readLines();
  }
  if (found === 0) {
    throw runError("usage", `${runId}: its log is not kept any more. The logs of the last hundred runs are.`);
  }
}

/** A line for people: the time, and what happened. */
function textOf(line: string): string {
  const event = eventIn(line);
  if (event === undefined) return safeText(line);
  const { timestamp, level: _level, event: name, run_id: _run, state_id: _state, ...fields } = event;
  const time = typeof timestamp === "string" ? timestamp.slice(11, 23) : "";
  if (name === "plugin_log") return `${time} ${safeText(`${fields["plugin"]} | ${fields["line"]}`)}`;
  if (name === "warning") return `${time} warning: ${safeText(String(fields["message"]))}`;
  const members = Object.entries(fields).filter(([, value]) => value !== null && !isEmpty(value));
  const texts = members.map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return safeText([time, String(name), ...texts].join(" "));
}

function eventIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return isObject(event) ? event : undefined;
  } catch {
    // The last line of a run that was killed.
    return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
