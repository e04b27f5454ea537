import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import { type Client, nowSeconds, number, object, objects, text, withZendesk } from "./zendesk-client.ts";

const data = {
  kind: "generated",
  seed: 5,
  tickets: 330,
  users: 250,
  organizations: 120,
  groups: 40,
} as const;

const cursorLists = [
  ["groups", "groups"],
  ["group_memberships", "group_memberships"],
  ["tags", "tags"],
  ["macros", "macros"],
  ["ticket_fields", "ticket_fields"],
  ["user_fields", "user_fields"],
  ["organization_fields", "organization_fields"],
  ["organization_memberships", "organization_memberships"],
  ["brands", "brands"],
  ["triggers", "triggers"],
  ["automations", "automations"],
  ["views", "views"],
  ["users", "users"],
  ["organizations", "organizations"],
  ["tickets", "tickets"],
  ["ticket_audits", "audits"],
] as const;

function meta(body: JsonObject): JsonObject {
  return object(body, "meta");
}

async function walk(client: Client, start: string, key: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  for (let next = start; ; ) {
    const { body } = await client.get(next);
    rows.push(...objects(body, key));
    next = text(object(body, "links"), "next");
    if (meta(body)["has_more"] !== true) return rows;
  }
}

describe("lists by cursor", () => {
  it.each(cursorLists)("walk /%s once, forwards and back", async (path, key) => {
    await withZendesk({ data }, async (client) => {
      const size = path === "ticket_audits" ? 100 : 3;
      const rows = await walk(client, `/api/v2/${path}.json?page%5Bsize%5D=${size}`, key);
      const whole = await walk(client, `/api/v2/${path}?page[size]=100`, key);
      expect(rows).toEqual(whole);
      expect(rows.length).toBeGreaterThan(2);
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length);
      const end = await client.get(`/api/v2/${path}?page[size]=${Math.min(rows.length, 100)}`);
      const before = text(meta(end.body), "after_cursor");
      const back = await client.get(
        `/api/v2/${path}?page[size]=2&page[before]=${encodeURIComponent(before)}`,
      );
      const shown = objects(end.body, key);
      expect(objects(back.body, key)).toEqual(shown.slice(-3, -1));
    });
  });

  it("link to a next page on the last one, which is empty and has no cursors", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const last = await get("/api/v2/groups?page[size]=100");
      const after = text(meta(last.body), "after_cursor");
      const before = text(meta(last.body), "before_cursor");
      const link = (name: string, cursor: string): string =>
        `${sandbox.url}/api/v2/groups.json?page%5B${name}%5D=${encodeURIComponent(cursor)}&page%5Bsize%5D=100`;
      expect(meta(last.body)["has_more"]).toBe(false);
      expect(last.body["links"]).toEqual({ prev: link("before", before), next: link("after", after) });
      const beyond = await get(link("after", after));
      expect(beyond.body).toEqual({
        groups: [],
        meta: { has_more: false, after_cursor: null, before_cursor: null },
        links: { prev: null, next: null },
      });
    });
  });

  it.each([
    ["page[size]=101", "page[size] cannot be greater than 100"],
    ["page%5Bsize%5D=1000", "page[size] cannot be greater than 100"],
    ["page[size]=0", "page[size] must be a positive integer"],
    ["page[size]=ten", "page[size] must be a positive integer"],
    ["page[size]=", "page[size] must be a positive integer"],
    ["page[size]=5&page[after]=garbage", "page[after] or page[before] is not a cursor of this list"],
    ["page[size]=5&page[after]=", "page[after] or page[before] is not a cursor of this list"],
    [
      `page[size]=5&page[after]=${btoa('{"o":"id","v":"aQAAAAAAAAAA"}')}`,
      "page[after] or page[before] is not a cursor of this list",
    ],
    ["page[size]=5&page[after]=a&page[before]=b", "page[after] and page[before] cannot be used together"],
  ])("refuse ?%s", async (query, description) => {
    await withZendesk({ data }, async ({ get }) => {
      const { status, body } = await get(`/api/v2/groups?${query}`);
      expect([status, body]).toEqual([400, { error: "InvalidPaginationParameter", description }]);
    });
  });

  it("hide deleted groups unless asked for them", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const usual = objects((await get("/api/v2/groups?page[size]=100")).body, "groups");
      const all = objects((await get("/api/v2/groups?exclude_deleted=false&page[size]=100")).body, "groups");
      expect(all).toHaveLength(40);
      expect(usual).toEqual(all.filter((group) => group["deleted"] === false));
      expect(usual.length).toBeLessThan(40);
    });
  });

  it("sort groups by name and tags by count", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const names = objects((await get("/api/v2/groups?page[size]=100")).body, "groups").map((row) =>
        text(row, "name"),
      );
      expect(names).toEqual(names.toSorted());
      const tags = objects((await get("/api/v2/tags?page[size]=100")).body, "tags");
      const counts = tags.map((tag) => number(tag, "count"));
      expect(counts).toEqual(counts.toSorted((left, right) => right - left));
      expect(Object.keys(tags[0] ?? {})).toEqual(["name", "count"]);
    });
  });

  it.each([
    ["updated_at", 1],
    ["-updated_at", -1],
  ])("sort tickets by %s, and refuse that order's cursor in another", async (sort, sign) => {
    await withZendesk({ data }, async (client) => {
      const rows = await walk(client, `/api/v2/tickets?sort=${sort}&page[size]=50`, "tickets");
      const stamps = rows.map((row) => Date.parse(text(row, "updated_at")) * sign);
      expect(stamps).toEqual(stamps.toSorted((left, right) => left - right));
      const first = await client.get(`/api/v2/tickets?sort=${sort}&page[size]=5`);
      const cursor = encodeURIComponent(text(meta(first.body), "after_cursor"));
      expect((await client.get(`/api/v2/tickets?page[size]=5&page[after]=${cursor}`)).status).toBe(400);
    });
  });

  it("refuse an unknown sort", async () => {
    await withZendesk({ data }, async ({ get }) => {
      expect((await get("/api/v2/users?sort=shoe_size&page[size]=5")).status).toBe(400);
    });
  });

  it("know no deleted or archived tickets, no deleted users, no deleted organizations", async () => {
    await withZendesk({ data }, async (client) => {
      const exported = await client.get("/api/v2/incremental/tickets/cursor?start_time=0");
      const old = nowSeconds - 120 * 86_400;
      const expected = objects(exported.body, "tickets").filter(
        (row) =>
          row["status"] !== "deleted" &&
          !(row["status"] === "closed" && number(row, "generated_timestamp") < old),
      );
      const listed = await walk(client, "/api/v2/tickets?page[size]=100", "tickets");
      const ids = (rows: readonly JsonObject[]): number[] => rows.map((row) => number(row, "id")).toSorted();
      expect(ids(listed)).toEqual(ids(expected));
      expect(listed.length).toBeLessThan(300);
      expect(listed.some((row) => "generated_timestamp" in row || "fields" in row)).toBe(false);
      const users = await walk(client, "/api/v2/users?page[size]=100", "users");
      expect(users.every((row) => row["active"] === true)).toBe(true);
      expect(users.length).toBeLessThan(250);
      const organizations = await walk(client, "/api/v2/organizations?page[size]=100", "organizations");
      expect(
        organizations.some((row) => "deleted_at" in row || text(row, "name").includes("_deleted_")),
      ).toBe(false);
      expect(organizations.length).toBeLessThan(120);
    });
  });

  it("put metric sets beside the tickets of a list", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get("/api/v2/tickets?include=metric_sets&page[size]=4");
      const ids = objects(body, "tickets").map((row) => row["id"]);
      expect(objects(body, "metric_sets").map((row) => row["ticket_id"])).toEqual(ids);
    });
  });

  it("have memberships without a time of change", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const rows = objects((await get("/api/v2/group_memberships?page[size]=100")).body, "group_memberships");
      expect(rows.filter((row) => row["updated_at"] === null).length).toBeGreaterThan(0);
    });
  });
});

