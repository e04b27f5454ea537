import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import { type Client, first, now, nowSeconds, number, objects, text, withZendesk } from "./zendesk-client.ts";

const data = { kind: "generated", seed: 21, tickets: 96, users: 64, organizations: 40 } as const;
const changedAt = "2026-01-15T12:00:00Z";

/** A stand-in whose clock a test may move on, so that exports show what was changed. */
async function withClock(
  test: (client: Client, pass: (seconds: number) => void) => Promise<void>,
): Promise<void> {
  let clock = now;
  await withZendesk({ data, clock: () => clock }, (client) =>
    test(client, (seconds) => {
      clock += seconds * 1000;
    }),
  );
}

async function exported(client: Client, path: string, key: string, id?: number): Promise<JsonObject[]> {
  const rows = objects((await client.get(`/api/v2/incremental/${path}?start_time=0`)).body, key);
  return id === undefined ? rows : rows.filter((row) => row["id"] === id);
}

describe("generated data", () => {
  const ticketPath = "/api/v2/incremental/tickets/cursor?start_time=0&include=metric_sets";

  async function ticketsOf(seed: number, clock = now): Promise<string> {
    let found = "";
    await withZendesk({ data: { ...data, seed }, clock: () => clock }, async ({ get }) => {
      found = (await get(ticketPath)).text.replaceAll(/127\.0\.0\.1:\d+/gu, "host");
    });
    return found;
  }

  it("is the same for the same seed, and another for another", async () => {
    const one = await ticketsOf(1);
    expect(await ticketsOf(1)).toBe(one);
    expect(await ticketsOf(2)).not.toBe(one);
  });

  it("ends five minutes before now", async () => {
    await withZendesk({ data }, async (client) => {
      for (const [path, key] of [
        ["tickets/cursor", "tickets"],
        ["users/cursor", "users"],
        ["organizations", "organizations"],
      ] as const) {
        const stamps = (await exported(client, path, key)).map((row) =>
          typeof row["generated_timestamp"] === "number"
            ? row["generated_timestamp"]
            : Date.parse(text(row, "updated_at")) / 1000,
        );
        expect(Math.max(...stamps)).toBe(nowSeconds - 300);
      }
    });
  });

  it("has every kind of custom value, nulls, long and foreign texts, and ids beyond 32 bits", async () => {
    await withZendesk({ data }, async (client) => {
      const tickets = await exported(client, "tickets/cursor", "tickets");
      const kinds = new Set(
        tickets
          .flatMap((ticket) => objects(ticket, "custom_fields"))
          .map(({ value = null }) =>
            Array.isArray(value) ? "array" : value === null ? "null" : typeof value,
          ),
      );
      expect(kinds).toEqual(new Set(["array", "null", "string", "number", "boolean"]));
      expect(tickets.every((ticket) => number(ticket, "id") > 2 ** 32)).toBe(true);
      expect(
        tickets.every(
          (ticket) => JSON.stringify(ticket["fields"]) === JSON.stringify(ticket["custom_fields"]),
        ),
      ).toBe(true);
      const all = JSON.stringify(tickets);
      for (const sample of ["👩‍👩‍👧‍👦", "パスワード", "مرحبا", "\\\\", '\\"', "\\r\\n", "e\u0301", "\u2028"])
        expect(all).toContain(sample);
      expect(
        tickets.some(
          (ticket) =>
            Date.parse(text(ticket, "updated_at")) / 1000 < number(ticket, "generated_timestamp") - 86_400,
        ),
      ).toBe(true);
      expect(tickets.every((ticket) => text(ticket, "created_at") <= text(ticket, "updated_at"))).toBe(true);
      const fields = objects(
        (await client.get("/api/v2/ticket_fields?page[size]=100")).body,
        "ticket_fields",
      );
      const fieldIds = new Set(fields.map((field) => field["id"]));
      const used = new Set(
        tickets.flatMap((ticket) => objects(ticket, "custom_fields")).map((value) => value["id"]),
      );
      expect([...used].every((id) => fieldIds.has(id))).toBe(true);
    });
  });

  it("starts at once however large it is", async () => {
    const large = {
      kind: "generated",
      seed: 1,
      tickets: 5_000_000,
      users: 1_000_000,
      organizations: 100_000,
    } as const;
    await withZendesk({ data: large }, async ({ get }) => {
      const started = performance.now();
      const { body } = await get(
        `/api/v2/incremental/tickets/cursor?start_time=${nowSeconds - 86_400 * 90}&per_page=10`,
      );
      expect(objects(body, "tickets")).toHaveLength(10);
      const after = await get("/api/v2/users?page[size]=10");
      expect(objects(after.body, "users")).toHaveLength(10);
      expect(performance.now() - started).toBeLessThan(2000);
    });
  });

  it.each([0, 1, 31, 32, 33])("may hold %i rows", async (count) => {
    const sizes = {
      tickets: count,
      users: count,
      organizations: count,
      groups: count,
      group_memberships: count,
      macros: count,
      tags: count,
    };
    await withZendesk({ data: { kind: "generated", seed: 1, ...sizes } }, async (client) => {
      const rows = await exported(client, "tickets/cursor", "tickets");
      expect(new Set(rows.map((row) => row["id"])).size).toBe(count);
      expect(
        (await client.get("/api/v2/groups?exclude_deleted=false&page[size]=100")).body["groups"],
      ).toHaveLength(count);
    });
  });
});

