import { ConfigError } from "@chorale/singer";

/** Exports leave out what changed in the last 60 seconds, and refuse a later start_time. */
const exportDelayMs = 61_000;

/** The start of an export in seconds since 1970: the bookmark, but never within the last minute. */
export function exportStart({
  bookmark = 0,
  startedAt,
}: {
  bookmark: string | number | undefined;
  startedAt: Date;
}): number {
  const newest = (startedAt.getTime() - exportDelayMs) / 1000;
  return Math.max(0, Math.floor(Math.min(secondsOf(bookmark), newest)));
}

/** A bookmark may be a date-time, with UTC where it names no zone, or seconds, as other taps write it. */
function secondsOf(bookmark: string | number): number {
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
