import type { JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import type { GeneratedRows } from "../collection.ts";
import { epochSeconds, isoTime, type Row } from "../row.ts";
import { customTicketFields, firstCustomFieldId } from "./custom-fields.ts";
import { ticketRating } from "./ratings.ts";
import {
  anyIdOf,
  dayInSeconds,
  listId,
  phrases,
  type RowOptions,
  ticketSerial,
  type World,
} from "./world.ts";

const archivedAfterSeconds = 120 * dayInSeconds;
const channels = ["web", "email", "api", "voice", "chat"] as const;
const openStatuses = ["new", "open", "pending", "hold", "solved"] as const;

/** Tells whether a ticket lies in the archive: closed, and not touched for 120 days. */
export function isArchived(ticket: Row, nowSeconds: number): boolean {
  return ticket["status"] === "closed" && nowSeconds - stampOfTicket(ticket) > archivedAfterSeconds;
}

/** The second that exports order a ticket by. */
export function stampOfTicket(ticket: Row): number {
  const stamp = ticket["generated_timestamp"];
  return typeof stamp === "number" ? stamp : 0;
}

/** How a ticket came in; its channel `voice` gives it voice comments. */
function viaOf(ticketId: number, random: SeededRandom): JsonObject {
  const channel = channels[ticketSerial(ticketId) % channels.length] ?? "web";
  const email = {
    from: { address: `customer${random.below(1000)}@example.com`, name: random.pick(phrases) },
    to: { address: "support@acme.example.com", name: "Acme" },
    rel: null,
  };
  return { channel, source: channel === "email" ? email : { from: {}, to: {}, rel: null } };
}

function statusOf(ageSeconds: number, random: SeededRandom): string {
  if (random.chance(0.06)) return "deleted";
  return ageSeconds > archivedAfterSeconds / 2 && random.chance(0.7) ? "closed" : random.pick(openStatuses);
}

/** Most tickets are exported in the second of their change, some after it, some long after: a system's own update. */
function updatedBefore(random: SeededRandom): number {
  return random.chance(0.1) ? random.below(30) * dayInSeconds : random.below(6);
}

function peopleOf({ timelines }: World, random: SeededRandom): JsonObject {
  const { users, organizations, groups } = timelines;
  return {
    requester_id: anyIdOf(users, random),
    submitter_id: anyIdOf(users, random),
    assignee_id: random.chance(0.3) ? null : anyIdOf(users, random),
    organization_id: random.chance(0.3) ? null : anyIdOf(organizations, random),
    group_id: anyIdOf(groups, random),
    collaborator_ids: idList(anyIdOf(users, random), random),
    follower_ids: [],
    email_cc_ids: idList(anyIdOf(users, random), random),
  };
}

const sameForAll: JsonObject = {
  forum_topic_id: null,
  problem_id: null,
  sharing_agreement_ids: [],
  followup_ids: [],
  deleted_ticket_form_id: null,
  allow_channelback: false,
  allow_attachments: true,
  from_messaging_channel: false,
  support_type: "agent",
};

/** When a ticket was created and changed, which its comments and audits lie between. */
export function ticketTimes(options: { world: World; id: number; stamp: number }): {
  createdAt: number;
  updatedAt: number;
} {
  const { world, id, stamp } = options;
  const random = seededRandom(world.seed, "ticket times", id);
  const updatedAt = stamp - updatedBefore(random);
  return { createdAt: updatedAt - random.below(20 * dayInSeconds), updatedAt };
}

/** A ticket with the keys of an export; what is given takes the place of what is drawn. */
export function ticketRow(options: RowOptions): Row {
  const { world, id, stamp, fields = {} } = options;
  const random = seededRandom(world.seed, "ticket", id);
  const { createdAt, updatedAt } = ticketTimes(options);
  const subject = random.pick(phrases);
  const customFields = customTicketFields.map((field, index) => ({
    id: firstCustomFieldId + index,
    value: random.chance(0.2) ? null : field.valueFor(world, random),
  }));
  return {
    url: `${world.account}/api/v2/tickets/${id}.json`,
    id,
    external_id: random.chance(0.9) ? null : `ext-${id}`,
    via: viaOf(id, random),
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
    generated_timestamp: stamp,
    type: random.pick(["problem", "incident", "question", "task", null]),
    subject,
    raw_subject: subject,
    description: `${subject}\n\n${random.pick(phrases)}`,
    priority: random.pick(["low", "normal", "high", "urgent", null]),
    status: statusOf(world.endsAt - stamp, random),
    recipient: random.chance(0.5) ? null : "support@acme.example.com",
    ...peopleOf(world, random),
    has_incidents: random.chance(0.1),
    is_public: random.chance(0.9),
    due_at: random.chance(0.9) ? null : isoTime(stamp + dayInSeconds),
    tags: random.chance(0.4) ? [] : ["vip", `tag_${random.below(20)}`],
    custom_fields: customFields,
    satisfaction_rating: ticketRating(world, id),
    encoded_id: `Y4NVZV-${id.toString(36).toUpperCase()}`,
    fields: customFields,
    brand_id: listId(random.below(2)),
    ticket_form_id: listId(random.below(2)),
    custom_status_id: listId(random.below(5)),
    ...sameForAll,
    ...fields,
  };
}

function idList(id: number | null, random: SeededRandom): number[] {
  return id === null || random.chance(0.8) ? [] : [id];
}

/** The metric set of a ticket, as `include=metric_sets` shows it. */
export function metricSetOf(ticket: Row, world: World): JsonObject {
  const random = seededRandom(world.seed, "metric_set", ticket.id);
  const id = 6_130_852_600_000 + ticketSerial(ticket.id);
  const minutes = (): JsonObject =>
    random.chance(0.4)
      ? { calendar: null, business: null }
      : { calendar: random.below(5000), business: random.below(2000) };
  const updatedAt = ticket["updated_at"] ?? null;
  const solved = ticket["status"] === "solved" || ticket["status"] === "closed";
  return {
    url: `${world.account}/api/v2/ticket_metrics/${id}.json`,
    id,
    ticket_id: ticket.id,
    created_at: ticket["created_at"] ?? null,
    updated_at: isoTime(Math.min(epochSeconds(updatedAt), stampOfTicket(ticket))),
    group_stations: 1 + random.below(3),
    assignee_stations: random.below(4),
    reopens: random.below(3),
    replies: random.below(12),
    assignee_updated_at: updatedAt,
    requester_updated_at: updatedAt,
    status_updated_at: updatedAt,
    custom_status_updated_at: updatedAt,
    initially_assigned_at: ticket["created_at"] ?? null,
    assigned_at: updatedAt,
    solved_at: solved ? updatedAt : null,
    latest_comment_added_at: updatedAt,
    reply_time_in_minutes: minutes(),
    first_resolution_time_in_minutes: minutes(),
    full_resolution_time_in_minutes: minutes(),
    agent_wait_time_in_minutes: minutes(),
    requester_wait_time_in_minutes: minutes(),
    on_hold_time_in_minutes: minutes(),
    reply_time_in_seconds: { calendar: random.below(100_000) },
  };
}

/** The generated tickets. */
export function ticketRows(world: World): GeneratedRows {
  const { tickets } = world.timelines;
  return {
    timeline: tickets,
    stampOf: stampOfTicket,
    rowAt: (position) => ticketRow({ world, id: tickets.idAt(position), stamp: tickets.stampAt(position) }),
  };
}
