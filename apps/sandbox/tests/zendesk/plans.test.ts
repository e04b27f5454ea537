import { describe, expect, it } from "vitest";
import type { Feature, Plan } from "../../src/zendesk/features.ts";
import { type Client, first, object, objects, unlimited, withZendesk } from "../zendesk-client.ts";

const restricted =
  "Access to this resource is restricted. Please contact the account administrator for assistance.";
const noAccess =
  "You do not have access to this page. Please contact the account owner of this help desk for further help.";

const gated = [
  ["ticket_forms", "/api/v2/ticket_forms", 403, restricted],
  ["customer_satisfaction", "/api/v2/satisfaction_ratings", 403, restricted],
  ["slas", "/api/v2/slas/policies", 403, restricted],
  ["group_slas", "/api/v2/group_slas/policies", 403, restricted],
  ["talk", "/api/v2/channels/voice/stats/incremental/calls?start_time=0", 403, restricted],
  ["talk", "/api/v2/channels/voice/stats/account_overview", 403, restricted],
  ["business_hours", "/api/v2/business_hours/schedules", 403, restricted],
  ["audit_logs", "/api/v2/audit_logs?page[size]=1", 403, noAccess],
  ["custom_roles", "/api/v2/custom_roles", 403, restricted],
  ["skills", "/api/v2/routing/attributes", 403, restricted],
  ["skills", "/api/v2/incremental/routing/attributes", 403, restricted],
  ["queues", "/api/v2/queues", 403, restricted],
  ["workspaces", "/api/v2/workspaces", 403, restricted],
  ["dynamic_content", "/api/v2/dynamic_content/items", 403, restricted],
  ["custom_objects", "/api/v2/custom_objects", 403, restricted],
  ["custom_objects", "/api/v2/custom_objects/object_0/records", 403, restricted],
  ["side_conversations", "/api/v2/tickets/4294967298/side_conversations", 403, ""],
  ["help_center", "/api/v2/help_center/articles", 404, "The page you were looking for doesn't exist"],
  ["help_center", "/api/v2/help_center/incremental/articles?start_time=0", 404, "doesn't exist"],
  ["community", "/api/v2/community/posts", 404, "The page you were looking for doesn't exist"],
  ["jira", "/api/services/jira/links", 404, "Not found"],
] as const satisfies readonly (readonly [Feature, string, number, string])[];

describe("a feature that is off", () => {
  it.each(gated)("%s: %s is %i", async (feature, path, status, words) => {
    await withZendesk({}, async ({ get }) => {
      expect((await get(path)).status).toBe(200);
    });
    await withZendesk({ features: { [feature]: false } }, async ({ get }) => {
      const answer = await get(path);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(words);
      expect((await get("/api/v2/groups")).status).toBe(200);
    });
  });

  it("answers side conversations without a word", async () => {
    await withZendesk({ features: { side_conversations: false } }, async ({ sandbox, get }) => {
      const ticket = first(sandbox.shown("listed_tickets"));
      const answer = await get(`/api/v2/tickets/${String(ticket["id"])}/side_conversations`);
      const { status, text, headers } = answer;
      expect([status, text, headers.get("content-type")]).toEqual([403, "", "text/html; charset=utf-8"]);
    });
  });

  it.each([
    ["ticket_forms", "ticket_forms"],
    ["customer_satisfaction", "customer_satisfaction"],
    ["voice", "talk"],
    ["business_hours", "business_hours"],
  ] as const)("is off in the settings: %s", async (setting, feature) => {
    const settingOf = async ({ get }: Client): Promise<unknown> => {
      const { body } = await get("/api/v2/account/settings");
      return object(object(body, "settings"), "active_features")[setting];
    };
    await withZendesk({}, async (client) => expect(await settingOf(client)).toBe(true));
    await withZendesk({ features: { [feature]: false } }, async (client) =>
      expect(await settingOf(client)).toBe(false),
    );
  });
});

describe("a plan", () => {
  const paths = [
    "/api/v2/ticket_forms",
    "/api/v2/slas/policies",
    "/api/v2/business_hours/schedules",
    "/api/v2/community/posts",
    "/api/v2/audit_logs",
  ];

  it.each([
    ["team", "200", [403, 403, 403, 404, 403]],
    ["growth", "400", [200, 200, 403, 404, 403]],
    ["professional", "400", [200, 200, 200, 200, 403]],
    ["enterprise", "700", [200, 200, 200, 200, 200]],
    ["enterprise-plus", "2500", [200, 200, 200, 200, 200]],
  ] as const satisfies readonly (readonly [Plan, string, readonly number[]])[])(
    "%s: %s requests, and %j",
    async (plan, limit, statuses) => {
      await withZendesk({ plan, rateLimits: {} }, async ({ get }) => {
        const found = [];
        for (const path of paths) found.push((await get(path)).status);
        expect(found).toEqual(statuses);
        expect((await get("/api/v2/groups")).headers.get("x-rate-limit")).toBe(limit);
      });
    },
  );

  it("is overruled by what is said of a feature", async () => {
    const options = { plan: "team", features: { audit_logs: true, talk: false } } as const;
    await withZendesk(options, async ({ get }) => {
      expect((await get("/api/v2/audit_logs")).status).toBe(200);
      expect((await get("/api/v2/channels/voice/lines")).status).toBe(403);
    });
  });
});

