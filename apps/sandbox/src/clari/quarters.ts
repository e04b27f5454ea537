/** A fiscal quarter: its id, and its days, both inclusive. */
export interface Quarter {
  readonly id: string;
  readonly year: number;
  /** 1 to 4. */
  readonly number: number;
  readonly startDate: string;
  readonly endDate: string;
}

/** A week of a forecast. */
export interface TimeFrame {
  readonly id: string;
  readonly startDate: string;
  readonly endDate: string;
}

const dayMs = 86_400_000;
/** Weeks begin on a Wednesday, so that the first one of a quarter mostly begins in the quarter before. */
const firstWeekday = 3;

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Makes the quarter that began so many months after year 0. */
function quarterAt(firstMonth: number, startMonth: number): Quarter {
  const year = Math.floor(firstMonth / 12);
  const month = firstMonth % 12;
  const number = Math.floor(((month - (startMonth - 1) + 12) % 12) / 3) + 1;
  const isNextYear = startMonth > 1 && month >= startMonth - 1;
  const named = isNextYear ? year + 1 : year;
  return {
    id: `${named}_Q${number}`,
    year: named,
    number,
    startDate: dayOf(Date.UTC(year, month, 1)),
    endDate: dayOf(Date.UTC(year, month + 3, 1) - dayMs),
  };
}

/**
 * Answers the quarter of a moment, or one so many quarters away. A fiscal year that does not begin in January is named
 * for the year that it ends in.
 */
export function quarterOf(
  ms: number,
  { startMonth, away = 0 }: { startMonth: number; away?: number },
): Quarter {
  const moment = new Date(ms);
  const months = moment.getUTCFullYear() * 12 + moment.getUTCMonth();
  const intoQuarter = (((moment.getUTCMonth() - (startMonth - 1)) % 3) + 3) % 3;
  return quarterAt(months - intoQuarter + 3 * away, startMonth);
}

/** Answers the weeks of a quarter, in order. The first and the last are shared with its neighbours where they straddle. */
export function timeFramesOf({ startDate, endDate }: Quarter): readonly TimeFrame[] {
  const start = Date.parse(startDate);
  const weekday = new Date(start).getUTCDay();
  const first = start - ((weekday - firstWeekday + 7) % 7) * dayMs;
  const frames: TimeFrame[] = [];
  for (let ms = first; ms <= Date.parse(endDate); ms += 7 * dayMs) {
    frames.push({ id: `TF:${dayOf(ms)}`, startDate: dayOf(ms), endDate: dayOf(ms + 6 * dayMs) });
  }
  return frames;
}
