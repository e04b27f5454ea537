import type { ResultColumn, RowsResult } from "../contract.ts";

/** A value as tests compare it. */
export type Cell = string | bigint | number | boolean | null;

/** A row by its columns' names. */
export type DecodedRow = Readonly<Record<string, Cell>>;

const dayMs = 86_400_000;

function dateText(days: number): string {
  return new Date(days * dayMs).toISOString().replace(/T.*$/u, "");
}

/** A fraction of at least six digits: of all nine where nanoseconds are not zero. */
function fractionText(fraction: string): string {
  const nanos = fraction.padEnd(9, "0").slice(0, 9);
  return nanos.endsWith("000") ? nanos.slice(0, 6) : nanos;
}

interface Instant {
  readonly seconds: number;
  readonly fraction: string;
}

/** Splits `-1.250000000` so that the fraction counts upwards: -2 seconds and .75. */
function instantOf(text: string): Instant {
  const [whole = "0", fraction = ""] = text.split(".");
  const nanos = BigInt(`${whole}${fraction.padEnd(9, "0")}`);
  const billion = 1_000_000_000n;
  const rest = ((nanos % billion) + billion) % billion;
  return { seconds: Number((nanos - rest) / billion), fraction: String(rest).padStart(9, "0") };
}

function timestampText({ seconds, fraction }: Instant, offsetMinutes = 0): string {
  const wall = new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, -5);
  return `${wall}.${fractionText(fraction)}`;
}

function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  const hours = String(Math.floor(distance / 60)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${hours}:${String(distance % 60).padStart(2, "0")}`;
}

function timestampTzText(text: string): string {
  const [instant = "0", zone = "1440"] = text.split(" ");
  const offset = Number(zone) - 1440;
  return `${timestampText(instantOf(instant), offset)}${offsetText(offset)}`;
}

function timeText(text: string): string {
  const { seconds, fraction } = instantOf(text);
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)}.${fractionText(fraction)}`;
}

function realNumber(text: string): number {
  const named: Record<string, number> = { inf: Infinity, "-inf": -Infinity, NaN: Number.NaN };
  return named[text] ?? Number(text);
}

function cellOf(text: string | null, column: ResultColumn): Cell {
  if (text === null) return null;
  switch (column.type) {
    case "fixed":
      return (column.scale ?? 0) === 0 ? BigInt(text) : text;
    case "real":
      return realNumber(text);
    case "boolean":
      return text === "1" || text.toUpperCase() === "TRUE";
    case "date":
      return dateText(Number(text));
    case "time":
      return timeText(text);
    case "timestamp_ntz":
      return timestampText(instantOf(text));
    case "timestamp_ltz":
      return `${timestampText(instantOf(text))}Z`;
    case "timestamp_tz":
      return timestampTzText(text);
    default:
      return text;
  }
}

/**
 * Decodes the rows of a result, exactly.
 *
 * NUMBER of scale 0 is a bigint, of another scale its digits as text; FLOAT a number; BOOLEAN a boolean; DATE
 * `2024-01-31`; TIME `10:00:00.123456`; TIMESTAMP_NTZ `2024-01-31T10:00:00.123456`, LTZ the same in UTC with `Z`, TZ with
 * its offset `+02:00`, each with nine digits where there are nanoseconds; BINARY hexadecimal; VARIANT, OBJECT and
 * ARRAY their JSON text; NULL null.
 */
export function decodedRows({ columns, rows }: RowsResult): readonly DecodedRow[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, cellOf(row[index] ?? null, column)])),
  );
}
