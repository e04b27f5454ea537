import type { JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import { type CursorKind, decodeCursor, encodeCursor, type Place } from "./cursors.ts";
import type { EventLog, PlacedEvent } from "./event-log.ts";
import { badRequest } from "./problems.ts";

/** What pages of events are made with. */
export interface EventPageOptions {
  readonly pageSize: number;
  readonly cursors: CursorKind;
}

/** The last moment that a date can hold. */
const endOfTime = 8_640_000_000_000_000;

/** Takes any number for milliseconds, as the vendor does: seconds lead to 1970 without a word. */
function momentParameter(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  if (!/^\d{1,16}$/u.test(given)) throw badRequest(`${name} must be a Unix timestamp in milliseconds`);
  return Math.min(Number(given), endOfTime);
}

interface Start {
  readonly to: number;
  /** How many events of the moment `to` were handed out before. */
  readonly skip: number;
}

function startOf(end: number, place: Place | undefined, cursors: CursorKind): Start {
  if (place === undefined || place.moment > end) return { to: end, skip: 0 };
  if (cursors === "before") return { to: place.moment - 1, skip: 0 };
  return { to: place.moment, skip: cursors === "exact" ? place.taken : 0 };
}

function isWanted({ event }: PlacedEvent, query: URLSearchParams): boolean {
  const [userId, notifiableId] = [query.get("userId"), query.get("notifiableId")];
  const detail = event["userDetail"];
  if (userId !== null && !(isObject(detail) && detail["id"] === userId)) return false;
  return notifiableId === null || event["notifiableId"] === notifiableId;
}

function take(log: EventLog, options: { from: number; start: Start; query: URLSearchParams; most: number }) {
  const { from, start, query, most } = options;
  const taken: PlacedEvent[] = [];
  let left = start.skip;
  for (const placed of log.newestFirst({ from, to: start.to })) {
    if (!isWanted(placed, query)) continue;
    left -= 1;
    if (left >= 0) continue;
    taken.push(placed);
    if (taken.length >= most) break;
  }
  return taken;
}

function cursorAfter(page: readonly PlacedEvent[], start: Start, cursors: CursorKind): string | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const { moment } = last;
  const before = moment === start.to ? start.skip : 0;
  const taken = before + page.filter((placed) => placed.moment === moment).length;
  return encodeCursor({ moment, taken: cursors === "exact" ? taken : 0 });
}

/** A page of events: both dates are part of the range, the newest event comes first. */
export function eventPage(
  log: EventLog,
  { query, pageSize, cursors }: EventPageOptions & { query: URLSearchParams },
): JsonObject {
  const from = momentParameter(query, "startDate") ?? 0;
  const end = momentParameter(query, "endDate") ?? endOfTime;
  const cursor = query.get("cursor");
  const start = startOf(end, cursor === null ? undefined : decodeCursor(cursor), cursors);
  const found = take(log, { from, start, query, most: pageSize + 1 });
  const page = found.slice(0, pageSize);
  return {
    pageInfo: { cursor: cursorAfter(page, start, cursors), hasMore: found.length > pageSize },
    events: page.map(({ event }) => event),
  };
}
