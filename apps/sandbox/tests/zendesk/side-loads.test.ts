import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { type Client, first, nowSeconds, object, objects, text, withZendesk } from "../zendesk-client.ts";
import { ids, seconds } from "./rows.ts";
import { sortedById, walkCursor } from "./walks.ts";

const data = { kind: "generated", seed: 4, tickets: 90, users: 40, organizations: 12 } as const;

describe("side-loads", () => {
  const ticketsOf = async ({ get }: Client, include: string): Promise<JsonObject> =>
    (await get(`/api/v2/incremental/tickets/cursor?start_time=0&include=${include}`)).body;

  it("add counts and dates to tickets, and their people beside them", async () => {
    await withZendesk({ data }, async (client) => {
      const body = await ticketsOf(client, "comment_count,dates,slas,users,groups,organizations");
      for (const ticket of objects(body, "tickets")) {
        expect(ticket["comment_count"]).toBe(client.sandbox.store.comments(Number(ticket["id"])).length);
        expect(Object.keys(object(ticket, "dates"))).toHaveLength(7);
        expect(object(ticket, "slas")).toEqual({ policy_metrics: [] });
      }
      const needed = objects(body, "tickets").flatMap((row) => [
        row["requester_id"],
        row["submitter_id"],
        row["assignee_id"],
      ]);
      expect(new Set(objects(body, "users").map(({ id }) => id))).toEqual(
        new Set(needed.filter((id) => id !== null)),
      );
      expect(objects(body, "groups").length).toBeGreaterThan(0);
      expect(objects(body, "organizations").length).toBeGreaterThan(0);
      const plain = await ticketsOf(client, "");
      expect(Object.keys(plain)).not.toContain("users");
      expect(objects(plain, "tickets").some((ticket) => "comment_count" in ticket)).toBe(false);
    });
  });

  it("put identities beside users, and there are the same ones by user", async () => {
    await withZendesk({ data }, async (client) => {
      const { body } = await client.get("/api/v2/incremental/users/cursor?start_time=0&include=identities");
      const expected = client.sandbox.shown("user_identities");
      expect(sortedById(objects(body, "identities"))).toEqual(sortedById(expected));
      const found = [];
      for (const { id } of client.sandbox.shown("users")) {
        found.push(
          ...(await walkCursor(client, `/api/v2/users/${String(id)}/identities?page[size]=1`, "identities")),
        );
      }
      expect(sortedById(found)).toEqual(sortedById(expected));
      expect((await client.get("/api/v2/users/1/identities")).status).toBe(404);
    });
  });

  it("add usage and permissions to macros", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get("/api/v2/macros?page[size]=1&include=usage_7d,permissions");
      const macro = first(objects(body, "macros"));
      expect([typeof macro["usage_7d"], macro["permissions"], "usage_24h" in macro]).toEqual([
        "number",
        { can_edit: true },
        false,
      ]);
    });
  });

  it("put values beside the attributes of routing", async () => {
    await withZendesk({ data }, async (client) => {
      const { body } = await client.get("/api/v2/routing/attributes?include=attribute_values");
      expect(ids(objects(body, "attribute_values"))).toEqual(
        ids(client.sandbox.shown("routing_attribute_values")),
      );
    });
  });

  it("find a ticket's notifications by its id", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("email_notifications");
      const ticket = String(all[2]?.["ticket_id"]);
      const { body } = await client.get(
        `/api/v2/email_notifications?page[size]=100&filter=ticket_id:${ticket}`,
      );
      const expected = all.filter((row) => String(row["ticket_id"]) === ticket);
      expect(body["email_notifications"]).toEqual(expected);
      expect(expected.length).toBeLessThan(all.length);
    });
  });
});

describe("metrics", () => {
  it("are listed without archived and deleted tickets, and there by ticket", async () => {
    await withZendesk({ data }, async (client) => {
      const sorted = await walkCursor(
        client,
        "/api/v2/ticket_metrics?page[size]=20&sort=updated_at",
        "ticket_metrics",
      );
      const created = sorted.map((row) => text(row, "created_at"));
      expect(created).toEqual(created.toSorted().toReversed());
      const listed = client.sandbox.shown("listed_tickets");
      expect(sorted.map((row) => row["ticket_id"]).toSorted()).toEqual(ids(listed));
      for (const ticket of client.sandbox.shown("tickets")) {
        const { status, body } = await client.get(`/api/v2/tickets/${String(ticket["id"])}/metrics`);
        expect(status).toBe(ticket["status"] === "deleted" ? 404 : 200);
        if (status === 200) expect(object(body, "ticket_metric")["ticket_id"]).toBe(ticket["id"]);
      }
      const metrics = client.sandbox.shown("ticket_metrics");
      expect(metrics.length).toBeGreaterThan(sorted.length);
    });
  });
});

describe("the list of tickets", () => {
  const path = "/api/v2/tickets?page[size]=100";

  it("takes no notice of what it does not know", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const usual = await get(path);
      const asked = await get(`${path}&start_time=${nowSeconds}&nonsense=1`);
      expect(asked.body["tickets"]).toEqual(usual.body["tickets"]);
    });
  });

  it("takes a cursor that a client made of a time", async () => {
    await withZendesk({ data }, async (client) => {
      const sorted = objects((await client.get(`${path}&sort=updated_at`)).body, "tickets");
      const from = seconds(sorted[20] ?? {}, "updated_at");
      const value = Buffer.alloc(18);
      value.write("d", 0);
      value.writeBigInt64LE(BigInt(from), 1);
      value.write("i", 9);
      const cursor = (order: string): string =>
        btoa(JSON.stringify({ o: order, v: value.toString("base64") }));
      const beyond = (order: string): string => `${path}&sort=updated_at&page[after]=${cursor(order)}`;
      const { body } = await client.get(beyond("updated_at,id"));
      const expected = sorted.filter((row) => seconds(row, "updated_at") >= from);
      expect(body["tickets"]).toEqual(expected);
      expect(expected.length).toBeLessThan(sorted.length);
      expect((await client.get(beyond("id"))).status).toBe(400);
    });
  });
});
