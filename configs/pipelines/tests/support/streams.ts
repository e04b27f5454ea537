/** The streams of tap-zendesk that every account has: exports, lists, and what belongs to tickets. */
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

/** Those that the tap goes on with at a cursor or behind a page: it repeats no row of them, wherever it was stopped. */
export const streamsWithoutRepeats = ["tickets", "users", "ticket_audits", "ticket_comments"] as const;

/** What makes a tap read these streams only. */
export function selectArguments(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ["--select", `${name}.*`]);
}
