import type { Json, JsonObject } from "../json.ts";
import { shownTicket } from "./account-lists.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { exportStart } from "./export-window.ts";
import type { ListName } from "./generated/list-rows.ts";
import { callerId } from "./generated/lists/ticket-lists.ts";
import { isArchived } from "./generated/ticket-rows.ts";
import { dayInSeconds } from "./generated/world.ts";
import { childrenOf } from "./parents.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import { epochSeconds, type Row } from "./row.ts";
import { byCreation, byLatestCreation, type RowOrder } from "./row-order.ts";

/** What a list does that others do not. */
export interface ListExtras {
  /** The order that the query asks for. */
  order?(query: URLSearchParams): RowOrder;
  /** Which rows the query asks for. */
  keep?(context: EndpointContext): (row: Row) => boolean;
  /** What is added to a row that is shown. */
  add?(row: Row, context: EndpointContext): JsonObject;
  /** Top-level arrays beside the rows of a page. */
  /** Lists of children that `include` puts beside the rows of a page. */
  readonly includes?: Readonly<Record<string, ListName>>;
  sideLoads?(rows: readonly Row[], context: EndpointContext): Readonly<Record<string, readonly JsonObject[]>>;
}

function byCreationOf(query: URLSearchParams): RowOrder {
  const sort = query.get("sort");
  if (sort === "created_at") return byCreation;
  if (sort === null || sort === "-created_at") return byLatestCreation;
  throw invalidPagination("sort is not valid");
}

/** Rows of this time or later, and before an end; both are given in epoch seconds. */
function between(context: EndpointContext, key: string): (row: Row) => boolean {
  const { nowSeconds, source } = context;
  const bound = (name: string): number | undefined => {
    const given = source.query.get(name);
    return given === null ? undefined : exportStart(new URLSearchParams({ start_time: given }), nowSeconds);
  };
  const [from = 0, to = Number.POSITIVE_INFINITY] = [bound("start_time"), bound("end_time")];
  return (row) => epochSeconds(row[key]) >= from && epochSeconds(row[key]) < to;
}

function auditLogFilter({ source }: EndpointContext): (row: Row) => boolean {
  const bounds = source.query.getAll("filter[created_at][]");
  if (bounds.length === 0) return () => true;
  const [from = Number.NaN, to = Number.NaN] = bounds.map((bound) => Date.parse(bound) / 1000);
  if (bounds.length !== 2 || Number.isNaN(from) || Number.isNaN(to)) {
    throw invalidValue("filter[created_at] must hold two times");
  }
  return (row) => epochSeconds(row["created_at"]) >= from && epochSeconds(row["created_at"]) <= to;
}

/** Activities of the last thirty days that the caller can see, since a time of ISO 8601 or in epoch seconds. */
function recentActivities({ account, source, nowSeconds }: EndpointContext): (row: Row) => boolean {
  const { query } = source;
  const since = query.get("since");
  const given = since === null ? Number(query.get("start_time") ?? 0) : Date.parse(since) / 1000;
  if (Number.isNaN(given)) throw invalidValue("since must be a time of ISO 8601");
  const from = Math.max(given, nowSeconds - 30 * dayInSeconds);
  const caller = callerId(account.world);
  return (row) => row["user_id"] === caller && epochSeconds(row["updated_at"]) >= from;
}

function userOf({ account }: EndpointContext, id: Json | undefined): Row | null {
  return typeof id === "number" ? (account.users.get(id) ?? null) : null;
}

function usersOf(rows: readonly Row[], key: string, context: EndpointContext): Row[] {
  const ids = new Set(rows.map((row) => row[key]));
  return [...ids].flatMap((id) => userOf(context, id) ?? []);
}

/** Skips show their whole ticket, so skips of deleted and archived tickets are not shown. */
function skippedTicket({ account, nowSeconds }: EndpointContext, skip: Row): Row | undefined {
  const { ticket_id: id } = skip;
  const ticket = typeof id === "number" ? account.tickets.get(id) : undefined;
  const hidden = ticket === undefined || ticket["status"] === "deleted" || isArchived(ticket, nowSeconds);
  return hidden ? undefined : ticket;
}

function votesOf(name: ListName, row: Row, { account }: EndpointContext): JsonObject {
  const votes = childrenOf(account, name, row);
  return { vote_count: votes.length, vote_sum: votes.reduce((sum, { value }) => sum + Number(value), 0) };
}

/** An id filter such as `filter=ticket_id:5`. */
function ticketFilter({ source }: EndpointContext): (row: Row) => boolean {
  const wanted = /^ticket_id:(\d+)$/u.exec(source.query.get("filter") ?? "")?.[1];
  return (row) => wanted === undefined || String(row["ticket_id"]) === wanted;
}

const usage = ["usage_1h", "usage_24h", "usage_7d", "usage_30d"] as const;

function macroSideLoads(row: Row, { source }: EndpointContext): JsonObject {
  const used = usage.filter((name) => includes(source.query, name));
  return {
    ...Object.fromEntries(used.map((name) => [name, row.id % 40])),
    ...(includes(source.query, "permissions") ? { permissions: { can_edit: true } } : {}),
  };
}

/** The lists that do more than show their rows. */
export const listExtras: Partial<Record<ListName, ListExtras>> = {
  groups: {
    keep: ({ source }) => {
      const all = source.query.get("exclude_deleted") === "false";
      return (row) => all || row["deleted"] !== true;
    },
  },
  macros: { add: macroSideLoads },
  satisfaction_ratings: { order: byCreationOf, keep: (context) => between(context, "created_at") },
  audit_logs: { order: byCreationOf, keep: auditLogFilter },
  ticket_skips: {
    keep: (context) => {
      const inTime = between(context, "updated_at");
      return (row) => inTime(row) && skippedTicket(context, row) !== undefined;
    },
    add: (row, context) => {
      const ticket = skippedTicket(context, row);
      return { ticket: ticket === undefined ? null : shownTicket(ticket, context.account) };
    },
  },
  ticket_activities: {
    keep: recentActivities,
    add: (row, context) => ({
      user: userOf(context, row["user_id"]),
      actor: userOf(context, row["actor_id"]),
    }),
    sideLoads: (rows, context) => ({
      actors: usersOf(rows, "actor_id", context),
      users: usersOf(rows, "user_id", context),
    }),
  },
  email_notifications: { keep: ticketFilter },
  articles: { add: (row, context) => votesOf("article_votes", row, context) },
  article_comments: { add: (row, context) => votesOf("article_comment_votes", row, context) },
  topics: {
    add: (row, { account }) => ({ follower_count: childrenOf(account, "topic_subscriptions", row).length }),
  },
  posts: {
    add: (row, context) => ({
      comment_count: childrenOf(context.account, "post_comments", row).length,
      follower_count: childrenOf(context.account, "post_subscriptions", row).length,
      ...votesOf("post_votes", row, context),
    }),
  },
  post_comments: { add: (row, context) => votesOf("post_comment_votes", row, context) },
  routing_attributes: { includes: { attribute_values: "routing_attribute_values" } },
};
