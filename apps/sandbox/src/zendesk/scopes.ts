import { matchesPath } from "../path-pattern.ts";

/** Which paths a scope such as `tickets:read` opens; `read` opens all. */
const scopePaths: Readonly<Record<string, readonly string[]>> = {
  tickets: [
    "tickets",
    "tickets/**",
    "incremental/ticket*",
    "incremental/tickets/cursor",
    "ticket_*",
    "deleted_tickets",
    "suspended_tickets",
    "skips",
    "search/export",
  ],
  users: [
    "users",
    "users/**",
    "incremental/users",
    "incremental/users/cursor",
    "deleted_users",
    "user_fields",
  ],
  organizations: ["organizations", "incremental/organizations", "organization_*"],
  auditlogs: ["audit_logs"],
  hc: ["help_center/**", "community/**"],
  triggers: ["triggers", "trigger_categories"],
  automations: ["automations"],
};

/** What every token may ask about itself. */
const open = ["oauth/tokens/current"] as const;

/** Tells whether a token with these scopes may read a path. */
export function mayRead(scopes: readonly string[], path: string): boolean {
  const fits = (pattern: string): boolean => matchesPath(`/api/v2/${pattern}`, path);
  if (scopes.includes("read") || open.some(fits)) return true;
  return Object.entries(scopePaths).some(
    ([resource, patterns]) => scopes.includes(`${resource}:read`) && patterns.some(fits),
  );
}
