import { describe, expect, it } from "vitest";
import { first, now, nowSeconds, object, objects, text, withZendesk } from "../zendesk-client.ts";
import { ids, isoOf, seconds } from "./rows.ts";
import { sortedById, walkCursor } from "./walks.ts";

const data = { kind: "generated", seed: 4, tickets: 90, users: 40, organizations: 12 } as const;
const day = 86_400;

describe("satisfaction ratings", () => {
  const path = "/api/v2/satisfaction_ratings?page[size]=5";

  it("are filtered by their creation, half-open, on every page", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("satisfaction_ratings");
      const [from, to] = [seconds(all[28] ?? {}, "created_at"), seconds(all[4] ?? {}, "created_at")];
      const rows = await walkCursor(
        client,
        `${path}&start_time=${from}&end_time=${to}`,
        "satisfaction_ratings",
      );
      const expected = all.filter(
        (row) => seconds(row, "created_at") >= from && seconds(row, "created_at") < to,
      );
      expect(rows).toEqual(expected);
      expect(rows.length).toBeGreaterThan(10);
    });
  });

  it("stand newest first unless they are sorted", async () => {
    await withZendesk({ data }, async (client) => {
      const usual = await walkCursor(client, path, "satisfaction_ratings");
      const sorted = await walkCursor(client, `${path}&sort=created_at`, "satisfaction_ratings");
      const stamps = sorted.map((row) => seconds(row, "created_at"));
      expect(stamps).toEqual(stamps.toSorted((left, right) => left - right));
      expect(usual.map((row) => seconds(row, "created_at"))).toEqual(stamps.toReversed());
      expect((await client.get(`${path}&sort=score`)).status).toBe(400);
    });
  });

  it.each([
    [`start_time=${nowSeconds - 59}`, 422],
    [`start_time=0&end_time=${nowSeconds - 59}`, 422],
    [`start_time=0&end_time=${nowSeconds - 60}`, 200],
    ["start_time=yesterday", 400],
  ])("answer ?%s with %i", async (query, status) => {
    await withZendesk({ data }, async ({ get }) => {
      expect((await get(`${path}&${query}`)).status).toBe(status);
    });
  });

  it("may change after they were created", async () => {
    await withZendesk({ data }, async (client) => {
      const rating = first(client.sandbox.shown("satisfaction_ratings").slice(10));
      client.sandbox.store.lists.satisfaction_ratings.update(Number(rating["id"]), { comment: "changed" });
      const path = `/api/v2/satisfaction_ratings?page[size]=100&start_time=${seconds(rating, "created_at")}`;
      const { body } = await client.get(path);
      expect(objects(body, "satisfaction_ratings").find(({ id }) => id === rating["id"])).toMatchObject({
        comment: "changed",
        created_at: rating["created_at"],
        updated_at: isoOf(nowSeconds),
      });
    });
  });
});

describe("skips", () => {
  it("carry their ticket, and are not there for deleted and archived ones", async () => {
    await withZendesk({ data }, async (client) => {
      const listed = new Map(client.sandbox.shown("listed_tickets").map((ticket) => [ticket["id"], ticket]));
      const skips = await walkCursor(client, "/api/v2/skips?page[size]=4", "skips");
      const { store } = client.sandbox;
      expect(skips.length).toBeGreaterThan(0);
      expect(skips.length).toBeLessThan(store.lists.ticket_skips.all().length);
      for (const skip of skips) expect(skip["ticket"]).toEqual(listed.get(skip["ticket_id"]));
      const [skip] = skips;
      store.tickets.delete(Number(skip?.["ticket_id"]));
      const left = await walkCursor(client, "/api/v2/skips?page[size]=4", "skips");
      expect(ids(left)).toEqual(ids(skips.filter((row) => row["ticket_id"] !== skip?.["ticket_id"])));
    });
  });

  it("are filtered by start_time", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("ticket_skips");
      const from = seconds(all[3] ?? {}, "updated_at");
      const { body } = await client.get(`/api/v2/skips?page[size]=100&start_time=${from}`);
      expect(body["skips"]).toEqual(all.filter((row) => seconds(row, "updated_at") >= from));
      expect((await client.get(`/api/v2/skips?start_time=${nowSeconds}`)).status).toBe(422);
    });
  });
});

