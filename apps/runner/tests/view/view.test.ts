import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../../src/run/run-event.ts";
import { createView, type ViewOptions } from "../../src/view/view.ts";
import { at, counts, result, start } from "./events.ts";
import { screenAfter } from "./terminal.ts";

const started = { event: "run_started", tap: "tap-a", target: "target-b", attempt: 1 } as const;
const log = (line: string) => ({ event: "plugin_log", plugin: "tap-a", line }) as const;
const moved = (records: number) => ({ event: "progress", counts: counts({ users: [records, 10] }) }) as const;
const finished = { event: "run_finished", result: result() } as const;

const every: readonly RunEvent[] = [
  started,
  { event: "discovery", streams: 2, ageSeconds: 0, seconds: 1.5 },
  { event: "discovery", streams: 2, ageSeconds: 7200, seconds: 0.01 },
  { event: "select_resolved", selected: ["users"], unmatched: ["usres.*"] },
  { event: "state_loaded", source: "none", streams: [] },
  { event: "state_loaded", source: ".chorale/state", streams: ["users"] },
  moved(1500),
  { event: "state_committed", version: 7, bookmarks: { users: "2026-03-01" } },
  log("hello \u001b[31mred\u001b[0m\u009b"),
  { event: "warning", message: "tap-a: look" },
  { event: "retry", inSeconds: 90, after: "tap-a ended with exit code 1" },
  {
    event: "run_finished",
    result: result({ status: "failed", exitCode: 10, reason: "tap_failed", problems: ["p"] }),
  },
];

/** A view, and what it wrote: `out` and `err` in order. */
function watched(options: Partial<ViewOptions> = {}) {
  const written: (readonly ["out" | "err", string])[] = [];
  const view = createView({
    format: "text",
    terminal: undefined,
    stdout: (text) => written.push(["out", text]),
    stderr: (text) => written.push(["err", text]),
    env: {},
    ...options,
  });
  const take = () => written.splice(0);
  const textOf = (stream: "out" | "err") =>
    written
      .filter(([to]) => to === stream)
      .map(([, text]) => text)
      .join("");
  return { view, take, textOf };
}

describe("where there is no terminal", () => {
  it("writes a line for each thing that happens, and the table at the end", () => {
    const { view, textOf } = watched();
    for (const event of every) view.take(at(0, event));
    view.close();
    expect(textOf("err").split("\n")).toEqual([
      "prod:tap-a-to-target-b: started as run r1",
      "prod:tap-a-to-target-b: the tap knows 2 streams, asked in 1.5 s",
      "prod:tap-a-to-target-b: the tap knew 2 streams 2 h 0 min ago",
      "prod:tap-a-to-target-b: reads 1 stream",
      "prod:tap-a-to-target-b: there is no state: everything is read",
      "prod:tap-a-to-target-b: goes on from .chorale/state, with the bookmarks of 1 stream",
      "prod:tap-a-to-target-b: 1,500 records of 1 stream, 10 B",
      "tap-a | hello red\uFFFD",
      "warning: tap-a: look",
      "prod:tap-a-to-target-b: next attempt in 1 min 30 s, after: tap-a ended with exit code 1",
      "prod:tap-a-to-target-b: failed, exit code 10",
      "",
    ]);
    expect(textOf("out")).toContain("\ntap-a → target-b failed (tap_failed, exit code 10) after 10.0 s");
    expect(textOf("out")).toMatch(/^\| users .* \| 2026-03-01 \|$/m);
  });

  it.each(["text", "json"] as const)("tells progress of a run once in ten seconds (%s)", (format) => {
    const { view, textOf } = watched({ format });
    const other = { runId: "r2", stateId: "s2" };
    for (let second = 1; second <= 20; second += 1) view.take(at(second, moved(second)));
    view.take(at(5, moved(1), other));
    view.take(at(6, moved(2), other));
    expect(textOf("err").trim().split("\n")).toHaveLength(3);
  });

  it("is so on a dumb terminal, too", () => {
    const { view, textOf } = watched({ terminal: { columns: 80 }, env: { TERM: "dumb" } });
    view.take(at(0, started));
    view.close();
    expect(textOf("err")).toBe("prod:tap-a-to-target-b: started as run r1\n");
    expect(textOf("out")).toBe("");
  });
});

