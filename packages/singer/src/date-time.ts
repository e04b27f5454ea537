/** A moment: whole seconds since 1970 in UTC, and the digits behind the point without trailing zeros. */
export interface Instant {
  readonly seconds: number;
  readonly fraction: string;
}

const fullDate = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const fullDateTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** The 60th second that UTC has at the end of some days, at its hour in any offset. */
const leapSecond = /^(\d{4}-\d\d-\d\d[Tt]\d\d:[0-5]\d):60(.*)$/;
const loose =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(?: ?([Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$/;

/**
 * Tells whether a text is a moment by RFC 3339: date, time and an offset. A 60th second is allowed
 * where it is the last of a UTC day; a day that its month does not have is refused.
 *
 * @example
 * ```ts
 * isDateTime("2026-01-31T23:59:59.123+02:00"); // true
 * isDateTime("2026-01-31T23:59:59"); // false: no offset
 * ```
 */
export function isDateTime(text: string): boolean {
  if (fullDateTime.test(text)) return dayExists(text);
  const leap = leapSecond.exec(text);
  return leap !== null && isLastSecond(`${leap[1]}:59${leap[2]}`);
}

/**
 * Tells whether a text is a day that exists: `2026-01-31`.
 *
 * @example
 * ```ts
 * isDate("2026-02-29"); // false
 * ```
 */
export function isDate(text: string): boolean {
  return fullDate.test(text) && dayExists(text);
}

/**
 * Tells whether a text is a time of day with an offset by RFC 3339: `23:59:59Z`.
 *
 * @example
 * ```ts
 * isTime("23:59:59.5+01:00"); // true
 * ```
 */
export function isTime(text: string): boolean {
  return isDateTime(`1970-01-01T${text}`);
}

/**
 * Reads a moment or a day in the spellings that sources use: `T` or a space, an offset with or without
 * colon, none at all (then it is UTC), seconds optional, any number of digits behind the point. A day is
 * its first moment in UTC. Answers undefined for anything else.
 *
 * @example
 * ```ts
 * parseInstant("2026-01-01 01:00:00.500 +0100"); // { seconds: 1767225600, fraction: "5" }
 * ```
 */
export function parseInstant(text: string): Instant | undefined {
  const match = loose.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "0", minute = "0", second = "0", digits = ""] = match;
  if (!isDay({ year: Number(year), month: Number(month), day: Number(day) })) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  if (Number.isNaN(date.getTime())) return undefined;
  return {
    seconds: date.getTime() / 1000 - offsetSeconds(match[8]),
    fraction: digits.replace(/0+$/, ""),
  };
}

/**
 * Orders two moments: negative when `left` is the earlier one, 0 when they are the same. Exact to any
 * number of digits.
 *
 * @example
 * ```ts
 * compareInstants({ seconds: 0, fraction: "05" }, { seconds: 0, fraction: "1" }); // -1
 * ```
 */
export function compareInstants(left: Instant, right: Instant): number {
  if (left.seconds !== right.seconds) return left.seconds < right.seconds ? -1 : 1;
  if (left.fraction === right.fraction) return 0;
  return left.fraction < right.fraction ? -1 : 1;
}

function offsetSeconds(text: string | undefined): number {
  if (text === undefined || !/^[+-]/.test(text)) return 0;
  const seconds = Number(text.slice(1, 3)) * 3600 + Number(text.slice(3).replace(":", "")) * 60;
  return text.startsWith("-") ? -seconds : seconds;
}

/** For a text that begins as `YYYY-MM-DD`, with a day from 1 to 31. */
function dayExists(text: string): boolean {
  if (text.charCodeAt(8) < 0x33 && text.charCodeAt(5) === 0x31) return true;
  const day = Number(text.slice(8, 10));
  return day <= 28 || isDay({ year: Number(text.slice(0, 4)), month: Number(text.slice(5, 7)), day });
}

function isDay({ year, month, day }: { year: number; month: number; day: number }): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2) {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return day <= (leap ? 29 : 28);
  }
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** Whether a moment is the last whole second of a day in UTC. */
function isLastSecond(text: string): boolean {
  const instant = isDateTime(text) ? parseInstant(text) : undefined;
  return instant !== undefined && (instant.seconds + 1) % 86_400 === 0;
}
