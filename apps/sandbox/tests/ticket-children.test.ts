import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import {
  type Client,
  first,
  nowSeconds,
  number,
  object,
  objects,
  text,
  withZendesk,
} from "./zendesk-client.ts";

const data = { kind: "generated", seed: 11, tickets: 400 } as const;

async function exported(client: Client): Promise<JsonObject[]> {
  return objects((await client.get("/api/v2/incremental/tickets/cursor?start_time=0")).body, "tickets");
}

function isArchived(ticket: JsonObject): boolean {
  return ticket["status"] === "closed" && nowSeconds - number(ticket, "generated_timestamp") > 120 * 86_400;
}

function living(tickets: readonly JsonObject[]): JsonObject[] {
  return tickets.filter((ticket) => ticket["status"] !== "deleted" && !isArchived(ticket));
}

async function all(client: Client, path: string, key: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  for (let next = `${path}?page[size]=100`; ; ) {
    const { body } = await client.get(next);
    rows.push(...objects(body, key));
    if (object(body, "meta")["has_more"] !== true) return rows;
    next = text(object(body, "links"), "next");
  }
}

describe("audits and comments of a ticket", () => {
  it("hold the same comments, the audits' without a time, none with a ticket_id", async () => {
    await withZendesk({ data }, async (client) => {
      const byPhone = living(await exported(client)).filter(
        (row) => object(row, "via")["channel"] === "voice",
      );
      const types = new Set<unknown>();
      for (const ticket of byPhone.slice(0, 12)) {
        const path = `/api/v2/tickets/${number(ticket, "id")}`;
        const audits = await all(client, `${path}/audits.json`, "audits");
        const comments = await all(client, `${path}/comments`, "comments");
        const events = audits
          .flatMap((audit) => objects(audit, "events"))
          .filter((event) => event["type"] === "Comment" || event["type"] === "VoiceComment");
        expect(events.some((event) => "created_at" in event || "ticket_id" in event)).toBe(false);
        expect(comments.some((comment) => "ticket_id" in comment)).toBe(false);
        expect(comments.every((comment) => typeof comment["created_at"] === "string")).toBe(true);
        const told = comments.map(({ created_at, metadata, via, ...rest }) => rest);
        expect(events).toEqual(told);
        for (const event of events) types.add(event["type"]);
        expect(audits.every((audit) => audit["ticket_id"] === ticket["id"])).toBe(true);
      }
      expect(types).toEqual(new Set(["Comment", "VoiceComment"]));
    });
  });

  it("come in pages of every length, from none to 250 comments", async () => {
    await withZendesk({ data }, async (client) => {
      const counts: number[] = [];
      for (const ticket of living(await exported(client)).slice(0, 150)) {
        const path = `/api/v2/tickets/${number(ticket, "id")}/comments`;
        const comments = await all(client, path, "comments");
        expect(new Set(comments.map((comment) => comment["id"])).size).toBe(comments.length);
        counts.push(comments.length);
      }
      expect(Math.min(...counts)).toBe(0);
      expect(Math.max(...counts)).toBe(250);
      expect(counts.filter((count) => count > 0 && count < 6).length).toBeGreaterThan(80);
    });
  });

  it("are never empty of audits, and no comment is in two audits", async () => {
    await withZendesk({ data }, async (client) => {
      for (const ticket of living(await exported(client)).slice(0, 40)) {
        const audits = await all(client, `/api/v2/tickets/${number(ticket, "id")}/audits`, "audits");
        const events = audits.flatMap((audit) => objects(audit, "events"));
        expect(audits.length).toBeGreaterThan(0);
        expect(new Set(events.map((event) => event["id"])).size).toBe(events.length);
        const times = audits.map((audit) => text(audit, "created_at"));
        expect(times).toEqual(times.toSorted());
      }
    });
  });

  it("of an archived ticket come in one piece without meta", async () => {
    await withZendesk({ data }, async (client) => {
      const archived = first((await exported(client)).filter(isArchived));
      const path = `/api/v2/tickets/${number(archived, "id")}`;
      const { body } = await client.get(`${path}/audits?page[size]=1`);
      expect(Object.keys(body)).toEqual(["audits", "next_page", "previous_page", "count"]);
      expect(objects(body, "audits")).toHaveLength(number(body, "count"));
      expect((await client.get(`${path}/comments?page[size]=1`)).body).toHaveProperty("meta");
    });
  });

  it.each(["audits", "comments"])("%s of a deleted or unknown ticket are not found", async (child) => {
    await withZendesk({ data }, async (client) => {
      const deleted = first((await exported(client)).filter((row) => row["status"] === "deleted"));
      for (const id of [number(deleted, "id"), 42]) {
        const { status, body } = await client.get(`/api/v2/tickets/${id}/${child}.json?page[size]=100`);
        expect([status, body]).toEqual([404, { error: "RecordNotFound", description: "Not found" }]);
      }
    });
  });

  it("spell ids as strings and lists as arrays in Create events", async () => {
    await withZendesk({ data }, async (client) => {
      const ticket = first(living(await exported(client)));
      const { body } = await client.get(`/api/v2/tickets/${number(ticket, "id")}/audits?page[size]=1`);
      const events = objects(first(objects(body, "audits")), "events").filter(
        (event) => event["type"] === "Create",
      );
      const values = new Map(events.map((event) => [event["field_name"], event["value"]]));
      expect(values.get("requester_id")).toBe(String(ticket["requester_id"]));
      expect(values.get("tags")).toEqual(ticket["tags"]);
    });
  });
});
