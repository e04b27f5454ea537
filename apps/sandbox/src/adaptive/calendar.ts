/** The calendar of the stand-in: years begin in February, and are called after the year in which they end. */

const firstYear = 2025;
const firstMonth = 2;

/** A month of the plan. */
export interface Month {
  /** As the vendor spells it: `02/2025`. */
  readonly code: string;
  /** As `Q1-2026`. */
  readonly quarter: string;
  /** As `FY2026`. */
  readonly year: string;
  readonly index: number;
}

/** Answers the first so many months of the plan. */
export function monthsOf(count: number): readonly Month[] {
  return Array.from({ length: count }, (_, index) => {
    const month = ((firstMonth - 1 + index) % 12) + 1;
    const year = firstYear + Math.floor((firstMonth - 1 + index) / 12);
    const fiscal = month >= firstMonth ? year + 1 : year;
    const quarter = Math.floor(((month - firstMonth + 12) % 12) / 3) + 1;
    return {
      code: `${String(month).padStart(2, "0")}/${year}`,
      quarter: `Q${quarter}-${fiscal}`,
      year: `FY${fiscal}`,
      index,
    };
  });
}

/** The day after a month, as `2025-03-01`. */
export function dayAfter({ index }: Month): string {
  return new Date(Date.UTC(firstYear, firstMonth + index, 1)).toISOString().slice(0, 10);
}
