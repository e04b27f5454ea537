import type { JsonObject } from "../../json.ts";
import { seededRandom } from "../../seeded-random.ts";
import { epochSeconds, isoTime, type Row } from "../row.ts";
import { anyIdOf, phrases, ticketSerial, type World } from "./world.ts";

/** One comment of a ticket, from which both `/comments` and the audits' events are spelled. */
export interface Comment {
  readonly id: number;
  readonly auditId: number;
  readonly createdAt: number;
  readonly authorId: number | null;
  readonly type: "Comment" | "VoiceComment";
  readonly body: string;
  readonly isPublic: boolean;
  readonly attachments: readonly JsonObject[];
}

/** Room for this many audits per ticket in the id space; a ticket with more has ids of its neighbour. */
const auditsPerTicket = 1024;
const eventsPerAudit = 16;
const firstAuditId = 6_130_852_545_178;
const firstEventId = 50_000_000_000_000;

export const mostComments = 250;

/** The id of the n-th audit of a ticket. */
export function auditIdOf(ticketId: number, index: number): number {
  return firstAuditId + ticketSerial(ticketId) * auditsPerTicket + index;
}

/** The id of the n-th event of an audit. */
export function eventIdOf(auditId: number, index: number): number {
  return firstEventId + (auditId - firstAuditId) * eventsPerAudit + index;
}

/** How many comments a generated ticket has: some none, most a few, a few very many. */
export function commentCountOf(world: World, ticketId: number): number {
  const serial = ticketSerial(ticketId);
  if (serial % 31 === 7) return 0;
  if (serial % 97 === 13) return mostComments;
  const random = seededRandom(world.seed, "comment count", ticketId);
  return random.chance(0.8) ? 1 + random.below(5) : 6 + random.below(25);
}

function attachmentOf(world: World, commentId: number): JsonObject {
  return {
    url: `${world.account}/api/v2/attachments/${commentId}.json`,
    id: commentId,
    file_name: "crash — журнал.log",
    content_url: `${world.account}/attachments/token/x/?name=crash.log`,
    mapped_content_url: `${world.account}/attachments/token/x/?name=crash.log`,
    content_type: "text/plain",
    size: 2532,
    width: null,
    height: null,
    inline: false,
    deleted: false,
    malware_access_override: false,
    malware_scan_result: "malware_not_found",
    thumbnails: [],
  };
}

/** A comment of a ticket that has `count` of them; the first says what the ticket's description says. */
export function generatedComment(options: {
  world: World;
  ticket: Row;
  count: number;
  index: number;
}): Comment {
  const { world, ticket, count, index } = options;
  const random = seededRandom(world.seed, "comment", ticket.id, index);
  const createdAt = epochSeconds(ticket["created_at"]);
  const span = Math.max(0, epochSeconds(ticket["updated_at"]) - createdAt);
  const byPhone = JSON.stringify(ticket["via"] ?? null).includes('"voice"');
  const auditId = auditIdOf(ticket.id, index);
  const id = eventIdOf(auditId, 0);
  return {
    id,
    auditId,
    createdAt: commentTime({ createdAt, span, count, index }),
    authorId: anyIdOf(world.timelines.users, random),
    type: byPhone && index % 3 === 1 ? "VoiceComment" : "Comment",
    body: index === 0 ? String(ticket["description"]) : `${random.pick(phrases)} #${index}`,
    isPublic: random.chance(0.8),
    attachments: random.chance(0.1) ? [attachmentOf(world, id)] : [],
  };
}

/** When a comment was written: they are spread evenly over the time of their ticket. */
export function commentTime(options: {
  createdAt: number;
  span: number;
  count: number;
  index: number;
}): number {
  const { createdAt, span, count, index } = options;
  return createdAt + Math.floor((span * index) / count);
}

/** The generated comments of a ticket, oldest first. */
export function generatedComments(world: World, ticket: Row, count: number): Comment[] {
  return Array.from({ length: count }, (_, index) => generatedComment({ world, ticket, count, index }));
}

