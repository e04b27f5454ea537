import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StampedEvent } from "../../src/run/run-event.ts";
import { frameOf, type Screen } from "../../src/view/frame.ts";
import { emptyModel, modelAfter } from "../../src/view/live-model.ts";
import { at, counts, result, start } from "./events.ts";
import { columnsOf } from "./wide-characters.ts";

const started = (attempt = 1) =>
  ({ event: "run_started", tap: "tap-a", target: "target-b", attempt }) as const;
const progress = (...args: Parameters<typeof counts>) =>
  ({ event: "progress", counts: counts(...args) }) as const;

function frame(
  events: readonly StampedEvent[],
  screen: Partial<Screen> & { after: number },
): readonly string[] {
  const model = events.reduce(modelAfter, emptyModel);
  return frameOf(model, { columns: 110, rows: 24, now: start + screen.after * 1000, ...screen }).map(
    ({ text }) => text,
  );
}

const other = { runId: "r2", stateId: "prod:tap-c-to-target-b" };

describe("a frame", () => {
  it("is empty before anything runs, and after everything ended", () => {
    expect(frame([], { after: 0 })).toEqual([]);
    expect(
      frame([at(0, started()), at(9, { event: "run_finished", result: result() })], { after: 9 }),
    ).toEqual([]);
  });

  it("says what a run does before anything moves", () => {
    const events = [
      at(0, started()),
      at(1, { event: "discovery", streams: 12, ageSeconds: 0, seconds: 1 }),
      at(1, { event: "select_resolved", selected: ["a", "b"], unmatched: [] }),
    ];
    expect(frame(events.slice(0, 1), { after: 0.5 })).toEqual(["prod:tap-a-to-target-b  0.5 s  is starting"]);
    expect(frame(events.slice(0, 2), { after: 1 })).toEqual([
      "prod:tap-a-to-target-b  1.0 s  knows 12 streams",
    ]);
    expect(frame(events, { after: 2 })).toEqual(["prod:tap-a-to-target-b  2.0 s  reads 2 streams"]);
  });

  it("has sums, a line for each stream with its bookmark and how far it lies back, and who waits", () => {
    const events = [
      at(0, started(2)),
      at(2, progress({ users: [1000, 2_000_000] })),
      at(3, {
        event: "state_committed",
        version: 1,
        bookmarks: { users: "2026-03-01T11:00:00Z", orders: "81" },
      }),
      at(4, progress({ users: [3000, 4_000_000], orders: [7, 900] }, { tapWaitMs: 2500, targetWaitMs: 100 })),
    ];
    expect(frame(events, { after: 5 })).toEqual([
      "prod:tap-a-to-target-b  5.0 s  attempt 2  3,007 records  4.0 MB  752/s  waits for tap 50 %, target 2 %",
      "  stream  records  records/s    size  bookmark              behind",
      "  users     3,000        750  4.0 MB  2026-03-01T11:00:00Z  1 h 0 min",
      "  orders        7        1.8   900 B  81",
    ]);
  });

  it("has the rates of the last seconds only", () => {
    const events = [
      at(0, started()),
      ...[1, 2, 3, 20, 22, 24].map((s) => at(s, progress({ a: [s < 10 ? s : 3, 10] }))),
    ];
    expect(frame(events, { after: 24 })[2]).toBe("  a             3          0  10 B");
    const fast = [...events, at(25, progress({ a: [1003, 10] }))];
    expect(frame(fast, { after: 25 })[2]).toBe("  a         1,003        200  10 B");
  });

  it("shows the busiest streams and the sum of the others where there is no room", () => {
    const streams = (records: number) =>
      Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`s${index}`, [records * index, 10] as const]),
      );
    const events = [at(0, started()), at(1, progress(streams(1)))];
    const lines = frame(events, { after: 1, rows: 7 });
    expect(lines.map((line) => line.trim().split(/ {2,}/).slice(0, 4))).toEqual([
      ["prod:tap-a-to-target-b", "1.0 s", "435 records", "300 B"],
      ["stream", "records", "records/s", "size"],
      ["s27", "27", "27", "10 B"],
      ["s28", "28", "28", "10 B"],
      ["s29", "29", "29", "10 B"],
      ["… 27 others", "351", "351", "270 B"],
    ]);
  });

  it("divides the room among runs, and leaves out runs that have none", () => {
    const events = [
      at(0, started()),
      at(0, started(), other),
      at(1, progress({ a: [1, 1], b: [2, 2] })),
      at(1, progress({ c: [1, 1], d: [2, 2] }), other),
    ];
    expect(frame(events, { after: 1, rows: 9 }).map((line) => line.trim().split(" ")[0])).toEqual([
      "prod:tap-a-to-target-b",
      "stream",
      "a",
      "b",
      "prod:tap-c-to-target-b",
      "stream",
      "c",
      "d",
    ]);
    expect(frame(events, { after: 1, rows: 5 })).toHaveLength(2);
    const many = Array.from({ length: 9 }, (_, index) =>
      at(0, started(), { runId: `r${index}`, stateId: `s${index}` }),
    );
    expect(frame(many, { after: 1, rows: 4 })).toEqual([
      "s0  1.0 s  is starting",
      "s1  1.0 s  is starting",
      "… and 7 more",
    ]);
  });

  it("shows a unit that waits for its next attempt until that begins", () => {
    const events = [
      at(0, started()),
      at(5, { event: "run_finished", result: result() }),
      at(5, { event: "retry", inSeconds: 30, after: "tap-a ended\nwith 1" }),
    ];
    expect(frame(events, { after: 10 })).toEqual([
      "prod:tap-a-to-target-b  next attempt in 25 s, after: tap-a ended with 1",
    ]);
    const next = { runId: "r9", stateId: "prod:tap-a-to-target-b" };
    expect(frame([...events, at(35, started(2), next)], { after: 36 })).toEqual([
      "prod:tap-a-to-target-b  1.0 s  attempt 2  is starting",
    ]);
  });

  it("passes over events of runs that it does not know", () => {
    expect(frame([at(1, progress({ a: [1, 1] }))], { after: 1 })).toEqual([]);
  });

  it("shows the numbers rather than the end of a long state id", () => {
    const of = { runId: "r1", stateId: `prod:tap-a-to-target-b:${"x".repeat(80)}` };
    const events = [at(0, started(), of), at(1, progress({ a: [1000, 1000] }, { tapWaitMs: 500 }), of)];
    expect(frame(events, { after: 1, columns: 100 })[0]).toBe(
      "prod:tap-a-to-target-b:xxxxx…  1.0 s  1,000 records  1.0 kB  1,000/s  waits for tap 50 %, target 0 %",
    );
  });

  it("is cut where the screen ends", () => {
    const events = [at(0, started()), at(1, progress({ 数据: [1, 1] }))];
    expect(frame(events, { after: 1, columns: 20 })).toEqual([
      "prod:tap-a-to-targe…",
      "  stream  records  …",
      "  数据          1  …",
    ]);
  });
});

const anyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      "\u001b[31m",
      "\u001b",
      "[2J",
      "\u009b",
      "数",
      "😀",
      "👨‍👩‍👧",
      "e\u0301",
      "\n",
      "\t",
      "\u202e",
      "|",
      "a",
      "ﷺ",
      "\uFE0F",
      "❤",
    ),
    maxLength: 60,
  }),
);

describe("any frame", () => {
  it("is never wider or higher than the screen, and has no control characters", () => {
    const unit = fc.record({
      stateId: anyName,
      streams: fc.dictionary(anyName, fc.tuple(fc.nat(), fc.nat()), { maxKeys: 12 }),
      bookmark: anyName,
      after: anyName,
      waits: fc.boolean(),
    });
    const screen = fc.record({
      columns: fc.integer({ min: 1, max: 130 }),
      rows: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 4 }), screen, (units, size) => {
        const events = units.flatMap(
          ({ stateId, streams, bookmark, after, waits }, index): StampedEvent[] => {
            const of = { runId: `r${index}`, stateId };
            const bookmarks = Object.fromEntries(Object.keys(streams).map((name) => [name, bookmark]));
            const last = waits ? [at(3, { event: "retry", inSeconds: 3, after }, of)] : [];
            const moved = [
              at(1, progress(streams), of),
              at(2, { event: "state_committed", version: 1, bookmarks }, of),
            ];
            return [at(0, started(), of), ...moved, ...last];
          },
        );
        const lines = frame(events, { after: 4, ...size });
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, size.rows - 1));
        for (const line of lines) {
          expect(columnsOf(line)).toBeLessThanOrEqual(size.columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        }
      }),
      { numRuns: 300 },
    );
  });
});
