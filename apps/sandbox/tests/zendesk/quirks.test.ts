import { describe, expect, it } from "vitest";
import { first, nowSeconds, number, object, objects, text, withZendesk } from "../zendesk-client.ts";
import { sortedById } from "./walks.ts";

const data = { kind: "generated", seed: 8, tickets: 12, users: 12, organizations: 12 } as const;

describe("quirks", () => {
  it.each(["tickets", "users"])("begin the export of %s with an empty page", async (key) => {
    await withZendesk({ data, quirks: { emptyExportPages: true } }, async (client) => {
      const { body } = await client.get(`/api/v2/incremental/${key}/cursor?start_time=1000`);
      expect(body).toMatchObject({ [key]: [], end_of_stream: false });
      const { body: next } = await client.get(text(body, "after_url"));
      expect(next["end_of_stream"]).toBe(true);
      expect(sortedById(objects(next, key))).toEqual(sortedById(client.sandbox.shown(key)));
    });
  });

  it("end an export that has nothing at once", async () => {
    await withZendesk({ data, quirks: { emptyExportPages: true } }, async ({ get }) => {
      const { body } = await get(`/api/v2/incremental/tickets/cursor?start_time=${nowSeconds - 60}`);
      expect(body).toMatchObject({ tickets: [], after_cursor: null, end_of_stream: true });
    });
  });

  it.each(["users", "organizations"])("hide has_more of %s until it is asked for", async (key) => {
    await withZendesk({ data, quirks: { boundaryIndicators: true } }, async ({ get }) => {
      const hidden = object((await get(`/api/v2/${key}?page[size]=3`)).body, "meta");
      expect(Object.keys(hidden)).toEqual(["after_cursor", "before_cursor"]);
      const { body } = await get(`/api/v2/${key}?page[size]=3&include_boundary_indicators=true`);
      expect(object(body, "meta")["has_more"]).toBe(true);
      expect(object((await get("/api/v2/tickets?page[size]=3")).body, "meta")).toHaveProperty("has_more");
    });
  });

  it("name the account's limit as in 2023", async () => {
    await withZendesk({ data, quirks: { oldRateHeaders: true }, rateLimits: {} }, async ({ get }) => {
      const { headers } = await get("/api/v2/groups");
      const named = [
        "ratelimit-reset",
        "rate-limit",
        "rate-limit-remaining",
        "rate-limit-reset",
        "ratelimit-limit",
      ];
      expect(named.map((name) => headers.get(name))).toEqual([null, "700", "699", "60", null]);
      expect(headers.get("x-rate-limit")).toBe("700");
    });
  });

  it("let searches find changes later", async () => {
    await withZendesk({ data, quirks: { searchLagSeconds: 400 } }, async ({ sandbox, get }) => {
      const path = "/api/v2/search/export?filter[type]=user&query=created>2000-01-01";
      const found = objects((await get(path)).body, "results").map(({ id }) => id);
      const users = sandbox.shown("listed_users");
      const settled = users.filter((user) => Date.parse(text(user, "updated_at")) / 1000 <= nowSeconds - 400);
      expect(found.toSorted()).toEqual(settled.map(({ id }) => id).toSorted());
      expect(settled.length).toBeLessThan(users.length);
    });
  });

  it("end the export of articles by a page without a next one", async () => {
    await withZendesk({ data, quirks: { guideExportEnds: true } }, async ({ get }) => {
      const path = "/api/v2/help_center/incremental/articles?start_time=0";
      const { body: part } = await get(`${path}&per_page=2`);
      expect(typeof part["next_page"]).toBe("string");
      const { body } = await get(path);
      expect([body["next_page"], number(body, "count")]).toEqual([null, 45]);
      expect(first(objects(body, "articles"))).toHaveProperty("vote_sum");
    });
  });
});