describe("an agent", () => {
  it.each([
    ["/api/v2/incremental/tickets/cursor?start_time=0", 403],
    ["/api/v2/incremental/ticket_metric_events?start_time=0", 403],
    ["/api/v2/satisfaction_ratings", 403],
    ["/api/v2/slas/policies", 403],
    ["/api/v2/suspended_tickets", 403],
    ["/api/v2/audit_logs", 403],
    ["/api/v2/tickets", 200],
    ["/api/v2/help_center/incremental/articles?start_time=0", 200],
  ])("asks for %s: %i", async (path, status) => {
    await withZendesk({ role: "agent" }, async ({ get }) => {
      const answer = await get(path);
      expect(answer.status).toBe(status);
      if (status === 403) expect(answer.text).toContain(noAccess);
    });
  });
});

describe("a denial", () => {
  it.each([
    ["restricted", 403, restricted],
    ["not-found", 404, "RecordNotFound"],
    ["no-page", 404, "doesn't exist"],
    ["gone", 410, "no longer available"],
  ] as const)("of %s is %i", async (reason, status, words) => {
    await withZendesk({ denied: [{ path: "/api/v2/incremental/**", reason }] }, async ({ get }) => {
      const answer = await get("/api/v2/incremental/users/cursor?start_time=0");
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(words);
      expect((await get("/api/v2/users")).status).toBe(200);
    });
  });
});

describe("limits", () => {
  const headers = (client: Client, path: string): Promise<Headers> =>
    client.get(path).then((answer) => answer.headers);

  it.each([
    ["/api/v2/deleted_tickets", 10],
    ["/api/v2/channels/voice/stats/incremental/calls?start_time=0", 10],
    ["/api/v2/incremental/ticket_events?start_time=0", 10],
    ["/api/v2/search/export?filter[type]=group&query=created>2000-01-01", 100],
  ])("of %s: %i a minute", async (path, limit) => {
    let clock = 1_768_478_400_000;
    await withZendesk({ rateLimits: {}, clock: () => clock }, async ({ get }) => {
      for (let request = 0; request < limit; request += 1) expect((await get(path)).status).toBe(200);
      const refused = await get(path);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
      expect((await get("/api/v2/groups")).status).toBe(200);
      clock += 60_000;
      expect((await get(path)).status).toBe(200);
    });
  });

  it("have a window that can be shorter", async () => {
    let clock = 1_768_478_400_000;
    const options = { rateLimits: { account: 2 }, rateLimitWindowMs: 1000, clock: () => clock };
    await withZendesk(options, async ({ get }) => {
      const statuses = [];
      for (let request = 0; request < 3; request += 1) statuses.push((await get("/api/v2/groups")).status);
      clock += 1000;
      statuses.push((await get("/api/v2/groups")).status);
      expect(statuses).toEqual([200, 200, 429, 200]);
    });
  });

  it("are told of in the headers of their bucket", async () => {
    await withZendesk({ rateLimits: {} }, async (client) => {
      const deleted = await headers(client, "/api/v2/deleted_tickets");
      expect(deleted.get("zendesk-ratelimit-deleted-tickets-index")).toBe("total=10; remaining=9; resets=60");
      const metric = await headers(client, "/api/v2/incremental/ticket_metric_events?start_time=0");
      expect(metric.get("zendesk-ratelimit-incremental-exports")).toBeNull();
      expect(metric.get("ratelimit-limit")).toBe("700");
      const guide = await headers(client, "/api/v2/help_center/categories");
      expect([guide.get("x-rate-limit"), guide.get("x-rate-limit-remaining")]).toEqual(["700", "697"]);
      expect(guide.get("ratelimit-limit")).toBeNull();
    });
  });

  it("do not count what is asked of the metric events in the bucket of exports", async () => {
    const rateLimits = { ...unlimited, "incremental-exports": 1 };
    await withZendesk({ rateLimits }, async ({ get }) => {
      for (let request = 0; request < 3; request += 1) {
        expect((await get("/api/v2/incremental/ticket_metric_events?start_time=0")).status).toBe(200);
      }
      expect((await get("/api/v2/incremental/organizations?start_time=0")).status).toBe(200);
      expect((await get("/api/v2/incremental/organizations?start_time=0")).status).toBe(429);
    });
  });
});

describe("slow pages", () => {
  it("are answered with 504 until they are smaller", async () => {
    const slowPages = [{ path: "/api/v2/incremental/**", rows: 50 }];
    await withZendesk({ slowPages }, async ({ get }) => {
      const path = "/api/v2/incremental/tickets/cursor?start_time=0";
      const large = await get(`${path}&per_page=51`);
      expect([large.status, large.text]).toEqual([504, "upstream request timeout"]);
      const small = await get(`${path}&per_page=50`);
      expect([small.status, objects(small.body, "tickets").length]).toEqual([200, 50]);
      expect((await get("/api/v2/tickets?page[size]=100")).status).toBe(200);
    });
  });
});
