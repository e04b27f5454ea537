import type { Bookmark } from "@chorale/singer";
import type { PageAnswer, PageRequest, PageStep, PageWalk, Pagination } from "../pagination.ts";
import { createLoopGuard } from "./loop-guard.ts";
import { flagAt, missingNext, nextAt } from "./next-page.ts";

/** How an API hands out cursors. */
export interface CursorPagesOptions {
  /** The dotted path of the cursor in the body. */
  readonly next: string;
  /** The query parameter that takes it. */
  readonly param: string;
  /** The dotted path of a flag that is true on the last page. */
  readonly until?: string;
  /** The dotted path of a flag that is false on the last page. */
  readonly more?: string;
  /** Query parameters of the first request that a cursor replaces. @default none */
  readonly drops?: readonly string[];
  /**
   * Keeps the cursor in the stream's bookmark, under the last name of `next`, and goes on from it in the
   * next run. For APIs whose cursors never expire and lead to what changed since.
   * @default false
   */
  readonly resume?: boolean;
}

/**
 * Reads one page after another by a cursor that the body hands out.
 *
 * Where the body has the flag of `until` or `more`, that alone decides, so that an empty page in the middle
 * does not end it. Without one it stops when the cursor is absent, null or empty, or the page is. Throws `ApiError`
 * when the flag promises a page but there is no cursor, and when a cursor comes back: some APIs repeat the last
 * page for ever. A last page without a cursor leaves the one that led to it in the bookmark.
 *
 * @example
 * ```ts
 * cursorPages({ next: "after_cursor", param: "cursor", until: "end_of_stream", drops: ["start_time"], resume: true });
 * ```
 */
export function cursorPages(options: CursorPagesOptions): Pagination {
  const requestOf = (cursor: string): PageRequest => ({
    searchParams: { [options.param]: cursor },
    ...(options.drops === undefined ? {} : { dropParams: options.drops }),
  });
  const key = options.next.slice(options.next.lastIndexOf(".") + 1);
  const first = (bookmark: Bookmark): PageRequest | undefined => {
    const kept = nextAt(bookmark, key);
    return kept === undefined ? undefined : requestOf(kept);
  };
  return Object.freeze({
    ...(options.resume === true ? { first } : {}),
    walk: () => walk(options, { requestOf, key }),
  });
}

function walk(
  options: CursorPagesOptions,
  { requestOf, key }: { requestOf: (cursor: string) => PageRequest; key: string },
): PageWalk {
  const guard = createLoopGuard();
  const cursorOf = ({ searchParams }: PageRequest): string | undefined =>
    nextAt(searchParams?.[options.param], "");
  const positionOf = (cursor: string | undefined): Pick<PageStep, "position"> =>
    options.resume === true && cursor !== undefined ? { position: { [key]: cursor } } : {};

  return {
    after(page) {
      const cursor = nextAt(page.body, options.next);
      const used = cursorOf(page.request);
      const isLast = lastPage(page, options) ?? (cursor === undefined || page.recordCount === 0);
      if (isLast) return positionOf(cursor ?? used);
      if (cursor === undefined) throw missingNext(options.next, options.until ?? options.more ?? "");
      if (used !== undefined) guard.remember(used);
      guard.visit(cursor, "the same cursor");
      return { next: requestOf(cursor), ...positionOf(cursor) };
    },
  };
}

/** What the flags of the body say; undefined when they say nothing. */
function lastPage({ body }: PageAnswer, { until, more }: CursorPagesOptions): boolean | undefined {
  const ended = flagAt(body, until);
  if (ended !== undefined) return ended;
  const goesOn = flagAt(body, more);
  return goesOn === undefined ? undefined : !goesOn;
}
