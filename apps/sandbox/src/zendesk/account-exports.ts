import type { JsonObject } from "../json.ts";
import type { ExportSource } from "./cursor-export.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { metricSetOf } from "./generated/ticket-rows.ts";
import { identitiesOf } from "./generated/user-rows.ts";
import { type Row, without } from "./row.ts";

/** The export of tickets: all of them, deleted and archived ones too. */
export function ticketExport({ account, source, nowSeconds }: EndpointContext): ExportSource {
  const withMetrics = includes(source.query, "metric_sets");
  return {
    ...source,
    nowSeconds,
    recordsKey: "tickets",
    rows: account.tickets.rows,
    show: (ticket) =>
      withMetrics && ticket["status"] !== "deleted"
        ? { ...ticket, metric_set: metricSetOf(ticket, account.world) }
        : ticket,
  };
}

/** The export of users, deleted ones too. */
export function userExport({ account, source, nowSeconds }: EndpointContext): ExportSource {
  const identities = (users: readonly Row[]): JsonObject[] =>
    users.flatMap((user) => identitiesOf(user, account.world));
  return {
    ...source,
    nowSeconds,
    recordsKey: "users",
    rows: account.users.rows,
    show: (user) => without(user, "chat_only"),
    ...(includes(source.query, "identities")
      ? { sideLoads: (users) => ({ identities: identities(users) }) }
      : {}),
  };
}

/** The export of organizations, deleted ones too. */
export function organizationExport({ account, source, nowSeconds }: EndpointContext): ExportSource {
  return {
    ...source,
    nowSeconds,
    recordsKey: "organizations",
    rows: account.organizations.rows,
    show: (organization) => organization,
  };
}
