import type { Json, JsonObject } from "../json.ts";
import type { Walk } from "./collection.ts";
import { type PageSource, pageLink } from "./page-links.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import type { Row } from "./row.ts";
import { decodeCursor, encodeCursor, placeOf, type RowOrder } from "./row-order.ts";

/** A list as the pagination sees it. */
export interface ListSource extends PageSource {
  readonly recordsKey: string;
  readonly order: RowOrder;
  /** The list's rows beyond a place, or all. */
  rows(walk: Walk): Iterable<Row>;
  /** A row as the list shows it. */
  show(row: Row): JsonObject;
  /** Top-level arrays beside the rows of a page. */
  sideLoads?(rows: readonly Row[]): Readonly<Record<string, readonly JsonObject[]>>;
}

const largestPage = 100;
const deepestPage = 100;

function pageSizeOf(query: URLSearchParams): number {
  const given = query.get("page[size]") ?? "";
  const size = Number(given);
  if (!/^\d+$/u.test(given) || size < 1) throw invalidPagination("page[size] must be a positive integer");
  if (size > largestPage) throw invalidPagination("page[size] cannot be greater than 100");
  return size;
}

function startOf(source: ListSource): Walk {
  const after = source.query.get("page[after]");
  const before = source.query.get("page[before]");
  if (after !== null && before !== null) {
    throw invalidPagination("page[after] and page[before] cannot be used together");
  }
  const cursor = after ?? before;
  if (cursor === null) return { backwards: false };
  const from = decodeCursor(cursor, source.order);
  if (from === undefined) throw invalidPagination("page[after] or page[before] is not a cursor of this list");
  return { from, backwards: before !== null };
}

function take(rows: Iterable<Row>, count: number): Row[] {
  const taken: Row[] = [];
  for (const row of rows) {
    taken.push(row);
    if (taken.length >= count) break;
  }
  return taken;
}

function cursorOf(row: Row | undefined, order: RowOrder): string | null {
  return row === undefined ? null : encodeCursor(placeOf(row, order), order);
}

/** A page by cursor. The last page still links to a next one, which is empty and has no cursors. */
function cursorPage(source: ListSource): JsonObject {
  const size = pageSizeOf(source.query);
  const start = startOf(source);
  const found = take(source.rows(start), size + 1);
  const page = found.slice(0, size);
  if (start.backwards === true) page.reverse();
  const after = cursorOf(page.at(-1), source.order);
  const before = cursorOf(page[0], source.order);
  const link = (direction: "after" | "before", cursor: string | null): Json =>
    cursor === null
      ? null
      : pageLink(source, { "page[after]": null, "page[before]": null, [`page[${direction}]`]: cursor });
  return {
    [source.recordsKey]: page.map((row) => source.show(row)),
    ...source.sideLoads?.(page),
    meta: { has_more: found.length > size, after_cursor: after, before_cursor: before },
    links: { prev: link("before", before), next: link("after", after) },
  };
}

function pageNumber(query: URLSearchParams, name: string, usual: number): number {
  const given = query.get(name);
  if (given === null) return usual;
  const number = Number(given);
  if (!/^\d+$/u.test(given) || number < 1) throw invalidValue(`${name} must be a positive integer`);
  return number;
}

/** A page by number, no deeper than 10,000 rows. */
export function offsetPage(source: ListSource): JsonObject {
  const page = pageNumber(source.query, "page", 1);
  const size = Math.min(largestPage, pageNumber(source.query, "per_page", largestPage));
  if (page > deepestPage) {
    throw invalidPagination(
      "Offset pagination ends at page 100. Use cursor pagination for what comes after it",
    );
  }
  const shown: Row[] = [];
  let count = 0;
  for (const row of source.rows({})) {
    if (count >= (page - 1) * size && shown.length < size) shown.push(row);
    count += 1;
  }
  const link = (number: number): string => pageLink(source, { page: String(number) });
  return {
    [source.recordsKey]: shown.map((row) => source.show(row)),
    ...source.sideLoads?.(shown),
    next_page: count > page * size ? link(page + 1) : null,
    previous_page: page > 1 ? link(page - 1) : null,
    count,
  };
}

/** A page of a list: by cursor when `page[size]` or a cursor is given, by number otherwise. */
export function listPage(source: ListSource): JsonObject {
  const { query } = source;
  if (query.has("page[size]")) return cursorPage(source);
  const byCursor = query.has("page[after]") || query.has("page[before]");
  if (!byCursor) return offsetPage(source);
  const sized = new URLSearchParams(query);
  sized.set("page[size]", String(largestPage));
  return cursorPage({ ...source, query: sized });
}
