import type { Classify } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { listPages } from "../pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { ticketAuditsSchema } from "../schemas/ticket-audits.ts";
import { ticketCommentsSchema } from "../schemas/ticket-comments.ts";
import { tickets } from "./exports.ts";

/** A ticket that was deleted or may not be read has no children to give, and must not hold up the others. */
const skipLostTickets: Classify = ({ status }) => (status === 403 || status === 404 ? "skip" : undefined);

/** What both have in common: they are lists of one ticket, and a deleted ticket is not asked for any. */
const ofTicket = {
  keyProperties: ["id"],
  parent: tickets,
  hasChildren: ({ status }: { readonly status?: string | null }) => status !== "deleted",
  searchParams: () => ({ "page[size]": 100 }),
  pagination: listPages,
  bucket: accountBucket,
  classify: skipLostTickets,
} as const;

/** What happened to each ticket. The pages of an archived ticket's audits have no `meta`: there is one page. */
export const ticketAudits = zendesk.stream({
  ...ofTicket,
  name: "ticket_audits",
  schema: ticketAuditsSchema,
  path: ({ parent }) => `tickets/${parent.id}/audits`,
  recordsAt: "audits",
});

/** The comments of each ticket as they are now, voice comments included. */
export const ticketComments = zendesk.stream({
  ...ofTicket,
  name: "ticket_comments",
  schema: ticketCommentsSchema,
  path: ({ parent }) => `tickets/${parent.id}/comments`,
  recordsAt: "comments",
  transform: (comment, { parent }) => ({ ...comment, ticket_id: parent.id }),
});
