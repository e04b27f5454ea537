import type { Json, JsonObject } from "../../../json.ts";
import { isoTime, type Row } from "../../row.ts";
import { byCreation, byId, byLatestCreation, byTime, byUpdate } from "../../row-order.ts";
import { digits, uuid } from "../id-forms.ts";
import type { ListDefinition, RowContext } from "../list-definition.ts";
import { ratingFields } from "../ratings.ts";
import { dayInSeconds, listId, phrases, type World } from "../world.ts";
import { withinParent, written } from "./drawn.ts";

const metrics = [
  "agent_work_time",
  "pausable_update_time",
  "periodic_update_time",
  "reply_time",
  "requester_wait_time",
  "resolution_time",
  "group_ownership_time",
] as const;

const metricEventTypes = [
  "activate",
  "pause",
  "fulfill",
  "apply_sla",
  "apply_group_sla",
  "breach",
  "update_status",
  "measure",
] as const;

/** What an event of one type says besides its time. */
function metricEventDetails(type: string, { random }: RowContext): JsonObject {
  const target = { target: 160, target_in_seconds: 9600, business_hours: false };
  if (type === "apply_sla") {
    return { sla: { ...target, policy: { id: listId(0), title: "SLA 0", description: null } } };
  }
  if (type === "apply_group_sla") {
    const policy = { id: uuid.show(listId(0)), title: "Group SLA 0", description: null };
    return { group_sla: { ...target, policy } };
  }
  return type === "update_status"
    ? { status: { calendar: random.below(9000), business: random.below(2000) } }
    : {};
}

/** Events beyond now are breaches that are still to come. */
function metricEvent(context: RowContext): JsonObject {
  const { world, random, stamp, parentId } = context;
  const type = stamp > world.endsAt ? "breach" : random.pick(metricEventTypes);
  const known = isoTime(Math.min(stamp, world.endsAt));
  return {
    created_at: known,
    updated_at: known,
    ticket_id: parentId,
    metric: random.pick(metrics),
    instance_id: 1 + random.below(3),
    type,
    time: isoTime(stamp),
    deleted: type === "breach" && stamp <= world.endsAt && random.chance(0.4),
    ...metricEventDetails(type, context),
  };
}

function ticketOf({ lists, random }: RowContext): Row | undefined {
  const id = lists.anyId("tickets", random);
  const rows = lists.rows("tickets");
  const position = id === null ? undefined : rows.timeline.positionOf(id);
  return position === undefined ? undefined : rows.rowAt(position);
}

function activity(context: RowContext): JsonObject {
  const { random, lists, world } = context;
  const ticket = ticketOf(context);
  const actor = lists.anyId("users", random);
  const subject = ticket?.["subject"] ?? null;
  return {
    ...written(context),
    title: `Someone commented on ticket #${ticket?.id ?? 0}: ${String(subject)}`,
    verb: random.pick(["tickets.comment", "tickets.assignment"]),
    user_id: callerId(world),
    actor_id: actor,
    object: { comment: { value: random.pick(phrases), public: true } },
    target: { ticket: { id: ticket?.id ?? null, subject } },
  };
}

/** The user whose credentials the stand-in accepts; null when there are no users. */
export function callerId({ timelines }: World): number | null {
  return timelines.users.count === 0 ? null : timelines.users.firstId;
}

function anyTicketText({ lists, random }: RowContext): Json {
  const id = lists.anyId("tickets", random);
  return id === null ? null : String(id);
}

