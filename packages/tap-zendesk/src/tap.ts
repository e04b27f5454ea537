import { defineTap } from "@chorale/tap-sdk";
import { zendesk } from "./client.ts";
import { articles } from "./streams/articles.ts";
import { ticketAudits, ticketComments } from "./streams/conversations.ts";
import { listStreams } from "./streams/lists.ts";
import { ticketMetricEvents } from "./streams/metric-events.ts";
import { organizations } from "./streams/organizations.ts";
import { routingAttributeDefinitions, routingExports } from "./streams/routing.ts";
import { talkCallLegs, talkCalls } from "./streams/talk.ts";
import { ticketEvents } from "./streams/ticket-events.ts";
import { ticketMetrics, tickets } from "./streams/tickets.ts";
import { userIdentities, users } from "./streams/users.ts";
import { auditLogs, satisfactionRatings, ticketSkips } from "./streams/windows.ts";
import { streamsFor } from "./streams-for.ts";

/**
 * The tap for Zendesk: Support, Talk, Help Center and community.
 *
 * @example
 * ```ts
 * for await (const message of tapZendesk.sync({ config })) console.log(message);
 * ```
 */
export const tapZendesk = defineTap({
  name: "tap-zendesk",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts tickets, users and what belongs to them from Zendesk",
  config: zendesk.config,
  streams: [
    tickets,
    ticketAudits,
    ticketComments,
    ticketMetrics,
    users,
    userIdentities,
    organizations,
    ticketMetricEvents,
    ticketEvents,
    satisfactionRatings,
    auditLogs,
    ticketSkips,
    talkCalls,
    talkCallLegs,
    articles,
    routingAttributeDefinitions,
    ...routingExports,
    ...listStreams([tickets, articles]),
  ],
  streamsFor,
});
