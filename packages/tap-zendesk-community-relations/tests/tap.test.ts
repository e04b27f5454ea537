import { readdir, readFile } from "node:fs/promises";
import { startZendesk } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { tapZendesk } from "@chorale/tap-zendesk";
import { describe, expect, it } from "vitest";
import { tapZendeskCommunityRelations } from "../src/index.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();
const unlimited = {
  account: 1e9,
  "incremental-exports": 1e9,
  "incremental-exports-cursor": 1e9,
  "tickets-index": 1e9,
  "ticket-audits": 1e9,
  "deleted-tickets-index": 1e9,
  "search-export": 1e9,
  "talk-incremental": 1e9,
};

async function replica(): Promise<TapReplica> {
  const account = await startZendesk({
    data: { kind: "generated", seed: 9, tickets: 8, users: 6, organizations: 5 },
    clock: () => startedAt,
    rateLimits: unlimited,
  });
  return {
    config: {
      base_url: account.url,
      access_token: "sandbox-access-token",
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
    close: () => account.close(),
  };
}

tapTestSuite(tapZendeskCommunityRelations, {
  replica,
  expectedStreams: tapZendesk.streams.map(({ name }) => name),
  limits: {
    empty: ["deleted_tickets", "deleted_users"],
    rereads: ["ticket_metric_events", "satisfaction_ratings", "ticket_skips"],
  },
  resumePoints: 3,
});

describe("tap-zendesk-community-relations", () => {
  it("is tap-zendesk but for its name, its description and the schema that it loads into", async () => {
    const [own, other] = await Promise.all([tapZendeskCommunityRelations.about(), tapZendesk.about()]);
    expect(own).toEqual({
      ...other,
      name: "tap-zendesk-community-relations",
      description: own.description,
      namespace: "tap_zendesk_community_relations",
    });
    expect(own.description).not.toBe(other.description);
    expect(tapZendeskCommunityRelations.streams).toEqual(tapZendesk.streams);
    expect(tapZendeskCommunityRelations.streamsFor).toBe(tapZendesk.streamsFor);
    expect(tapZendeskCommunityRelations.config).toBe(tapZendesk.config);
  });

  it("holds no line of its own but that", async () => {
    const source = new URL("../src/", import.meta.url);
    expect((await readdir(source)).toSorted()).toEqual(["index.ts", "tap.ts"]);
    const lines = (await readFile(new URL("tap.ts", source), "utf8")).split("\n");
    expect(lines.length).toBeLessThan(30);
  });
});
