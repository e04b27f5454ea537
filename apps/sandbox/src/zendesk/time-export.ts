import type { JsonObject } from "../json.ts";
import { hashOf } from "../seeded-random.ts";
import type { ExportSource } from "./cursor-export.ts";
import { exportPageSize, exportStart, settlingSeconds } from "./export-window.ts";
import { pageLink } from "./page-links.ts";
import type { Row, StampedRow } from "./row.ts";

/** No page is longer, so a second with more rows is cut within it. */
const longestPage = 1000;

/** The rows of one second after another; within a second they stand in no order that ids would tell. */
function* seconds(rows: Iterable<StampedRow>): Generator<{ stamp: number; rows: Row[] }> {
  let second: { stamp: number; rows: Row[] } | undefined;
  for (const { row, stamp } of rows) {
    if (second !== undefined && second.stamp !== stamp) {
      yield inNoOrder(second);
      second = undefined;
    }
    second ??= { stamp, rows: [] };
    second.rows.push(row);
  }
  if (second !== undefined) yield inNoOrder(second);
}

function inNoOrder(second: { stamp: number; rows: Row[] }): { stamp: number; rows: Row[] } {
  const placed = second.rows.map((row) => ({ row, hash: hashOf(second.stamp, "place", row.id) }));
  placed.sort((left, right) => left.hash - right.hash || left.row.id - right.row.id);
  return { stamp: second.stamp, rows: placed.map(({ row }) => row) };
}

interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins: in the last second if rows may be left of it, else after it. */
  readonly endTime: number;
  readonly ended: boolean;
}

/** Fills a page with whole seconds up to its size; only the longest page ends within a second. */
function fillPage(source: ExportSource, start: number): Page {
  const size = exportPageSize(source.query);
  const newest = source.nowSeconds - settlingSeconds;
  const page: Row[] = [];
  let last = start;
  for (const { stamp, rows } of seconds(source.rows.byStamp({ stamp: start, id: -1 }))) {
    // What is still to come is on the last page, whose end lies in the past for all that.
    if (stamp > newest && source.announces !== true) break;
    if (stamp > newest) {
      page.push(...rows);
      continue;
    }
    if (page.length >= size) return { rows: page, endTime: last + 1, ended: false };
    const room = longestPage - page.length;
    page.push(...rows.slice(0, room));
    last = stamp;
    if (rows.length > room) return { rows: page, endTime: stamp, ended: false };
  }
  return { rows: page, endTime: last, ended: true };
}

/** A page of the Help Center's export, which does not say whether it is the last, unless by having no next one. */
export function guideExportPage(source: ExportSource, { ends }: { ends: boolean }): JsonObject {
  const {
    [source.recordsKey]: rows = [],
    count = 0,
    end_time = 0,
    next_page = null,
    end_of_stream: ended,
  } = timeExportPage(source);
  return { next_page: ends && ended === true ? null : next_page, count, end_time, [source.recordsKey]: rows };
}

/** A page of a time export: `start_time` is inclusive, and `next_page` is there even at the end. */
export function timeExportPage(source: ExportSource): JsonObject {
  const start = exportStart(source.query, source.nowSeconds);
  const { rows, endTime, ended } = fillPage(source, start);
  return {
    [source.recordsKey]: rows.map((row) => source.show(row)),
    ...source.sideLoads?.(rows),
    count: rows.length,
    end_of_stream: ended,
    end_time: endTime,
    next_page: pageLink(source, { start_time: String(endTime) }),
  };
}
