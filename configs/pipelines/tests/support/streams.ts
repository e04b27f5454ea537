/** The streams of tap-zendesk that need no choice of their own. */
export const streams = [
  "tickets",
  "users",
  "organizations",
  "groups",
  "group_memberships",
  "tags",
  "macros",
  "ticket_fields",
  "ticket_audits",
  "ticket_comments",
] as const;
