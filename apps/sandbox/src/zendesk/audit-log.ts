import { compareStamps, type GeneratedRows, merge, type StampPlace, type Walk } from "./collection.ts";
import type { Conversations } from "./conversations.ts";
import { auditIdOf, commentCountOf, commentTime } from "./generated/conversation.ts";
import { ticketTimes } from "./generated/ticket-rows.ts";
import type { World } from "./generated/world.ts";
import { epochSeconds, type Row, type StampedRow } from "./row.ts";

/** Where the generated audits of all tickets stand in time. */
interface Index {
  /** By entry, ticket after ticket: the second, the rank of the ticket, and which of its audits it is. */
  readonly stamps: Float64Array;
  readonly ranks: Uint32Array;
  readonly places: Uint16Array;
  /** The entries by (second, id). */
  readonly order: Uint32Array;
}

function countsOf(world: World): Uint16Array {
  const { tickets } = world.timelines;
  return Uint16Array.from({ length: tickets.count }, (_, rank) =>
    commentCountOf(world, tickets.firstId + rank * tickets.idStep),
  );
}

/** The second of an audit: of a comment's its own, of the last one the ticket's last change. */
function auditTime(options: { createdAt: number; updatedAt: number; count: number; index: number }): number {
  const { createdAt, updatedAt, count, index } = options;
  if (index === count) return count === 0 ? createdAt : updatedAt;
  return commentTime({ createdAt, span: Math.max(0, updatedAt - createdAt), count, index });
}

function buildIndex(world: World): Index {
  const { tickets } = world.timelines;
  const counts = countsOf(world);
  const total = counts.reduce((sum, count) => sum + count + 1, 0);
  const [stamps, ranks, places] = [new Float64Array(total), new Uint32Array(total), new Uint16Array(total)];
  let entry = 0;
  for (const [rank, count] of counts.entries()) {
    const id = tickets.firstId + rank * tickets.idStep;
    const times = ticketTimes({ world, id, stamp: tickets.stampAt(tickets.positionOfRank(rank)) });
    for (let index = 0; index <= count; index += 1) {
      stamps[entry] = auditTime({ ...times, count, index });
      ranks[entry] = rank;
      places[entry] = index;
      entry += 1;
    }
  }
  const order = Uint32Array.from({ length: total }, (_, index) => index);
  // Entries stand in the order of the audits' ids, and sorting keeps that of equal seconds.
  order.sort((left, right) => (stamps[left] ?? 0) - (stamps[right] ?? 0));
  return { stamps, ranks, places, order };
}

function placed(row: Row): StampedRow & StampPlace {
  return { row, stamp: epochSeconds(row["created_at"]), id: row.id };
}

/**
 * The audits of all tickets by (time, id), which the export of events and the list of audits walk through.
 *
 * The first walk looks at every ticket of the account once: seconds for a hundred thousand.
 */
export class AuditLog {
  readonly #world: World;
  readonly #tickets: GeneratedRows;
  readonly #conversations: Conversations;
  #index: Index | undefined;

  constructor(options: { world: World; tickets: GeneratedRows; conversations: Conversations }) {
    this.#world = options.world;
    this.#tickets = options.tickets;
    this.#conversations = options.conversations;
  }

  /** Walks by (second, id), beginning after a place. */
  byStamp(after: StampPlace): Generator<StampedRow> {
    return this.#walk(after, false);
  }

  /** Walks by (second, id), beginning after a place, or before it when walking backwards. */
  *inOrder({ from, backwards = false }: Walk): Generator<Row> {
    const end = backwards ? Number.POSITIVE_INFINITY : -1;
    const [stamp = end, id = end] = from ?? [];
    for (const { row } of this.#walk({ stamp: Number(stamp), id: Number(id) }, backwards)) yield row;
  }

  #walk(from: StampPlace, backwards: boolean): Generator<StampedRow & StampPlace> {
    const sign = backwards ? -1 : 1;
    const compare = (left: StampPlace, right: StampPlace): number => compareStamps(left, right) * sign;
    const written = this.#conversations
      .newAudits()
      .map(placed)
      .filter((entry) => compare(entry, from) > 0)
      .sort(compare);
    return merge({ left: this.#generated(from, backwards), right: written, compare });
  }

  *#generated(from: StampPlace, backwards: boolean): Generator<StampedRow & StampPlace> {
    this.#index ??= buildIndex(this.#world);
    const { order } = this.#index;
    const step = backwards ? -1 : 1;
    const beyond = this.#firstAfter(from, this.#index);
    for (let place = backwards ? beyond - 1 : beyond; place >= 0 && place < order.length; place += step) {
      const entry = this.#entry(order[place] ?? 0, this.#index);
      // The audit at the place itself is not beyond it, which matters on the way back.
      if (compareStamps(entry, from) * step > 0) yield { ...entry, row: entry.make() };
    }
  }

  #entry(entry: number, { stamps, ranks, places }: Index): StampPlace & { make: () => Row } {
    const { firstId, idStep, positionOfRank } = this.#world.timelines.tickets;
    const [rank, index] = [ranks[entry] ?? 0, places[entry] ?? 0];
    return {
      stamp: stamps[entry] ?? 0,
      id: auditIdOf(firstId + rank * idStep, index),
      make: () => this.#conversations.generatedAudit(this.#tickets.rowAt(positionOfRank(rank)), index),
    };
  }

  /** The first place of the order that comes after (second, id), by bisection. */
  #firstAfter(from: StampPlace, index: Index): number {
    let [low, high] = [0, index.order.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (compareStamps(this.#entry(index.order[middle] ?? 0, index), from) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
