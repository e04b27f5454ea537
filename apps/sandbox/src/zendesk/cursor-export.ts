import type { JsonObject } from "../json.ts";
import type { Collection, StampPlace } from "./collection.ts";
import { exportPageSize, exportStart, settlingSeconds } from "./export-window.ts";
import { type PageSource, pageLink } from "./page-links.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import type { Row, StampedRow } from "./row.ts";

/** An export as its pagination sees it. */
export interface ExportSource extends PageSource {
  readonly recordsKey: string;
  readonly rows: Collection;
  readonly nowSeconds: number;
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

/** A page of a cursor export: rows by (stamp, id), without what changed in the last minute. */
export function cursorExportPage(source: ExportSource): JsonObject {
  const size = exportPageSize(source.query);
  const newest = source.nowSeconds - settlingSeconds;
  const page: StampedRow[] = [];
  let ended = true;
  for (const entry of source.rows.byStamp(startOf(source))) {
    if (entry.stamp > newest) break;
    if (page.length === size) {
      ended = false;
      break;
    }
    page.push(entry);
  }
  const last = page.at(-1);
  const cursor = last === undefined ? null : exportCursor({ stamp: last.stamp, id: last.row.id });
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