describe("lists by number", () => {
  it("answer the offset form without page[size]", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const one = await get("/api/v2/organizations.json?per_page=50");
      expect(Object.keys(one.body)).toEqual(["organizations", "next_page", "previous_page", "count"]);
      const count = number(one.body, "count");
      expect(objects(one.body, "organizations")).toHaveLength(50);
      expect(one.body).toMatchObject({
        next_page: `${sandbox.url}/api/v2/organizations.json?page=2&per_page=50`,
        previous_page: null,
      });
      const two = await get(text(one.body, "next_page"));
      expect(two.body["previous_page"]).toBe(`${sandbox.url}/api/v2/organizations.json?page=1&per_page=50`);
      const three = await get(text(two.body, "next_page"));
      expect(three.body["next_page"]).toBeNull();
      expect(100 + objects(three.body, "organizations").length).toBe(count);
    });
  });

  it.each([
    ["page=101", 400],
    ["page=100", 200],
    ["page=0", 400],
    ["page=x", 400],
    ["per_page=x", 400],
    ["per_page=1000", 200],
  ])("answer ?%s with %i", async (query, status) => {
    await withZendesk({ data }, async ({ get }) => {
      const answer = await get(`/api/v2/users?${query}`);
      expect(answer.status).toBe(status);
      expect(objects(answer.body, "users").length).toBeLessThanOrEqual(100);
    });
  });

  it.each([
    ["ticket_forms", "ticket_forms"],
    ["slas/policies", "sla_policies"],
  ])("ignore page[size] at /%s", async (path, key) => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get(`/api/v2/${path}?page[size]=1`);
      expect(body).not.toHaveProperty("meta");
      expect(objects(body, key)).toHaveLength(2);
      expect(body).toMatchObject({ next_page: null, previous_page: null, count: 2 });
    });
  });
});
