import type { JsonObject } from "../json.ts";
import type { StampPlace } from "./collection.ts";
import type { ExportSource } from "./cursor-export.ts";
import { withCustomFields, withKeyedFields } from "./defined-fields.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { exportStart, settlingSeconds } from "./export-window.ts";
import { metricSetOf, stampOfTicket } from "./generated/ticket-rows.ts";
import { identitiesOf } from "./generated/user-rows.ts";
import { dayInSeconds } from "./generated/world.ts";
import { listSource, shownRow } from "./list-endpoints.ts";
import type { ListSource } from "./list-pages.ts";
import { epochSeconds, type Row, type StampedRow, without } from "./row.ts";
import { relatedRows, ticketSideLoads } from "./side-loads.ts";

const scrubbedAfterSeconds = 30 * dayInSeconds;
const scrub = "SCRUBBED";

/** A ticket that was deleted a month ago has lost its texts. */
function scrubbed(ticket: Row, nowSeconds: number): Row {
  const isOld = nowSeconds - stampOfTicket(ticket) > scrubbedAfterSeconds;
  return ticket["status"] === "deleted" && isOld
    ? { ...ticket, subject: scrub, raw_subject: scrub, description: scrub }
    : ticket;
}

/** The export of tickets: all of them, deleted and archived ones too. */
export function ticketExport({ account, source, nowSeconds, quirks }: EndpointContext): ExportSource {
  const withMetrics = includes(source.query, "metric_sets");
  return {
    ...source,
    nowSeconds,
    beginsEmpty: quirks.emptyExportPages === true,
    recordsKey: "tickets",
    rows: account.tickets.rows,
    show: (ticket) => ({
      ...withCustomFields(scrubbed(ticket, nowSeconds), account),
      ...(withMetrics && ticket["status"] !== "deleted"
        ? { metric_set: metricSetOf(ticket, account.world) }
        : {}),
      ...ticketSideLoads(ticket, account, source.query),
    }),
    sideLoads: (tickets) => relatedRows(tickets, account, source.query),
  };
}

/** The export of users, deleted ones too. */
export function userExport({ account, source, nowSeconds, quirks }: EndpointContext): ExportSource {
  const identities = (users: readonly Row[]): JsonObject[] =>
    users.flatMap((user) => identitiesOf(user, account.world));
  return {
    ...source,
    nowSeconds,
    beginsEmpty: quirks.emptyExportPages === true,
    recordsKey: "users",
    rows: account.users.rows,
    show: (user) => without(withKeyedFields(user, account, "user_fields"), "chat_only"),
    sideLoads: (users) => ({
      ...(includes(source.query, "identities") ? { identities: identities(users) } : {}),
      ...relatedRows(users, account, source.query),
    }),
  };
}

/** The export of organizations, deleted ones too. */
export function organizationExport({ account, source, nowSeconds }: EndpointContext): ExportSource {
  return {
    ...source,
    nowSeconds,
    recordsKey: "organizations",
    rows: account.organizations.rows,
    show: (organization) => withKeyedFields(organization, account, "organization_fields"),
  };
}

/** The export of articles, by what was changed of them. */
export function articleExport(context: EndpointContext): ExportSource {
  const { account, source, nowSeconds } = context;
  return {
    ...source,
    nowSeconds,
    recordsKey: "articles",
    rows: account.lists.articles.rows,
    show: (article) => shownRow("articles", article, context),
  };
}

/** The events that were written a minute ago or earlier, whatever their time. */
function* settledEvents({ account, nowSeconds }: EndpointContext, after: StampPlace): Generator<StampedRow> {
  for (const entry of account.lists.ticket_metric_events.rows.byStamp(after)) {
    if (epochSeconds(entry.row["updated_at"]) <= nowSeconds - settlingSeconds) yield entry;
  }
}

/** The same events by cursor. */
export function metricEventList(context: EndpointContext): ListSource {
  const { account, source, nowSeconds } = context;
  const start = exportStart(source.query, nowSeconds);
  const wanted = (row: Row): boolean =>
    epochSeconds(row["time"]) >= start && epochSeconds(row["updated_at"]) <= nowSeconds - settlingSeconds;
  const events = listSource("ticket_metric_events", context);
  const rows = account.lists.ticket_metric_events.rows;
  return {
    ...events,
    *rows({ from = [start, -1], backwards = false }) {
      for (const row of rows.inOrder(events.order, { from, backwards })) if (wanted(row)) yield row;
    },
  };
}

/** The export of events of metrics, by their time; breaches that are to come are in it before they happen. */
export function metricEventExport(context: EndpointContext): ExportSource {
  const { source, nowSeconds } = context;
  return {
    ...source,
    nowSeconds,
    recordsKey: "ticket_metric_events",
    rows: { byStamp: (after) => settledEvents(context, after) },
    announces: true,
    show: (event) => shownRow("ticket_metric_events", event, context),
  };
}