/** What a comment says in an audit's event and in `/comments` alike. */
function commentFields(comment: Comment): JsonObject {
  const { id, type, authorId, body, isPublic, attachments, auditId } = comment;
  const escaped = body.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    id,
    type,
    author_id: authorId,
    body,
    html_body: `<div class="zd-comment" dir="auto">${escaped}</div>`,
    plain_body: body,
    public: isPublic,
    attachments,
    audit_id: auditId,
    ...(type === "VoiceComment" ? voiceFields(comment) : {}),
  };
}

function voiceFields({ id, authorId, body, createdAt }: Comment): JsonObject {
  return {
    data: {
      from: "+15551234567",
      to: "+15557654321",
      recording_url: `https://recordings.example.com/${id}`,
      call_duration: 60,
      call_id: id,
      answered_by_id: authorId,
      transcription_text: body,
      started_at: isoTime(createdAt),
    },
    formatted_from: "+1 (555) 123-4567",
    formatted_to: "+1 (555) 765-4321",
    transcription_visible: true,
    trusted: true,
  };
}

const metadata: JsonObject = {
  system: {
    client: "Kragle",
    ip_address: "192.0.2.1",
    location: "Boardman, OR, United States",
    latitude: 45.8,
  },
  custom: {},
};

/** A comment as `/tickets/{id}/comments` shows it: with a time, without the ticket's id. */
export function listedComment(comment: Comment, ticket: Row): Row {
  return {
    ...commentFields(comment),
    id: comment.id,
    via: ticket["via"] ?? null,
    created_at: isoTime(comment.createdAt),
    metadata,
  };
}

function auditOf(options: {
  ticket: Row;
  id: number;
  createdAt: number;
  events: readonly JsonObject[];
}): Row {
  const { ticket, id, createdAt, events } = options;
  return {
    id,
    ticket_id: ticket.id,
    created_at: isoTime(createdAt),
    author_id: ticket["submitter_id"] ?? null,
    metadata,
    events,
    via: ticket["via"] ?? null,
  };
}

function creationEvents(ticket: Row, auditId: number): JsonObject[] {
  return ["requester_id", "subject", "status", "tags", "priority"].map((fieldName, index) => {
    const value = ticket[fieldName] ?? null;
    return {
      id: eventIdOf(auditId, index + 1),
      type: "Create",
      value: typeof value === "number" ? String(value) : value,
      field_name: fieldName,
    };
  });
}

function changeEvent(auditId: number): JsonObject {
  const from = { deleted: false, title: "Assign to first responder", id: 35_079_792, revision_id: 1 };
  return {
    id: eventIdOf(auditId, 1),
    type: "Change",
    field_name: "status",
    value: "open",
    previous_value: "new",
    via: { channel: "rule", source: { from, to: {}, rel: "trigger" } },
  };
}

/** An audit that carries a comment; the first also says what the ticket was created with. */
export function commentAudit(options: { comment: Comment; ticket: Row; index: number }): Row {
  const { comment, ticket, index } = options;
  const { auditId } = comment;
  const changes = index % 2 === 1 ? [changeEvent(auditId)] : [];
  const events = index === 0 ? creationEvents(ticket, auditId) : changes;
  return auditOf({
    ticket,
    id: auditId,
    createdAt: comment.createdAt,
    events: [commentFields(comment), ...events],
  });
}

/** An audit without a comment: what a rule did, or the creation of a ticket nobody wrote in. */
export function plainAudit(options: {
  ticket: Row;
  index: number;
  createdAt: number;
  event?: JsonObject;
}): Row {
  const { ticket, index, createdAt, event } = options;
  const id = auditIdOf(ticket.id, index);
  const given = event === undefined ? undefined : [{ id: eventIdOf(id, 0), ...event }];
  const events = given ?? (index === 0 ? creationEvents(ticket, id) : [changeEvent(id)]);
  return auditOf({ ticket, id, createdAt, events });
}
