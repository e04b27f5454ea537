import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import {
  type Client,
  first,
  nowSeconds,
  number,
  object,
  objects,
  text,
  withZendesk,
} from "../zendesk-client.ts";
import { withClock } from "./clocks.ts";
import { onceById, sortedById } from "./walks.ts";

const data = { kind: "generated", seed: 3, tickets: 80, users: 40, organizations: 12 } as const;
const day = 86_400;

async function walkSearch(client: Client, target: string): Promise<JsonObject[]> {
  const { body } = await client.get(target);
  expect(Object.keys(body)).toEqual(["results", "facets", "meta", "links"]);
  const rows = objects(body, "results");
  const next = object(body, "links")["next"];
  return typeof next === "string" ? [...rows, ...(await walkSearch(client, next))] : rows;
}

describe("the export of articles", () => {
  const path = "/api/v2/help_center/incremental/articles";

  it("goes on until a page is short, without saying so", async () => {
    await withZendesk({ data: { ...data, lists: { articles: 30 } } }, async (client) => {
      const rows: JsonObject[] = [];
      let next = `${path}?start_time=0&per_page=7`;
      let ended = false;
      while (!ended) {
        const { body } = await client.get(next);
        expect(Object.keys(body)).toEqual(["next_page", "count", "end_time", "articles"]);
        rows.push(...objects(body, "articles"));
        ended = next.includes(`start_time=${number(body, "end_time")}`) || number(body, "count") < 7;
        next = text(body, "next_page");
      }
      expect(onceById(rows)).toEqual(sortedById(client.sandbox.shown("articles")));
      expect(onceById(rows)).toHaveLength(30);
    });
  });
});

describe("Talk's exports", () => {
  it.each([
    ["calls", "talk_calls"],
    ["legs", "talk_call_legs"],
  ])("of %s ends where end_time is start_time", async (key, name) => {
    await withZendesk({ data }, async (client) => {
      const rows: JsonObject[] = [];
      let [start, end] = [-1, 0];
      while (start !== end) {
        start = end;
        const target = `/api/v2/channels/voice/stats/incremental/${key}?start_time=${start}&limit=9`;
        const { body } = await client.get(target);
        expect(Object.keys(body)).toEqual([key, "count", "end_time", "next_page"]);
        expect(number(body, "count")).toBe(objects(body, key).length);
        rows.push(...objects(body, key));
        end = number(body, "end_time");
        expect(text(body, "next_page")).toContain(`start_time=${end}`);
      }
      expect(rows.length).toBeGreaterThan(client.sandbox.shown(name).length);
      expect(onceById(rows)).toEqual(sortedById(client.sandbox.shown(name)));
    });
  });

  it("answers no rows, and its start, after the last call", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get(`/api/v2/channels/voice/stats/incremental/calls?start_time=${nowSeconds}`);
      expect(body).toMatchObject({ calls: [], count: 0, end_time: nowSeconds });
    });
  });

  it("spells numbers in two ways", async () => {
    await withZendesk({ data }, async ({ sandbox }) => {
      const hops = sandbox.shown("talk_calls").map(({ ivr_hops: value }) => typeof value);
      expect(new Set(hops)).toEqual(new Set(["number", "string"]));
    });
  });
});

describe("the exports of routing", () => {
  it.each([
    ["attributes", "routing_attributes"],
    ["attribute_values", "routing_attribute_values"],
    ["instance_values", "routing_instance_values"],
  ])("of %s goes on until a page has no rows", async (key, name) => {
    await withZendesk({ data }, async (client) => {
      const { body } = await client.get(`/api/v2/incremental/routing/${key}`);
      const ids = objects(body, key).map(({ id }) => id);
      expect(ids.toSorted()).toEqual(
        client.sandbox
          .shown(name)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(objects(body, key).every((row) => "type" in row && "time" in row)).toBe(true);
      const { body: end } = await client.get(text(body, "next_page"));
      expect(end).toMatchObject({ [key]: [], count: 0 });
      expect((await client.get(`/api/v2/incremental/routing/${key}?cursor=nonsense`)).status).toBe(400);
    });
  });
});

describe("the export of a search", () => {
  const path = "/api/v2/search/export";
  const everything = "query=created>=2000-01-01";

  it("finds archived tickets and no deleted ones, the newest first", async () => {
    await withZendesk({ data }, async (client) => {
      const target = `${path}?filter[type]=ticket&${everything}&page[size]=7`;
      const found = await walkSearch(client, target);
      const created = found.map((row) => text(row, "created_at"));
      expect(created).toEqual(created.toSorted().toReversed());
      const living = client.sandbox.shown("tickets").filter((row) => row["status"] !== "deleted");
      expect(found.map(({ id }) => id).toSorted()).toEqual(living.map(({ id }) => id).toSorted());
      expect(client.sandbox.shown("archived_tickets").length).toBeGreaterThan(0);
      expect(found.every((row) => row["result_type"] === "ticket")).toBe(true);
    });
  });

  it.each([
    ["user", "listed_users"],
    ["organization", "listed_organizations"],
    ["group", "groups"],
  ])("finds every %s that is not deleted", async (type, name) => {
    await withZendesk({ data }, async (client) => {
      const found = await walkSearch(client, `${path}?filter[type]=${type}&${everything}&page[size]=1000`);
      const rows = found.map(({ result_type: _, ...row }) => row);
      expect(sortedById(rows)).toEqual(sortedById(client.sandbox.shown(name)));
    });
  });

  it("takes a half-open range of times", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("tickets").filter((row) => row["status"] !== "deleted");
      const times = all.map((row) => text(row, "updated_at")).toSorted();
      const [from = "", to = ""] = [times[10], times[40]];
      const query = encodeURIComponent(`updated>=${from} updated<${to}`);
      const found = await walkSearch(client, `${path}?filter[type]=ticket&query=${query}`);
      const expected = all.filter((row) => text(row, "updated_at") >= from && text(row, "updated_at") < to);
      expect(found.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    });
  });

  it("forgets its cursors after an hour", async () => {
    await withClock(data, async (client, pass) => {
      const { body } = await client.get(`${path}?filter[type]=ticket&${everything}&page[size]=7`);
      const next = String(object(body, "links")["next"]);
      expect((await client.get(next)).status).toBe(200);
      pass(3601);
      expect((await client.get(next)).status).toBe(400);
    });
  });

  it.each([
    everything,
    `filter[type]=dog&${everything}`,
    "filter[type]=ticket&query=shoe>5",
    `filter[type]=ticket&${everything}&page[size]=1001`,
    `filter[type]=ticket&${everything}&page[after]=nonsense`,
  ])("refuses ?%s", async (query) => {
    await withZendesk({ data }, async ({ get }) => {
      expect((await get(`${path}?${query}`)).status).toBe(400);
    });
  });
});

describe("what was deleted long ago", () => {
  it("has lost its texts in the export, and only then", async () => {
    await withClock(data, async (client, pass) => {
      const { tickets } = client.sandbox.store;
      const ticket = first(tickets.all().filter((row) => row["status"] === "open"));
      tickets.delete(ticket.id);
      const find = async (): Promise<JsonObject> => {
        const target = `/api/v2/incremental/tickets/cursor?start_time=${nowSeconds - 1}&per_page=1`;
        return first(objects((await client.get(target)).body, "tickets"));
      };
      pass(120);
      expect(await find()).toMatchObject({ id: ticket.id, status: "deleted", subject: ticket["subject"] });
      pass(30 * day);
      expect(await find()).toMatchObject({ id: ticket.id, subject: "SCRUBBED", description: "SCRUBBED" });
    });
  });
});
