import type { JsonObject } from "../../json.ts";
import { seededRandom } from "../../seeded-random.ts";
import type { RowContext } from "./list-definition.ts";
import { anyIdOf, listId, phrases, ticketSerial, type World } from "./world.ts";

/** Every so many tickets one was rated. */
const ratedEvery = 3;

interface Rating {
  readonly score: string;
  readonly comment: string | null;
  readonly reason: string;
  readonly reason_id: number;
}

function ratingOf(world: World, rank: number): Rating {
  const random = seededRandom(world.seed, "rating", rank);
  const reason = random.below(4);
  const score = random.pick(["offered", "good", "bad"]);
  return {
    score,
    comment: score === "offered" ? null : random.pick(phrases),
    reason: `Reason ${reason}`,
    reason_id: listId(reason),
  };
}

/** The keys of a rating that its ticket and its people decide. */
export function ratingFields({ world, random, rank }: RowContext): JsonObject {
  const { tickets, users, groups } = world.timelines;
  const ticket = tickets.count === 0 ? null : tickets.firstId + ((rank * ratedEvery) % tickets.count);
  return {
    ticket_id: ticket,
    assignee_id: anyIdOf(users, random),
    requester_id: anyIdOf(users, random),
    group_id: anyIdOf(groups, random),
    ...ratingOf(world, rank),
  };
}

/** What a ticket says of its rating, which the list of ratings has under the same id. */
export function ticketRating(world: World, ticketId: number): JsonObject | null {
  const rank = ticketSerial(ticketId) / ratedEvery;
  const ratings = world.counts["satisfaction_ratings"] ?? Math.ceil(world.sizes.tickets / ratedEvery);
  const isGenerated = ticketSerial(ticketId) < world.timelines.tickets.count;
  if (!isGenerated || !Number.isInteger(rank) || rank >= ratings) {
    return ticketSerial(ticketId) % 5 === 1 ? null : { score: "unoffered" };
  }
  const { score, comment, reason, reason_id: reasonId } = ratingOf(world, rank);
  if (score === "offered") return { score };
  return { score, id: listId(rank), comment, reason, reason_id: reasonId };
}
