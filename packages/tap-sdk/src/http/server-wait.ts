import type { HttpClock } from "./clock.ts";

type Headers = Readonly<Record<string, string>>;

/** Greater numbers are moments since 1970 in seconds, not seconds to wait: 2001 and later. */
const firstEpochSecond = 1_000_000_000;
/** Greater numbers are moments since 1970 in milliseconds. */
const firstEpochMillisecond = 1_000_000_000_000;
/** RFC 9110's oldest date has no zone and means UTC. */
const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [\d ]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Reads `Retry-After` in milliseconds: seconds, with decimals too, or an HTTP date, which counts from the
 * answer's own `Date` so that a wrong clock does no harm. Undefined when it is absent or means nothing.
 */
export function retryAfterMs(headers: Headers, clock: HttpClock): number | undefined {
  const text = headers["retry-after"]?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return millisecondsUntil(Number(text), headers, clock);
  const date = httpDate(text);
  return date === undefined ? undefined : Math.max(0, date - serverTime(headers, clock));
}

/** Answers how long a number says to wait: seconds, or a moment since 1970 in seconds or milliseconds. */
export function millisecondsUntil(value: number, headers: Headers, clock: HttpClock): number {
  if (value < firstEpochSecond) return value * 1000;
  const moment = value < firstEpochMillisecond ? value * 1000 : value;
  return Math.max(0, moment - serverTime(headers, clock));
}

/** How far behind an answer's `Date` may be of two clocks that agree: it has no parts of a second, and the way takes time. */
const dateLagMs = 2000;

/** The server's time: its `Date`, and the part of the second that our own clock knows where the two agree. */
function serverTime(headers: Headers, clock: HttpClock): number {
  const date = httpDate(headers["date"] ?? "");
  const wall = clock.wall();
  if (date === undefined) return wall;
  const lag = wall - date;
  return lag > 0 && lag < dateLagMs ? Math.min(wall, date + 999) : date;
}

function httpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}/.test(text)) return undefined;
  const date = Date.parse(asctime.test(text) ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}
