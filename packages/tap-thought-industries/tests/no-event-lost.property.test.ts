import type { CursorKind } from "@chorale/sandbox";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventAt, iso } from "./support/events.ts";
import { withPortal } from "./support/portal.ts";
import { now, type Run, runTap, runWell } from "./support/run-tap.ts";

const spanMs = 40_000;
const from = now - spanMs;
const streams = ["visits"];
const runs = { numRuns: 60 };

/** Moments that crowd on some milliseconds and on the edges of windows. */
const moments = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: spanMs - 1 }),
    fc.constantFrom(0, 3599, 3600, 3601, 7200, spanMs - 1),
    fc.integer({ min: 5000, max: 5012 }),
  ),
  { maxLength: 60 },
);

interface Setup {
  readonly offsets: readonly number[];
  readonly eventsPerPage: number;
  readonly cursors: CursorKind;
  readonly windowHours: number;
}

const setup: fc.Arbitrary<Setup> = fc.record({
  offsets: moments,
  eventsPerPage: fc.integer({ min: 1, max: 8 }),
  cursors: fc.constantFrom("exact", "before", "at"),
  windowHours: fc.constantFrom(0.001, 0.0015, 0.01, 24),
});

/** How many events at most share a moment. */
function crowdOf(offsets: readonly number[]): number {
  const counts = [...Map.groupBy(offsets, (offset) => offset).values()].map(({ length }) => length);
  return Math.max(0, ...counts);
}

function eventsOf({ offsets }: Setup) {
  return offsets.map((offset, index) => eventAt(from + offset, `u${index}`));
}

function portalOf(given: Setup) {
  const { eventsPerPage, cursors } = given;
  return { data: { given: { visit: eventsOf(given) } }, eventsPerPage, cursors };
}

function configOf({ windowHours }: Setup) {
  const range = { start_date: iso(from), end_date: iso(now) };
  return { ...range, window_hours: windowHours, lookback_seconds: 0 };
}

function contentsOf(run: Run): readonly string[] {
  return run.records("visits").map(({ user, timestamp }) => `${String(timestamp)} ${String(user)}`);
}

function expectedOf(given: Setup): readonly string[] {
  return eventsOf(given).map(({ user, timestamp }) => `${String(timestamp)} ${String(user)}`);
}

describe("no event", () => {
  it("is lost, invented or repeated, wherever pages and windows end", async () => {
    await fc.assert(
      fc.asyncProperty(setup, async (given) => {
        // More events of one moment than a page holds are out of reach but by exact cursors.
        fc.pre(given.cursors === "exact" || crowdOf(given.offsets) <= given.eventsPerPage);
        await withPortal(portalOf(given), async (portal) => {
          const run = await runWell({ url: portal.url, streams, config: configOf(given) });
          expect(contentsOf(run).toSorted()).toEqual(expectedOf(given).toSorted());
          const moments = run.records("visits").map(({ timestamp }) => String(timestamp));
          expect(moments).toEqual(moments.toSorted());
        });
      }),
      runs,
    );
  });

  it("is invented or repeated where more share a moment than a page holds and the cursor hides them", async () => {
    await fc.assert(
      fc.asyncProperty(setup, async (given) => {
        fc.pre(given.cursors !== "exact" && crowdOf(given.offsets) > given.eventsPerPage);
        await withPortal(portalOf(given), async (portal) => {
          const run = await runWell({ url: portal.url, streams, config: configOf(given) });
          const found = contentsOf(run);
          const all = new Set(expectedOf(given));
          expect(found.filter((event) => !all.has(event))).toEqual([]);
          expect(new Set(found).size).toBe(found.length);
          // Of each moment a page is there, and the log says where more may be.
          const counts = Map.groupBy(given.offsets, (offset) => offset);
          const hidden = [...counts].filter(([, { length }]) => length > given.eventsPerPage);
          for (const [offset] of hidden) {
            const at = iso(from + offset);
            expect(found.filter((event) => event.startsWith(at)).length).toBe(given.eventsPerPage);
            expect(run.logs.some(({ level, fields }) => level === "warn" && fields["at"] === at)).toBe(true);
          }
          const reachable =
            expectedOf(given).length - hidden.reduce((sum, [, { length }]) => sum + length, 0);
          expect(found.length).toBe(reachable + hidden.length * given.eventsPerPage);
        });
      }),
      runs,
    );
  });

  it("is lost when a run is killed after any of its states, and started again from it", async () => {
    await fc.assert(
      fc.asyncProperty(setup, fc.nat(), async (given, drawn) => {
        const exact = { ...given, cursors: "exact" as const };
        await withPortal(portalOf(exact), async (portal) => {
          const options = { url: portal.url, streams, config: configOf(exact) };
          const whole = await runWell(options);
          let left = drawn % whole.states.length;
          const killed = await runTap({ ...options, until: ({ type }) => type === "STATE" && left-- === 0 });
          const rest = await runWell({ ...options, state: killed.states.at(-1) });
          // Without a look back nothing is read twice either.
          expect([...contentsOf(killed), ...contentsOf(rest)]).toEqual(contentsOf(whole));
          expect(rest.states.at(-1)).toEqual(whole.states.at(-1));
        });
      }),
      runs,
    );
  });

  it("that is shown late is lost within the look back", async () => {
    const late = fc.record({ offset: fc.integer({ min: 0, max: spanMs - 1 }), given: setup });
    await fc.assert(
      fc.asyncProperty(late, async ({ offset, given }) => {
        const exact = { ...given, cursors: "exact" as const };
        await withPortal(portalOf(exact), async (portal) => {
          const config = { ...configOf(exact), lookback_seconds: spanMs / 1000 };
          const first = await runWell({ url: portal.url, streams, config });
          portal.store.events.visit.add(eventAt(from + offset, "late"));
          const second = await runWell({ url: portal.url, streams, config, state: first.states.at(-1) });
          expect(contentsOf(second)).toContain(`${iso(from + offset)} late`);
        });
      }),
      { numRuns: 20 },
    );
  });
});
