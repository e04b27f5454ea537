import type { JsonObject } from "../json.ts";
import { includes } from "./endpoint-context.ts";
import { metricSetOf } from "./generated/ticket-rows.ts";
import type { Row } from "./row.ts";
import type { StoredAccount } from "./store.ts";

const dates = [
  "assignee_updated_at",
  "requester_updated_at",
  "status_updated_at",
  "initially_assigned_at",
  "assigned_at",
  "solved_at",
  "latest_comment_added_at",
] as const;

/** What `include` adds to a ticket itself. */
export function ticketSideLoads(ticket: Row, account: StoredAccount, query: URLSearchParams): JsonObject {
  if (!query.has("include")) return {};
  const metrics = metricSetOf(ticket, account.world);
  return {
    ...(includes(query, "comment_count") ? { comment_count: account.comments(ticket.id).length } : {}),
    ...(includes(query, "dates")
      ? { dates: Object.fromEntries(dates.map((name) => [name, metrics[name] ?? null])) }
      : {}),
    ...(includes(query, "slas") ? { slas: { policy_metrics: [] } } : {}),
  };
}

/** The keys of tickets and users that name rows of these kinds. */
const references = {
  users: ["requester_id", "submitter_id", "assignee_id"],
  groups: ["group_id", "default_group_id"],
  organizations: ["organization_id"],
} as const;

/** The users, groups and organizations that rows name, where `include` asks for them. */
export function relatedRows(
  rows: readonly Row[],
  account: StoredAccount,
  query: URLSearchParams,
): Record<string, Row[]> {
  const tables = { users: account.users, groups: account.lists.groups, organizations: account.organizations };
  const related: Record<string, Row[]> = {};
  for (const name of ["users", "groups", "organizations"] as const) {
    if (!includes(query, name)) continue;
    const ids = new Set(rows.flatMap((row) => references[name].map((key) => row[key])));
    related[name] = [...ids].flatMap((id) => (typeof id === "number" ? (tables[name].get(id) ?? []) : []));
  }
  return related;
}
