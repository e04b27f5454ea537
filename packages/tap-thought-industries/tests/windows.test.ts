import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { day, eventAt, hour, iso } from "./support/events.ts";
import { type targetsOf, withPortal } from "./support/portal.ts";
import { now, type Run, runWell } from "./support/run-tap.ts";

const streams = ["visits"];
const midnight = Date.UTC(2026, 0, 15);

/** The ranges that were asked for, in hours before noon of the run's day. */
function rangesOf(portal: Parameters<typeof targetsOf>[0]): readonly (readonly [number, number])[] {
  return portal.requests.map(({ query }) => {
    const hours = (moment: number): number => (moment - now) / hour;
    return [hours(Number(query["startDate"])), hours(Number(query["endDate"]) + 1)];
  });
}

function bookmarksOf({ states }: Run): readonly unknown[] {
  return states.map(({ bookmarks }) => bookmarks?.["visits"]);
}

describe("windows", () => {
  it("are read oldest first, and the state moves after each, where nothing happened too", async () => {
    const given = { visit: [eventAt(now - 60 * hour, "a"), eventAt(now - hour, "b")] };
    await withPortal({ data: { given } }, async (portal) => {
      const config = { start_date: iso(now - 72 * hour) };
      const run = await runWell({ url: portal.url, streams, config });
      // Next to nothing happened: the second window may be longer than a day, and ends with the run.
      expect(rangesOf(portal)).toEqual([
        [-72, -48],
        [-48, 0],
      ]);
      expect(bookmarksOf(run)).toEqual([
        { timestamp: iso(now - 60 * hour), read_until: iso(now - 48 * hour) },
        { timestamp: iso(now - hour), read_until: iso(now) },
        { timestamp: iso(now - hour), read_until: iso(now) },
      ]);
    });
  });

  it("grow over empty years, and shrink to their length where a page does not hold one", async () => {
    const given = {
      visit: [
        eventAt(now - 30 * hour, "a"),
        eventAt(now - 3 * hour, "b"),
        eventAt(now - 2 * hour, "c"),
        eventAt(now - hour, "d"),
      ],
    };
    await withPortal({ data: { given }, eventsPerPage: 3 }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config: { start_date: iso(now - 7 * day) } });
      expect(rangesOf(portal)).toEqual([
        [-168, -144],
        [-144, -96],
        // The third would be of four days, which hold more than a page: a day is read instead.
        [-96, 0],
        [-96, -72],
        [-72, -24],
        [-24, 0],
      ]);
      expect(run.records("visits").map(({ user }) => user)).toEqual(["a", "b", "c", "d"]);
    });
  });

  it("take few requests from 2010 on", async () => {
    await withPortal({ data: { given: { visit: [eventAt(now - 1, "a")] } } }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config: { start_date: "2010-02-01" } });
      expect(run.records("visits").length).toBe(1);
      expect(portal.requests.length).toBeLessThanOrEqual(14);
    });
  });

  it("do not grow over days with some events, so that no request is in vain", async () => {
    const visit = Array.from({ length: 300 }, (_, index) =>
      eventAt(now - index * 0.8 * hour - 1, `u${index}`),
    );
    await withPortal({ data: { given: { visit } } }, async (portal) => {
      const config = { start_date: iso(now - 10 * day) };
      const run = await runWell({ url: portal.url, streams, config });
      expect(run.records("visits").length).toBe(300);
      expect(portal.requests.length).toBe(10);
    });
  });

  it("end with the run where end_date lies ahead", async () => {
    const given = { visit: [eventAt(now - 1, "past"), eventAt(now + 1, "future")] };
    await withPortal({ data: { given } }, async (portal) => {
      const config = { start_date: iso(now - hour), end_date: iso(now + day) };
      const run = await runWell({ url: portal.url, streams, config });
      expect(rangesOf(portal)).toEqual([[-1, 0]]);
      expect(run.records("visits").map(({ user }) => user)).toEqual(["past"]);
    });
  });

  it("begin at no moment of fewer than 13 digits", async () => {
    await withPortal({ data: { given: {} } }, async (portal) => {
      await runWell({ url: portal.url, streams, config: { start_date: "1970-01-01" } });
      expect(portal.requests[0]?.query["startDate"]).toBe("1000000000000");
      expect(portal.requests.every(({ query }) => /^\d{13}$/.test(query["endDate"] ?? ""))).toBe(true);
    });
  });

  it.each([
    // Eleven pages were in vain, which showed that it is too much.
    ["little too much", 14_000, 11],
    ["far too much, as the first page shows", 60_000, 1],
  ])("get shorter where more happened than is held at a time: %s", async (_name, count, vain) => {
    const data = { seed: 3, visit: count, days: 1 };
    await withPortal({ data, eventsPerPage: 1000 }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config: { start_date: iso(now - day) } });
      expect(run.records("visits").length).toBe(count);
      expect(new Set(run.ids("visits")).size).toBe(count);
      expect(rangesOf(portal)[0]).toEqual([-24, 0]);
      const windows = new Set(portal.requests.map(({ query }) => query["startDate"])).size;
      expect(windows).toBeGreaterThan(2);
      expect(run.states.length).toBe(windows + 1);
      // Each window's last page is not full.
      expect(portal.requests.length).toBeLessThanOrEqual(vain + count / 1000 + windows + 1);
    });
  });

  it("of which all happened in one second are read whole", async () => {
    const visit = Array.from({ length: 25_000 }, (_, index) =>
      eventAt(now - hour + Math.floor(index / 28), `u${index}`),
    );
    await withPortal({ data: { given: { visit } }, eventsPerPage: 1000 }, async (portal) => {
      const config = { start_date: iso(now - 2 * hour) };
      const run = await runWell({ url: portal.url, streams, config });
      expect(new Set(run.ids("visits")).size).toBe(25_000);
    });
  });

  it.each([
    ["a day each", [24, 24, 24]],
    ["of other lengths", [1, 36, 35]],
  ])(
    "give exactly the same records however the time is cut by start_date and end_date: %s",
    async (_name, spans) => {
      const data = { seed: 11, visit: 900, days: 3 };
      await withPortal({ data, eventsPerPage: 40 }, async (portal) => {
        const read = async (from: number, to: number) => {
          const config = { start_date: iso(from), end_date: iso(to) };
          return (await runWell({ url: portal.url, streams, config })).records("visits");
        };
        const whole = await read(midnight - 3 * day, midnight);
        let from = midnight - 3 * day;
        const parts: unknown[] = [];
        for (const span of spans) {
          const part = await read(from, from + span * hour);
          expect(await read(from, from + span * hour)).toEqual(part);
          parts.push(...part);
          from += span * hour;
        }
        expect(from).toBe(midnight);
        expect(whole.length).toBeGreaterThan(700);
        expect(parts).toEqual(whole);
      });
    },
  );
});

