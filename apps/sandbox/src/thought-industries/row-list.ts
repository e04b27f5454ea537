import type { JsonObject } from "../json.ts";
import { decodeCursor, encodeCursor } from "./cursors.ts";
import { generatedRow, type ListName, recordsKeyOf } from "./generated/list-rows.ts";
import { badRequest } from "./problems.ts";

/** The rows of one list, in the order of their creation. */
export interface RowList {
  readonly name: ListName;
  /** How many rows there ever were, deleted ones included. */
  readonly size: number;
  /** The row at a position; undefined when it was deleted. */
  at(position: number): JsonObject | undefined;
  /** When the row at a position was, or would be, created. */
  createdAt(position: number): number;
  /** Adds a row as the newest one. */
  add(row: JsonObject): void;
  /** Replaces fields of a row, which stays in its place. Throws when there is none. */
  update(id: string, fields: JsonObject): void;
  delete(id: string): void;
}

/** What the generated part of a list is drawn from. */
export interface RowListOptions {
  readonly name: ListName;
  readonly seed: number;
  readonly count: number;
  readonly startsAt: number;
}

/** Rows are created a minute apart, so that a moment tells a position. */
const stepMs = 60_000;

/** Starts a list; generated rows are made when they are asked for. */
export function rowList({ name, seed, count, startsAt }: RowListOptions): RowList {
  const changed = new Map<number, JsonObject | undefined>();
  let size = count;
  const createdAt = (position: number): number => startsAt + position * stepMs;
  const at = (position: number): JsonObject | undefined =>
    changed.has(position)
      ? changed.get(position)
      : generatedRow(name, { seed, index: position, createdAt: createdAt(position) });
  const change = (id: string, changedRow: (row: JsonObject) => JsonObject | undefined): void => {
    for (let position = 0; position < size; position += 1) {
      const row = at(position);
      if (row?.["id"] === id) return void changed.set(position, changedRow(row));
    }
    throw new Error(`There is no row ${id} in ${name}.`);
  };
  return {
    name,
    get size() {
      return size;
    },
    at,
    createdAt,
    add(row) {
      changed.set(size, row);
      size += 1;
    },
    update: (id, fields) => change(id, (row) => ({ ...row, ...fields })),
    delete: (id) => change(id, () => undefined),
  };
}

function positionOf(list: RowList, cursor: string | null): number {
  if (cursor === null) return 0;
  const position = (decodeCursor(cursor).moment - list.createdAt(0)) / stepMs;
  if (Number.isInteger(position) && position >= 0) return position;
  throw badRequest("cursor is not valid");
}

/** A page of a list, oldest row first. The last page has a cursor too, which leads to what is added later. */
export function listPage(
  list: RowList,
  { query, pageSize }: { query: URLSearchParams; pageSize: number },
): JsonObject {
  const rows: JsonObject[] = [];
  let position = positionOf(list, query.get("cursor"));
  for (; position < list.size && rows.length < pageSize; position += 1) {
    const row = list.at(position);
    if (row !== undefined) rows.push(row);
  }
  const cursor = encodeCursor({ moment: list.createdAt(position), taken: 0 });
  return { [recordsKeyOf(list.name)]: rows, pageInfo: { cursor, hasMore: position < list.size } };
}
