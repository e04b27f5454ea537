import { isObject } from "@chorale/singer";
import {
  type AnyRecord,
  cursorPages,
  type PageAnswer,
  type PageWalk,
  type Pagination,
} from "@chorale/tap-sdk";

/**
 * The pages of a list with `page[size]`. Its cursor and links go on after the last page, so only `has_more`
 * counts. The links are not followed: behind a gateway they lead past it.
 */
export const listPages = cursorPages({
  next: "meta.after_cursor",
  param: "page[after]",
  more: "meta.has_more",
});

/** The pages of a cursor export. Its cursor never expires, so a later run goes on with it. */
export const cursorExportPages = cursorPages({
  next: "after_cursor",
  param: "cursor",
  until: "end_of_stream",
  drops: ["start_time"],
  resume: true,
});

const byEndTime = cursorPages({ next: "end_time", param: "start_time", until: "end_of_stream" });

/**
 * The pages of a time export: each starts at the second in which the one before it ended, and so
 * repeats rows of that second. A row that the page before held, unchanged, is not fresh.
 */
export const timeExportPages: Pagination = Object.freeze({
  walk(): PageWalk {
    const walk = byEndTime.walk();
    let before = new Set<string>();
    let current = new Set<string>();
    return {
      after(page) {
        before = current;
        current = new Set();
        return hasNoFlagAndEnds(page) ? {} : walk.after(page);
      },
      fresh(records) {
        for (const record of records) current.add(versionOf(record));
        return records.filter((record) => !before.has(versionOf(record)));
      },
    };
  },
});

const fullPage = 1000;

/** Older answers have no `end_of_stream`; there a page that is not full is the last one. */
function hasNoFlagAndEnds({ body, recordCount }: PageAnswer): boolean {
  return isObject(body) && body["end_of_stream"] === undefined && recordCount < fullPage;
}

function versionOf(record: AnyRecord): string {
  return JSON.stringify([record["id"], record["updated_at"]]);
}
