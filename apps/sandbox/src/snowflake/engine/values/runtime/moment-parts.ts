import { EngineError, internalError } from "../problem.ts";
import {
  day,
  daysInMonth,
  daysOf,
  flooredQuotient,
  nanosecondsOf,
  second,
  wallTimeOf,
} from "./civil-time.ts";
import type { Moment } from "./moments.ts";
import { minutesInNanoseconds } from "./time-zones.ts";

/** Units of one length, in nanoseconds. */
const lengths: Readonly<Record<string, bigint>> = {
  NANOSECOND: 1n,
  MICROSECOND: 1000n,
  MILLISECOND: 1_000_000n,
  SECOND: second,
  MINUTE: 60n * second,
  HOUR: 3600n * second,
  DAY: day,
  WEEK: 7n * day,
};

/** Units that are a number of months. */
const monthCounts: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

const aliases: Readonly<Record<string, string>> = {
  ...names("YEAR", "Y YY YYY YYYY YR YEARS YRS"),
  ...names("QUARTER", "Q QTR QTRS QUARTERS"),
  ...names("MONTH", "MM MON MONS MONTHS"),
  ...names("WEEK", "W WK WEEKOFYEAR WOY WY WEEKS"),
  ...names("DAY", "D DD DAYS DAYOFMONTH"),
  ...names("HOUR", "H HH HR HOURS HRS"),
  ...names("MINUTE", "M MI MIN MINUTES MINS"),
  ...names("SECOND", "S SEC SECONDS SECS"),
  ...names("MILLISECOND", "MS MSEC MILLISECONDS"),
  ...names("MICROSECOND", "US USEC MICROSECONDS"),
  ...names("NANOSECOND", "NS NSEC NANOSEC NSECOND NANOSECONDS NANOSECS NSECONDS"),
  ...names("EPOCH_SECOND", "EPOCH EPOCH_SECONDS"),
  ...names("EPOCH_MILLISECOND", "EPOCH_MILLISECONDS"),
  ...names("EPOCH_MICROSECOND", "EPOCH_MICROSECONDS"),
  ...names("EPOCH_NANOSECOND", "EPOCH_NANOSECONDS"),
  ...names("DAYOFWEEK", "DOW DW WEEKDAY"),
  ...names("DAYOFYEAR", "DOY DY YEARDAY"),
};

function names(part: string, others: string): Readonly<Record<string, string>> {
  return Object.fromEntries([part, ...others.split(" ")].map((name) => [name, part]));
}

/** Answers the one name of a unit. Throws 001009 for a name that Snowflake does not have. */
export function partName(name: string): string {
  const part = aliases[name.toUpperCase()];
  if (part !== undefined) return part;
  const message = `SQL compilation error:\n'${name}' is not a valid date/time component for function.`;
  throw new EngineError({ code: "001009", sqlState: "42601", message });
}

function monthIndex(wall: bigint): number {
  const { year, month } = wallTimeOf(wall);
  return year * 12 + month - 1;
}

function weekStart(wall: bigint): bigint {
  const days = flooredQuotient(wall, day);
  return (days - ((((days + 3n) % 7n) + 7n) % 7n)) * day;
}

/** Answers a field of a moment, such as its year. */
export function momentPart(part: string, moment: Moment): bigint {
  const { year, month, day: date, nanoseconds } = wallTimeOf(moment.wall);
  const instant = moment.wall - minutesInNanoseconds(moment.offset ?? 0);
  const fields: Readonly<Record<string, () => bigint | number>> = {
    YEAR: () => year,
    QUARTER: () => Math.ceil(month / 3),
    MONTH: () => month,
    DAY: () => date,
    HOUR: () => nanoseconds / (3600n * second),
    MINUTE: () => (nanoseconds / (60n * second)) % 60n,
    SECOND: () => (nanoseconds / second) % 60n,
    NANOSECOND: () => nanoseconds % second,
    DAYOFWEEK: () => (((flooredQuotient(moment.wall, day) + 4n) % 7n) + 7n) % 7n,
    DAYOFYEAR: () => daysOf({ year, month, day: date }) - daysOf({ year, month: 1, day: 1 }) + 1,
    EPOCH_SECOND: () => flooredQuotient(instant, second),
    EPOCH_MILLISECOND: () => flooredQuotient(instant, 1_000_000n),
    EPOCH_MICROSECOND: () => flooredQuotient(instant, 1000n),
    EPOCH_NANOSECOND: () => instant,
  };
  const field = fields[part];
  if (field === undefined) throw internalError(`the part ${part} is not read`);
  return BigInt(field());
}

/** Adds so many units; the last day of a month stays within its month. */
export function addedTo(moment: Moment, part: string, amount: bigint): Moment {
  const length = lengths[part];
  if (length !== undefined) return { ...moment, wall: moment.wall + amount * length };
  const months = Number(amount) * (monthCounts[part] ?? 0);
  const { day: date, nanoseconds } = wallTimeOf(moment.wall);
  const index = monthIndex(moment.wall) + months;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return {
    ...moment,
    wall: nanosecondsOf({ year, month, day: Math.min(date, daysInMonth(year, month)), nanoseconds }),
  };
}

/** Answers the start of the unit that a moment is in; weeks begin on Monday. */
export function truncatedTo(moment: Moment, part: string): Moment {
  const months = monthCounts[part];
  if (months !== undefined) {
    const index = Math.floor(monthIndex(moment.wall) / months) * months;
    const date = { year: Math.floor(index / 12), month: (index % 12) + 1, day: 1 };
    return { ...moment, wall: nanosecondsOf({ ...date, nanoseconds: 0n }) };
  }
  if (part === "WEEK") return { ...moment, wall: weekStart(moment.wall) };
  const length = lengths[part];
  if (length === undefined) throw internalError(`nothing is truncated to ${part}`);
  return { ...moment, wall: flooredQuotient(moment.wall, length) * length };
}

/** Counts how many borders of a unit lie between two moments, on their clocks. */
export function differenceOf(part: string, from: Moment, to: Moment): bigint {
  const months = monthCounts[part];
  if (months !== undefined) {
    const index = (moment: Moment) => Math.floor(monthIndex(moment.wall) / months);
    return BigInt(index(to) - index(from));
  }
  if (part === "WEEK") return (weekStart(to.wall) - weekStart(from.wall)) / (7n * day);
  const length = lengths[part];
  if (length === undefined) throw internalError(`no difference is counted in ${part}`);
  return flooredQuotient(to.wall, length) - flooredQuotient(from.wall, length);
}
