import type { Json } from "../json.ts";

/** A row of a collection as it is stored: every key that any endpoint shows. */
export interface Row {
  readonly id: number;
  readonly [key: string]: Json;
}

/** A stored row with the second that exports order it by. */
export interface StampedRow {
  readonly row: Row;
  readonly stamp: number;
}

/** Spells an epoch second the way Zendesk does. */
export function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Reads a timestamp as an epoch second; 0 for what is none. */
export function epochSeconds(time: Json | undefined): number {
  const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}

/** A copy of a row without these keys. */
export function without(row: Row, ...keys: readonly string[]): Row {
  const { id, ...rest } = row;
  return { id, ...Object.fromEntries(Object.entries(rest).filter(([key]) => !keys.includes(key))) };
}
