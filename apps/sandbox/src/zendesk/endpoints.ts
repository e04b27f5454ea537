import { type Answer, jsonAnswer } from "../answer.ts";
import type { JsonObject } from "../json.ts";
import { organizationExport, ticketExport, userExport } from "./account-exports.ts";
import { organizationList, plainList, ticketList, userList } from "./account-lists.ts";
import { cursorExportPage } from "./cursor-export.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { type ListName, listDefinitions } from "./generated/list-rows.ts";
import { listPage } from "./list-pages.ts";
import { auditList, ticketAudits, ticketComments } from "./ticket-children.ts";
import { timeExportPage } from "./time-export.ts";

type Endpoint = (context: EndpointContext, ids: readonly number[]) => JsonObject;

function accountSettings(): JsonObject {
  return {
    settings: {
      branding: { header_color: "78A300", favicon_url: null },
      active_features: {
        ticket_forms: true,
        customer_satisfaction: false,
        voice: false,
        business_hours: false,
        ticket_tagging: true,
      },
      side_conversations: { show_in_context_panel: false },
      tickets: { agent_ticket_deletion: true, tagging: true },
      localization: { locale_ids: [1] },
    },
  };
}

const idSegment = "(\\d{1,15})";

function route(path: string, endpoint: Endpoint): { pattern: RegExp; endpoint: Endpoint } {
  return { pattern: new RegExp(`^/api/v2/${path.replaceAll("{id}", idSegment)}$`, "u"), endpoint };
}

const listNames: readonly ListName[] = [
  "groups",
  "group_memberships",
  "macros",
  "tags",
  "ticket_fields",
  "user_fields",
  "organization_fields",
  "organization_memberships",
  "brands",
  "triggers",
  "automations",
  "views",
  "ticket_forms",
  "sla_policies",
];

const routes = [
  route("incremental/tickets/cursor", (context) => cursorExportPage(ticketExport(context))),
  route("incremental/users/cursor", (context) => cursorExportPage(userExport(context))),
  route("incremental/tickets", (context) => timeExportPage(ticketExport(context))),
  route("incremental/users", (context) => timeExportPage(userExport(context))),
  route("incremental/organizations", (context) => timeExportPage(organizationExport(context))),
  route("tickets", (context) => listPage(ticketList(context))),
  route("users", (context) => listPage(userList(context))),
  route("organizations", (context) => listPage(organizationList(context))),
  route("ticket_audits", (context) => listPage(auditList(context))),
  route("tickets/{id}/audits", ticketAudits),
  route("tickets/{id}/comments", ticketComments),
  route("account/settings", accountSettings),
  ...listNames.map((name) => route(listDefinitions[name].path, plainList(name))),
];

/** Answers a path of a generated account; undefined when the vendor has no such endpoint here. */
export function generatedAnswer(context: EndpointContext): Answer | undefined {
  for (const { pattern, endpoint } of routes) {
    const match = pattern.exec(context.source.path);
    if (match !== null) return jsonAnswer(endpoint(context, match.slice(1).map(Number)));
  }
  return undefined;
}
