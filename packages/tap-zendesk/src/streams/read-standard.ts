import type { Bookmark } from "@chorale/singer";
import { type AnyRecord, type Pagination, readPages, type SearchParams } from "@chorale/tap-sdk";
import { listPages, resumableListPages } from "../list-pages.ts";
import { isBeyondEnd, momentOf, secondsOf } from "../moments.ts";
import { accountBucket } from "../rate-headers.ts";
import type { Context, ExportSource, Pages } from "./read-export.ts";
import { ShapedPage } from "./shaped-page.ts";

/** A list that stands in for an export. */
export interface StandardSource extends Pick<ExportSource, "stream" | "include" | "shape" | "join"> {
  readonly path: string;
  readonly recordsAt: string;
  /** @default the account's */
  readonly bucket?: string;
  readonly searchParams: SearchParams;
  /** The property that tells when a record changed. */
  readonly changedBy: string;
}

interface Reading {
  readonly context: Context;
  readonly pagination: Pagination;
  /** What changed before it is left out; undefined for nothing. */
  readonly since: string | number | undefined;
  readonly carried?: Bookmark;
}

/** Lists that make up a stream together. */
export interface StandardLists {
  /** Read in order of change, from Zendesk's own cursor of the newest page on. */
  readonly ordered: StandardSource;
  /** What the list leaves out and what does not change any more: read once. */
  readonly archived?: (since: string | number) => StandardSource;
  /** What was deleted; read whole each time. */
  readonly deleted?: StandardSource;
}

/**
 * Reads lists in the place of an export. Without a cursor of the ordered list all of it is read, and what changed before
 * the bookmark is left out. Until the other lists have been read, the bookmark remembers from where on.
 */
export async function* readLists(lists: StandardLists, context: Context): Pages {
  const { position, config, startedAt, bookmark = 0 } = context;
  const { rest_from: kept, archived_until: archivedUntil } = position;
  const since = typeof kept === "string" || typeof kept === "number" ? kept : bookmark;
  const archived = archivedUntil === undefined ? {} : { archived_until: archivedUntil };
  const hasRest = lists.archived !== undefined || lists.deleted !== undefined;
  const carried = { ...archived, ...(hasRest ? { rest_from: since } : {}) };
  let cursor = position["list_cursor"];
  for await (const page of readInOrder(lists.ordered, { context, carried })) {
    yield page;
    cursor = page.position?.["list_cursor"] ?? cursor;
  }
  if (!hasRest) return;
  if (lists.archived !== undefined && archivedUntil === undefined) {
    yield* readWhole(lists.archived(since), { context, since });
  }
  if (lists.deleted !== undefined && config.include_deleted) {
    yield* readWhole(lists.deleted, { context, since });
  }
  const done =
    lists.archived === undefined ? {} : { archived_until: archivedUntil ?? startedAt.toISOString() };
  yield { records: [], position: cursor === undefined ? done : { list_cursor: cursor, ...done } };
}

function readInOrder(
  source: StandardSource,
  { context, carried }: { context: Context; carried: Bookmark },
): Pages {
  const isResumed = context.position["list_cursor"] !== undefined;
  const since = isResumed ? undefined : context.bookmark;
  return read(source, { context, pagination: resumableListPages, since, carried });
}

/** Reads a whole list, and leaves out what changed before a moment. */
export function readWhole(
  source: StandardSource,
  { context, since }: { context: Context; since: string | number | undefined },
): Pages {
  return read(source, { context, pagination: listPages, since });
}

async function* read(source: StandardSource, { context, pagination, since, carried = {} }: Reading): Pages {
  const { stream, path, recordsAt, changedBy, shape, join } = source;
  const include = source.include?.(context);
  const first = since === undefined ? Number.NEGATIVE_INFINITY : secondsOf(since);
  const pages = readPages(context.http, {
    stream,
    path,
    recordsAt,
    bucket: source.bucket ?? accountBucket,
    position: context.position,
    pagination,
    searchParams: {
      "page[size]": 100,
      ...source.searchParams,
      ...(include === undefined ? {} : { include }),
    },
  });
  const shaped = (record: AnyRecord): AnyRecord | undefined => {
    const changed = record[changedBy];
    if ((momentOf(changed) ?? first) < first || isBeyondEnd(changed, context.config)) return undefined;
    return shape === undefined ? record : shape(record, context);
  };
  for await (const page of pages) {
    yield new ShapedPage(page, {
      shape: shaped,
      carried,
      join: include === undefined ? undefined : join,
    });
  }
}
