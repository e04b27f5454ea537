import type { Json, JsonObject } from "../json.ts";
import type { Walk } from "./collection.ts";
import { type PageSource, pageLink } from "./page-links.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import type { Row } from "./row.ts";
import {
  decodeCursor,
  decodeValues,
  encodeCursor,
  encodeValues,
  placeOf,
  type RowOrder,
} from "./row-order.ts";

/** A list as the pagination sees it. */
export interface ListSource extends PageSource {
  readonly recordsKey: string;
  readonly order: RowOrder;
  /** The list's rows beyond a place, or all. */
  rows(walk: Walk): Iterable<Row>;
  /** Does not say whether there are more rows. @default false */
  readonly hidesMore?: boolean;
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

function startOf(source: ListSource, decode: typeof decodeCursor = decodeCursor): Walk {
  const after = source.query.get("page[after]");
  const before = source.query.get("page[before]");
  if (after !== null && before !== null) {
    throw invalidPagination("page[after] and page[before] cannot be used together");
  }
  const cursor = after ?? before;
  if (cursor === null) return { backwards: false };
  const from = decode(cursor, source.order);
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
    meta: {
      ...(source.hidesMore === true ? {} : { has_more: found.length > size }),
      after_cursor: after,
      before_cursor: before,
    },
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
  const { rows, count, next_page, previous_page } = numberedPage(source, largestPage);
  return {
    [source.recordsKey]: rows.map((row) => source.show(row)),
    ...source.sideLoads?.(rows),
    next_page,
    previous_page,
    count,
  };
}

interface NumberedPage {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly size: number;
  readonly count: number;
  readonly next_page: string | null;
  readonly previous_page: string | null;
}

function numberedPage(source: ListSource, usualSize: number): NumberedPage {
  const page = pageNumber(source.query, "page", 1);
  const size = Math.min(largestPage, pageNumber(source.query, "per_page", usualSize));
  if (page > deepestPage) {
    throw invalidPagination(
      "Offset pagination ends at page 100. Use cursor pagination for what comes after it",
    );
  }
  const rows: Row[] = [];
  let count = 0;
  for (const row of source.rows({})) {
    if (count >= (page - 1) * size && rows.length < size) rows.push(row);
    count += 1;
  }
  const link = (number: number): string => pageLink(source, { page: String(number) });
  return {
    rows,
    page,
    size,
    count,
    next_page: count > page * size ? link(page + 1) : null,
    previous_page: page > 1 ? link(page - 1) : null,
  };
}

/** All rows in one answer. */
export function wholePage(source: ListSource): JsonObject {
  const rows = [...source.rows({})];
  return { [source.recordsKey]: rows.map((row) => source.show(row)), ...source.sideLoads?.(rows) };
}

/** All rows in one answer, of an endpoint that refuses to be asked for pages. */
export function wholePageOnly(source: ListSource): JsonObject {
  if (source.query.has("page[size]")) throw invalidPagination("page[size] is not supported by this endpoint");
  return wholePage(source);
}

/** What a link to the last page carries in place of a cursor. */
const lastPage = Buffer.from("last_page").toString("base64");
const usualGuidePage = 30;

/** A page of the Help Center by cursor: its links lead to the ends, and to a next page only when there is one. */
function guideCursorPage(source: ListSource): JsonObject {
  const size = pageSizeOf(source.query);
  const toLast = source.query.get("page[before]") === lastPage;
  const start = toLast ? { backwards: true } : startOf(source, decodeValues);
  const found = take(source.rows(start), size + 1);
  const page = found.slice(0, size);
  const more = found.length > size;
  if (start.backwards === true) page.reverse();
  const cursor = (row: Row | undefined): string | null =>
    row === undefined ? null : encodeValues(placeOf(row, source.order), source.order);
  const [before, after] = [cursor(page[0]), cursor(page.at(-1))];
  const link = (changes: Readonly<Record<string, string | null>>): string =>
    pageLink({ ...source, suffix: "" }, { "page[after]": null, "page[before]": null, ...changes });
  return {
    meta: { has_more: more, after_cursor: after, before_cursor: before },
    links: {
      first: link({}),
      last: link({ "page[before]": lastPage }),
      ...(source.query.has("page[after]") ? { prev: link({ "page[before]": before }) } : {}),
      ...(more ? { next: link({ "page[after]": after }) } : {}),
    },
    [source.recordsKey]: page.map((row) => source.show(row)),
  };
}

/** A page of a list of the Help Center: by cursor when `page[size]` is given, by number otherwise. */
export function guidePage(source: ListSource): JsonObject {
  const path = source.path.replace("/api/v2/community/", "/api/v2/help_center/community/");
  const linked = { ...source, path };
  if (source.query.has("page[size]")) return guideCursorPage(linked);
  const { rows, page, size, count, next_page, previous_page } = numberedPage(linked, usualGuidePage);
  return {
    [source.recordsKey]: rows.map((row) => source.show(row)),
    page,
    previous_page,
    next_page,
    per_page: size,
    page_count: Math.ceil(count / size),
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
