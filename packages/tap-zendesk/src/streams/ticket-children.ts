import type { Classify } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { listPages } from "../pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { ticketAuditsSchema } from "../schemas/ticket-audits.ts";
import { ticketCommentsSchema } from "../schemas/ticket-comments.ts";
import { tickets } from "./exports.ts";

/** A ticket that was deleted or may not be read has no children to give, and must not hold up the others. */
const skipLostTickets: Classify = ({ status }) => (status === 403 || status === 404 ? "skip" : undefined);

/** What happened to each ticket. The pages of an archived ticket's audits have no `meta`: there is one page. */
export const ticketAudits = zendesk.stream({
  name: "ticket_audits",
  schema: ticketAuditsSchema,
  keyProperties: ["id"],
  parent: tickets,
  hasChildren: ({ status }) => status !== "deleted",
  path: ({ parent }) => `tickets/${parent.id}/audits`,
  searchParams: () => ({ "page[size]": 100 }),
  recordsAt: "audits",
  pagination: listPages,
  bucket: accountBucket,
  classify: skipLostTickets,
});

/** The comments of each ticket as they are now, voice comments included. */
export const ticketComments = zendesk.stream({
  name: "ticket_comments",
  schema: ticketCommentsSchema,
  keyProperties: ["id"],
  parent: tickets,
  hasChildren: ({ status }) => status !== "deleted",
  path: ({ parent }) => `tickets/${parent.id}/comments`,
  searchParams: () => ({ "page[size]": 100 }),
  recordsAt: "comments",
  pagination: listPages,
  bucket: accountBucket,
  classify: skipLostTickets,
  transform: (comment, { parent }) => ({ ...comment, ticket_id: parent.id }),
});
