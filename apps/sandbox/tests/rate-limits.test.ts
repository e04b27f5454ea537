import { describe, expect, it } from "vitest";
import { now, withZendesk } from "./zendesk-client.ts";

const ticketExport = "/api/v2/incremental/tickets/cursor.json?start_time=0";

describe("rate limits", () => {
  it.each([
    ["/api/v2/incremental/organizations?start_time=0", "incremental-exports", 10],
    [ticketExport, "incremental-exports", 10],
    ["/api/v2/incremental/users?start_time=0", "incremental-exports", 10],
    ["/api/v2/incremental/users/cursor?start_time=0", "incremental-exports-cursor", 20],
    ["/api/v2/tickets.json", "tickets-index", 100],
  ])("of %s are in bucket %s of %i", async (path, bucket, total) => {
    await withZendesk({ rateLimits: {} }, async ({ get }) => {
      for (let asked = 1; asked <= total; asked += 1) {
        const { status, headers } = await get(path);
        expect(status).toBe(200);
        expect(headers.get(`zendesk-ratelimit-${bucket}`)).toBe(
          `total=${total}; remaining=${total - asked}; resets=60`,
        );
        expect(headers.get("x-rate-limit-remaining")).toBe(String(700 - asked));
      }
      const refused = await get(path);
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("60");
      expect(refused.headers.get(`zendesk-ratelimit-${bucket}`)).toBe(
        `total=${total}; remaining=0; resets=60`,
      );
      expect(refused.text).toBe("Number of allowed API requests per minute exceeded");
      expect(() => JSON.parse(refused.text)).toThrow(SyntaxError);
    });
  });

  it("share the bucket of exports between tickets and organizations, not with users by cursor", async () => {
    await withZendesk({ rateLimits: { "incremental-exports": 2 } }, async ({ get }) => {
      expect((await get(ticketExport)).status).toBe(200);
      expect((await get("/api/v2/incremental/organizations.json?start_time=0")).status).toBe(200);
      expect((await get(ticketExport)).status).toBe(429);
      expect((await get("/api/v2/incremental/users/cursor?start_time=0")).status).toBe(200);
      expect((await get("/api/v2/groups")).status).toBe(200);
    });
  });

  it("count audits of tickets in a bucket without a header", async () => {
    await withZendesk({ rateLimits: { "ticket-audits": 1 } }, async ({ get }) => {
      const path = `/api/v2/tickets/${2 ** 32 + 2}/audits`;
      const { headers } = await get(path);
      expect([...headers.keys()].filter((name) => name.startsWith("zendesk-"))).toEqual([]);
      expect((await get(path)).status).toBe(429);
      expect((await get(`/api/v2/tickets/${2 ** 32 + 2}/comments`)).status).not.toBe(429);
    });
  });

  it("tell the account's budget in every answer and fill it again after a minute", async () => {
    let clock = now;
    await withZendesk({ rateLimits: { account: 2 }, clock: () => clock }, async ({ get }) => {
      const { headers } = await get("/api/v2/groups");
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-rate-limit": "2",
        "x-rate-limit-remaining": "1",
        "ratelimit-limit": "2",
        "ratelimit-remaining": "1",
        "ratelimit-reset": "60",
      });
      clock += 45_500;
      expect((await get("/api/v2/nowhere")).headers.get("ratelimit-reset")).toBe("15");
      const refused = await get("/api/v2/groups");
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "15"]);
      clock += 14_500;
      expect((await get("/api/v2/groups")).headers.get("x-rate-limit-remaining")).toBe("1");
    });
  });

  it("answer as the network in front of the API when asked to", async () => {
    await withZendesk({ rateLimits: { account: 0 }, rateLimitBody: "edge" }, async ({ get }) => {
      const { status, body, headers } = await get("/api/v2/groups");
      expect(status).toBe(429);
      expect(headers.get("retry-after")).toBe("60");
      expect(body).toEqual({
        detail: "Rate limited by Zendesk edge protection",
        status: "429",
        title: "Automated response",
      });
    });
  });

  it("are not spent by requests without a credential", async () => {
    await withZendesk({ rateLimits: { account: 1 } }, async ({ get }) => {
      expect((await get("/api/v2/groups", {})).status).toBe(401);
      expect((await get("/api/v2/groups")).status).toBe(200);
    });
  });
});
