import type { JsonObject } from "../json.ts";
import { exportCursor, parseExportCursor } from "./cursor-export.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import type { ListName } from "./generated/list-rows.ts";
import { shownRow } from "./list-endpoints.ts";
import { pageLink } from "./page-links.ts";
import { invalidPagination } from "./problems.ts";
import type { Row, StampedRow } from "./row.ts";

const pageSize = 1000;

/** How an attribute or a value is told of: what it is, and what happened to it. */
function change(name: ListName, row: Row, context: EndpointContext): JsonObject {
  const shown = shownRow(name, row, context);
  if (name === "routing_instance_values") return shown;
  const { created_at: _created, updated_at: time = null, url: _url, ...rest } = shown;
  return { ...rest, type: row["created_at"] === row["updated_at"] ? "create" : "update", time };
}

/** A page of an export of routing: `next_page` carries a cursor of its own, until a page has no rows. */
export function routingExportPage(name: ListName, recordsKey: string, context: EndpointContext): JsonObject {
  const { account, source } = context;
  const cursor = source.query.get("cursor");
  const start = cursor === null ? { stamp: -1, id: -1 } : parseExportCursor(cursor);
  if (start === undefined) throw invalidPagination("cursor is not a cursor of this export");
  const page: StampedRow[] = [];
  for (const entry of account.lists[name].rows.byStamp(start)) {
    page.push(entry);
    if (page.length >= pageSize) break;
  }
  const last = page.at(-1);
  const next =
    last === undefined
      ? (cursor ?? exportCursor({ stamp: 0, id: 0 }))
      : exportCursor({ stamp: last.stamp, id: last.row.id });
  return {
    [recordsKey]: page.map(({ row }) => change(name, row, context)),
    count: page.length,
    end_time: last?.stamp ?? context.nowSeconds,
    next_page: pageLink(source, { cursor: next }),
  };
}
