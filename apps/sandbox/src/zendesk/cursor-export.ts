import type { JsonObject } from "../json.ts";
import type { Collection, StampPlace } from "./collection.ts";
import { exportPageSize, exportStart, settlingSeconds } from "./export-window.ts";
import { type PageSource, pageLink } from "./page-links.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import type { Row, StampedRow } from "./row.ts";

/** An export as its pagination sees it. */
export interface ExportSource extends PageSource {
  readonly recordsKey: string;
  readonly rows: Pick<Collection, "byStamp">;
  readonly nowSeconds: number;
  /** Rows may lie in the future, and are shown before their time. @default false */
  readonly announces?: boolean;
  /** The first page has no rows, and is not the last. @default false */
  readonly beginsEmpty?: boolean;
  /** A row as the export shows it. */
  show(row: Row): JsonObject;
  /** Top-level arrays beside the rows of a page. */
  sideLoads?(rows: readonly Row[]): Readonly<Record<string, readonly JsonObject[]>>;
}

/** Spells a place in an export as its cursor. */
export function exportCursor({ stamp, id }: StampPlace): string {
  return Buffer.from(`${stamp}.0||${id}|`).toString("base64");
}

/** Reads an export's cursor; undefined for anything else. */
export function parseExportCursor(cursor: string): StampPlace | undefined {
  const match = /^(\d{1,12})\.0\|\|(\d{1,16})\|$/u.exec(Buffer.from(cursor, "base64").toString());
  return match === null ? undefined : { stamp: Number(match[1]), id: Number(match[2]) };
}

function startOf({ query, nowSeconds }: ExportSource): StampPlace {
  const cursor = query.get("cursor");
  if (cursor === null) return { stamp: exportStart(query, nowSeconds), id: -1 };
  if (query.has("start_time")) throw invalidValue("start_time and cursor cannot be used together");
  const place = parseExportCursor(cursor);
  if (place === undefined) throw invalidPagination("cursor is not a cursor of this export");
  return place;
}

/** The place that everything of a second comes after. */
function beforeSecond(stamp: number): StampPlace {
  return { stamp: Math.max(0, stamp - 1), id: Number.MAX_SAFE_INTEGER };
}

/** A page of a cursor export: rows by (stamp, id), without what changed in the last minute. */
export function cursorExportPage(source: ExportSource): JsonObject {
  const size = exportPageSize(source.query);
  const newest = source.nowSeconds - settlingSeconds;
  const page: StampedRow[] = [];
  let ended = true;
  const start = startOf(source);
  const isEmpty = source.beginsEmpty === true && !source.query.has("cursor");
  for (const entry of source.rows.byStamp(start)) {
    if (entry.stamp > newest) break;
    if (page.length === size || isEmpty) {
      ended = false;
      break;
    }
    page.push(entry);
  }
  const last = page.at(-1);
  const place = last === undefined ? undefined : { stamp: last.stamp, id: last.row.id };
  const next = isEmpty && !ended ? beforeSecond(start.stamp) : place;
  const cursor = next === undefined ? null : exportCursor(next);
  const rows = page.map(({ row }) => row);
  return {
    [source.recordsKey]: rows.map((row) => source.show(row)),
    ...source.sideLoads?.(rows),
    after_url: cursor === null ? null : pageLink(source, { start_time: null, cursor }),
    before_url: null,
    after_cursor: cursor,
    before_cursor: null,
    end_of_stream: ended,
  };
}