describe("as JSON", () => {
  it("writes each event with stable names", () => {
    const { view, textOf } = watched({ format: "json", terminal: { columns: 80 } });
    for (const event of every) view.take(at(0, event));
    view.close();
    const head = { timestamp: "2026-03-01T12:00:00.000Z", run_id: "r1", state_id: "prod:tap-a-to-target-b" };
    const users = { records: 1500, bytes: 10 };
    const waits = { tap_wait_seconds: 0, target_wait_seconds: 0 };
    expect(
      textOf("err")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ...head, level: "info", event: "run_started", tap: "tap-a", target: "target-b", attempt: 1 },
      { ...head, level: "info", event: "discovery", streams: 2, age_seconds: 0, duration_seconds: 1.5 },
      { ...head, level: "info", event: "discovery", streams: 2, age_seconds: 7200, duration_seconds: 0.01 },
      { ...head, level: "info", event: "select_resolved", selected: ["users"], unmatched: ["usres.*"] },
      { ...head, level: "info", event: "state_loaded", source: "none", streams: [] },
      { ...head, level: "info", event: "state_loaded", source: ".chorale/state", streams: ["users"] },
      {
        ...head,
        level: "info",
        event: "progress",
        records: 1500,
        bytes: 10,
        states: 4,
        ...waits,
        streams: { users },
      },
      { ...head, level: "info", event: "state_committed", version: 7, bookmarks: { users: "2026-03-01" } },
      {
        ...head,
        level: "info",
        event: "plugin_log",
        plugin: "tap-a",
        line: "hello \u001b[31mred\u001b[0m\u009b",
      },
      { ...head, level: "warning", event: "warning", message: "tap-a: look" },
      { ...head, level: "warning", event: "retry", in_seconds: 90, after: "tap-a ended with exit code 1" },
      {
        ...head,
        level: "error",
        event: "run_finished",
        tap: "tap-a",
        target: "target-b",
        attempt: 1,
        status: "failed",
        success: false,
        exit_code: 10,
        reason: "tap_failed",
        problems: ["p"],
        last_lines: [],
        records: 12_352,
        bytes: 4_500_900,
        states: 4,
        tap_wait_seconds: 7.1,
        target_wait_seconds: 0.25,
        streams: { users: { records: 12_345, bytes: 4_500_000 }, orders: { records: 7, bytes: 900 } },
        states_committed: 3,
        started_at: "2026-03-01T12:00:00.000Z",
        ended_at: "2026-03-01T12:00:10.000Z",
        duration_seconds: 10,
      },
    ]);
    expect(textOf("err")).not.toMatch(/[^\P{Cc}\n]/u);
    expect(textOf("out")).toBe("");
  });

  it.each([
    { status: "success", level: "info" },
    { status: "skipped", level: "warning" },
    { status: "timed_out", level: "error" },
  ] as const)("gives a run that is $status the level $level", ({ status, level }) => {
    const { view, textOf } = watched({ format: "json" });
    view.take(at(0, { event: "run_finished", result: result({ status }) }));
    expect(JSON.parse(textOf("err"))).toMatchObject({ level, status });
  });
});

const title = "prod:tap-a-to-target-b  0.1 s  is starting";
const drawn = (up: string, ...lines: string[]) =>
  `\u001b[?25l${up}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J\u001b[?25h`;