/** What happens around tickets. */
export const ticketLists = {
  satisfaction_ratings: {
    path: "satisfaction_ratings",
    order: byCreation,
    stampKey: "created_at",
    count: ({ sizes }) => Math.ceil(sizes.tickets / 3),
    fields: (context) => ({ ...written(context), ...ratingFields(context) }),
  },
  satisfaction_reasons: {
    path: "satisfaction_reasons",
    recordsKey: "reasons",
    order: byId,
    paging: "whole",
    count: () => 4,
    fields: ({ rank }) => ({
      reason_code: 5 * rank,
      value: `Reason ${rank}`,
      raw_value: `Reason ${rank}`,
      deleted_at: null,
    }),
  },
  ticket_metric_events: {
    path: "incremental/ticket_metric_events",
    address: null,
    recordsKey: "ticket_metric_events",
    order: byTime,
    hidden: ["created_at", "updated_at"],
    stampKey: "time",
    aheadSeconds: 2 * dayInSeconds,
    parent: { list: "tickets", key: "ticket_id", sizes: [6, 4, 9, 1] },
    fields: metricEvent,
  },
  ticket_skips: {
    path: "skips",
    address: null,
    recordsKey: "skips",
    order: byUpdate,
    count: ({ sizes }) => Math.ceil(sizes.tickets / 5),
    fields: (context) => ({
      ...written(context),
      ticket_id: context.lists.anyId("tickets", context.random),
      user_id: context.lists.anyId("users", context.random),
      reason: context.random.pick(phrases),
    }),
  },
  ticket_activities: {
    path: "activities",
    recordsKey: "activities",
    order: byLatestCreation,
    count: ({ sizes }) => Math.min(sizes.tickets, 60),
    spanSeconds: 45 * dayInSeconds,
    fields: activity,
  },
  suspended_tickets: {
    path: "suspended_tickets",
    order: byId,
    count: () => 6,
    fields: ({ world, lists, random, id, rank }) => ({
      author: { id: lists.anyId("users", random), name: random.pick(phrases), email: `s${rank}@example.com` },
      subject: random.pick(phrases),
      content: random.pick(phrases),
      cause: "Detected as spam",
      cause_id: 0,
      message_id: `<${id}@example.com>`,
      ticket_id: null,
      recipient: "support@acme.zendesk.com",
      brand_id: listId(0),
      error_messages: null,
      attachments: [],
      via: { channel: "email", source: { from: {}, to: {}, rel: null } },
      url: `${world.account}/api/v2/suspended_tickets/${id}.json`,
    }),
  },
  side_conversations: {
    path: "tickets/{id}/side_conversations",
    recordsKey: "side_conversations",
    order: byCreation,
    paging: "offset",
    idForm: uuid,
    parent: { list: "tickets", key: "ticket_id", sizes: [0, 2, 0, 0, 1, 0, 0] },
    fields: (context) => {
      const times = withinParent(context);
      const changed = times["updated_at"] ?? null;
      return {
        ...times,
        ticket_id: context.parentId,
        subject: context.random.pick(phrases),
        preview_text: context.random.pick(phrases),
        state: context.random.pick(["open", "closed"]),
        participants: [
          { user_id: context.lists.anyId("users", context.random), name: "Ana", email: "ana@example.com" },
        ],
        message_added_at: changed,
        state_updated_at: changed,
        external_ids: {},
      };
    },
  },
  email_notifications: {
    path: "email_notifications",
    order: byId,
    pathKey: "notification_id",
    hidden: ["id"],
    parent: { list: "tickets", key: "ticket_id", sizes: [1, 0, 2, 0] },
    fields: (context) => ({
      ...withinParent(context),
      notification_id: context.id,
      ticket_id: context.parentId,
      comment_id: context.id + 1,
      email_id: `01J${context.id}`,
      message_id: `<${context.id}@example.com>`,
      recipients: [{ user_id: context.lists.anyId("users", context.random), email_address: "a@example.com" }],
    }),
  },
  jira_links: {
    path: "/api/services/jira/links",
    recordsKey: "links",
    order: byId,
    paging: "whole",
    count: ({ sizes }) => Math.min(sizes.tickets, 8),
    fields: (context) => ({
      ticket_id: anyTicketText(context),
      issue_id: digits.show(10_000 + context.rank),
      issue_key: `OPS-${context.rank}`,
    }),
  },
} as const satisfies Record<string, ListDefinition>;
