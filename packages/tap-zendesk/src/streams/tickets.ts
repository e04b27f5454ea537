import { isObject } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { type FieldSource, findCustomFields, withPivotedFields } from "../custom-fields.ts";
import { isOutOfOrder, objectsIn, outOfOrder, withHidden } from "../hidden.ts";
import { dateTimeOf, exportEnd, momentOf, secondsOf } from "../moments.ts";
import { cursorExportPages } from "../pages.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { type Context, type ExportSource, readExport } from "./read-export.ts";
import { readLists, type StandardSource } from "./read-standard.ts";

const fields: FieldSource = {
  stream: "tickets",
  definitions: "ticket_fields",
  property: "custom_fields",
};

/** What both ways of reading have in common. */
const common = {
  stream: "tickets",
  include: ({ selects }: Context) => (selects("ticket_metrics") ? "metric_sets" : undefined),
  shape: (ticket: AnyRecord, context: Context) => {
    if (ticket["status"] === "deleted" && !context.config.include_deleted) return undefined;
    const pivoted = withPivotedFields(ticket, fields, context);
    return "metric_set" in ticket ? withHidden(pivoted, "metric_set", ticket["metric_set"]) : pivoted;
  },
};

/** A ticket of a list has no `generated_timestamp`; it is at least as old as its `updated_at`. */
function fromList(ticket: AnyRecord, context: Context): AnyRecord | undefined {
  const generated_timestamp = ticket["generated_timestamp"] ?? momentOf(ticket["updated_at"]) ?? null;
  return common.shape({ ...ticket, generated_timestamp }, context);
}

const changed: StandardSource = {
  ...common,
  path: "tickets",
  recordsAt: "tickets",
  bucket: "tickets-index",
  searchParams: { sort: "updated_at" },
  changedBy: "updated_at",
  shape: fromList,
  join: (tickets, body) => {
    const metrics = objectsIn(isObject(body) ? body["metric_sets"] : undefined);
    const byTicket = new Map(metrics.map((metric) => [metric["ticket_id"], metric]));
    return tickets.map((ticket) => ({ ...ticket, metric_set: byTicket.get(ticket["id"]) }));
  },
};

const deleted: StandardSource = {
  stream: "tickets",
  path: "deleted_tickets",
  recordsAt: "deleted_tickets",
  bucket: "deleted-tickets-index",
  searchParams: { sort: "deleted_at" },
  changedBy: "deleted_at",
  shape: ({ id, subject, deleted_at }, context) =>
    outOfOrder(fromList({ id, subject, status: "deleted", updated_at: deleted_at }, context)),
};

/** An archived ticket is closed and stays as it is. Closed ones of the list come again. */
function archivedSince(since: string | number, { startedAt }: Context): StandardSource {
  const from = dateTimeOf(Math.floor(secondsOf(since)));
  const until = dateTimeOf(exportEnd(startedAt));
  return {
    stream: "tickets",
    path: "search/export",
    recordsAt: "results",
    changedBy: "updated_at",
    searchParams: {
      "filter[type]": "ticket",
      query: `updated>=${from} updated<${until}`,
    },
    shape: (ticket, context) =>
      ticket["status"] === "closed" ? outOfOrder(fromList(ticket, context)) : undefined,
  };
}

const source: ExportSource = {
  ...common,
  path: "incremental/tickets/cursor",
  recordsAt: "tickets",
  bucket: "incremental-exports",
  pagination: cursorExportPages,
  orderedBy: "generated_timestamp",
  // The list has no archived tickets, and the deleted ones of the last 30 days have a list of their own.
  standard: (context) =>
    readLists({ ordered: changed, archived: (since) => archivedSince(since, context), deleted }, context),
};

/**
 * Tickets in the order of `generated_timestamp`, which also moves when the system touches a ticket, so
 * that `updated_at` may lie before the bookmark. Archived and deleted tickets are included.
 */
export const tickets = zendesk.pagedStream({
  name: "tickets",
  schema: schemaOf("tickets"),
  keyProperties: ["id"],
  replicationKey: "generated_timestamp",
  bookmarkValue: (ticket) => {
    const { generated_timestamp: generated } = ticket;
    return typeof generated === "number" && !isOutOfOrder(ticket) ? dateTimeOf(generated) : undefined;
  },
  sorted: true,
  discover: (context) => findCustomFields(fields, context),
  pages: (context) => readExport(source, context),
});

/** The metrics that came with a ticket; a deleted one has none. Archived tickets have theirs, unlike in Zendesk's list. */
export const ticketMetrics = zendesk.customStream({
  name: "ticket_metrics",
  schema: schemaOf("ticket_metrics"),
  keyProperties: ["id"],
  parent: tickets,
  async *records({ parent }) {
    const metrics = parent["metric_set"];
    if (isObject(metrics)) yield { ...metrics, ticket_id: metrics["ticket_id"] ?? parent["id"] };
  },
});
