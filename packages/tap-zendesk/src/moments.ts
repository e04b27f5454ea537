import { ConfigError } from "@chorale/singer";

/** Exports leave out what changed in the last 60 seconds, and refuse a later start_time. */
const exportDelayMs = 61_000;

/** The start of an export in seconds since 1970: the bookmark, but never within the last minute. */
export function exportStart({
  bookmark = 0,
  startedAt,
  lookbackSeconds = 0,
}: {
  bookmark: string | number | undefined;
  startedAt: Date;
  /** How long before the bookmark to begin. @default 0 */
  lookbackSeconds?: number;
}): number {
  const newest = exportEnd(startedAt);
  return Math.max(0, Math.floor(Math.min(secondsOf(bookmark) - lookbackSeconds, newest)));
}

/** The newest moment that an export may be asked for, in whole seconds since 1970. */
export function exportEnd(startedAt: Date): number {
  return Math.floor((startedAt.getTime() - exportDelayMs) / 1000);
}

/** A bookmark may be a date-time, with UTC where it names no zone, or seconds, as other taps write it. */
export function secondsOf(bookmark: string | number): number {
  const text = String(bookmark);
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const milliseconds = Date.parse(hasZone ? text : `${text}Z`);
  if (!Number.isNaN(milliseconds)) return milliseconds / 1000;
  throw new ConfigError(
    `state: the bookmark ${JSON.stringify(bookmark)} is no date-time. Correct it, or remove the stream's bookmark to read all of it.`,
  );
}

/** Seconds since 1970 as a date-time, as bookmarks of Zendesk taps have it. */
export function dateTimeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Answers a value of a record as seconds since 1970; undefined when it is no moment. */
export function momentOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const milliseconds = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** Tells whether a record changed at `end_date` or later. One without a moment did not. */
export function isBeyondEnd(value: unknown, { end_date: end }: { readonly end_date?: string }): boolean {
  const moment = end === undefined ? undefined : momentOf(value);
  return moment !== undefined && end !== undefined && moment >= Date.parse(end) / 1000;
}
