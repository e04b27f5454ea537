import { zendesk } from "../client.ts";
import { dateTimeOf } from "../moments.ts";
import { timeExportPages } from "../pages.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { type Context, type ExportSource, readExport } from "./read-export.ts";

const source: ExportSource = {
  stream: "ticket_events",
  path: "incremental/ticket_events",
  recordsAt: "ticket_events",
  bucket: "incremental-exports",
  pagination: timeExportPages,
  orderedBy: "timestamp",
  // Without it the events of comments have no text.
  include: ({ selects }: Context) =>
    selects("ticket_comments") || selects("ticket_audits") || selects("ticket_events", "child_events")
      ? "comment_events"
      : undefined,
};

/** What happened to all tickets, a thousand events a request; comments and audits can be read out of it. */
export const ticketEvents = zendesk.pagedStream({
  name: "ticket_events",
  schema: schemaOf("ticket_events"),
  keyProperties: ["id"],
  replicationKey: "timestamp",
  bookmarkValue: ({ timestamp }) => (typeof timestamp === "number" ? dateTimeOf(timestamp) : undefined),
  sorted: true,
  selectedByDefault: false,
  pages: (context) => readExport(source, context),
});
