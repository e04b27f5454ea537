import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { type EventName, eventNames } from "../../src/thought-industries/generated/event-kinds.ts";
import { day, now, pageInfoOf, rowsOf, walk, withPortal } from "./portal-client.ts";

const momentOf = (event: JsonObject): number => Date.parse(String(event["timestamp"]));
const at = (moment: number, user: string): JsonObject => ({
  timestamp: new Date(moment).toISOString(),
  user,
});
const usersOf = (events: readonly JsonObject[]): readonly unknown[] => events.map(({ user }) => user);

describe("events", () => {
  it("come newest first, a hundred at a time", async () => {
    await withPortal({ data: { seed: 1, login: 250 } }, async ({ get }) => {
      const answer = await get("events/login");
      const moments = rowsOf(answer).map(momentOf);
      expect(moments).toHaveLength(100);
      expect(moments).toEqual(moments.toSorted((left, right) => right - left));
      expect(pageInfoOf(answer).hasMore).toBe(true);
      expect(Object.keys(answer.body)).toEqual(["pageInfo", "events"]);
    });
  });

  it("lie in a range that both of its ends are part of", async () => {
    const given = { login: [at(1000, "a"), at(2000, "b"), at(3000, "c"), at(4000, "d")] };
    await withPortal({ data: { given } }, async ({ get }) => {
      const answer = await get("events/login?startDate=2000&endDate=3000");
      expect(usersOf(rowsOf(answer))).toEqual(["c", "b"]);
      expect(pageInfoOf(answer).hasMore).toBe(false);
    });
  });

  it("are none where seconds are taken for milliseconds, without a word", async () => {
    await withPortal({ data: { seed: 1, login: 50 } }, async ({ get }) => {
      const seconds = (moment: number): number => Math.floor(moment / 1000);
      const answer = await get(`events/login?startDate=${seconds(now - 90 * day)}&endDate=${seconds(now)}`);
      expect([answer.status, rowsOf(answer)]).toEqual([200, []]);
      const milliseconds = await get(`events/login?startDate=${now - 90 * day}&endDate=${now}`);
      expect(rowsOf(milliseconds)).toHaveLength(50);
    });
  });

  it.each(["startDate=yesterday", "endDate=2026-01-01T00:00:00Z", "cursor=garbage", "startDate=-1"])(
    "are refused with 400 for ?%s",
    async (query) => {
      await withPortal({}, async ({ get }) => {
        expect((await get(`events/login?${query}`)).status).toBe(400);
      });
    },
  );

  it("are filtered by user and by course", async () => {
    await withPortal({ data: { seed: 1, courseAction: 90 } }, async ({ get }) => {
      const all = rowsOf(await get("events/courseAction"));
      const [{ notifiableId } = {}] = all;
      const some = rowsOf(await get(`events/courseAction?notifiableId=${String(notifiableId)}`));
      expect(some).toEqual(all.filter((event) => event["notifiableId"] === notifiableId));
      expect(some.length).toBeLessThan(all.length);
      expect(rowsOf(await get("events/courseAction?userId=nobody"))).toEqual([]);
    });
  });

  it("ignore parameters that they do not know", async () => {
    await withPortal({ data: { seed: 1, login: 150 } }, async ({ get }) => {
      expect(rowsOf(await get("events/login?perPage=500"))).toHaveLength(100);
    });
  });

  it.each([
    ["exact", ["e", "d", "c", "b", "a"], "MzAwMDox"],
    ["before", ["e", "d", "a"], "MzAwMA"],
  ] as const)("are walked by %s cursors", async (cursors, users, cursor) => {
    const given = { visit: [at(1000, "a"), at(2000, "b"), at(2000, "c"), at(2000, "d"), at(3000, "e")] };
    const options = { data: { given }, cursors, eventsPerPage: 2 };
    await withPortal(options, async (client) => {
      expect(usersOf(await walk(client, "events/visit"))).toEqual(users);
      const first = await client.get("events/visit?startDate=3000");
      expect(pageInfoOf(first)).toEqual({ cursor, hasMore: false });
    });
  });

  it("repeat the moment of the page's end by `at` cursors", async () => {
    const given = { visit: [at(1000, "a"), at(2000, "b"), at(2000, "c"), at(3000, "d")] };
    await withPortal({ data: { given }, cursors: "at", eventsPerPage: 2 }, async ({ get }) => {
      const { cursor } = pageInfoOf(await get("events/visit"));
      expect(usersOf(rowsOf(await get(`events/visit?cursor=${cursor}`)))).toEqual(["c", "b"]);
    });
  });

  it("keep to the range when a cursor is newer than its end", async () => {
    const given = { visit: [at(1000, "a"), at(2000, "b"), at(3000, "c")] };
    await withPortal({ data: { given }, cursors: "exact", eventsPerPage: 1 }, async ({ get }) => {
      const { cursor } = pageInfoOf(await get("events/visit"));
      expect(usersOf(rowsOf(await get(`events/visit?endDate=1500&cursor=${cursor}`)))).toEqual(["a"]);
    });
  });

  it("may be added late, at any moment", async () => {
    await withPortal({ data: { seed: 2, login: 30, days: 1 } }, async ({ sandbox, get }) => {
      const before = rowsOf(await get("events/login"));
      sandbox.store.events.login.add(at(now - day / 2, "late"));
      const after = rowsOf(await get("events/login"));
      expect(after).toHaveLength(31);
      expect(after.filter(({ user }) => user !== "late")).toEqual(before);
      const moments = after.map(momentOf);
      expect(moments).toEqual(moments.toSorted((left, right) => right - left));
      expect(() => sandbox.store.events.login.add({ user: "timeless" })).toThrow("needs a timestamp");
    });
  });
});

