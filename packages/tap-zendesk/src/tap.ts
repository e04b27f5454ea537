import { defineTap } from "@chorale/tap-sdk";
import { zendesk } from "./client.ts";
import { organizations, tickets, users } from "./streams/exports.ts";
import { groupMemberships, groups, macros, tags, ticketFields } from "./streams/lists.ts";
import { ticketAudits, ticketComments } from "./streams/ticket-children.ts";

/**
 * The tap for Zendesk Support.
 *
 * @example
 * ```ts
 * for await (const message of tapZendesk.sync({ config })) console.log(message);
 * ```
 */
export const tapZendesk = defineTap({
  name: "tap-zendesk",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts tickets, users and what belongs to them from Zendesk Support",
  config: zendesk.config,
  streams: [
    tickets,
    ticketAudits,
    ticketComments,
    users,
    organizations,
    groups,
    groupMemberships,
    tags,
    macros,
    ticketFields,
  ],
});
