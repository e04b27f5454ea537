import type { Row, StampedRow } from "./row.ts";
import { comparePlaces, isIdOrder, isTimeOrder, type Place, placeOf, type RowOrder } from "./row-order.ts";
import type { Timeline } from "./timeline.ts";

/** The generated part of a collection: where its rows stand, and how one is made. */
export interface GeneratedRows {
  readonly timeline: Timeline;
  rowAt(position: number): Row;
  /** The second that exports order a row by. */
  stampOf(row: Row): number;
  /** The key that spells this second as a time; without it, it is no time. */
  readonly stampKey?: string;
}

/** Where a walk through a collection begins, exclusive. */
export interface StampPlace {
  readonly stamp: number;
  readonly id: number;
}

/** Where a walk in some order begins, exclusive, and which way it goes. */
export interface Walk {
  readonly from?: Place;
  readonly backwards?: boolean;
}

/** Sorts rows that are few. */
export function sortedRows(rows: Iterable<Row>, order: RowOrder): Row[] {
  const placed = [...rows].map((row) => ({ row, place: placeOf(row, order) }));
  placed.sort((left, right) => comparePlaces(left.place, right.place, order));
  return placed.map(({ row }) => row);
}

/** Walks through rows that stand in order already. */
export function walkRows(options: { rows: readonly Row[]; order: RowOrder; walk: Walk }): readonly Row[] {
  const { rows, order, walk } = options;
  const { from, backwards = false } = walk;
  const sign = backwards ? -1 : 1;
  const walked = backwards ? rows.toReversed() : rows;
  if (from === undefined) return walked;
  return walked.filter((row) => comparePlaces(placeOf(row, order), from, order) * sign > 0);
}

export function compareStamps(left: StampPlace, right: StampPlace): number {
  return left.stamp - right.stamp || left.id - right.id;
}

/** Merges two walks that go the same way. */
export function* merge<Entry>(options: {
  left: Iterable<Entry>;
  right: Iterable<Entry>;
  compare: (left: Entry, right: Entry) => number;
}): Generator<Entry> {
  const { compare } = options;
  const left = options.left[Symbol.iterator]();
  const right = options.right[Symbol.iterator]();
  let leftStep = left.next();
  let rightStep = right.next();
  while (!(leftStep.done === true && rightStep.done === true)) {
    const fromRight = rightStep.done !== true;
    if (leftStep.done !== true && !(fromRight && compare(rightStep.value, leftStep.value) < 0)) {
      yield leftStep.value;
      leftStep = left.next();
    } else if (fromRight) {
      yield rightStep.value;
      rightStep = right.next();
    }
  }
}