describe("generated events", () => {
  const withId: readonly EventName[] = [
    "courseAction",
    "courseCompletion",
    "coursePurchase",
    "learningPathAction",
  ];

  it.each(eventNames)("of %s have what the vendor's have", async (name) => {
    await withPortal({ data: { seed: 5, [name]: 80 }, cursors: "exact" }, async (client) => {
      const events = await walk(client, `events/${name}`);
      expect(events).toHaveLength(80);
      expect(events.every((event) => typeof event["id"] === "string")).toBe(withId.includes(name));
      expect(events.every((event) => "userDetail" in event)).toBe(name !== "emailCapture");
      const isWhole = events.every((event) => momentOf(event) % 1000 === 0);
      expect(isWhole).toBe(name === "courseView" || name === "coursePurchase");
      expect(new Set(events.map((event) => JSON.stringify(event))).size).toBe(80);
    });
  });

  it("share moments, lie in the days that were asked for, and are the same for the same seed", async () => {
    const data = { seed: 9, visit: 400, days: 3 };
    await withPortal({ data, cursors: "exact" }, async (client) => {
      const events = await walk(client, "events/visit");
      const moments = events.map(momentOf);
      expect(new Set(moments).size).toBeLessThan(380);
      expect(Math.max(...moments)).toBeLessThan(now);
      expect(Math.min(...moments)).toBeGreaterThanOrEqual(now - 3 * day);
      await withPortal({ data, cursors: "exact" }, async (other) => {
        expect(await walk(other, "events/visit")).toEqual(events);
      });
      await withPortal({ data: { ...data, seed: 10 }, cursors: "exact" }, async (other) => {
        expect(await walk(other, "events/visit")).not.toEqual(events);
      });
    });
  });

  it("are made when they are asked for: five million start at once", async () => {
    await withPortal({ data: { seed: 1, visit: 5_000_000 } }, async ({ get, sandbox }) => {
      const answer = await get(`events/visit?endDate=${now - 10 * day}`);
      expect(rowsOf(answer)).toHaveLength(100);
      expect(Math.max(...rowsOf(answer).map(momentOf))).toBeLessThanOrEqual(now - 10 * day);
      expect(sandbox.store.events.visit.count).toBe(5_000_000);
    });
  });
});
