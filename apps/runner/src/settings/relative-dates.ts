const unitNames = ["second", "minute", "hour", "day", "week", "month", "year"] as const;
type UnitName = (typeof unitNames)[number];

const ago = /^(\d{1,6}|an?|one) (second|minute|hour|day|week|month|year)s? ago$/;
const ahead = /^in (\d{1,6}|an?|one) (second|minute|hour|day|week|month|year)s?$/;
const ofUnit = /^(last|next) (day|week|month|year)$/;
const words: ReadonlyMap<string, number> = new Map([
  ["today", 0],
  ["yesterday", -1],
  ["tomorrow", 1],
]);
const secondsPer: ReadonlyMap<UnitName, number> = new Map([
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
]);

/**
 * Reads a date that is counted from now, in UTC: `3 days ago`, `in a week`, `last month`, `yesterday`, `now`.
 * Days and longer units answer a day's beginning, so that a configuration changes once a day; shorter ones answer
 * the second. Answers undefined for every other text.
 *
 * @example
 * ```ts
 * relativeDate("3 days ago", new Date("2026-11-22T10:30:00Z")); // "2026-11-19T00:00:00Z"
 * ```
 */
export function relativeDate(text: string, now: Date): string | undefined {
  const words = text.trim().toLowerCase().replaceAll(/\s+/g, " ");
  const distance = distanceOf(words);
  if (distance === undefined) return undefined;
  const moved = move(now, distance);
  return Number.isNaN(moved.getTime()) ? undefined : moved.toISOString().replace(/\.\d{3}Z$/, "Z");
}

interface Distance {
  readonly count: number;
  readonly unit: UnitName;
}

function distanceOf(text: string): Distance | undefined {
  if (text === "now") return { count: 0, unit: "second" };
  const days = words.get(text);
  if (days !== undefined) return { count: days, unit: "day" };
  for (const [pattern, sign] of [
    [ago, -1],
    [ahead, 1],
  ] as const) {
    const [, count, unit] = pattern.exec(text) ?? [];
    if (count !== undefined)
      return { count: sign * (/^\d/.test(count) ? Number(count) : 1), unit: unitOf(unit) };
  }
  const [, direction, unit] = ofUnit.exec(text) ?? [];
  return direction === undefined ? undefined : { count: direction === "last" ? -1 : 1, unit: unitOf(unit) };
}

function unitOf(name: string | undefined): UnitName {
  return unitNames.find((unit) => unit === name) ?? "day";
}

function move(now: Date, { count, unit }: Distance): Date {
  const seconds = secondsPer.get(unit);
  if (seconds !== undefined) return new Date(now.getTime() + count * seconds * 1000);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (unit === "day" || unit === "week")
    return new Date(Date.UTC(year, month, day + count * (unit === "week" ? 7 : 1)));
  const months = month + count * (unit === "year" ? 12 : 1);
  const lastDay = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, months, Math.min(day, lastDay)));
}
