import type { JsonObject } from "../json.ts";
import { withCustomFields, withKeyedFields } from "./defined-fields.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { isArchived, metricSetOf } from "./generated/ticket-rows.ts";
import { identitiesOf } from "./generated/user-rows.ts";
import type { ListSource } from "./list-pages.ts";
import { invalidPagination } from "./problems.ts";
import type { Quirks } from "./quirks.ts";
import { type Row, without } from "./row.ts";
import { byId, byLatestCreation, byLatestUpdate, byNiceId, byUpdate, type RowOrder } from "./row-order.ts";
import { relatedRows, ticketSideLoads } from "./side-loads.ts";
import type { StoredAccount } from "./store.ts";

function* keep(rows: Iterable<Row>, wanted: (row: Row) => boolean): Generator<Row> {
  for (const row of rows) if (wanted(row)) yield row;
}

function sortedBy(query: URLSearchParams, usual: RowOrder): RowOrder {
  const sort = query.get("sort");
  if (sort === null || sort === "id") return usual;
  if (sort === "updated_at") return byUpdate;
  if (sort === "-updated_at") return byLatestUpdate;
  throw invalidPagination("sort is not valid");
}

function hidesMore(query: URLSearchParams, quirks: Quirks): boolean {
  return quirks.boundaryIndicators === true && query.get("include_boundary_indicators") !== "true";
}

/** A ticket as lists show it. */
export function shownTicket(ticket: Row, account: StoredAccount): Row {
  return without(withCustomFields(ticket, account), "fields", "generated_timestamp");
}

/** The list of tickets knows neither deleted nor archived ones, nor the keys of exports. */
export function ticketList({ account, source, nowSeconds }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byNiceId);
  const listed = (ticket: Row): boolean => ticket["status"] !== "deleted" && !isArchived(ticket, nowSeconds);
  const metricSets = (tickets: readonly Row[]): JsonObject[] =>
    tickets.map((ticket) => metricSetOf(ticket, account.world));
  return {
    ...source,
    order,
    recordsKey: "tickets",
    rows: (walk) => keep(account.tickets.rows.inOrder(order, walk), listed),
    show: (ticket) => ({
      ...shownTicket(ticket, account),
      ...ticketSideLoads(ticket, account, source.query),
    }),
    sideLoads: (tickets) => ({
      ...(includes(source.query, "metric_sets") ? { metric_sets: metricSets(tickets) } : {}),
      ...relatedRows(tickets, account, source.query),
    }),
  };
}

/** The metric sets of the listed tickets, of the newest ticket first; it cannot be sorted otherwise. */
export function metricList(context: EndpointContext): ListSource {
  const { account, source } = context;
  const tickets = ticketList({ ...context, source: { ...source, query: new URLSearchParams() } });
  const listed = (ticket: Row): boolean =>
    ticket["status"] !== "deleted" && !isArchived(ticket, context.nowSeconds);
  return {
    ...tickets,
    ...source,
    order: byLatestCreation,
    recordsKey: "ticket_metrics",
    rows: (walk) => keep(account.tickets.rows.inOrder(byLatestCreation, walk), listed),
    show: (ticket) => metricSetOf(ticket, account.world),
    sideLoads: () => ({}),
  };
}

/** The users that were deleted, with what is left of them. */
export function deletedUserList({ account, source }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byId);
  return {
    ...source,
    order,
    recordsKey: "deleted_users",
    rows: (walk) => keep(account.users.rows.inOrder(order, walk), (user) => user["active"] === false),
    show: deletedUser,
  };
}

const deletedUserKeys = [
  "id",
  "url",
  "name",
  "created_at",
  "updated_at",
  "time_zone",
  "phone",
  "shared_phone_number",
  "photo",
  "locale_id",
  "locale",
  "organization_id",
  "role",
  "active",
] as const;

function deletedUser(user: Row): JsonObject {
  const kept = Object.fromEntries(deletedUserKeys.map((key) => [key, user[key] ?? null]));
  const forgotten = user["permanently_deleted"] === true;
  return { ...kept, email: forgotten ? null : `user${user.id}@example.com` };
}

/** The list of users knows no deleted ones. */
export function userList({ account, source, quirks }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byId);
  return {
    ...source,
    order,
    hidesMore: hidesMore(source.query, quirks),
    recordsKey: "users",
    rows: (walk) => keep(account.users.rows.inOrder(order, walk), (user) => user["active"] === true),
    show: (user) => withKeyedFields(user, account, "user_fields"),
    sideLoads: (users) => ({
      ...(includes(source.query, "identities")
        ? { identities: users.flatMap((user) => identitiesOf(user, account.world)) }
        : {}),
      ...relatedRows(users, account, source.query),
    }),
  };
}

/** The list of organizations knows no deleted ones. */
export function organizationList({ account, source, quirks }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byId);
  return {
    ...source,
    order,
    hidesMore: hidesMore(source.query, quirks),
    recordsKey: "organizations",
    rows: (walk) =>
      keep(account.organizations.rows.inOrder(order, walk), (row) => row["deleted_at"] === null),
    show: (organization) =>
      without(withKeyedFields(organization, account, "organization_fields"), "deleted_at"),
  };
}
