import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import { type Client, nowSeconds, number, objects, text, withZendesk } from "./zendesk-client.ts";

const data = { kind: "generated", seed: 3, organizations: 64, tickets: 64, users: 64 } as const;
const organizations = "/api/v2/incremental/organizations";

function stampOf(row: JsonObject): number {
  return Date.parse(text(row, "updated_at")) / 1000;
}

async function walk(client: Client, start: string, key: string): Promise<JsonObject[]> {
  const pages = [(await client.get(start)).body];
  while (pages.at(-1)?.["end_of_stream"] === false && pages.length < 200) {
    pages.push((await client.get(text(pages.at(-1) ?? {}, "next_page"))).body);
  }
  return pages.filter((page) => objects(page, key).length > 0);
}

describe("time exports", () => {
  it("have the vendor's envelope, with a next_page at the end", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const { body } = await get(`${organizations}?start_time=0`);
      const rows = objects(body, "organizations");
      const newest = Math.max(...rows.map(stampOf));
      expect(Object.keys(body)).toEqual(["organizations", "count", "end_of_stream", "end_time", "next_page"]);
      expect(body).toMatchObject({
        count: 64,
        end_of_stream: true,
        end_time: newest,
        next_page: `${sandbox.url}${organizations}.json?start_time=${newest}`,
      });
      const again = await get(text(body, "next_page"));
      expect(objects(again.body, "organizations").every((row) => stampOf(row) === newest)).toBe(true);
      expect(again.body["end_of_stream"]).toBe(true);
    });
  });

  it("extend a page to a whole second and then begin after it", async () => {
    await withZendesk({ data }, async (client) => {
      const pages = await walk(client, `${organizations}.json?per_page=1&start_time=0`, "organizations");
      const rows = pages.flatMap((page) => objects(page, "organizations"));
      expect(new Set(rows.map((row) => row["id"])).size).toBe(64);
      expect(rows).toHaveLength(64);
      expect(Math.max(...pages.map((page) => number(page, "count")))).toBe(15);
      for (const [index, page] of pages.entries()) {
        const stamps = new Set(objects(page, "organizations").map(stampOf));
        expect(stamps.size).toBe(1);
        expect(number(page, "count")).toBe(objects(page, "organizations").length);
        const last = index === pages.length - 1;
        expect(number(page, "end_time")).toBe(Math.max(...stamps) + (last ? 0 : 1));
      }
    });
  });

  it("do not order a second's rows by id", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const ids = objects((await get(`${organizations}?start_time=0`)).body, "organizations").map((row) => [
        stampOf(row),
        number(row, "id"),
      ]);
      const byId = ids.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
      expect(ids).not.toEqual(byId);
      expect(ids.map(([stamp]) => stamp)).toEqual(byId.map(([stamp]) => stamp));
    });
  });

  it("cut a second of more than 1000 rows and repeat it from its start", async () => {
    await withZendesk({ data: { ...data, organizations: 5 } }, async ({ sandbox, get }) => {
      const stamp = nowSeconds - 100;
      const updatedAt = new Date(stamp * 1000).toISOString();
      for (let index = 0; index < 1100; index += 1)
        sandbox.store.organizations.add({ updated_at: updatedAt });
      const page = await get(`${organizations}?start_time=0`);
      expect(page.body).toMatchObject({ count: 1000, end_of_stream: false, end_time: stamp });
      const stuck = await get(text(page.body, "next_page"));
      expect(stuck.body).toMatchObject({ count: 1000, end_of_stream: false, end_time: stamp });
    });
  });

  it("begin inclusively", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const rows = objects((await get(`${organizations}?start_time=0`)).body, "organizations");
      const stamp = stampOf(rows[20] ?? {});
      const from = objects((await get(`${organizations}?start_time=${stamp}`)).body, "organizations");
      expect(from).toEqual(rows.filter((row) => stampOf(row) >= stamp));
    });
  });

  it("answer an empty page with start_time as end_time", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const start = nowSeconds - 60;
      expect((await get(`${organizations}?start_time=${start}`)).body).toEqual({
        organizations: [],
        count: 0,
        end_of_stream: true,
        end_time: start,
        next_page: `${sandbox.url}${organizations}.json?start_time=${start}`,
      });
    });
  });

  it("show deleted organizations with a time and another name", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const rows = objects((await get(`${organizations}?start_time=0`)).body, "organizations");
      const deleted = rows.filter((row) => row["deleted_at"] !== null);
      expect(deleted.length).toBeGreaterThan(0);
      for (const row of deleted)
        expect(text(row, "name")).toMatch(new RegExp(`^${String(row["id"])}_deleted_.`, "u"));
    });
  });

  it.each([
    ["start_time=abc", 400],
    ["", 400],
    ["start_time=0&per_page=0", 400],
    ["start_time=0&per_page=1001", 400],
    [`start_time=${nowSeconds - 59}`, 422],
  ])("answer ?%s with %i", async (query, status) => {
    await withZendesk({ data }, async ({ get }) => {
      expect((await get(`${organizations}?${query}`)).status).toBe(status);
    });
  });

  it.each(["tickets", "users"])("export %s too", async (name) => {
    await withZendesk({ data }, async (client) => {
      const { rows } = await client
        .get(`/api/v2/incremental/${name}/cursor?start_time=0`)
        .then(({ body }) => ({ rows: objects(body, name) }));
      const pages = await walk(client, `/api/v2/incremental/${name}.json?start_time=0&per_page=5`, name);
      const timed = pages.flatMap((page) => objects(page, name));
      const ids = (found: readonly JsonObject[]): number[] =>
        found.map((row) => number(row, "id")).toSorted();
      expect(ids(timed)).toEqual(ids(rows));
    });
  });
});
