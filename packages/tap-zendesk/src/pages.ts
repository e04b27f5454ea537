import { ApiError, isObject } from "@chorale/singer";
import {
  type AnyRecord,
  cursorPages,
  type PageAnswer,
  type PageRequest,
  type PageStep,
  type PageWalk,
  type Pagination,
} from "@chorale/tap-sdk";

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
    const adjacent = adjacentPages();
    return {
      after(page) {
        adjacent.turn();
        return hasNoFlagAndEnds(page) ? {} : walk.after(page);
      },
      fresh: adjacent.fresh,
    };
  },
});

/**
 * The pages of a time export without a flag, as Talk's and the Help Center's: a page that ends where it began, or that is
 * empty, is the last. A full page that ends where it began hides what else changed in that second, and fails.
 */
export const unflaggedPages: Pagination = Object.freeze({
  walk(): PageWalk {
    const walk = byEndTime.walk();
    const adjacent = adjacentPages();
    let reached: number | undefined;
    return {
      after(page) {
        adjacent.turn();
        const end = numberIn(page.body, "end_time");
        const stands = end === undefined || end === reached;
        if (stands && page.recordCount >= fullPage) throw fullSecond(end);
        reached = end;
        return stands || page.recordCount === 0 ? {} : walk.after(page);
      },
      fresh: adjacent.fresh,
    };
  },
});

const fullPage = 1000;

/** Older answers have no `end_of_stream`; there a page that is not full is the last one. */
function hasNoFlagAndEnds({ body, recordCount, request }: PageAnswer): boolean {
  const size = Number(request.searchParams?.["per_page"] ?? fullPage);
  return isObject(body) && body["end_of_stream"] === undefined && recordCount < size;
}

function fullSecond(end: number | undefined): ApiError {
  return new ApiError(
    `pagination: more than ${fullPage} rows changed in the second ${end}, and the API shows no others of it. Ask Zendesk's support.`,
    { method: "GET", url: "", retryable: false },
  );
}

function numberIn(body: unknown, key: string): number | undefined {
  const value = isObject(body) ? body[key] : undefined;
  return typeof value === "number" ? value : undefined;
}

/** Knows the rows of two pages that follow each other. */
function adjacentPages(): { fresh: NonNullable<PageWalk["fresh"]>; turn: () => void } {
  let before = new Set<string>();
  let current = new Set<string>();
  return {
    turn() {
      before = current;
      current = new Set();
    },
    fresh(records) {
      for (const record of records) current.add(versionOf(record));
      return records.filter((record) => !before.has(versionOf(record)));
    },
  };
}

function versionOf(record: AnyRecord): string {
  return JSON.stringify([record["id"], record["updated_at"]]);
}

/** So many pages in a row must come well before a page is asked for in its full size again. */
const calmPages = 2;
const timedOut = 504;

/**
 * Asks for smaller pages where one times out, half as large each time down to a single row, and for larger ones again
 * when they come well. Zendesk's own size is not spelled out.
 */
export function shrinkingPages(pagination: Pagination, size: number): Pagination {
  const sized = (request: PageRequest, current: number): PageRequest =>
    current === fullPage
      ? { ...request, dropParams: [...(request.dropParams ?? []), "per_page"] }
      : { ...request, searchParams: { ...request.searchParams, per_page: current } };
  return {
    first: (bookmark) => sized(pagination.first?.(bookmark) ?? {}, size),
    walk() {
      const walk = pagination.walk();
      let current = size;
      let calm = 0;
      return {
        ...walk,
        after(page): PageStep {
          const { next, ...step } = walk.after(page);
          calm += 1;
          if (calm >= calmPages) current = Math.min(size, current * 2);
          return next === undefined ? step : { ...step, next: sized(next, current) };
        },
        refused({ status }, { searchParams: { per_page: _size, ...searchParams } = {}, ...request }) {
          if (status !== timedOut || current <= 1) return undefined;
          calm = 0;
          current = Math.floor(current / 2);
          return sized({ ...request, searchParams }, current);
        },
      };
    },
  };
}
