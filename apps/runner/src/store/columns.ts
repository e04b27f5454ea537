import type { Row } from "./sqlite.ts";

/** Answers a column's text; the empty text when it has none. */
export function textIn(row: Row, column: string): string {
  return optionalTextIn(row, column) ?? "";
}

/** Answers a column's text; undefined for NULL. */
export function optionalTextIn(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" ? value : undefined;
}

/** Answers a column's number; 0 when it has none. */
export function numberIn(row: Row, column: string): number {
  return optionalNumberIn(row, column) ?? 0;
}

/** Answers a column's number; undefined for NULL. */
export function optionalNumberIn(row: Row, column: string): number | undefined {
  const value = row[column];
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

/** Answers the time in a column of milliseconds; undefined for NULL. */
export function dateIn(row: Row, column: string): Date | undefined {
  const value = optionalNumberIn(row, column);
  return value === undefined ? undefined : new Date(value);
}
