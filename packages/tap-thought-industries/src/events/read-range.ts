import type { AnyRecord, StreamContext } from "@chorale/tap-sdk";
import { momentOf, type Settings } from "../settings.ts";
import type { Window } from "./window-reader.ts";

/**
 * The first moment that has 13 digits in milliseconds, 2001-09-09. The API takes shorter numbers for what they
 * are not, and had no customers before.
 */
const firstMoment = 1_000_000_000_000;

/** What a run reads, and up to where earlier runs have read. */
export interface ReadRange extends Window {
  readonly readUntil: number;
}

/**
 * Answers the range that a run reads: from `start_date`, or from `lookback_seconds` before what the state says was
 * read, up to `end_date` or to the moment that the run began.
 */
export function readRange(context: StreamContext<Settings, AnyRecord>): ReadRange {
  const { config, bookmark, position, startedAt } = context;
  const first = momentOf(config.start_date, "config: start_date");
  const kept = position["read_until"];
  const readUntil = typeof kept === "string" ? momentOf(kept, "state: read_until") : firstMoment;
  const newest = bookmark === undefined ? first : momentOf(bookmark, "state: timestamp");
  const reached = Math.max(newest, readUntil) - config.lookback_seconds * 1000;
  const from = Math.max(firstMoment, first, Math.floor(reached));
  const end =
    config.end_date === undefined ? startedAt.getTime() : momentOf(config.end_date, "config: end_date");
  return { from, to: Math.min(end, startedAt.getTime()), readUntil };
}
