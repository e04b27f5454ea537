import type { JsonObject } from "../json.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import type { ListName } from "./generated/list-rows.ts";
import { shownRow } from "./list-endpoints.ts";
import { pageLink } from "./page-links.ts";
import { invalidValue } from "./problems.ts";
import type { StampedRow } from "./row.ts";

const largestPage = 1000;

function wholeNumber(query: URLSearchParams, name: string, usual?: number): number {
  const given = query.get(name);
  if (given === null && usual !== undefined) return usual;
  if (given === null || !/^\d{1,12}$/u.test(given)) throw invalidValue(`${name} must be in whole numbers`);
  return Number(given);
}

/**
 * A page of Talk's export: rows from `start_time` on, which is inclusive, to the end of a second.
 *
 * Nothing says that it is the last page: then `end_time` is the `start_time`, or there are no rows.
 */
export function talkExportPage(name: ListName, recordsKey: string, context: EndpointContext): JsonObject {
  const { account, source } = context;
  const start = wholeNumber(source.query, "start_time");
  const size = Math.min(largestPage, Math.max(1, wholeNumber(source.query, "limit", largestPage)));
  const page: StampedRow[] = [];
  for (const entry of account.lists[name].rows.byStamp({ stamp: start, id: -1 })) {
    const last = page.at(-1)?.stamp ?? start;
    // A page that held the first second alone would look like the last one.
    if (page.length >= size && entry.stamp > last && last > start) break;
    page.push(entry);
  }
  const end = page.at(-1)?.stamp ?? start;
  return {
    [recordsKey]: page.map(({ row }) => shownRow(name, row, context)),
    count: page.length,
    end_time: end,
    next_page: pageLink(source, { start_time: String(end) }),
  };
}
