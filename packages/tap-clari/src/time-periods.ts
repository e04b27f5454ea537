import type { ClariConfig } from "./client.ts";

const quartersAway: Readonly<Record<string, number>> = { previous: -1, current: 0, next: 1 };

/** What quarters are named by. */
export interface FiscalMoment {
  readonly at: Date;
  /** The month that fiscal years begin in, 1 to 12. */
  readonly startMonth: number;
  /** How many quarters away. @default 0 */
  readonly away?: number;
}

/**
 * Names the fiscal quarter of a moment, in UTC: `2025_Q2`. A fiscal year that does not begin in January is named for the
 * year that it ends in, as Clari names it.
 */
export function quarterName({ at, startMonth, away = 0 }: FiscalMoment): string {
  const months = at.getUTCFullYear() * 12 + at.getUTCMonth() + 3 * away;
  const intoYear = (months - (startMonth - 1)) % 12;
  const firstYear = Math.floor((months - intoYear) / 12);
  const year = startMonth === 1 ? firstYear : firstYear + 1;
  return `${year}_Q${Math.floor(intoYear / 3) + 1}`;
}

/** A quarter to read. */
export interface TimePeriod {
  readonly timePeriodId: string;
  /** How many quarters away it was asked for; undefined for one that was named. */
  readonly away: number | undefined;
}

/** Answers the quarters to read, each once. */
export function timePeriodsOf(
  { time_periods: wanted, fiscal_year_start_month: startMonth }: ClariConfig,
  at: Date,
): readonly TimePeriod[] {
  const periods = new Map<string, TimePeriod>();
  for (const period of wanted) {
    const away = quartersAway[period];
    const timePeriodId = away === undefined ? period : quarterName({ at, startMonth, away });
    if (!periods.has(timePeriodId) || away !== undefined) periods.set(timePeriodId, { timePeriodId, away });
  }
  return [...periods.values()];
}

/** What the days of a quarter are compared with. */
export interface QuarterDays {
  readonly startDate: unknown;
  readonly endDate: unknown;
  readonly away: number | undefined;
  readonly at: Date;
}

const dayMs = 86_400_000;

/**
 * Tells whether a quarter lies where it was asked for. Days are the tenant's, which may be a day from ours; what has no
 * days cannot be judged.
 */
export function isWhereAsked({ startDate, endDate, away, at }: QuarterDays): boolean {
  const start = Date.parse(String(startDate));
  const end = Date.parse(String(endDate)) + dayMs;
  if (away === undefined || Number.isNaN(start) || Number.isNaN(end)) return true;
  const now = at.getTime();
  if (away > 0) return start > now - dayMs;
  if (away < 0) return end < now + dayMs;
  return start <= now + dayMs && end >= now - dayMs;
}
