import type { PageAnswer, PageWalk, Pagination } from "../pagination.ts";
import { createLoopGuard } from "./loop-guard.ts";
import { flagAt, missingNext, nextAt } from "./next-page.ts";

/** How an API hands out links. */
export interface LinkPagesOptions {
  /** The dotted path of the next page's address, or path, in the body. */
  readonly next: string;
  /** The dotted path of a flag that is false on the last page. */
  readonly more?: string;
}

/**
 * Reads one page after another by a link that the body hands out. A link is complete: it replaces the first
 * request's query. One of another origin is refused by the HTTP client.
 *
 * Where the body has the flag of `more`, that alone decides: some APIs have a link on the last page, too. Without
 * it the walk stops when the link is absent, null or empty; and, where `more` was expected, at an empty
 * page. Throws `ApiError` when the flag promises a page but there is no link, and when a link comes back.
 *
 * @example
 * ```ts
 * linkPages({ next: "links.next", more: "meta.has_more" });
 * ```
 */
export function linkPages(options: LinkPagesOptions): Pagination {
  return Object.freeze({ walk: () => walk(options) });
}

function walk(options: LinkPagesOptions): PageWalk {
  const guard = createLoopGuard();
  return {
    after(page) {
      const url = nextAt(page.body, options.next);
      if (isLast(page, { url, more: options.more })) return {};
      if (url === undefined) throw missingNext(options.next, options.more ?? "");
      guard.visit(url, "the same link");
      return { next: { url } };
    },
  };
}

function isLast(
  page: PageAnswer,
  { url, more }: { url: string | undefined; more: string | undefined },
): boolean {
  const goesOn = flagAt(page.body, more);
  if (goesOn !== undefined) return !goesOn;
  return url === undefined || (more !== undefined && page.recordCount === 0);
}
