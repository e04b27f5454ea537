import type { JsonObject } from "../../json.ts";
import type { SeededRandom } from "../../seeded-random.ts";
import { type Timeline, timeline } from "../timeline.ts";

/** How much of each object a generated account holds. */
export interface Sizes {
  readonly tickets: number;
  readonly users: number;
  readonly organizations: number;
  readonly groups: number;
  readonly group_memberships: number;
  readonly macros: number;
  readonly tags: number;
}

/** What every generated row is made from. */
export interface World {
  readonly seed: number;
  /** The address that rows name in their `url`; links of pages name the stand-in itself. */
  readonly account: string;
  readonly sizes: Sizes;
  /** How many rows a list has, where that was said; the others have their usual number. */
  readonly counts: Readonly<Record<string, number>>;
  /** The epoch second that the newest generated row was changed in. */
  readonly endsAt: number;
  readonly timelines: Readonly<Record<"tickets" | "users" | "organizations" | "groups", Timeline>>;
}

/** What one row is made from. */
export interface RowOptions {
  readonly world: World;
  readonly id: number;
  /** The second that exports order the row by. */
  readonly stamp: number;
  /** What is given takes the place of what is drawn. */
  readonly fields?: JsonObject;
  /** Never draws a deleted row. @default false */
  readonly alive?: boolean;
}

export const dayInSeconds = 86_400;
export const spanSeconds = 400 * dayInSeconds;
const firstTicketId = 2 ** 32 + 1;
const firstListId = 6_130_900_000_000;
const listIdStep = 16;

/** The ids of a list's rows, unless the list has ids of its own. */
export const listIds = { firstId: firstListId, idStep: listIdStep } as const;

/** The id of the row of this rank in a list with the usual ids. */
export function listId(rank: number): number {
  return firstListId + rank * listIdStep;
}

/** Lays out an account; nothing is generated yet. */
export function world(options: {
  seed: number;
  sizes: Sizes;
  counts?: Readonly<Record<string, number>>;
  endsAt: number;
}): World {
  const { seed, sizes, counts = {}, endsAt } = options;
  const lay = (name: keyof Sizes, firstId: number, idStep: number): Timeline =>
    timeline({ seed, name, count: sizes[name], firstId, idStep, endsAt, spanSeconds });
  return {
    seed,
    sizes,
    counts,
    endsAt,
    account: "https://acme.zendesk.com",
    timelines: {
      tickets: lay("tickets", firstTicketId, 1),
      users: lay("users", 6_130_869_168_922, 64),
      organizations: lay("organizations", 6_130_869_157_658, 128),
      groups: lay("groups", 6_130_852_536_346, 256),
    },
  };
}

/** The place of a ticket among all, generated or added; its children's ids are counted from it. */
export function ticketSerial(ticketId: number): number {
  return ticketId - firstTicketId;
}

/** The id of any row of a timeline; null when it has none. */
export function anyIdOf(rows: Timeline, random: SeededRandom): number | null {
  return rows.count === 0 ? null : rows.firstId + random.below(rows.count) * rows.idStep;
}

/** Texts that break what takes bytes for characters, or quotes carelessly. */
export const phrases = [
  "Printer on fire",
  "Où est ma commande n° 42 ?",
  "パスワードを忘れました",
  "🔥👩‍👩‍👧‍👦 family plan",
  "مرحبا، لدي سؤال",
  'He said "no", then \\ left\ttwo tabs',
  "Zoë’s café\nsecond line\r\nthird line",
  "e\u0301 and \u00e9 are not the same\u2028nor is this",
  "<b>bold</b> & 'quoted', comma; semicolon",
  "  leading and trailing  ",
] as const;
