import type { SchemaName } from "../schemas/schema-of.ts";

/** A list, as data. */
export interface ListRow {
  readonly name: SchemaName;
  /** The path below `/api/v2/`; `{id}` stands for a property of the parent. */
  readonly path: string;
  /** @default the name */
  readonly recordsAt?: string;
  /** How its size is asked for: `page[size]`, `per_page`, or not at all. @default "cursor" */
  readonly paging?: "cursor" | "number" | "one";
  /** @default ["id"] */
  readonly keys?: readonly string[];
  /** The property that tells when a row changed. Without one the list is read and emitted whole. */
  readonly changedBy?: string;
  /** Whether some plans or roles do not have it. */
  readonly isOptional?: boolean;
  readonly params?: Readonly<Record<string, string | boolean>>;
  readonly bucket?: string;
  readonly parent?: SchemaName;
  /** The parent's property that counts the rows; at 0 the list is not asked for. */
  readonly countedBy?: string;
  /** What the rows are told of their parent: their property by the parent's. */
  readonly fromParent?: Readonly<Record<string, string>>;
  /** Whether it takes a request for each of many parents, or is not sure to be there. @default false */
  readonly isCostly?: boolean;
}

const updated = { changedBy: "updated_at" } as const;
const optional = { isOptional: true } as const;
const numbered = { paging: "number" } as const;
const one = { paging: "one" } as const;
const voice = "channels/voice";

/** Lists of Support. */
const support: readonly ListRow[] = [
  { name: "groups", path: "groups", ...updated, params: { exclude_deleted: false } },
  { name: "group_memberships", path: "group_memberships", ...updated },
  { name: "tags", path: "tags", keys: ["name"] },
  { name: "macros", path: "macros", ...updated },
  { name: "ticket_fields", path: "ticket_fields", ...updated },
  { name: "ticket_forms", path: "ticket_forms", ...updated, ...numbered, ...optional },
  { name: "sla_policies", path: "slas/policies", ...numbered, ...optional },
  { name: "group_sla_policies", path: "group_slas/policies", ...one, ...optional },
  { name: "brands", path: "brands", ...updated },
  { name: "automations", path: "automations", ...updated },
  { name: "triggers", path: "triggers", ...updated },
  { name: "trigger_categories", path: "trigger_categories", ...optional },
  { name: "views", path: "views", ...updated },
  { name: "custom_roles", path: "custom_roles", ...updated, ...numbered, ...optional },
  { name: "custom_statuses", path: "custom_statuses", ...one, ...optional },
  { name: "user_fields", path: "user_fields", ...updated },
  { name: "organization_fields", path: "organization_fields", ...updated },
  { name: "organization_memberships", path: "organization_memberships", ...updated },
  { name: "organization_subscriptions", path: "organization_subscriptions", ...optional },
  {
    name: "deleted_tickets",
    path: "deleted_tickets",
    changedBy: "deleted_at",
    params: { sort: "deleted_at" },
    bucket: "deleted-tickets-index",
    ...optional,
  },
  { name: "deleted_users", path: "deleted_users", ...updated, ...optional },
  { name: "suspended_tickets", path: "suspended_tickets", ...optional },
  { name: "ticket_activities", path: "activities", recordsAt: "activities", ...updated },
  { name: "satisfaction_reasons", path: "satisfaction_reasons", recordsAt: "reasons", ...one, ...optional },
  { name: "sharing_agreements", path: "sharing_agreements", ...numbered, ...optional },
  { name: "recipient_addresses", path: "recipient_addresses", ...optional },
  { name: "dynamic_content_items", path: "dynamic_content/items", recordsAt: "items", ...optional },
  { name: "locales", path: "locales", ...numbered },
  { name: "workspaces", path: "workspaces", ...numbered, ...optional },
  { name: "queues", path: "queues", ...one, ...optional },
  { name: "schedules", path: "business_hours/schedules", ...one, ...optional },
  {
    name: "schedule_holidays",
    path: "business_hours/schedules/{id}/holidays",
    recordsAt: "holidays",
    parent: "schedules",
    fromParent: { schedule_id: "id" },
    ...one,
  },
  {
    name: "routing_attributes",
    path: "routing/attributes",
    recordsAt: "attributes",
    ...numbered,
    ...optional,
  },
  {
    name: "routing_attribute_values",
    path: "routing/attributes/{id}/values",
    recordsAt: "attribute_values",
    parent: "routing_attributes",
    fromParent: { attribute_id: "id" },
    ...one,
  },
  { name: "custom_objects", path: "custom_objects", keys: ["key"], ...optional },
  {
    name: "custom_object_fields",
    path: "custom_objects/{key}/fields",
    parent: "custom_objects",
    fromParent: { custom_object_key: "key" },
  },
  {
    name: "custom_object_records",
    path: "custom_objects/{key}/records",
    parent: "custom_objects",
    fromParent: { custom_object_key: "key" },
  },
  { name: "brand_agents", path: "brand_agents", ...optional },
  { name: "ticket_form_statuses", path: "ticket_form_statuses", ...optional },
  { name: "deletion_schedules", path: "deletion_schedules", ...optional },
  {
    name: "jira_links",
    path: "../services/jira/links",
    recordsAt: "links",
    ...optional,
    ...one,
    isCostly: true,
  },
];

