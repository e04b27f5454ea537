import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { first, now, nowSeconds, number, object, objects, text, withZendesk } from "../zendesk-client.ts";
import { withClock } from "./clocks.ts";
import { onceById, sortedById, walkCursor, walkTimes } from "./walks.ts";

const data = { kind: "generated", seed: 3, tickets: 80, users: 40, organizations: 12 } as const;
const day = 86_400;

const tooRecent = {
  error: "InvalidValue",
  description: "Too recent start_time. Use a start_time older than 60 seconds",
};

describe("the export of metric events", () => {
  const path = "/api/v2/incremental/ticket_metric_events";

  it("is the same by time and by cursor", async () => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown("ticket_metric_events");
      const byTime = await walkTimes(client, `${path}?start_time=0&per_page=30`, "ticket_metric_events");
      const byCursor = await walkCursor(client, `${path}?start_time=0&page[size]=30`, "ticket_metric_events");
      expect(byCursor).toEqual(expected);
      expect(onceById(byTime)).toEqual(sortedById(expected));
      const times = byCursor.map((event) => text(event, "time"));
      expect(times).toEqual(times.toSorted());
      expect((await client.get(`${path}?start_time=0&page[size]=101`)).status).toBe(400);
    });
  });

  it("begins at start_time, inclusive", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("ticket_metric_events");
      const start = Date.parse(text(all[100] ?? {}, "time")) / 1000;
      const expected = all.filter((event) => Date.parse(text(event, "time")) / 1000 >= start);
      for (const query of ["", "&page[size]=100"]) {
        const { body } = await client.get(`${path}?start_time=${start}${query}`);
        const rows = objects(body, "ticket_metric_events");
        expect(onceById(rows.slice(0, 100))).toEqual(
          sortedById(expected.slice(0, rows.length).slice(0, 100)),
        );
      }
    });
  });

  it("knows breaches before their time, and its last page ends in the past", async () => {
    await withZendesk({ data: { ...data, tickets: 5000 } }, async (client) => {
      const { body } = await client.get(`${path}?start_time=${nowSeconds - day}&per_page=1000`);
      const future = objects(body, "ticket_metric_events").filter(
        (event) => Date.parse(text(event, "time")) > now,
      );
      expect(future.length).toBeGreaterThan(0);
      expect(future.every((event) => event["type"] === "breach" && event["deleted"] === false)).toBe(true);
      expect(body["end_of_stream"]).toBe(true);
      expect(number(body, "end_time")).toBeLessThanOrEqual(nowSeconds - 60);
    });
  });

  it("shows a breach a minute after it was foreseen, and again when it was called off", async () => {
    await withClock(data, async (client, pass) => {
      const { lists, tickets } = client.sandbox.store;
      const ticket = first(tickets.all());
      const time = new Date(now + 3_600_000).toISOString().replace(".000Z", "Z");
      const breach = lists.ticket_metric_events.add({
        ticket_id: ticket.id,
        type: "breach",
        time,
        deleted: false,
      });
      const find = async (): Promise<JsonObject[]> => {
        const { body } = await client.get(`${path}?start_time=${nowSeconds - day}`);
        return objects(body, "ticket_metric_events").filter((event) => event["id"] === breach.id);
      };
      expect(await find()).toEqual([]);
      pass(60);
      expect(await find()).toMatchObject([{ ticket_id: ticket.id, time, deleted: false }]);
      lists.ticket_metric_events.update(breach.id, { deleted: true });
      pass(60);
      expect(await find()).toMatchObject([{ ticket_id: ticket.id, time, deleted: true }]);
    });
  });

  it("is there by ticket too, by metric", async () => {
    await withZendesk({ data }, async (client) => {
      const ticket = first(client.sandbox.store.tickets.all().filter((row) => row["status"] !== "deleted"));
      const { body } = await client.get(`/api/v2/tickets/${ticket.id}/metric_events`);
      const expected = client.sandbox
        .shown("ticket_metric_events")
        .filter((row) => row["ticket_id"] === ticket.id);
      const found = Object.entries(object(body, "metric_events")).flatMap(([metric, events]) =>
        Array.isArray(events)
          ? events.map((event) => ({ ...Object(event), metric, ticket_id: ticket.id }))
          : [],
      );
      expect(sortedById(found)).toEqual(sortedById(expected));
    });
  });

  it("refuses a recent start in both forms", async () => {
    await withZendesk({ data }, async ({ get }) => {
      for (const query of ["", "&page[size]=10"]) {
        const { status, body } = await get(`${path}?start_time=${nowSeconds - 10}${query}`);
        expect([status, body]).toEqual([422, tooRecent]);
      }
      expect((await get(`${path}?page[size]=10`)).status).toBe(400);
    });
  });
});
