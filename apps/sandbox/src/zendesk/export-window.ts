import { invalidValue, Refusal, tooRecent } from "./problems.ts";

/** Exports leave out what was changed in the last minute. */
export const settlingSeconds = 60;

const largestExportPage = 1000;

/** How many rows a page of an export may have: 1 to 1000, by default 1000. Refuses anything else. */
export function exportPageSize(query: URLSearchParams): number {
  const given = query.get("per_page");
  if (given === null) return largestExportPage;
  const size = Number(given);
  if (!/^\d+$/u.test(given) || size < 1 || size > largestExportPage) {
    throw invalidValue("per_page must be an integer from 1 to 1000");
  }
  return size;
}

/** The epoch second that an export begins at. Refuses what is no number, and what is less than a minute old. */
export function exportStart(query: URLSearchParams, nowSeconds: number): number {
  const given = query.get("start_time");
  if (given === null) throw invalidValue("start_time is missing");
  if (!/^\d{1,12}$/u.test(given)) throw invalidValue("start_time must be in epoch seconds");
  const start = Number(given);
  if (start > nowSeconds - settlingSeconds) throw new Refusal(tooRecent);
  return start;
}
