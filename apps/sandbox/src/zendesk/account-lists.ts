import type { JsonObject } from "../json.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { type ListDefinition, type ListName, listDefinitions } from "./generated/list-rows.ts";
import { isArchived, metricSetOf } from "./generated/ticket-rows.ts";
import { type ListSource, listPage, offsetPage } from "./list-pages.ts";
import { invalidPagination } from "./problems.ts";
import { type Row, without } from "./row.ts";
import { byId, byLatestUpdate, byNiceId, byUpdate, type RowOrder } from "./row-order.ts";

/** Answers a page of a list. */
type Endpoint = (context: EndpointContext) => JsonObject;

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
    show: (ticket) => without(ticket, "fields", "generated_timestamp"),
    ...(includes(source.query, "metric_sets")
      ? { sideLoads: (tickets) => ({ metric_sets: metricSets(tickets) }) }
      : {}),
  };
}

/** The list of users knows no deleted ones. */
export function userList({ account, source }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byId);
  return {
    ...source,
    order,
    recordsKey: "users",
    rows: (walk) => keep(account.users.rows.inOrder(order, walk), (user) => user["active"] === true),
    show: (user) => user,
  };
}

/** The list of organizations knows no deleted ones. */
export function organizationList({ account, source }: EndpointContext): ListSource {
  const order = sortedBy(source.query, byId);
  return {
    ...source,
    order,
    recordsKey: "organizations",
    rows: (walk) =>
      keep(account.organizations.rows.inOrder(order, walk), (row) => row["deleted_at"] === null),
    show: (organization) => without(organization, "deleted_at"),
  };
}

/** A plain list by cursor, or by number where the vendor has no cursors; `/groups` hides deleted ones unless asked. */
export function plainList(name: ListName): Endpoint {
  const definition: ListDefinition = listDefinitions[name];
  const hidden = new Set(definition.hidden);
  const page = definition.offsetOnly === true ? offsetPage : listPage;
  return ({ account, source }) => {
    const hidesDeleted = name === "groups" && source.query.get("exclude_deleted") !== "false";
    return page({
      ...source,
      order: definition.order,
      recordsKey: definition.recordsKey ?? definition.path,
      rows: (walk) =>
        keep(
          account.lists[name].rows.inOrder(definition.order, walk),
          (row) => !(hidesDeleted && row["deleted"] === true),
        ),
      show: (row) => Object.fromEntries(Object.entries(row).filter(([key]) => !hidden.has(key))),
    });
  };
}
