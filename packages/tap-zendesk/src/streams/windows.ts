import { readPages } from "@chorale/tap-sdk";
import { findAvailability } from "../availability.ts";
import { zendesk } from "../client.ts";
import { listPages } from "../list-pages.ts";
import { dateTimeOf, exportEnd, exportStart, isBeyondEnd, momentOf } from "../moments.ts";
import { accountBucket } from "../rate-headers.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import type { Context, Pages } from "./read-export.ts";
import { ShapedPage } from "./shaped-page.ts";

const windowSeconds = 30 * 86_400;
/** Zendesk is not older. */
const firstSecond = Date.UTC(2007, 0, 1) / 1000;

/**
 * Ratings by the time at which they were created, which is all that the API can choose by, a month at a time; one that
 * is changed later is found as long as it is looked back for.
 */
async function* readRatings(context: Context): Pages {
  const { bookmark, config, position, startedAt } = context;
  const lookbackSeconds = config.lookback_seconds;
  const reached = position["created_until"];
  const from = typeof reached === "string" || typeof reached === "number" ? reached : bookmark;
  const begin = exportStart({ bookmark: from, startedAt, lookbackSeconds });
  const end = Math.min(exportEnd(startedAt), endDateOf(config));
  let start = Math.max(firstSecond, begin);
  for (; start + windowSeconds < end; start += windowSeconds) {
    yield* readWindow({ start_time: start, end_time: start + windowSeconds }, context);
    yield { records: [], position: { created_until: dateTimeOf(start + windowSeconds) } };
  }
  // The last window is left open, because the API refuses an end of the last minute by its own clock.
  yield* readWindow({ start_time: start }, context);
  yield { records: [], position: {} };
}

function endDateOf({ end_date: end }: { readonly end_date?: string }): number {
  return (end === undefined ? undefined : momentOf(end)) ?? Number.POSITIVE_INFINITY;
}

async function* readWindow(
  window: { readonly start_time: number; readonly end_time?: number },
  { http, config }: Context,
): Pages {
  const pages = readPages(http, {
    stream: "satisfaction_ratings",
    path: "satisfaction_ratings",
    recordsAt: "satisfaction_ratings",
    bucket: accountBucket,
    pagination: listPages,
    searchParams: { "page[size]": 100, ...window },
  });
  for await (const page of pages) {
    yield new ShapedPage(page, {
      shape: (rating) => (isBeyondEnd(rating["updated_at"], config) ? undefined : rating),
    });
  }
}

/** What customers said of tickets. A changed rating may come again. */
export const satisfactionRatings = zendesk.pagedStream({
  name: "satisfaction_ratings",
  schema: schemaOf("satisfaction_ratings"),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  discover: (context) =>
    findAvailability(context, { path: "satisfaction_ratings", searchParams: { "page[size]": 1 } }),
  pages: readRatings,
});

/** Who changed what in the settings of the account, in order. */
export const auditLogs = zendesk.stream({
  name: "audit_logs",
  schema: schemaOf("audit_logs"),
  keyProperties: ["id"],
  replicationKey: "created_at",
  sorted: true,
  path: "audit_logs",
  recordsAt: "audit_logs",
  bucket: accountBucket,
  pagination: listPages,
  searchParams: (context) => ({
    "page[size]": 100,
    "filter[created_at][]": [
      dateTimeOf(exportStart(context)),
      dateTimeOf(Math.min(Math.floor(context.startedAt.getTime() / 1000), endDateOf(context.config))),
    ],
    sort: "created_at",
  }),
  discover: (context) => findAvailability(context, { path: "audit_logs", searchParams: { "page[size]": 1 } }),
});

/** Which agents skipped which tickets, changed since some time before the bookmark. Archived tickets have none. */
export const ticketSkips = zendesk.stream({
  name: "ticket_skips",
  schema: schemaOf("ticket_skips"),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  path: "skips",
  recordsAt: "skips",
  bucket: accountBucket,
  pagination: listPages,
  searchParams: (context) => ({
    "page[size]": 100,
    start_time: exportStart({ ...context, lookbackSeconds: context.config.lookback_seconds }),
  }),
  transform: (skip, { config }) => (isBeyondEnd(skip["updated_at"], config) ? undefined : skip),
  discover: (context) => findAvailability(context, { path: "skips", searchParams: { "page[size]": 1 } }),
});
