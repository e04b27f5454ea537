import type { TimeSpan } from "./data-request.ts";

/** A period as records have it. */
export interface Period {
  /** As the API spells it; a month always has two digits. */
  readonly period: string;
  readonly calendar_year: number | null;
  readonly calendar_month: number | null;
}

const monthCode = /^(\d{1,2})\/(\d{4})$/;

/** Reads the code of a period. One that is no month, as `FY2026` or `Rollup`, has neither year nor month. */
export function periodOf(code: string): Period {
  const [, month = "", year = ""] = monthCode.exec(code) ?? [];
  if (month === "") return { period: code, calendar_year: null, calendar_month: null };
  return {
    period: `${month.padStart(2, "0")}/${year}`,
    calendar_year: Number(year),
    calendar_month: Number(month),
  };
}

/** The months of a span, where both its ends are months. */
function monthsBetween({ start, end }: TimeSpan): readonly string[] {
  const first = monthNumber(start);
  const last = monthNumber(end);
  if (first === undefined || last === undefined || last < first) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const month = first + index;
    return `${String((month % 12) + 1).padStart(2, "0")}/${Math.floor(month / 12)}`;
  });
}

function monthNumber(code: string): number | undefined {
  const { calendar_year: year, calendar_month: month } = periodOf(code);
  return year === null || month === null || month < 1 || month > 12 ? undefined : year * 12 + month - 1;
}

/**
 * Cuts the periods of an answer that was too large in two. `columns` are those of its header, if that much of it
 * came; otherwise the months of the span that was asked for are cut. Undefined where there are not two periods.
 */
export function halvesOf(
  columns: readonly string[],
  span: TimeSpan | undefined,
): readonly [TimeSpan, TimeSpan] | undefined {
  const codes = columns.length > 0 || span === undefined ? columns : monthsBetween(span);
  const half = Math.ceil(codes.length / 2);
  const [start, end] = [codes[0], codes.at(-1)];
  const [middle, next] = [codes[half - 1], codes[half]];
  if (start === undefined || end === undefined || middle === undefined || next === undefined)
    return undefined;
  const stratum = span?.stratum === undefined ? {} : { stratum: span.stratum };
  return [
    { start, end: middle, ...stratum },
    { start: next, end, ...stratum },
  ];
}
