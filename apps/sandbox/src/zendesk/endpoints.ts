import type { JsonObject } from "../json.ts";
import {
  articleExport,
  metricEventExport,
  metricEventList,
  organizationExport,
  ticketExport,
  userExport,
} from "./account-exports.ts";
import { accountSettings, attributeDefinitions, currentUser, talkOverview } from "./account-facts.ts";
import { deletedUserList, metricList, organizationList, ticketList, userList } from "./account-lists.ts";
import { cursorExportPage } from "./cursor-export.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { type ListName, listDefinitions, listNames } from "./generated/list-rows.ts";
import { listAnswer } from "./list-endpoints.ts";
import { listPage } from "./list-pages.ts";
import { routingExportPage } from "./routing-export.ts";
import { searchExportPage } from "./search-export.ts";
import { talkExportPage } from "./talk-export.ts";
import {
  auditList,
  deletedTicketList,
  ticketAudits,
  ticketComments,
  ticketMetricEvents,
  ticketMetrics,
  userIdentities,
} from "./ticket-children.ts";
import { ticketEventExport } from "./ticket-events.ts";
import { guideExportPage, timeExportPage } from "./time-export.ts";

type Endpoint = (context: EndpointContext, ids: readonly string[]) => JsonObject;

interface Route {
  readonly pattern: RegExp;
  readonly endpoint: Endpoint;
}

function route(path: string, endpoint: Endpoint): Route {
  const whole = path.startsWith("/") ? path : `/api/v2/${path}`;
  return { pattern: new RegExp(`^${whole.replaceAll("{id}", "([^/]+)")}$`, "u"), endpoint };
}

/** Exports of lists by means of their own. */
function ownExport(
  path: string,
  page: (name: ListName, recordsKey: string, context: EndpointContext) => JsonObject,
  name: ListName,
): Route {
  return route(path, (context) => page(name, path.split("/").at(-1) ?? path, context));
}

const talk = "channels/voice/stats";

const ownRoutes: readonly Route[] = [
  route("incremental/tickets/cursor", (context) => cursorExportPage(ticketExport(context))),
  route("incremental/users/cursor", (context) => cursorExportPage(userExport(context))),
  route("incremental/tickets", (context) => timeExportPage(ticketExport(context))),
  route("incremental/users", (context) => timeExportPage(userExport(context))),
  route("incremental/organizations", (context) => timeExportPage(organizationExport(context))),
  route("incremental/ticket_events", (context) => timeExportPage(ticketEventExport(context))),
  route("incremental/ticket_metric_events", (context) =>
    context.source.query.has("page[size]") || context.source.query.has("page[after]")
      ? listPage(metricEventList(context))
      : timeExportPage(metricEventExport(context)),
  ),
  route("help_center/incremental/articles", (context) =>
    guideExportPage(articleExport(context), { ends: context.quirks.guideExportEnds === true }),
  ),
  ownExport("incremental/routing/attributes", routingExportPage, "routing_attributes"),
  ownExport("incremental/routing/attribute_values", routingExportPage, "routing_attribute_values"),
  ownExport("incremental/routing/instance_values", routingExportPage, "routing_instance_values"),
  ownExport(`${talk}/incremental/calls`, talkExportPage, "talk_calls"),
  ownExport(`${talk}/incremental/legs`, talkExportPage, "talk_call_legs"),
  route(`${talk}/account_overview`, talkOverview),
  route("search/export", searchExportPage),
  route("tickets", (context) => listPage(ticketList(context))),
  route("users", (context) => listPage(userList(context))),
  route("users/me", currentUser),
  route("organizations", (context) => listPage(organizationList(context))),
  route("ticket_audits", (context) => listPage(auditList(context))),
  route("ticket_metrics", (context) => listPage(metricList(context))),
  route("deleted_tickets", (context) => listPage(deletedTicketList(context))),
  route("deleted_users", (context) => listPage(deletedUserList(context))),
  route("tickets/{id}/audits", ticketAudits),
  route("tickets/{id}/comments", ticketComments),
  route("tickets/{id}/metrics", ticketMetrics),
  route("tickets/{id}/metric_events", ticketMetricEvents),
  route("users/{id}/identities", userIdentities),
  route("routing/attributes/definitions", attributeDefinitions),
  route("account/settings", accountSettings),
];

const routes: readonly Route[] = [
  ...ownRoutes,
  ...listNames.map((name) =>
    route(listDefinitions[name].path, (context, ids) => listAnswer(name, context, ids)),
  ),
];

/** The path that the vendor has for another spelling of it. */
function canonicalPath(path: string): string {
  return path.replace("/api/v2/help_center/community/", "/api/v2/community/");
}

/** Answers a path of a generated account; undefined when the vendor has no such endpoint here. */
export function generatedAnswer(context: EndpointContext): JsonObject | undefined {
  const path = canonicalPath(context.source.path);
  for (const { pattern, endpoint } of routes) {
    const match = pattern.exec(path);
    if (match !== null) {
      return endpoint({ ...context, source: { ...context.source, path } }, match.slice(1));
    }
  }
  return undefined;
}
