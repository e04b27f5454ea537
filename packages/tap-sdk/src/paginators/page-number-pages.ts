import { ApiError } from "@chorale/singer";
import { valueAt } from "../http/records-at.ts";
import type { PageAnswer, PageRequest, PageWalk, Pagination } from "../pagination.ts";
import { flagAt } from "./next-page.ts";

/** How an API numbers its pages. */
export interface PageNumberPagesOptions {
  /** The query parameter that takes the number. */
  readonly param: string;
  /** The first page's number. @default 1 */
  readonly start?: number;
  /** The query parameter that takes the page's size. @default none */
  readonly sizeParam?: string;
  /** How many records a full page has; a page with fewer is the last one. @default unknown */
  readonly pageSize?: number;
  /** The dotted path of a flag that is true on the last page. */
  readonly until?: string;
  /** The dotted path of a flag that is false on the last page. */
  readonly more?: string;
  /** The dotted path of the number of pages. */
  readonly totalPages?: string;
}

/**
 * Reads pages by number.
 *
 * The body's flag decides where there is one, else the number of pages, else the last page is the first that has
 * fewer records than `pageSize`, or none. Throws `ApiError` when a page has the number of records, the first and
 * the last one of the page before: some APIs answer every number beyond the last with the last page.
 *
 * @example
 * ```ts
 * pageNumberPages({ param: "page", sizeParam: "per_page", pageSize: 100 });
 * ```
 */
export function pageNumberPages(options: PageNumberPagesOptions): Pagination {
  const { param, start = 1, sizeParam, pageSize } = options;
  const requestOf = (number: number): PageRequest => ({
    searchParams: { [param]: number, ...(sizeParam === undefined ? {} : { [sizeParam]: pageSize }) },
  });
  return Object.freeze({
    first: () => requestOf(start),
    walk: () => walk(options, { requestOf, start }),
  });
}

function walk(
  options: PageNumberPagesOptions,
  { requestOf, start }: { requestOf: (number: number) => PageRequest; start: number },
): PageWalk {
  let ends: unknown[] = [];
  let before: string | undefined;
  let number = start;
  return {
    fresh(records) {
      if (records.length > 0) ends = [ends.length === 0 ? records[0] : ends[0], records.at(-1)];
      return records;
    },
    after(page) {
      const total = totalPages(page, options);
      if (isLast(page, { options, total, read: number - start + 1 })) return {};
      const print = JSON.stringify([page.recordCount, ends]);
      if (print === before && total === undefined) throw samePage(number);
      before = print;
      ends = [];
      number += 1;
      return { next: requestOf(number) };
    },
  };
}

function totalPages({ body }: PageAnswer, options: PageNumberPagesOptions): number | undefined {
  const total = options.totalPages === undefined ? undefined : valueAt(body, options.totalPages);
  return typeof total === "number" ? total : undefined;
}

function isLast(
  { body, recordCount }: PageAnswer,
  { options, total, read }: { options: PageNumberPagesOptions; total: number | undefined; read: number },
): boolean {
  const ended = flagAt(body, options.until);
  if (ended !== undefined) return ended;
  const goesOn = flagAt(body, options.more);
  if (goesOn !== undefined) return !goesOn;
  return total === undefined ? recordCount < (options.pageSize ?? 1) : read >= total;
}

function samePage(number: number): ApiError {
  return new ApiError(
    `pagination: page ${number} has the records of the one before, so it would never end. Look at the stream's pagination, or ask the API's vendor.`,
    { method: "GET", url: "", retryable: false },
  );
}
