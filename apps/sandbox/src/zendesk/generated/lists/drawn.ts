import type { JsonObject } from "../../../json.ts";
import type { SeededRandom } from "../../../seeded-random.ts";
import { epochSeconds, isoTime } from "../../row.ts";
import type { RowContext } from "../list-definition.ts";
import { phrases } from "../world.ts";

/** The keys that everything with a place in a menu has. */
export function titled({ random, rank }: RowContext): JsonObject {
  const title = `${random.pick(phrases)} ${rank}`;
  return {
    title,
    raw_title: title,
    active: random.chance(0.9),
    position: 1 + (rank % 7),
    default: rank === 0,
  };
}

/** The times of a row that never changes after it was written. */
export function written({ stamp }: RowContext): JsonObject {
  return { created_at: isoTime(stamp), updated_at: isoTime(stamp) };
}

/** Times between the creation and the last change of the row that it belongs to. */
export function withinParent({ parent, random }: RowContext): JsonObject {
  if (parent === undefined) return {};
  const from = epochSeconds(parent["created_at"]);
  const span = Math.max(1, epochSeconds(parent["updated_at"]) - from + 1);
  const created = from + random.below(span);
  return {
    created_at: isoTime(created),
    updated_at: isoTime(created + random.below(from + span - created)),
  };
}

export const conditions: JsonObject = {
  all: [{ field: "status", operator: "less_than", value: "solved" }],
  any: [{ field: "tags", operator: "includes", value: ["vip", "größe"] }],
};

export const actions: readonly JsonObject[] = [
  { field: "status", value: "pending" },
  { field: "comment_value", value: ["channel:all", "Hello {{ticket.requester.name}} 👋"] },
  { field: "priority", value: null },
];

/** A number that some rows of the vendor spell as a string. */
export function drifting(random: SeededRandom, below: number): number | string {
  const value = random.below(below);
  return random.chance(0.5) ? value : String(value);
}

/** Keys that no row holds a value in. */
export function nulls(...keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, null]));
}