describe("activities", () => {
  const path = "/api/v2/activities?page[size]=100";

  it("are those of the last thirty days for the caller, the newest first, with their people", async () => {
    await withZendesk({ data }, async (client) => {
      const { body } = await client.get(path);
      const rows = objects(body, "activities");
      const { body: me } = await client.get("/api/v2/users/me");
      expect(rows.length).toBeGreaterThan(10);
      expect(rows.length).toBeLessThan(client.sandbox.store.lists.ticket_activities.all().length);
      expect(rows.every((row) => seconds(row, "created_at") >= nowSeconds - 30 * day)).toBe(true);
      expect(rows.every((row) => row["user_id"] === object(me, "user")["id"])).toBe(true);
      const stamps = rows.map((row) => seconds(row, "created_at"));
      expect(stamps).toEqual(stamps.toSorted((left, right) => right - left));
      expect(ids(objects(body, "actors"))).toEqual(
        [...new Set(rows.map((row) => row["actor_id"]))].toSorted(),
      );
      expect(objects(body, "users")).toHaveLength(1);
      for (const row of rows) {
        expect([object(row, "user")["id"], object(row, "actor")["id"]]).toEqual([
          row["user_id"],
          row["actor_id"],
        ]);
      }
    });
  });

  it("are filtered by since and by start_time", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("ticket_activities");
      const from = seconds(all[5] ?? {}, "updated_at");
      const expected = all.filter((row) => seconds(row, "updated_at") >= from);
      for (const query of [`since=${isoOf(from)}`, `start_time=${from}`]) {
        expect((await client.get(`${path}&${query}`)).body["activities"]).toEqual(expected);
      }
      expect((await client.get(`${path}&since=yesterday`)).status).toBe(400);
    });
  });
});

describe("audit logs", () => {
  const path = "/api/v2/audit_logs?page[size]=9";

  it("are filtered by two times, which the links carry on", async () => {
    await withZendesk({ data }, async (client) => {
      const all = client.sandbox.shown("audit_logs");
      const [from, to] = [text(all[60] ?? {}, "created_at"), text(all[20] ?? {}, "created_at")];
      const filter = `filter[created_at][]=${from}&filter[created_at][]=${to}`;
      const rows = await walkCursor(client, `${path}&${filter}&sort=created_at`, "audit_logs");
      const expected = all.filter((row) => text(row, "created_at") >= from && text(row, "created_at") <= to);
      expect(sortedById(rows)).toEqual(sortedById(expected));
      expect(rows.map((row) => row["created_at"])).toEqual(
        expected.map((row) => text(row, "created_at")).toSorted(),
      );
      expect(rows.length).toBeGreaterThan(30);
    });
  });

  it.each(["filter[created_at][]=2026-01-01T00:00:00Z", "filter[created_at][]=a&filter[created_at][]=b"])(
    "refuse ?%s",
    async (query) => {
      await withZendesk({ data }, async ({ get }) => {
        expect((await get(`${path}&${query}`)).status).toBe(400);
      });
    },
  );
});

describe("what was deleted", () => {
  const month = { ...data, tickets: 40 };

  it("is listed for thirty days if it was a ticket, sorted as asked", async () => {
    let clock = now;
    await withZendesk({ data: month, clock: () => clock }, async (client) => {
      const { store } = client.sandbox;
      const before = client.sandbox.shown("deleted_tickets").length;
      const open = store.tickets
        .all()
        .filter((row) => row["status"] === "open")
        .slice(0, 4)
        .toReversed();
      for (const { id } of open) {
        clock += 1000;
        store.tickets.delete(id);
      }
      const path = "/api/v2/deleted_tickets?page[size]=2&sort=deleted_at";
      const rows = (await walkCursor(client, path, "deleted_tickets")).slice(before);
      expect(rows.map(({ id }) => id)).toEqual(open.map(({ id }) => id));
      expect(rows[0]).toEqual({
        id: open[0]?.id,
        subject: open[0]?.["subject"],
        description: open[0]?.["description"],
        actor: { id: open[0]?.["submitter_id"], name: "Agent Extraordinaire" },
        deleted_at: isoOf(nowSeconds + 1),
        previous_state: "open",
      });
      expect((await client.get("/api/v2/deleted_tickets?sort=shoes")).status).toBe(400);
      clock += 31 * day * 1000;
      expect(client.sandbox.shown("deleted_tickets")).toEqual([]);
    });
  });

  it("is listed if it was a user, without what is forgotten", async () => {
    await withZendesk({ data: { ...data, users: 300 } }, async (client) => {
      const rows = await walkCursor(client, "/api/v2/deleted_users?page[size]=5", "deleted_users");
      const deleted = client.sandbox.shown("users").filter((user) => user["active"] === false);
      expect(ids(rows)).toEqual(ids(deleted));
      const forgotten = new Set(
        deleted.filter((user) => user["permanently_deleted"] === true).map(({ id }) => id),
      );
      expect(forgotten.size).toBeGreaterThan(0);
      for (const row of rows) expect(row["email"] === null).toBe(forgotten.has(row["id"]));
    });
  });
});
