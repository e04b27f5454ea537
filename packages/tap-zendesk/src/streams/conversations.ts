import { isObject } from "@chorale/singer";
import { type AnyRecord, type Classify, readPages } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { objectsIn } from "../hidden.ts";
import { listPages } from "../list-pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import type { Context } from "./read-export.ts";
import { ticketEvents } from "./ticket-events.ts";
import { tickets } from "./tickets.ts";

/** A ticket that was deleted or may not be read has no children to give, and must not hold up the others. */
export const skipLostTickets: Classify = ({ status }) =>
  status === 403 || status === 404 ? "skip" : undefined;

/** What lists of one ticket have in common: a deleted ticket is not asked for any. */
export const ofTicket = {
  keyProperties: ["id"],
  parent: tickets,
  hasChildren: ({ status }: AnyRecord) => status !== "deleted",
  searchParams: () => ({ "page[size]": 100 }),
  pagination: listPages,
  bucket: accountBucket,
  classify: skipLostTickets,
} as const;

const audits = { name: "ticket_audits", schema: schemaOf("ticket_audits"), keyProperties: ["id"] } as const;
const comments = {
  name: "ticket_comments",
  schema: schemaOf("ticket_comments"),
  keyProperties: ["id"],
} as const;

/** What happened to each ticket. The pages of an archived ticket's audits have no `meta`: there is one page. */
export const ticketAudits = zendesk.stream({
  ...ofTicket,
  ...audits,
  path: ({ parent }) => `tickets/${parent["id"]}/audits`,
  recordsAt: "audits",
});

/** The comments of each ticket as they are now, voice comments included. */
export const ticketComments = zendesk.stream({
  ...ofTicket,
  ...comments,
  path: ({ parent }) => `tickets/${parent["id"]}/comments`,
  recordsAt: "comments",
  transform: (comment, { parent }) => ({ ...comment, ticket_id: parent["id"] }),
});

/** Audits as the export of ticket events has them. */
export const auditsOfEvents = zendesk.customStream({
  ...audits,
  parent: ticketEvents,
  async *records({ parent }) {
    yield {
      id: parent["id"],
      ticket_id: parent["ticket_id"],
      created_at: parent["created_at"],
      author_id: parent["updater_id"],
      metadata: { ...Object(parent["metadata"]), system: parent["system"] },
      events: objectsIn(parent["child_events"]).map((event) => ({ ...event, via: channelOf(event["via"]) })),
      via: channelOf(parent["via"]),
    };
  },
});

/** Comments out of the audits of each ticket. */
export const commentsOfAudits = zendesk.customStream({
  ...comments,
  parent: ticketAudits,
  records: (context) => commentsIn(context.parent, { events: context.parent["events"], context }),
});

/** Comments out of the export of ticket events. */
export const commentsOfEvents = zendesk.customStream({
  ...comments,
  parent: ticketEvents,
  records: (context) => commentsIn(context.parent, { events: context.parent["child_events"], context }),
});

type Records = AsyncGenerator<AnyRecord, void, void>;

const commentTypes: ReadonlySet<unknown> = new Set(["Comment", "VoiceComment", "TpeVoiceComment"]);
/** What changes a comment that was read before. */
const changeTypes: ReadonlySet<unknown> = new Set([
  "CommentPrivacyChange",
  "CommentRedactionEvent",
  "AttachmentRedactionEvent",
]);

/** The comments of an audit. Where it changed older ones, the ticket's comments are read as they are now. */
async function* commentsIn(
  audit: AnyRecord,
  { events, context }: { events: unknown; context: Context },
): Records {
  let isChange = false;
  for (const event of objectsIn(events)) {
    // The export has both: a voice comment's event is a comment there, and says by its type what kind.
    const types = [event["event_type"], event["type"]];
    if (types.some((type) => commentTypes.has(type))) yield commentOf(event, audit);
    isChange ||= types.some((type) => changeTypes.has(type));
  }
  if (isChange) yield* commentsNow(audit["ticket_id"], context);
}

function commentOf(event: AnyRecord, audit: AnyRecord): AnyRecord {
  return {
    ...event,
    type: event["type"] ?? event["event_type"],
    audit_id: audit["id"],
    ticket_id: audit["ticket_id"],
    created_at: event["created_at"] ?? audit["created_at"],
    metadata: event["metadata"] ?? audit["metadata"],
    via: channelOf(event["via"] ?? audit["via"]),
  };
}

async function* commentsNow(ticket: unknown, { http }: Context): Records {
  const pages = readPages(http, {
    stream: comments.name,
    path: `tickets/${String(ticket)}/comments`,
    recordsAt: "comments",
    searchParams: { "page[size]": 100 },
    pagination: listPages,
    bucket: accountBucket,
    classify: skipLostTickets,
  });
  for await (const page of pages) {
    for await (const comment of page.records) yield { ...comment, ticket_id: ticket };
  }
}

/** Exports name the channel alone. */
function channelOf(via: unknown): unknown {
  return isObject(via) || via === undefined || via === null ? via : { channel: via };
}
