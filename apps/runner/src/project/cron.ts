/** When something runs: `cron` is undefined when it never does by itself. */
export type Interval = { readonly cron: string | undefined } | { readonly problem: string };

const names: ReadonlyMap<string, string | undefined> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@once", undefined],
  ["@manual", undefined],
  ["@none", undefined],
]);

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What stands for the numbers from `from` on. */
  readonly words?: readonly string[];
  /** Whether `?` may stand for `*`. */
  readonly mayBeOpen?: true;
  /** Whether a range may go on over its end: `fri-mon`. */
  readonly wraps?: true;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of the month", from: 1, to: 31, mayBeOpen: true },
  { name: "month", from: 1, to: 12, words: months },
  { name: "day of the week", from: 0, to: 7, words: days, mayBeOpen: true, wraps: true },
];

/** How many days a month has at most. */
const monthLengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads the interval of a schedule: five fields of cron, `@daily` and the like, or `@once`, `@manual` and
 * `@none` for never. Each part of each field is checked, and a day that no month has is refused.
 */
export function readInterval(text: string): Interval {
  const interval = text.trim();
  if (interval.startsWith("@")) {
    if (names.has(interval)) return { cron: names.get(interval) };
    return { problem: `there is no ${interval}; there are ${[...names.keys()].join(", ")}` };
  }
  const parts = interval.split(/\s+/);
  if (parts.length !== fields.length || interval === "")
    return { problem: `${interval === "" ? 0 : parts.length} fields, and not the five of cron` };
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(parts[index] ?? "", field);
    if (problem !== undefined) return { problem };
  }
  const [, , day = "*", month = "*", weekday = "*"] = parts;
  if (isRestricted(day) && !isRestricted(weekday) && !canFall(day, month))
    return { problem: `no month has the day ${day}` };
  return { cron: parts.join(" ") };
}

function fieldProblem(text: string, field: Field): string | undefined {
  if (text === "?" && field.mayBeOpen === true) return undefined;
  for (const part of text.split(",")) {
    if (rangeOf(part, field) === undefined) {
      return `${part === "" ? "nothing" : part} is no ${field.name} from ${field.from} to ${field.to}`;
    }
  }
  return undefined;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function rangeOf(part: string, field: Field): Range | undefined {
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(part);
  if (match === null) return undefined;
  const [, first, last, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1 || step > field.to) return undefined;
  if (first === undefined) return { from: field.from, to: field.to, step };
  const from = numberOf(first, field);
  const openEnd = stepText === undefined ? from : field.to;
  const to = last === undefined ? openEnd : numberOf(last, field);
  if (from === undefined || to === undefined) return undefined;
  return from <= to || field.wraps === true ? { from, to, step } : undefined;
}

function numberOf(text: string, { from, to, words }: Field): number | undefined {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  if (word !== -1) return from + word;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= from && number <= to ? number : undefined;
}

function isRestricted(text: string): boolean {
  return text !== "*" && text !== "?";
}

function canFall(day: string, month: string): boolean {
  const [, , dayField, monthField] = fields;
  if (dayField === undefined || monthField === undefined) return true;
  const earliest = Math.min(...day.split(",").map((part) => rangeOf(part, dayField)?.from ?? 1));
  return monthLengths.some(
    (length, index) => earliest <= length && includes(month, { value: index + 1, field: monthField }),
  );
}

function includes(text: string, { value, field }: { value: number; field: Field }): boolean {
  return text.split(",").some((part) => {
    const range = rangeOf(part, field);
    if (range === undefined) return false;
    return value >= range.from && value <= range.to && (value - range.from) % range.step === 0;
  });
}