describe("a later run", () => {
  const given = { visit: [eventAt(now - 20 * day, "old"), eventAt(now - 5 * hour, "new")] };

  it("begins an hour before what was read, and emits late events", async () => {
    await withPortal({ data: { given } }, async (portal) => {
      const first = await runWell({ url: portal.url, streams });
      portal.store.events.visit.add(eventAt(now - 59 * 60_000, "late"));
      portal.store.events.visit.add(eventAt(now - 61 * 60_000, "too late"));
      portal.store.events.visit.add(eventAt(now + hour, "next"));
      portal.requests.length = 0;
      const state = first.states.at(-1);
      const second = await runWell({ url: portal.url, streams, state, at: now + 2 * hour });
      expect(rangesOf(portal)).toEqual([[-1, 2]]);
      expect(second.records("visits").map(({ user }) => user)).toEqual(["late", "next"]);
      expect(second.states.at(-1)?.bookmarks?.["visits"]).toEqual({
        timestamp: iso(now + hour),
        read_until: iso(now + 2 * hour),
      });
    });
  });

  it.each([
    ["none", 0, [0, 1]],
    ["more than a day", 90_000, [-25, 1]],
    ["more than there is", 1e9, [-1092, 1]],
  ])("begins lookback_seconds before what was read: %s", async (_name, seconds, range) => {
    const state: State = { bookmarks: { visits: { read_until: iso(now) } } };
    await withPortal({ data: { given: {} } }, async (portal) => {
      const config = { lookback_seconds: seconds };
      await runWell({ url: portal.url, streams, state, at: now + hour, config });
      const ranges = rangesOf(portal);
      expect([ranges[0]?.[0], ranges.at(-1)?.[1]]).toEqual(range);
    });
  });

  it("never moves a bookmark back", async () => {
    await withPortal({ data: { given } }, async (portal) => {
      const state: State = {
        bookmarks: { visits: { timestamp: iso(now - 5 * hour), read_until: iso(now) } },
      };
      const config = { lookback_seconds: 6 * 3600, window_hours: 1 };
      const run = await runWell({ url: portal.url, streams, state, config });
      expect(run.records("visits").length).toBe(1);
      expect(new Set(bookmarksOf(run).map((bookmark) => JSON.stringify(bookmark)))).toEqual(
        new Set([JSON.stringify({ timestamp: iso(now - 5 * hour), read_until: iso(now) })]),
      );
    });
  });

  it("begins with start_date where that is later than its state", async () => {
    const state: State = { bookmarks: { visits: { timestamp: iso(now - 40 * day) } } };
    await withPortal({ data: { given } }, async (portal) => {
      await runWell({ url: portal.url, streams, state, config: { start_date: iso(now - 10 * day) } });
      expect(rangesOf(portal)[0]?.[0]).toBe(-240);
    });
  });

  it("asks nothing where all was read up to end_date", async () => {
    const state: State = { bookmarks: { visits: { read_until: iso(now) } } };
    await withPortal({ data: { given } }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, state, config: { end_date: iso(now - day) } });
      expect([portal.requests.length, run.records("visits").length]).toEqual([0, 0]);
      expect(run.states.at(-1)).toEqual(state);
    });
  });

  it("reads all again where the catalog wants the whole table", async () => {
    const state: State = { bookmarks: { visits: { timestamp: iso(now), read_until: iso(now) } } };
    await withPortal({ data: { given } }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, state, fullTable: streams });
      expect(run.records("visits").length).toBe(2);
    });
  });

  it("refuses a state that says nonsense", async () => {
    const state: State = { bookmarks: { visits: { read_until: "tomorrow" } } };
    await withPortal({ data: { given } }, async (portal) => {
      await expect(runWell({ url: portal.url, streams, state })).rejects.toThrow(
        'state: read_until: "tomorrow" is no date-time.',
      );
      expect(portal.requests.length).toBe(0);
    });
  });
});
