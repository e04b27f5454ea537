export const second = 1_000_000_000n;
export const day = 86_400n * second;

/** A time on a wall's clock. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Since midnight. */
  readonly nanoseconds: bigint;
}

/** Divides and rounds down, also below zero. */
export function flooredQuotient(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

/** The remainder of {@link flooredQuotient}: never negative. */
export function flooredRemainder(dividend: bigint, divisor: bigint): bigint {
  return dividend - flooredQuotient(dividend, divisor) * divisor;
}

/** Answers the days from 1970-01-01 to a date. */
export function daysOf(date: {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}): number {
  const moment = new Date(0);
  moment.setUTCFullYear(date.year, date.month - 1, date.day);
  return Math.floor(moment.getTime() / 86_400_000);
}

/** Answers the date so many days after 1970-01-01. */
function dateOf(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const moment = new Date(days * 86_400_000);
  return { year: moment.getUTCFullYear(), month: moment.getUTCMonth() + 1, day: moment.getUTCDate() };
}

/** Answers how many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return daysOf({ year, month: month + 1, day: 1 }) - daysOf({ year, month, day: 1 });
}

/** Answers the nanoseconds from 1970 to a time, both on the same clock. */
export function nanosecondsOf(wall: WallTime): bigint {
  return BigInt(daysOf(wall)) * day + wall.nanoseconds;
}

/** Answers the time so many nanoseconds after 1970, on the same clock. */
export function wallTimeOf(nanoseconds: bigint): WallTime {
  const date = dateOf(Number(flooredQuotient(nanoseconds, day)));
  return { ...date, nanoseconds: flooredRemainder(nanoseconds, day) };
}
