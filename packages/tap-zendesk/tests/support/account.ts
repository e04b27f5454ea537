import { startZendesk, type ZendeskOptions, type ZendeskSandbox } from "@chorale/sandbox";
import { now } from "./run-tap.ts";

/** Limits that no test reaches by accident. */
export const unlimited = {
  account: 1e9,
  "incremental-exports": 1e9,
  "incremental-exports-cursor": 1e9,
  "tickets-index": 1e9,
  "ticket-audits": 1e9,
  "deleted-tickets-index": 1e9,
  "search-export": 1e9,
  "talk-incremental": 1e9,
};

/** Runs a test against a stand-in of its own. */
export async function withAccount(
  options: Partial<ZendeskOptions>,
  test: (account: ZendeskSandbox) => Promise<void>,
): Promise<void> {
  const account = await startZendesk({
    data: { kind: "generated", seed: 7, tickets: 30, users: 20, organizations: 15 },
    clock: () => now,
    rateLimits: unlimited,
    ...options,
  });
  try {
    await test(account);
  } finally {
    await account.close();
  }
}

/** The requests for a path, as their queries. */
export function queriesOf({ requests }: ZendeskSandbox, path: string): readonly Record<string, string>[] {
  return requests.filter((request) => request.path === `/api/v2/${path}`).map(({ query }) => ({ ...query }));
}

/** The requests but those for the definitions of custom fields. */
export function readsOf({ requests }: ZendeskSandbox): ZendeskSandbox["requests"] {
  return requests.filter(({ path }) => !/^\/api\/v2\/(user|organization)_fields$/.test(path));
}