/** Lists of tickets that take a request for each. */
const ofTickets: readonly ListRow[] = [
  {
    name: "side_conversations",
    path: "tickets/{id}/side_conversations",
    parent: "tickets",
    fromParent: { ticket_id: "id" },
    ...numbered,
    isCostly: true,
  },
  {
    name: "email_notifications",
    path: "email_notifications?filter=ticket_id:{id}",
    keys: ["notification_id"],
    parent: "tickets",
    isCostly: true,
  },
];

/** Lists of Talk. */
const talk: readonly ListRow[] = [
  {
    name: "talk_phone_numbers",
    path: `${voice}/phone_numbers`,
    recordsAt: "phone_numbers",
    ...numbered,
    ...optional,
  },
  {
    name: "talk_agents_activity",
    path: `${voice}/stats/agents_activity`,
    recordsAt: "agents_activity",
    keys: ["agent_id"],
    ...one,
    ...optional,
  },
  { name: "talk_addresses", path: `${voice}/addresses`, recordsAt: "addresses", ...numbered, ...optional },
  { name: "talk_greetings", path: `${voice}/greetings`, recordsAt: "greetings", ...numbered, ...optional },
  {
    name: "talk_greeting_categories",
    path: `${voice}/greeting_categories`,
    recordsAt: "greeting_categories",
    ...numbered,
    ...optional,
  },
  { name: "talk_ivrs", path: `${voice}/ivr`, recordsAt: "ivrs", ...numbered, ...optional },
  { name: "talk_lines", path: `${voice}/lines`, recordsAt: "lines", ...numbered, ...optional },
];

/** Lists of the Help Center and its community. */
const helpCenter: readonly ListRow[] = [
  { name: "categories", path: "help_center/categories", ...updated, ...optional },
  { name: "sections", path: "help_center/sections", ...updated, ...optional },
  { name: "article_attachments", path: "help_center/articles/{id}/attachments", parent: "articles" },
  {
    name: "article_comments",
    path: "help_center/articles/{id}/comments",
    recordsAt: "comments",
    parent: "articles",
  },
  {
    name: "article_votes",
    path: "help_center/articles/{id}/votes",
    recordsAt: "votes",
    parent: "articles",
    countedBy: "vote_count",
  },
  {
    name: "article_comment_votes",
    path: "help_center/articles/{source_id}/comments/{id}/votes",
    recordsAt: "votes",
    parent: "article_comments",
    countedBy: "vote_count",
  },
  { name: "topics", path: "community/topics", ...updated, ...optional },
  { name: "posts", path: "community/posts", ...updated, ...optional },
  {
    name: "post_comments",
    path: "community/posts/{id}/comments",
    recordsAt: "comments",
    parent: "posts",
    fromParent: { post_id: "id" },
    countedBy: "comment_count",
  },
  {
    name: "post_votes",
    path: "community/posts/{id}/votes",
    recordsAt: "votes",
    parent: "posts",
    fromParent: { post_id: "id" },
    countedBy: "vote_count",
  },
  {
    name: "post_comment_votes",
    path: "community/posts/{post_id}/comments/{id}/votes",
    recordsAt: "votes",
    parent: "post_comments",
    fromParent: { post_id: "post_id" },
    countedBy: "vote_count",
  },
];

/** All lists that are nothing but data, parents before their children. */
export const listTable: readonly ListRow[] = [...support, ...ofTickets, ...talk, ...helpCenter];
