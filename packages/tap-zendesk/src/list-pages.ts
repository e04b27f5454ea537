import { ApiError, type Bookmark, isObject } from "@chorale/singer";
import {
  createLoopGuard,
  cursorPages,
  type PageAnswer,
  type PageWalk,
  type Pagination,
} from "@chorale/tap-sdk";

/**
 * The pages of any list. Where the answer has `meta`, its cursor leads on and only `has_more` counts, because the
 * links of a last page lead on too; where it has not, `next_page` does, or there is one page. Of links only the query
 * is taken: behind a gateway they lead past it.
 */
export const listPages: Pagination = Object.freeze({
  walk(): PageWalk {
    const guard = createLoopGuard();
    return {
      after(page) {
        const params = nextParams(page);
        if (params === undefined) return {};
        guard.visit(JSON.stringify(params), "the same page");
        return { next: { searchParams: params } };
      },
    };
  },
});

type Params = Readonly<Record<string, string>>;

function nextParams({ body, recordCount }: PageAnswer): Params | undefined {
  if (!isObject(body)) return undefined;
  const { meta, links } = body;
  if (!isObject(meta)) return queryOf(body["next_page"]);
  const hasMore = meta["has_more"];
  if (hasMore === false) return undefined;
  const cursor = meta["after_cursor"];
  const found =
    typeof cursor === "string" && cursor !== ""
      ? { "page[after]": cursor }
      : queryOf(isObject(links) ? links["next"] : undefined);
  if (hasMore === true && found === undefined) throw noCursor();
  // Without the flag an empty page is the last one.
  return hasMore === true || recordCount > 0 ? found : undefined;
}

/** The query of a link, a parameter that comes twice left to the first request. */
function queryOf(link: unknown): Params | undefined {
  if (typeof link !== "string" || link === "") return undefined;
  const params = URL.parse(link, "https://zendesk.invalid/")?.searchParams ?? new URLSearchParams();
  const single = [...params].filter(([name]) => params.getAll(name).length === 1);
  return single.length === 0 ? undefined : Object.fromEntries(single);
}

function noCursor(): ApiError {
  return new ApiError(
    'pagination: the answer says by "meta.has_more" that there is more, but has no cursor. Ask Zendesk\'s support.',
    { method: "GET", url: "", retryable: false },
  );
}

const byCursor = cursorPages({
  next: "meta.after_cursor",
  param: "page[after]",
  more: "meta.has_more",
  resume: true,
});

/** The pages of a list in order of change, whose newest cursor is kept as `list_cursor` for the next run. */
export const resumableListPages: Pagination = Object.freeze({
  first: (bookmark: Bookmark) => byCursor.first?.({ after_cursor: bookmark["list_cursor"] }),
  walk(): PageWalk {
    const walk = byCursor.walk();
    return {
      after(page) {
        const { position, ...step } = walk.after(page);
        return position === undefined
          ? step
          : { ...step, position: { list_cursor: position["after_cursor"] } };
      },
    };
  },
});
