import { isJsonObject, type JsonObject } from "../json.ts";
import { metricEventExport, organizationExport, ticketExport, userExport } from "./account-exports.ts";
import { attributeDefinitions } from "./account-facts.ts";
import { deletedUserList, metricList, organizationList, ticketList, userList } from "./account-lists.ts";
import type { ExportSource } from "./cursor-export.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { settlingSeconds } from "./export-window.ts";
import type { Features } from "./features.ts";
import { isListName, listDefinitions, listNames } from "./generated/list-rows.ts";
import { isArchived, metricSetOf } from "./generated/ticket-rows.ts";
import { identitiesOf } from "./generated/user-rows.ts";
import { listSource, shownRow } from "./list-endpoints.ts";
import type { ListSource } from "./list-pages.ts";
import { childrenOf } from "./parents.ts";
import type { Row } from "./row.ts";
import type { StoredAccount } from "./store.ts";
import { auditList, deletedTicketList } from "./ticket-children.ts";
import { ticketEventExport } from "./ticket-events.ts";

type Rows = (context: EndpointContext) => readonly JsonObject[];

/** The rows of an export that its pages show by now. */
function exported({ rows, show, nowSeconds, announces = false }: ExportSource): JsonObject[] {
  const shown: JsonObject[] = [];
  for (const { row, stamp } of rows.byStamp({ stamp: -1, id: -1 })) {
    if (announces || stamp <= nowSeconds - settlingSeconds) shown.push(show(row));
  }
  return shown;
}

function listed({ rows, show }: ListSource): JsonObject[] {
  return [...rows({})].map((row) => show(row));
}

function livingTickets({ account }: EndpointContext): Row[] {
  return [...account.tickets.rows.all()].filter((ticket) => ticket["status"] !== "deleted");
}

/** What the names of lists do not cover: the large objects, and what hangs on them. */
const ownStreams: Readonly<Record<string, Rows>> = {
  tickets: (context) => exported(ticketExport(context)),
  listed_tickets: (context) => listed(ticketList(context)),
  archived_tickets: (context) =>
    livingTickets(context).filter((ticket) => isArchived(ticket, context.nowSeconds)),
  users: (context) => exported(userExport(context)),
  listed_users: (context) => listed(userList(context)),
  organizations: (context) => exported(organizationExport(context)),
  listed_organizations: (context) => listed(organizationList(context)),
  deleted_tickets: (context) => listed(deletedTicketList(context)),
  deleted_users: (context) => listed(deletedUserList(context)),
  ticket_events: (context) => exported(ticketEventExport(context)),
  ticket_metric_events: (context) => exported(metricEventExport(context)),
  ticket_metrics: (context) =>
    livingTickets(context).map((ticket) => metricSetOf(ticket, context.account.world)),
  listed_ticket_metrics: (context) => listed(metricList(context)),
  ticket_audits: (context) =>
    livingTickets(context).flatMap(({ id }) => context.account.conversations.listAudits(id)),
  listed_ticket_audits: (context) => listed(auditList(context)),
  ticket_comments: (context) =>
    livingTickets(context).flatMap(({ id }) => context.account.conversations.listComments(id)),
  attribute_definitions: () =>
    Object.values(attributeDefinitions()["definitions"] ?? {}).flatMap((conditions: unknown) =>
      Array.isArray(conditions) ? conditions.filter(isJsonObject) : [],
    ),
  user_identities: ({ account }) =>
    [...account.users.rows.all()].flatMap((user) => identitiesOf(user, account.world)),
};

/** The children of all parents that can be asked for, or the rows of a list without parents. */
function rowsOfList(name: string, context: EndpointContext): readonly JsonObject[] {
  if (!isListName(name)) throw new Error(`There is nothing called ${name}. Name one of shownNames.`);
  const { path, parent } = { parent: undefined, ...listDefinitions[name] };
  if (parent === undefined || !path.includes("{id}")) return listed(listSource(name, context));
  const parents = parent.list === "tickets" ? livingTickets(context) : parentRows(parent.list, context);
  return parents.flatMap((row) =>
    childrenOf(context.account, name, row).map((child) => shownRow(name, child, context)),
  );
}

function parentRows(list: string, { account }: EndpointContext): readonly Row[] {
  return isListName(list) ? account.lists[list].all() : [];
}

/** What a test may compare a run with. */
export function shownStreams(options: {
  account: () => StoredAccount;
  nowSeconds: () => number;
  features: Features;
}): { shown: (name: string) => readonly JsonObject[]; names: readonly string[] } {
  const { account, nowSeconds, features } = options;
  return {
    names: [...new Set([...Object.keys(ownStreams), ...listNames])].sort(),
    shown(name) {
      const source = { origin: "", path: "", query: new URLSearchParams() };
      const context = { account: account(), source, nowSeconds: nowSeconds(), features, quirks: {} };
      return ownStreams[name]?.(context) ?? rowsOfList(name, context);
    },
  };
}
