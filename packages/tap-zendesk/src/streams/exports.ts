import { zendesk } from "../client.ts";
import { dateTimeOf, exportStart } from "../moments.ts";
import { cursorExportPages, timeExportPages } from "../pages.ts";
import { organizationsSchema } from "../schemas/organizations.ts";
import { ticketsSchema } from "../schemas/tickets.ts";
import { usersSchema } from "../schemas/users.ts";

/**
 * Tickets in the order of `generated_timestamp`, which also moves when the system touches a ticket, so
 * that `updated_at` may lie before the bookmark. Archived and deleted tickets are included.
 */
export const tickets = zendesk.stream({
  name: "tickets",
  schema: ticketsSchema,
  keyProperties: ["id"],
  replicationKey: "generated_timestamp",
  bookmarkValue: ({ generated_timestamp }) =>
    typeof generated_timestamp === "number" ? dateTimeOf(generated_timestamp) : undefined,
  sorted: true,
  path: "incremental/tickets/cursor",
  bucket: "incremental-exports",
  searchParams: (context) => ({ start_time: exportStart(context) }),
  recordsAt: "tickets",
  pagination: cursorExportPages,
});

/** Users in the order of `updated_at`. A deleted user comes with `active: false` and without an address. */
export const users = zendesk.stream({
  name: "users",
  schema: usersSchema,
  keyProperties: ["id"],
  replicationKey: "updated_at",
  sorted: true,
  path: "incremental/users/cursor",
  bucket: "incremental-exports-cursor",
  searchParams: (context) => ({ start_time: exportStart(context) }),
  recordsAt: "users",
  pagination: cursorExportPages,
});

/** Organizations by second of change; deleted ones carry `deleted_at`. There is no cursor export. */
export const organizations = zendesk.stream({
  name: "organizations",
  schema: organizationsSchema,
  keyProperties: ["id"],
  replicationKey: "updated_at",
  sorted: true,
  path: "incremental/organizations",
  bucket: "incremental-exports",
  searchParams: (context) => ({ start_time: exportStart(context) }),
  recordsAt: "organizations",
  pagination: timeExportPages,
});
