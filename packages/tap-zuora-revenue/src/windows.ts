import type { ZuoraRevenueConfig } from "./client.ts";
import { millisecondsOf, momentText } from "./position.ts";

/** A window of `INCR_UPDT_DT`. */
export interface Window {
  readonly until: string;
  /** How many rows it has; undefined where that is not known. */
  readonly expected: number | undefined;
}

/** What is cut into windows. */
export interface WindowRange {
  readonly from: string;
  readonly to: string;
  /** Counts the rows up to a moment. */
  count(until: string): Promise<number | undefined>;
}

const dayMs = 86_400_000;
/** No window is shorter: the next one begins a second before its end. */
const shortestMs = 4000;

/** Answers the next window of a range: as long as the settings say, and halved until it has not too many rows. */
export async function nextWindow(
  { from, to, count }: WindowRange,
  {
    window_days: days,
    max_rows_per_query: mostRows,
  }: { window_days?: number | undefined; max_rows_per_query: ZuoraRevenueConfig["max_rows_per_query"] },
): Promise<Window> {
  const start = millisecondsOf(from);
  let end = millisecondsOf(to);
  if (days !== undefined) end = Math.min(end, start + Math.max(days * dayMs, shortestMs));
  for (;;) {
    const until = momentText(end);
    const expected = await count(until);
    if (expected === undefined || expected <= mostRows || end - start < 2 * shortestMs) {
      return { until, expected };
    }
    end = start + Math.floor((end - start) / 2000) * 1000;
  }
}
