import { badRequest } from "./problems.ts";

/**
 * What a cursor of events leads to. The vendor's decode to a moment in milliseconds, so that of events that
 * share the moment of a page's end some are lost (`before`) or repeated (`at`); which, nobody knows. `exact`
 * cursors count the events of their moment, and lose nothing.
 */
export type CursorKind = "exact" | "before" | "at";

/** A place in a list that is ordered by moments. */
export interface Place {
  readonly moment: number;
  /** How many rows of that moment were handed out; 0 where the cursor does not say. */
  readonly taken: number;
}

/** Spells a place as a cursor: base64 without padding. */
export function encodeCursor({ moment, taken }: Place): string {
  const text = taken === 0 ? String(moment) : `${moment}:${taken}`;
  return Buffer.from(text).toString("base64").replaceAll("=", "");
}

/** Reads a cursor. Throws a refusal with 400 for what was never one. */
export function decodeCursor(cursor: string): Place {
  const text = Buffer.from(cursor, "base64").toString("utf8");
  const [, moment, taken = "0"] = /^(\d{1,16})(?::(\d{1,9}))?$/u.exec(text) ?? [];
  const place = { moment: Number(moment), taken: Number(taken) };
  if (moment === undefined || encodeCursor(place) !== cursor) throw badRequest("cursor is not valid");
  return place;
}
