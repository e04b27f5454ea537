import type { ApiError, Bookmark } from "@chorale/singer";
import type { SearchParams } from "./http/http-client.ts";

/** What the next page's request changes in the first one's. */
export interface PageRequest {
  /** A whole address, or a path, that replaces the first one's, query included. */
  readonly url?: string;
  /** Query parameters to set. */
  readonly searchParams?: SearchParams;
  /** Query parameters of the first request to leave out. */
  readonly dropParams?: readonly string[];
}

/** A page that was read, as a paginator sees it. */
export interface PageAnswer {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** How many records the page held. */
  readonly recordCount: number;
  /** The request that led to it; empty for the first page. */
  readonly request: PageRequest;
}

/** What follows a page. */
export interface PageStep {
  /** The next page; absent when this page was the last. */
  readonly next?: PageRequest;
  /** Where a later run goes on after this page; kept in the stream's bookmark beside its replication value. */
  readonly position?: Bookmark;
}

/** Reads a list of pages, one run at a time. */
export interface PageWalk {
  /** What follows this page. Throws `ApiError` when the API leads in circles. */
  after(page: PageAnswer): PageStep;
  /**
   * Another request in place of one that failed for good, such as for a smaller page; undefined when there is none, and
   * then the error is thrown. It must not answer for ever: a walk that does never ends.
   * @default there is none
   */
  refused?(error: ApiError, request: PageRequest): PageRequest | undefined;
  /** The records of this page that no earlier page held. @default all of them */
  fresh?(records: readonly Readonly<Record<string, unknown>>[]): readonly Readonly<Record<string, unknown>>[];
}

/** A way of paging. It holds no state; every walk does for itself. */
export interface Pagination {
  /** The request of the first page, given what an earlier run left in the bookmark. */
  first?(bookmark: Bookmark): PageRequest | undefined;
  walk(): PageWalk;
}
