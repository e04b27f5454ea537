/** Exports leave out what changed in the last 60 seconds, and refuse a later start_time. */
const exportDelayMs = 61_000;

/**
 * The start of an export in seconds since 1970: the bookmark, but never within the last minute.
 * A bookmark may be a date-time or seconds, as other taps write it.
 */
export function exportStart({
  bookmark,
  startedAt,
}: {
  bookmark: string | number | undefined;
  startedAt: Date;
}): number {
  const seconds =
    typeof bookmark === "number" ? bookmark : Date.parse(bookmark ?? "1970-01-01T00:00:00Z") / 1000;
  return Math.max(0, Math.floor(Math.min(seconds, (startedAt.getTime() - exportDelayMs) / 1000)));
}

/** Seconds since 1970 as a date-time, as bookmarks of Zendesk taps have it. */
export function dateTimeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