/** The first position at or after which rows come after the place, by bisection. */
function firstPositionAfter(timeline: Timeline, place: StampPlace): number {
  let low = 0;
  let high = timeline.count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = { stamp: timeline.stampAt(middle), id: timeline.idAt(middle) };
    if (compareStamps(found, place) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows made on demand, under rows that a test added or changed. */
export class Collection {
  readonly #generated: GeneratedRows;
  readonly #overlay = new Map<number, Row>();
  readonly #removed = new Set<number>();
  readonly #sorted = new Map<string, readonly Row[]>();
  #lastId: number;
  #changes = 0;

  constructor(generated: GeneratedRows) {
    this.#generated = generated;
    this.#lastId = generated.timeline.lastId;
  }

  /** How often rows were put or removed. */
  get changes(): number {
    return this.#changes;
  }

  get(id: number): Row | undefined {
    const position = this.#isGenerated(id) ? this.#generated.timeline.positionOf(id) : undefined;
    return position === undefined ? this.#overlay.get(id) : this.#generated.rowAt(position);
  }

  /** Adds a row or replaces the one of this id. */
  put(row: Row): void {
    this.#changes += 1;
    this.#removed.delete(row.id);
    this.#overlay.set(row.id, row);
    this.#lastId = Math.max(this.#lastId, row.id);
    this.#sorted.clear();
  }

  /** Makes a row vanish without a trace. */
  remove(id: number): void {
    this.#changes += 1;
    this.#overlay.delete(id);
    this.#removed.add(id);
    this.#sorted.clear();
  }

  /** The smallest id above all that ever were. */
  nextId(): number {
    return this.#lastId + this.#generated.timeline.idStep;
  }

  /** Walks by (stamp, id), beginning after a place. */
  byStamp(after: StampPlace): Generator<StampedRow> {
    const put = [...this.#overlay.values()]
      .map((row) => ({ row, stamp: this.#generated.stampOf(row), id: row.id }))
      .filter((entry) => compareStamps(entry, after) > 0)
      .sort(compareStamps);
    return merge<StampedRow>({
      left: this.#generatedByStamp(after),
      right: put,
      compare: (left, right) => left.stamp - right.stamp || left.row.id - right.row.id,
    });
  }

  /** Every row, by id. */
  all(): Iterable<Row> {
    return this.#inIdOrder({});
  }

  /** The rows of some generated ranks, and of those that were put in the ones that belong to them. */
  belonging(range: { first: number; count: number }, belongs: (row: Row) => boolean): Row[] {
    const { timeline, rowAt } = this.#generated;
    const found: Row[] = [];
    const end = Math.min(timeline.count, range.first + range.count);
    for (let rank = range.first; rank < end; rank += 1) {
      const position = timeline.positionOfRank(rank);
      if (this.#isGenerated(timeline.idAt(position))) found.push(rowAt(position));
    }
    for (const row of this.#overlay.values()) if (belongs(row)) found.push(row);
    return found;
  }

  /** Walks in an order, beginning after a place, or before it when walking backwards. */
  inOrder(order: RowOrder, walk: Walk = {}): Iterable<Row> {
    const { stampKey } = this.#generated;
    if (walk.backwards !== true && stampKey !== undefined && isTimeOrder(order, stampKey)) {
      return this.#inStampOrder(walk.from);
    }
    return isIdOrder(order)
      ? this.#inIdOrder(walk)
      : walkRows({ rows: this.#sortedRows(order), order, walk });
  }

  *#inStampOrder(from: Place | undefined): Generator<Row> {
    const [stamp = -1, id = -1] = from ?? [];
    for (const { row } of this.byStamp({ stamp: Number(stamp), id: Number(id) })) yield row;
  }

  #isGenerated(id: number): boolean {
    return !this.#overlay.has(id) && !this.#removed.has(id);
  }

  *#generatedByStamp(after: StampPlace): Generator<StampedRow> {
    const { timeline, rowAt } = this.#generated;
    for (let position = firstPositionAfter(timeline, after); position < timeline.count; position += 1) {
      if (!this.#isGenerated(timeline.idAt(position))) continue;
      yield { row: rowAt(position), stamp: timeline.stampAt(position) };
    }
  }

  *#generatedById(from: number | undefined, backwards: boolean): Generator<Row> {
    const { timeline, rowAt } = this.#generated;
    const step = backwards ? -1 : 1;
    const edge = backwards ? timeline.count - 1 : 0;
    const beyond = backwards ? timeline.rankFrom(from ?? 0) - 1 : timeline.rankFrom((from ?? 0) + 1);
    for (let rank = from === undefined ? edge : beyond; rank >= 0 && rank < timeline.count; rank += step) {
      const position = timeline.positionOfRank(rank);
      if (this.#isGenerated(timeline.idAt(position))) yield rowAt(position);
    }
  }

  #inIdOrder(walk: Walk): Iterable<Row> {
    const backwards = walk.backwards === true;
    const sign = backwards ? -1 : 1;
    const from = typeof walk.from?.[0] === "number" ? walk.from[0] : undefined;
    const put = [...this.#overlay.values()].filter(({ id }) => from === undefined || (id - from) * sign > 0);
    return merge({
      left: this.#generatedById(from, backwards),
      right: put.sort((left, right) => (left.id - right.id) * sign),
      compare: (left, right) => (left.id - right.id) * sign,
    });
  }

  /** Makes and sorts all rows: affordable for small collections, and kept until the next change. */
  #sortedRows(order: RowOrder): readonly Row[] {
    const known = this.#sorted.get(order.name);
    if (known !== undefined) return known;
    const rows = sortedRows(this.#inIdOrder({}), order);
    this.#sorted.set(order.name, rows);
    return rows;
  }
}