describe("the store", () => {
  it("adds a ticket with a new id that every endpoint shows", async () => {
    await withClock(async (client, pass) => {
      const added = client.sandbox.store.tickets.add({
        subject: "new",
        description: "first words",
        status: "open",
      });
      expect(added).toMatchObject({
        id: 2 ** 32 + 1 + 96,
        updated_at: changedAt,
        created_at: changedAt,
        generated_timestamp: nowSeconds,
      });
      pass(60);
      expect(await exported(client, "tickets/cursor", "tickets", added.id)).toMatchObject([
        { subject: "new" },
      ]);
      const listed = objects((await client.get("/api/v2/tickets?page[size]=100")).body, "tickets");
      expect(listed.at(-1)).toMatchObject({ id: added.id, subject: "new" });
      const { body } = await client.get(`/api/v2/tickets/${added.id}/comments?page[size]=5`);
      expect(objects(body, "comments").map((comment) => comment["body"])).toEqual(["first words"]);
    });
  });

  it("moves an updated ticket to the end of the export and keeps its old comments as they were", async () => {
    await withClock(async (client, pass) => {
      const ticket = first(
        (await exported(client, "tickets/cursor", "tickets")).filter((row) => row["status"] === "open"),
      );
      const id = number(ticket, "id");
      const before = client.sandbox.store.comments(id);
      client.sandbox.store.tickets.update(id, { status: "solved" });
      pass(60);
      const rows = await exported(client, "tickets/cursor", "tickets");
      expect(rows).toHaveLength(96);
      expect(rows.at(-1)).toEqual({
        ...ticket,
        status: "solved",
        updated_at: changedAt,
        generated_timestamp: nowSeconds,
      });
      expect(client.sandbox.store.comments(id)).toEqual(before);
    });
  });

  it("takes another time of change, such as a system's silent one", async () => {
    await withClock(async (client) => {
      const ticket = first(await exported(client, "tickets/cursor", "tickets"));
      const id = number(ticket, "id");
      const stamp = nowSeconds - 90;
      const silent = { generated_timestamp: stamp, updated_at: text(ticket, "updated_at") };
      client.sandbox.store.tickets.update(id, silent);
      const rows = await exported(client, "tickets/cursor", "tickets");
      expect(rows.at(-1)).toEqual({ ...ticket, generated_timestamp: stamp });
    });
  });

  it("marks a deleted ticket and takes its children away", async () => {
    await withClock(async (client, pass) => {
      const ticket = first(
        (await exported(client, "tickets/cursor", "tickets")).filter((row) => row["status"] === "open"),
      );
      const id = number(ticket, "id");
      client.sandbox.store.tickets.delete(id);
      pass(60);
      expect(await exported(client, "tickets/cursor", "tickets", id)).toMatchObject([{ status: "deleted" }]);
      expect((await client.get(`/api/v2/tickets/${id}/comments`)).status).toBe(404);
    });
  });

  it("deletes each kind in its own way", async () => {
    await withClock(async (client, pass) => {
      const { store } = client.sandbox;
      const user = store.users.add({ email: "new@example.com", name: "New" });
      const organization = store.organizations.add({ name: "Doomed" });
      const group = store.lists.groups.add({ name: "Doomed" });
      const macro = store.lists.macros.add({ title: "Doomed" });
      store.users.delete(user.id);
      store.organizations.delete(organization.id);
      store.lists.groups.delete(group.id);
      store.lists.macros.delete(macro.id);
      pass(60);
      expect(await exported(client, "users/cursor", "users", user.id)).toMatchObject([
        { active: false, email: null },
      ]);
      expect(await exported(client, "organizations", "organizations", organization.id)).toMatchObject([
        { deleted_at: changedAt, name: `${organization.id}_deleted_Doomed` },
      ]);
      const groups = await client.get("/api/v2/groups?exclude_deleted=false&page[size]=100");
      expect(objects(groups.body, "groups").filter((row) => row["id"] === group.id)).toMatchObject([
        { deleted: true, name: "Doomed" },
      ]);
      const macros = await client.get("/api/v2/macros?page[size]=100");
      expect(objects(macros.body, "macros").some((row) => row["id"] === macro.id)).toBe(false);
    });
  });

  it("redacts a comment everywhere, leaves an audit and touches the ticket", async () => {
    await withClock(async (client, pass) => {
      const { store } = client.sandbox;
      const ticket = store.tickets.add({ description: "my card is 4242" });
      const added = store.addComment(ticket.id, { body: "and my PIN is 1234", public: false });
      pass(120);
      const redaction = { ticketId: ticket.id, commentId: added.id, text: "and my PIN is ▇▇▇▇" };
      store.redactComment(redaction);
      pass(60);
      const comments = await client.get(`/api/v2/tickets/${ticket.id}/comments?page[size]=100`);
      expect(objects(comments.body, "comments")).toMatchObject([
        { body: "my card is 4242" },
        { id: added.id, body: "and my PIN is ▇▇▇▇", public: false, created_at: changedAt },
      ]);
      const audits = objects(
        (await client.get(`/api/v2/tickets/${ticket.id}/audits?page[size]=100`)).body,
        "audits",
      );
      expect(JSON.stringify(audits)).not.toContain("1234");
      expect(audits.at(-1)).toMatchObject({
        events: [{ type: "CommentRedactionEvent", comment_id: added.id }],
      });
      expect(new Set(audits.map((audit) => audit["id"])).size).toBe(4);
      const [exportedTicket] = await exported(client, "tickets/cursor", "tickets", ticket.id);
      expect(exportedTicket).toMatchObject({ updated_at: "2026-01-15T12:02:00Z" });
    });
  });

  it("shows changes in lists that were asked for before", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const path = "/api/v2/groups?exclude_deleted=false&page[size]=100";
      const before = objects((await get(path)).body, "groups");
      const { id } = sandbox.store.lists.groups.update(number(first(before), "id"), { name: "~ last" });
      const after = objects((await get(path)).body, "groups");
      expect(after.at(-1)).toMatchObject({ id, name: "~ last" });
      expect(after).toHaveLength(before.length);
      sandbox.store.lists.groups.update(id, { name: "" });
      expect(first(objects((await get(path)).body, "groups"))).toMatchObject({ id, name: "" });
    });
  });

  it("puts an added ticket with its own words in the place of a generated one", async () => {
    await withZendesk({ data }, async ({ sandbox }) => {
      const id = 2 ** 32 + 2;
      sandbox.store.tickets.add({ id, description: "other words" });
      expect(sandbox.store.comments(id).map(({ body }) => body)).toEqual(["other words"]);
    });
  });

  it("redacts generated comments too", async () => {
    await withClock(async (client) => {
      const { store } = client.sandbox;
      const ids = (await exported(client, "tickets/cursor", "tickets")).map((row) => number(row, "id"));
      const ticketId = first(ids.filter((id) => store.comments(id).length > 2));
      const second = store.comments(ticketId)[1];
      store.redactComment({ ticketId, commentId: second?.id ?? 0 });
      expect(
        store
          .comments(ticketId)
          .map(({ body }) => body === "▇▇▇▇")
          .slice(0, 3),
      ).toEqual([false, true, false]);
    });
  });

  it.each<[string, (client: Client) => unknown]>([
    ["update", ({ sandbox }) => sandbox.store.tickets.update(1, {})],
    ["delete", ({ sandbox }) => sandbox.store.users.delete(1)],
    ["redact", ({ sandbox }) => sandbox.store.redactComment({ ticketId: 1, commentId: 1 })],
    ["comment on", ({ sandbox }) => sandbox.store.addComment(1, { body: "x" })],
  ])("refuses to %s what is not there", async (_, act) => {
    await withZendesk({ data }, async (client) => {
      expect(() => act(client)).toThrow(/there is no row 1\b|Ticket 1 has no comment 1\b/u);
    });
  });
});
