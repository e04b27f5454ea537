import { startZendesk } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { tapZendesk } from "../src/index.ts";
import { unlimited } from "./support/account.ts";
import { startSmallPages } from "./support/small-pages.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();

async function replica(): Promise<TapReplica> {
  const account = await startZendesk({
    data: {
      kind: "generated",
      seed: 3,
      tickets: 24,
      users: 18,
      organizations: 17,
      groups: 8,
      group_memberships: 14,
      macros: 6,
      tags: 11,
    },
    clock: () => startedAt,
    rateLimits: unlimited,
  });
  const gateway = await startSmallPages(account.url);
  return {
    config: {
      base_url: gateway.url,
      email: "admin@example.com",
      api_token: "sandbox-token",
      start_date: "2020-01-01T00:00:00Z",
    },
    requests: () => account.requests.map(({ target }) => target),
    fail: ({ status, headers = {}, times }) => {
      const retryAfter = Number(headers["retry-after"] ?? "0");
      account.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: retryAfter },
      });
    },
    close: async () => {
      await gateway.close();
      await account.close();
    },
  };
}

tapTestSuite(tapZendesk, {
  replica,
  expectedStreams: [
    "tickets",
    "ticket_audits",
    "ticket_comments",
    "users",
    "organizations",
    "groups",
    "group_memberships",
    "tags",
    "macros",
    "ticket_fields",
  ],
});
