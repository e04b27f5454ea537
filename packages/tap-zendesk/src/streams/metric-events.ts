import { zendesk } from "../client.ts";
import { isOutOfOrder, objectsIn, outOfOrder } from "../hidden.ts";
import { momentOf } from "../moments.ts";
import { timeExportPages } from "../pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { ofTicket, skipLostTickets } from "./conversations.ts";
import { type ExportSource, readExport } from "./read-export.ts";

const metricEvents = {
  name: "ticket_metric_events",
  schema: schemaOf("ticket_metric_events"),
  keyProperties: ["id"],
} as const;

/** An event of the last minute may not be there yet, whatever else is looked back for. */
const settlingSeconds = 60;

const source: ExportSource = {
  stream: metricEvents.name,
  path: "incremental/ticket_metric_events",
  recordsAt: "ticket_metric_events",
  bucket: accountBucket,
  pagination: timeExportPages,
  orderedBy: "time",
  // What has not happened yet, or just now, does not move the bookmark.
  shape: (event, { startedAt }) => {
    const settled = startedAt.getTime() / 1000 - settlingSeconds;
    return (momentOf(event["time"]) ?? 0) > settled ? outOfOrder({ ...event }) : event;
  },
  lookbackSeconds: ({ lookback_seconds }) => Math.max(settlingSeconds, lookback_seconds),
};

/**
 * What happened to the measures of tickets. A breach stands there before its time has come, and is marked as deleted
 * when it did not happen; so a run begins some time before the bookmark, which never lies ahead of the run.
 */
export const ticketMetricEvents = zendesk.pagedStream({
  ...metricEvents,
  replicationKey: "time",
  bookmarkValue: (event) => {
    const { time } = event;
    return typeof time === "string" && !isOutOfOrder(event) ? time : undefined;
  },
  sorted: true,
  pages: (context) => readExport(source, context),
});

/** The same without the export: of each changed ticket. A breach changes no ticket, so some come late. */
export const metricEventsOfTickets = zendesk.customStream({
  ...metricEvents,
  parent: ofTicket.parent,
  hasChildren: ofTicket.hasChildren,
  async *records({ http, parent }) {
    const { body } = await http.request("GET", `tickets/${parent["id"]}/metric_events`, {
      bucket: accountBucket,
      classify: skipLostTickets,
    });
    for (const list of Object.values(Object(body))) yield* eventsIn(list);
  },
});

/** They are grouped by metric, in one object more in some answers. */
function eventsIn(value: unknown): ReturnType<typeof objectsIn> {
  return Array.isArray(value)
    ? objectsIn(value)
    : Object.values(Object(value)).flatMap((list) => objectsIn(list));
}
