const dateForm = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const clock = "([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]+))?)?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?";
const timeForm = new RegExp(`^${clock}$`);
const dateTimeForm = new RegExp(`^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]${clock})?$`);

/** A moment in UTC on a day that every month has, as most are written: it is valid as it stands. */
const plainMoment =
  /^(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|\+00:00)$/;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A time of day, as it was written. */
interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Six digits. */
  readonly microseconds: string;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

/**
 * Tells whether a text is a moment that a timestamp column can hold: the rule of {@link timestampText}.
 *
 * @example
 * ```ts
 * isDateTime("2016-12-31T23:59:60Z"); // true
 * ```
 */
export function isDateTime(text: string): boolean {
  return plainMoment.test(text) || timestampText(text) !== undefined;
}

/**
 * Tells whether a text is a day that a date column can hold: the rule of {@link dateText}.
 *
 * @example
 * ```ts
 * isDate("2023-02-29"); // false
 * ```
 */
export function isDate(text: string): boolean {
  return dateText(text) !== undefined;
}

/**
 * Tells whether a text is a time that a time column can hold: the rule of {@link timeText}.
 *
 * @example
 * ```ts
 * isTime("24:00:00"); // false
 * ```
 */
export function isTime(text: string): boolean {
  return timeText(text) !== undefined;
}

/**
 * Answers a moment in UTC as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; undefined when the text is none.
 *
 * An offset is applied, a text without one is UTC, a day alone is its midnight. Second 60 and 24:00:00 are the
 * moment after; digits beyond microseconds are cut. Years outside 0001 to 9999 are refused, also when
 * only the offset leads there.
 *
 * @example
 * ```ts
 * timestampText("2024-05-01 02:30:00+0530"); // "2024-04-30T21:00:00.000000Z"
 * ```
 */
export function timestampText(text: string): string | undefined {
  const match = dateTimeForm.exec(text);
  if (match === null) return undefined;
  const [, day = "", hour, minute, second, fraction, zone] = match;
  if (!isCalendarDay(day)) return undefined;
  const time = clockOf([hour, minute, second, fraction, zone]);
  if (time === undefined) return undefined;
  const plain = time.offsetMinutes === 0 && time.hour < 24 && time.second < 60;
  if (plain) return `${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}.${time.microseconds}Z`;
  const utc = new Date(Date.parse(`${day}T00:00:00Z`) + millisecondsOf(time)).toISOString();
  const inRange = utc.length === 24 && !utc.startsWith("0000");
  return inRange ? `${utc.slice(0, 19)}.${time.microseconds}Z` : undefined;
}

/**
 * Answers a day as `YYYY-MM-DD`; undefined when the text is none, or a moment that is not a day's
 * midnight in UTC.
 *
 * @example
 * ```ts
 * dateText("2024-05-01T00:00:00Z"); // "2024-05-01"
 * ```
 */
export function dateText(text: string): string | undefined {
  if (dateForm.test(text)) return isCalendarDay(text) ? text : undefined;
  const moment = timestampText(text);
  return moment?.endsWith("T00:00:00.000000Z") === true ? moment.slice(0, 10) : undefined;
}

/**
 * Answers a time of day as `HH:MM:SS.ffffff`; undefined when the text is none. An offset is
 * applied, around midnight if need be. 24:00:00 is refused: it is no time of a day.
 *
 * @example
 * ```ts
 * timeText("23:30:00-02:00"); // "01:30:00.000000"
 * ```
 */
export function timeText(text: string): string | undefined {
  const match = timeForm.exec(text);
  if (match === null) return undefined;
  const time = clockOf(match.slice(1));
  if (time === undefined || time.hour === 24) return undefined;
  const sinceMidnight = (millisecondsOf(time) + dayMs) % dayMs;
  return `${new Date(sinceMidnight).toISOString().slice(11, 19)}.${time.microseconds}`;
}

function isCalendarDay(text: string): boolean {
  const [, year = "", month = "", day = ""] = dateForm.exec(text) ?? [];
  if (year === "0000") return false;
  const dayOfMonth = Number(day);
  return dayOfMonth >= 1 && dayOfMonth <= daysIn(Number(year), Number(month));
}

/** Zero for a month that does not exist. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Takes the groups of {@link clock}; all absent is midnight. */
function clockOf([hours, minutes, seconds, fraction, zone]: readonly (string | undefined)[]):
  | Clock
  | undefined {
  const hour = Number(hours ?? 0);
  const minute = Number(minutes ?? 0);
  const second = Number(seconds ?? 0);
  const microseconds = (fraction ?? "").slice(0, 6).padEnd(6, "0");
  const offsetMinutes = offsetOf(zone);
  if (offsetMinutes === undefined || minute > 59 || second > 60) return undefined;
  const endOfDay = hour === 24 && minute === 0 && second === 0 && /^0*$/.test(fraction ?? "");
  return hour < 24 || endOfDay ? { hour, minute, second, microseconds, offsetMinutes } : undefined;
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", ""));
  if (hours > 23 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith("-") ? -1 : 1);
}

function millisecondsOf({ hour, minute, second, offsetMinutes }: Clock): number {
  return (hour * 60 + minute - offsetMinutes) * minuteMs + second * 1000;
}
