import { zendesk } from "../client.ts";
import { listPages } from "../pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { groupMembershipsSchema } from "../schemas/group-memberships.ts";
import { groupsSchema } from "../schemas/groups.ts";
import { macrosSchema } from "../schemas/macros.ts";
import { tagsSchema } from "../schemas/tags.ts";
import { ticketFieldsSchema } from "../schemas/ticket-fields.ts";

/** Lists hold at most 100 rows a page: a larger page[size] is answered with 400. */
const searchParams = () => ({ "page[size]": 100 });

/** Lists know no start: the whole list is read, and rows before the bookmark are left out here. */
const list = {
  keyProperties: ["id"],
  replicationKey: "updated_at",
  filteredBy: "client",
  bucket: accountBucket,
  searchParams,
  pagination: listPages,
} as const;

/** Groups, deleted ones included, which the API leaves out unless asked. */
export const groups = zendesk.stream({
  ...list,
  name: "groups",
  schema: groupsSchema,
  path: "groups",
  recordsAt: "groups",
  searchParams: () => ({ ...searchParams(), exclude_deleted: false }),
});

/** Who is in which group. Some rows have no `updated_at`; they are emitted in every run. */
export const groupMemberships = zendesk.stream({
  ...list,
  name: "group_memberships",
  schema: groupMembershipsSchema,
  path: "group_memberships",
  recordsAt: "group_memberships",
});

export const macros = zendesk.stream({
  ...list,
  name: "macros",
  schema: macrosSchema,
  path: "macros",
  recordsAt: "macros",
});

export const ticketFields = zendesk.stream({
  ...list,
  name: "ticket_fields",
  schema: ticketFieldsSchema,
  path: "ticket_fields",
  recordsAt: "ticket_fields",
});

/** The most used tags of the last 60 days, at most 20,000: the API knows no others. */
export const tags = zendesk.stream({
  name: "tags",
  schema: tagsSchema,
  keyProperties: ["name"],
  path: "tags",
  recordsAt: "tags",
  bucket: accountBucket,
  searchParams,
  pagination: listPages,
});
