import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import {
  type Client,
  first,
  now,
  nowSeconds,
  number,
  object,
  objects,
  text,
  withZendesk,
} from "./zendesk-client.ts";

const data = { kind: "generated", seed: 7, tickets: 130, users: 90 } as const;
const tickets = "/api/v2/incremental/tickets/cursor";
const users = "/api/v2/incremental/users/cursor.json";

async function walk(
  client: Client,
  start: string,
  key: string,
): Promise<{ rows: JsonObject[]; pages: JsonObject[] }> {
  const pages = [(await client.get(start)).body];
  for (let page = first(pages); page["end_of_stream"] === false; ) {
    page = (await client.get(text(page, "after_url"))).body;
    pages.push(page);
  }
  return { rows: pages.flatMap((page) => objects(page, key)), pages };
}

describe("cursor exports", () => {
  it("walk all tickets once, by (generated_timestamp, id)", async () => {
    await withZendesk({ data }, async (client) => {
      const whole = await walk(client, `${tickets}?start_time=0`, "tickets");
      const small = await walk(client, `${tickets}.json?per_page=7&start_time=0`, "tickets");
      expect(whole.rows).toHaveLength(130);
      expect(small.rows).toEqual(whole.rows);
      expect(small.pages).toHaveLength(19);
      const places = whole.rows.map((row) => [number(row, "generated_timestamp"), number(row, "id")]);
      const sorted = places.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
      expect(places).toEqual(sorted);
      expect(places.map(([, id]) => id)).not.toEqual(places.map(([, id]) => id).toSorted());
      const stamps = places.map(([stamp]) => stamp);
      const perSecond = stamps.map((stamp) => stamps.filter((other) => other === stamp).length);
      expect(Math.max(...perSecond)).toBe(15);
    });
  });

  it("have the vendor's envelope", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const { body } = await get(`${tickets}?start_time=0&per_page=3&include=metric_sets`);
      const last = objects(body, "tickets")[2] ?? {};
      const cursor = btoa(`${number(last, "generated_timestamp")}.0||${number(last, "id")}|`);
      expect(Object.keys(body)).toEqual([
        "tickets",
        "after_url",
        "before_url",
        "after_cursor",
        "before_cursor",
        "end_of_stream",
      ]);
      expect(body).toMatchObject({
        after_cursor: cursor,
        after_url: `${sandbox.url}${tickets}.json?cursor=${encodeURIComponent(cursor)}&include=metric_sets&per_page=3`,
        before_url: null,
        before_cursor: null,
        end_of_stream: false,
      });
    });
  });

  it("have null cursors when nothing matched", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get(`${tickets}?start_time=${nowSeconds - 60}`);
      expect(body).toEqual({
        tickets: [],
        after_url: null,
        before_url: null,
        after_cursor: null,
        before_cursor: null,
        end_of_stream: true,
      });
    });
  });

  it("answer 1000 rows a page unless told otherwise", async () => {
    await withZendesk({ data: { ...data, tickets: 1001 } }, async ({ get }) => {
      const { body } = await get(`${tickets}?start_time=0`);
      expect(objects(body, "tickets")).toHaveLength(1000);
      expect(body["end_of_stream"]).toBe(false);
    });
  });

  it.each([
    ["a start_time of words", "start_time=yesterday", 400, "InvalidValue"],
    ["a negative start_time", "start_time=-1", 400, "InvalidValue"],
    ["a fraction", "start_time=1.5", 400, "InvalidValue"],
    ["neither start_time nor cursor", "", 400, "InvalidValue"],
    ["a garbage cursor", "cursor=garbage", 400, "InvalidPaginationParameter"],
    ["a cursor of a list", `cursor=${btoa('{"o":"id","v":"aQAA"}')}`, 400, "InvalidPaginationParameter"],
    ["a cursor beside a start_time", `cursor=${btoa("1.0||2|")}&start_time=0`, 400, "InvalidValue"],
    ["per_page=0", "start_time=0&per_page=0", 400, "InvalidValue"],
    ["per_page=1001", "start_time=0&per_page=1001", 400, "InvalidValue"],
    ["per_page=x", "start_time=0&per_page=x", 400, "InvalidValue"],
    ["a start_time of this minute", `start_time=${nowSeconds - 59}`, 422, "InvalidValue"],
    ["a start_time to come", `start_time=${nowSeconds + 60}`, 422, "InvalidValue"],
  ])("refuse %s", async (_, query, status, error) => {
    await withZendesk({ data }, async ({ get }) => {
      for (const path of [tickets, users]) {
        const answer = await get(`${path}?${query}`);
        expect([answer.status, answer.body["error"]]).toEqual([status, error]);
        if (status === 422) expect(answer.body["description"]).toMatch(/^Too recent start_time/u);
      }
    });
  });

  it("accept per_page=1 and 1000, and start_time 60 seconds ago", async () => {
    await withZendesk({ data }, async ({ get }) => {
      for (const query of [
        "start_time=0&per_page=1",
        "start_time=0&per_page=1000",
        `start_time=${nowSeconds - 60}`,
      ]) {
        expect((await get(`${tickets}?${query}`)).status).toBe(200);
      }
    });
  });

  it("leave out what changed in the last 60 seconds, and show it once afterwards", async () => {
    let clock = now;
    await withZendesk({ data, clock: () => clock }, async (client) => {
      const before = await walk(client, `${tickets}?start_time=0`, "tickets");
      const id = number(first(before.rows), "id");
      client.sandbox.store.tickets.update(id, { subject: "changed" });
      const during = await walk(client, `${tickets}?start_time=0`, "tickets");
      expect(during.rows.map((row) => row["id"])).toEqual(before.rows.slice(1).map((row) => row["id"]));
      clock += 59_000;
      expect((await walk(client, `${tickets}?start_time=0`, "tickets")).rows).toHaveLength(129);
      clock += 1000;
      const cursor = text(before.pages.at(-1) ?? {}, "after_cursor");
      const after = await walk(client, `${tickets}?cursor=${encodeURIComponent(cursor)}`, "tickets");
      expect(after.rows).toMatchObject([{ id, subject: "changed", generated_timestamp: nowSeconds }]);
    });
  });

  it("put metric_set into tickets that are not deleted, when asked", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const plain = objects((await get(`${tickets}?start_time=0`)).body, "tickets");
      expect(plain.some((ticket) => "metric_set" in ticket)).toBe(false);
      const rows = objects((await get(`${tickets}?start_time=0&include=users,metric_sets`)).body, "tickets");
      const [deleted, living] = [true, false].map((wanted) =>
        rows.filter((row) => (row["status"] === "deleted") === wanted),
      );
      expect(deleted?.length).toBeGreaterThan(0);
      expect(deleted?.some((row) => "metric_set" in row)).toBe(false);
      for (const row of living ?? []) expect(object(row, "metric_set")["ticket_id"]).toBe(row["id"]);
    });
  });

  it("show deleted users as inactive, no chat_only, and identities beside them when asked", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get(`${users}?start_time=0&include=identities`);
      const rows = objects(body, "users");
      const inactive = rows.filter((row) => row["active"] === false);
      expect(rows).toHaveLength(90);
      expect(inactive.length).toBeGreaterThan(0);
      expect(inactive.every((row) => row["email"] === null)).toBe(true);
      expect(inactive.some((row) => row["permanently_deleted"] === true)).toBe(true);
      expect(rows.some((row) => "chat_only" in row)).toBe(false);
      const identities = objects(body, "identities");
      const owners = new Set(identities.map((identity) => identity["user_id"]));
      expect(identities.length).toBeGreaterThan(rows.length / 2);
      expect(inactive.some((row) => owners.has(row["id"] ?? null))).toBe(false);
      expect(new Set(identities.map((identity) => identity["id"])).size).toBe(identities.length);
      expect((await get(`${users}?start_time=0`)).body).not.toHaveProperty("identities");
    });
  });

  it("order users by (updated_at, id) in their cursors", async () => {
    await withZendesk({ data }, async (client) => {
      const { rows, pages } = await walk(client, `${users}?start_time=0&per_page=11`, "users");
      expect(new Set(rows.map((row) => row["id"])).size).toBe(90);
      const last = rows.at(-1) ?? {};
      const stamp = Date.parse(text(last, "updated_at")) / 1000;
      expect(atob(text(pages.at(-1) ?? {}, "after_cursor"))).toBe(`${stamp}.0||${number(last, "id")}|`);
    });
  });
});
