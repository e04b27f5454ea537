import type { JsonObject } from "../../src/json.ts";
import { text } from "../zendesk-client.ts";

/** The epoch second of a time in a row. */
export function seconds(row: JsonObject, key: string): number {
  return Date.parse(text(row, key)) / 1000;
}

export function isoOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

export function ids(rows: readonly JsonObject[]): unknown[] {
  return rows.map(({ id }) => id).toSorted();
}
