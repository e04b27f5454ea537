import type { JsonObject } from "../json.ts";
import { ticketList } from "./account-lists.ts";
import { type Walk, walkRows } from "./collection.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { isArchived } from "./generated/ticket-rows.ts";
import { type ListSource, listPage } from "./list-pages.ts";
import type { PageSource } from "./page-links.ts";
import { Refusal, recordNotFound } from "./problems.ts";
import type { Row } from "./row.ts";
import { byCreation, byId } from "./row-order.ts";
import type { StoredAccount } from "./store.ts";

/** The audits of all listed tickets, ticket by ticket; ids of audits rise with those of their tickets. */
export function auditList(context: EndpointContext): ListSource {
  const { account, source } = context;
  const tickets = ticketList({ ...context, source: { ...source, query: new URLSearchParams() } });
  function* audits(walk: Walk): Generator<Row> {
    for (const ticket of tickets.rows({ backwards: walk.backwards === true })) {
      yield* walkRows({ rows: account.conversations.listAudits(ticket.id), order: byId, walk });
    }
  }
  return { ...source, order: byId, recordsKey: "audits", rows: audits, show: (audit) => audit };
}

function childList(options: { source: PageSource; recordsKey: string; rows: readonly Row[] }): ListSource {
  const { source, recordsKey, rows } = options;
  return {
    ...source,
    recordsKey,
    order: byCreation,
    show: (row) => row,
    rows: (walk) => walkRows({ rows, order: byCreation, walk }),
  };
}

/** A ticket that has children: a deleted one has none left. */
function livingTicket(account: StoredAccount, id: number | undefined): Row {
  const ticket = id === undefined ? undefined : account.tickets.get(id);
  if (ticket === undefined || ticket["status"] === "deleted") throw new Refusal(recordNotFound);
  return ticket;
}

/** An archived ticket's audits come in one piece, without `meta` and `links`. */
export function ticketAudits(
  { account, source, nowSeconds }: EndpointContext,
  [id]: readonly number[],
): JsonObject {
  const ticket = livingTicket(account, id);
  const audits = account.conversations.listAudits(ticket.id);
  if (isArchived(ticket, nowSeconds)) {
    return { audits, next_page: null, previous_page: null, count: audits.length };
  }
  return listPage(childList({ source, recordsKey: "audits", rows: audits }));
}

/** The comments of a ticket, voice comments too. */
export function ticketComments({ account, source }: EndpointContext, [id]: readonly number[]): JsonObject {
  const comments = account.conversations.listComments(livingTicket(account, id).id);
  return listPage(childList({ source, recordsKey: "comments", rows: comments }));
}
