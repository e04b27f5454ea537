import { type AnyRecord, cursorPages, linkPages, type PageWalk, type Pagination } from "@chorale/tap-sdk";

/** The pages of a list with `page[size]`: its links go on after the last page, so only `has_more` counts. */
export const listPages = linkPages({ next: "links.next", more: "meta.has_more" });

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
    return {
      after: (page) => walk.after(page),
      fresh(records) {
        const seen = before;
        before = new Set(records.map(versionOf));
        return records.filter((record) => !seen.has(versionOf(record)));
      },
    };
  },
});

function versionOf(record: AnyRecord): string {
  return JSON.stringify([record["id"], record["updated_at"]]);
}