describe("on a terminal", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const live = (options: Partial<ViewOptions> = {}) =>
    watched({ terminal: { columns: 80, rows: 24 }, env: { NO_COLOR: "1" }, ...options });

  it("draws in its place, in one write, and leaves the cursor as it was", () => {
    const { view, take } = live();
    view.take(at(0, started));
    expect(take()).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(take()).toEqual([["out", drawn("", title)]]);
    vi.advanceTimersByTime(900);
    expect(take()).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(take()).toEqual([["out", drawn("\u001b[1F", title.replace("0.1", "1.1"))]]);
    view.close();
    expect(take()).toEqual([["out", drawn("\u001b[1F")]]);
    vi.advanceTimersByTime(5000);
    expect(take()).toEqual([]);
  });

  it("draws at most ten times a second, however much happens", () => {
    const { view, take } = live();
    view.take(at(0, started));
    for (let count = 0; count < 1000; count += 1) {
      view.take(at(count / 1000, moved(count)));
      vi.advanceTimersByTime(1);
    }
    expect(take()).toHaveLength(10);
    view.close();
  });

  it("lets log lines and warnings scroll above", () => {
    const { view, take } = live();
    view.take(at(0, started));
    vi.advanceTimersByTime(100);
    take();
    view.take(at(0, log("one\u001b[2J")));
    view.take(at(0, { event: "warning", message: "two" }));
    vi.advanceTimersByTime(100);
    expect(take()).toEqual([
      ["out", "\u001b[1F\u001b[J"],
      ["err", "tap-a | one\nwarning: two\n"],
      ["out", drawn("", title.replace("0.1", "0.2"))],
    ]);
    view.close();
  });

  it("leaves the table of a finished run above, and what was logged before close", () => {
    const { view, take } = live();
    view.take(at(0, started));
    vi.advanceTimersByTime(100);
    take();
    view.take(at(0, { event: "state_committed", version: 1, bookmarks: { users: "81" } }));
    view.take(at(1, finished));
    view.take(at(1, log("bye")));
    view.close();
    const [clear, logged, table, empty, ...more] = take();
    expect(clear).toEqual(["out", "\u001b[1F\u001b[J"]);
    expect(logged).toEqual(["err", "tap-a | bye\n"]);
    expect(table?.[1]).toMatch(/^\ntap-a → target-b succeeded[\s\S]*\| users .* \| +81 \|[\s\S]*\n\n$/);
    expect(empty).toEqual(["out", drawn("")]);
    expect(more).toEqual([]);
    view.take(at(2, log("late")));
    expect(take()).toEqual([["err", "tap-a | late\n"]]);
  });

  it("never loses a line, and leaves none of an older drawing, whatever happens", () => {
    const rows = 12;
    const streams = (size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, i) => [`s${i}`, [1, 1] as const]));
    const happening = fc.oneof(
      fc.record({ kind: fc.constant("log" as const), size: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant("progress" as const), size: fc.integer({ min: 0, max: 15 }) }),
      fc.record({
        kind: fc.constantFrom("start" as const, "finish" as const),
        size: fc.integer({ min: 0, max: 3 }),
      }),
      fc.record({ kind: fc.constant("wait" as const), size: fc.constantFrom(50, 100, 1500) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (all) => {
        const written: string[] = [];
        const write = (text: string) => written.push(text);
        const terminal = { columns: 100, rows };
        const view = createView({
          format: "text",
          terminal,
          stdout: write,
          stderr: write,
          env: { NO_COLOR: "1" },
        });
        let logged = 0;
        let tables = 0;
        const steps = {
          log: (size: number) => {
            for (let count = 0; count < size; count += 1) {
              logged += 1;
              view.take(at(0, log(`line ${logged}`)));
            }
          },
          progress: (size: number) => view.take(at(0, { event: "progress", counts: counts(streams(size)) })),
          start: (size: number) => view.take(at(0, started, { runId: `r${size}`, stateId: `s${size}` })),
          finish: (size: number) => {
            tables += 1;
            view.take(at(0, finished, { runId: `r${size}`, stateId: `s${size}` }));
          },
          wait: (size: number) => vi.advanceTimersByTime(size),
        };
        for (const { kind, size } of all) steps[kind](size);
        view.close();
        const screen = screenAfter(written, { rows });
        const lines = screen.filter((line) => line.startsWith("tap-a | "));
        expect(lines).toEqual(Array.from({ length: logged }, (_, index) => `tap-a | line ${index + 1}`));
        expect(screen.filter((line) => line.startsWith("tap-a → "))).toHaveLength(tables);
        expect(screen.filter((line) => /^(?:s\d {2}| {2})/.test(line))).toEqual([]);
        expect(screen.at(-1)).toBe("");
      }),
      { numRuns: 200 },
    );
  });

  it("follows the terminal's size", () => {
    const terminal = { columns: 80, rows: 24 };
    const { view, take } = live({ terminal });
    view.take(at(0, started));
    terminal.columns = 11;
    vi.advanceTimersByTime(100);
    expect(take()).toEqual([["out", drawn("", "prod:tap-…")]]);
    view.close();
  });

  it("has colours unless they are not wanted", () => {
    const { view, take } = live({ env: {} });
    view.take(at(0, started));
    vi.advanceTimersByTime(100);
    expect(take()[0]?.[1]).toContain(`\u001b[1m${title}\u001b[0m`);
    view.close();
  });
});
