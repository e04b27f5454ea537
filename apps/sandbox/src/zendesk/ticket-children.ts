import type { Json, JsonObject } from "../json.ts";
import { sortedRows, type Walk, walkRows } from "./collection.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { isArchived, metricSetOf } from "./generated/ticket-rows.ts";
import { identitiesOf } from "./generated/user-rows.ts";
import { dayInSeconds } from "./generated/world.ts";
import { shownRow } from "./list-endpoints.ts";
import { type ListSource, listPage } from "./list-pages.ts";
import type { PageSource } from "./page-links.ts";
import { childrenOf } from "./parents.ts";
import { invalidPagination, Refusal, recordNotFound } from "./problems.ts";
import { isoTime, type Row } from "./row.ts";
import { byCreation, byDeletion, byId, byTime, type RowOrder } from "./row-order.ts";
import type { StoredAccount } from "./store.ts";

/** The audits of all listed tickets, by their time. */
export function auditList({ account, source, nowSeconds }: EndpointContext): ListSource {
  const listed = new Map<Json, boolean>();
  const isListed = (id: Json): boolean => {
    const ticket = typeof id === "number" ? account.tickets.get(id) : undefined;
    return ticket !== undefined && ticket["status"] !== "deleted" && !isArchived(ticket, nowSeconds);
  };
  function* audits(walk: Walk): Generator<Row> {
    for (const audit of account.audits.inOrder(walk)) {
      const { ticket_id: id = null } = audit;
      const known = listed.get(id) ?? isListed(id);
      listed.set(id, known);
      if (known) yield audit;
    }
  }
  return { ...source, order: byCreation, recordsKey: "audits", rows: audits, show: (audit) => audit };
}

function childList(options: {
  source: PageSource;
  recordsKey: string;
  rows: readonly Row[];
  order?: RowOrder;
}): ListSource {
  const { source, recordsKey, rows, order = byCreation } = options;
  return {
    ...source,
    recordsKey,
    order,
    show: (row) => row,
    rows: (walk) => walkRows({ rows, order, walk }),
  };
}

/** A ticket that has children: a deleted one has none left. */
function livingTicket(account: StoredAccount, id = ""): Row {
  const ticket = /^\d{1,15}$/u.test(id) ? account.tickets.get(Number(id)) : undefined;
  if (ticket === undefined || ticket["status"] === "deleted") throw new Refusal(recordNotFound);
  return ticket;
}

/** An archived ticket's audits come in one piece, without `meta` and `links`. */
export function ticketAudits(
  { account, source, nowSeconds }: EndpointContext,
  [id]: readonly string[],
): JsonObject {
  const ticket = livingTicket(account, id);
  const audits = account.conversations.listAudits(ticket.id);
  if (isArchived(ticket, nowSeconds)) {
    return { audits, next_page: null, previous_page: null, count: audits.length };
  }
  return listPage(childList({ source, recordsKey: "audits", rows: audits }));
}

/** The comments of a ticket, voice comments too. */
export function ticketComments({ account, source }: EndpointContext, [id]: readonly string[]): JsonObject {
  const comments = account.conversations.listComments(livingTicket(account, id).id);
  return listPage(childList({ source, recordsKey: "comments", rows: comments }));
}

/** The metric set of a ticket. */
export function ticketMetrics({ account }: EndpointContext, [id]: readonly string[]): JsonObject {
  return { ticket_metric: metricSetOf(livingTicket(account, id), account.world) };
}

/** The events of a ticket's metrics, by metric. */
export function ticketMetricEvents(context: EndpointContext, [id]: readonly string[]): JsonObject {
  const { account } = context;
  const events = childrenOf(account, "ticket_metric_events", livingTicket(account, id));
  const byMetric: Record<string, JsonObject[]> = {};
  for (const event of sortedRows(events, byTime)) {
    const { metric, ticket_id: _ticket, ...shown } = shownRow("ticket_metric_events", event, context);
    const name = String(metric);
    byMetric[name] = [...(byMetric[name] ?? []), shown];
  }
  return { metric_events: byMetric };
}

/** The identities of a user. */
export function userIdentities({ account, source }: EndpointContext, [id]: readonly string[]): JsonObject {
  const user = account.users.get(Number(id));
  if (user === undefined) throw new Refusal(recordNotFound);
  const rows = identitiesOf(user, account.world);
  return listPage(childList({ source, recordsKey: "identities", rows, order: byId }));
}

const deletedForDays = 30;

/** The tickets deleted in the last thirty days, without the archived ones, which cannot be restored. */
export function deletedTicketList({ account, source, nowSeconds }: EndpointContext): ListSource {
  const { query } = source;
  const sort = query.get("sort");
  if (sort !== null && sort !== "deleted_at" && sort !== "id") throw invalidPagination("sort is not valid");
  const order = sort === "deleted_at" ? byDeletion : byId;
  const from = nowSeconds - deletedForDays * dayInSeconds;
  const rows: Row[] = [];
  for (const { row, stamp } of account.tickets.rows.byStamp({ stamp: from, id: -1 })) {
    if (row["status"] === "deleted") rows.push({ ...row, deleted_at: isoTime(stamp) });
  }
  return {
    ...source,
    order,
    recordsKey: "deleted_tickets",
    rows: (walk) => walkRows({ rows: sortedRows(rows, order), order, walk }),
    show: (ticket) => ({
      id: ticket.id,
      subject: ticket["subject"] ?? null,
      description: ticket["description"] ?? null,
      actor: { id: ticket["submitter_id"] ?? null, name: "Agent Extraordinaire" },
      deleted_at: ticket["deleted_at"] ?? null,
      previous_state: "open",
    }),
  };
}
