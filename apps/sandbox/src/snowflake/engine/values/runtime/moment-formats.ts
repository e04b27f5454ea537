import { daysInMonth, nanosecondsOf, second, wallTimeOf } from "./civil-time.ts";
import type { Moment } from "./moments.ts";
import { escapedForPattern } from "./regular-expressions.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** What a format's elements stand for, while a text is read. */
type Fields = Record<string, number | undefined>;

interface Element {
  /** What it reads, as a pattern with one group. */
  readonly pattern: string;
  readonly read: (text: string, fields: Fields) => void;
  readonly write: (moment: Moment) => string;
}

function digits(count: number, value: number | bigint): string {
  return String(value).padStart(count, "0");
}

function number(field: string, count: number, write: (moment: Moment) => number | bigint): Element {
  return {
    pattern: `([0-9]{${count}})`,
    read: (text, fields) => {
      fields[field] = Number(text);
    },
    write: (moment) => digits(count, write(moment)),
  };
}

function hourOf(moment: Moment): number {
  return Number(wallTimeOf(moment.wall).nanoseconds / (3600n * second));
}

function fraction(places: number): Element {
  return {
    pattern: places === 0 ? "([0-9]{1,9})" : `([0-9]{1,${places}})`,
    read: (text, fields) => {
      fields["fraction"] = Number(text.padEnd(9, "0"));
    },
    write: (moment) => digits(9, wallTimeOf(moment.wall).nanoseconds % second).slice(0, places),
  };
}

function writtenOffset(moment: Moment, separator: string): string {
  const offset = moment.offset ?? 0;
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${digits(2, Math.floor(size / 60))}${separator}${digits(2, size % 60)}`;
}

function offsetElement(separator: string): Element {
  return {
    pattern: `(Z|[+-][0-9]{2}${separator}[0-9]{2})`,
    read: (text, fields) => {
      const hours = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
      fields["offset"] = text.toUpperCase() === "Z" ? 0 : text.startsWith("-") ? -hours : hours;
    },
    write: (moment) => writtenOffset(moment, separator),
  };
}

function named(field: string, names: readonly string[], index: (moment: Moment) => number): Element {
  return {
    pattern: `(${names.join("|")})`,
    read: (text, fields) => {
      fields[field] = names.findIndex((name) => name.toLowerCase() === text.toLowerCase()) + 1;
    },
    write: (moment) => names[index(moment)] ?? "",
  };
}

const halfDay: Element = {
  pattern: "(AM|PM)",
  read: (text, fields) => {
    fields["afternoon"] = text.toUpperCase() === "PM" ? 1 : 0;
  },
  write: (moment) => (hourOf(moment) < 12 ? "AM" : "PM"),
};

/** Longer names stand before those that they begin with. */
const elements: Readonly<Record<string, Element>> = {
  YYYY: number("year", 4, (moment) => wallTimeOf(moment.wall).year),
  YY: {
    ...number("year", 2, (moment) => wallTimeOf(moment.wall).year % 100),
    read: (text, fields) => {
      fields["year"] = Number(text) + (Number(text) < 70 ? 2000 : 1900);
    },
  },
  MMMM: named("month", monthNames, (moment) => wallTimeOf(moment.wall).month - 1),
  MON: named("month", months, (moment) => wallTimeOf(moment.wall).month - 1),
  MM: number("month", 2, (moment) => wallTimeOf(moment.wall).month),
  MI: number("minute", 2, (moment) => (wallTimeOf(moment.wall).nanoseconds / (60n * second)) % 60n),
  DD: number("day", 2, (moment) => wallTimeOf(moment.wall).day),
  DY: named("weekday", weekdays, (moment) => new Date(Number(moment.wall / 1_000_000n)).getUTCDay()),
  HH24: number("hour", 2, hourOf),
  HH12: number("hour", 2, (moment) => ((hourOf(moment) + 11) % 12) + 1),
  AM: halfDay,
  PM: halfDay,
  SS: number("second", 2, (moment) => (wallTimeOf(moment.wall).nanoseconds / second) % 60n),
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((places) => [`FF${places}`, fraction(places)])),
  FF: fraction(9),
  "TZH:TZM": offsetElement(":"),
  TZHTZM: offsetElement(""),
  TZH: {
    ...offsetElement(""),
    pattern: "([+-][0-9]{2})",
    read: (text, fields) => {
      fields["offset"] = Number(text) * 60;
    },
    write: (moment) => writtenOffset(moment, "").slice(0, 3),
  },
};

const elementPattern = new RegExp(`"([^"]*)"|(${Object.keys(elements).join("|")})|([^])`, "gi");

interface Piece {
  readonly element?: Element;
  readonly literal: string;
}

function piecesOf(format: string): readonly Piece[] {
  return [...format.matchAll(elementPattern)].map(([, literal, name, other]) => {
    const element = name === undefined ? undefined : elements[name.toUpperCase()];
    return element === undefined ? { literal: literal ?? other ?? "" } : { element, literal: "" };
  });
}

/** Reads and writes moments in one form. */
export interface MomentFormat {
  /** Undefined for text of another form, and for times that no clock shows. */
  read(text: string): Moment | undefined;
  write(moment: Moment): string;
}

/** Makes a format of its text, such as `YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM`. */
export function momentFormat(text: string): MomentFormat {
  const pieces = piecesOf(text);
  const found = pieces.flatMap((piece) => (piece.element === undefined ? [] : [piece.element]));
  const source = pieces.map((piece) => piece.element?.pattern ?? escapedForPattern(piece.literal)).join("");
  const pattern = new RegExp(`^${source}$`, "i");
  return {
    read: (value) => momentFrom(pattern.exec(value), found),
    write: (moment) => pieces.map((piece) => piece.element?.write(moment) ?? piece.literal).join(""),
  };
}

function momentFrom(found: RegExpExecArray | null, read: readonly Element[]): Moment | undefined {
  if (found === null) return undefined;
  const fields: Fields = {};
  read.forEach((element, index) => {
    element.read(found[index + 1] ?? "", fields);
  });
  return momentOfFields(fields);
}

function momentOfFields(fields: Fields): Moment | undefined {
  const { year = 1970, month = 1, day = 1, minute = 0, second: seconds = 0, fraction: parts = 0 } = fields;
  const hour = hourOfFields(fields);
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour === undefined || minute > 59 || seconds > 59) return undefined;
  const nanoseconds = BigInt((hour * 60 + minute) * 60 + seconds) * second + BigInt(parts);
  const wall = nanosecondsOf({ year, month, day, nanoseconds });
  const offset = fields["offset"];
  if (offset === undefined) return { wall };
  return Math.abs(offset) <= 1439 ? { wall, offset } : undefined;
}

function hourOfFields(fields: Fields): number | undefined {
  const { hour = 0, afternoon } = fields;
  if (afternoon === undefined) return hour <= 23 ? hour : undefined;
  return hour >= 1 && hour <= 12 ? (hour % 12) + afternoon * 12 : undefined;
}
