import { describe, expect, it } from "vitest";
import { rateLeft } from "../src/rate-headers.ts";
import { day, iso } from "./support/events.ts";
import { withPortal } from "./support/portal.ts";
import { runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

describe("what is left", () => {
  const told = {
    "x-ratelimit-limit": "100",
    "x-ratelimit-remaining": "7",
    "x-ratelimit-reset": "1767268860",
  };

  it.each([
    ["headers of an answer", told, [{ remaining: 7, resetSeconds: 1_767_268_860 }]],
    [
      "nothing, where the answer asks to wait",
      { ...told, "retry-after": "5" },
      [{ remaining: 0, resetSeconds: 1_767_268_860 }],
    ],
    ["no headers", {}, []],
    ["only what remains", { "x-ratelimit-remaining": "7" }, []],
    ["only when the window ends", { "x-ratelimit-reset": "1767268860" }, []],
    ["words", { "x-ratelimit-remaining": "some", "x-ratelimit-reset": "soon" }, []],
    ["a Retry-After alone", { "retry-after": "5" }, []],
  ])("is read of %s", (_name, headers, left) => {
    expect(rateLeft(headers)).toEqual(left);
  });
});

describe("the vendor's limit", () => {
  const limit = 10;

  it("is used to 95 % at least and never exceeded, over five windows and more", async () => {
    const data = { seed: 1, visit: 1500, days: 1 };
    const options = { data, eventsPerPage: 20, rateLimits: { events: limit }, rateWindowMs: 1000 };
    await withPortal({ ...options, clock: Date.now }, async (portal) => {
      const config = { start_date: iso(Date.now() - 2 * day) };
      const run = await runWell({ url: portal.url, streams: ["visits"], config, at: Date.now() });
      expect(run.records("visits").length).toBe(1500);
      expect(portal.requests.filter(({ status }) => status !== 200)).toEqual([]);
      const windows = Map.groupBy(portal.requests, ({ at }) => Math.floor(at / 1000));
      const first = Math.min(...windows.keys());
      const last = Math.max(...windows.keys());
      const full = Array.from(
        { length: last - first - 1 },
        (_, index) => windows.get(first + 1 + index)?.length ?? 0,
      );
      expect(full.length).toBeGreaterThanOrEqual(5);
      expect(Math.max(...full)).toBeLessThanOrEqual(limit);
      const used = full.reduce((sum, count) => sum + count, 0);
      expect(used / (limit * full.length)).toBeGreaterThanOrEqual(0.95);
    });
  });

  it("is never exceeded where streams of several limits follow each other", async () => {
    const data = { seed: 1, visit: 60, login: 60, users: 60, clients: 30, days: 1 };
    const rateLimits = { events: 8, account: 11 };
    const options = { data, eventsPerPage: 5, rowsPerPage: 5, rateLimits, rateWindowMs: 1000 };
    await withPortal({ ...options, clock: Date.now }, async (portal) => {
      const config = { start_date: iso(Date.now() - 2 * day) };
      const streams = ["visits", "logins", "users", "clients"];
      const run = await runWell({ url: portal.url, streams, config, at: Date.now() });
      expect(streams.map((stream) => run.records(stream).length)).toEqual([60, 60, 60, 30]);
      expect(portal.requests.filter(({ status }) => status !== 200)).toEqual([]);
    });
  });
});

describe("a 429", () => {
  it.each([
    ["the end of the window, which is later than Retry-After", 2, "1"],
    ["Retry-After, which is later than the end of the window", 0, "2"],
    ["the end of the window, without Retry-After", 2, undefined],
  ])("is waited out: until %s", async (_name, reset, retryAfter) => {
    const started = Date.now();
    const resetAt = Math.ceil(started / 1000) + reset;
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(resetAt),
      ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
    };
    const script = ({ index }: { index: number }) =>
      index === 0 ? { status: 429, headers, body: "" } : { body: { clients: [] } };
    await withScript(script, async (server) => {
      await runWell({ url: server.url, streams: ["clients"] });
      const due = Math.max(resetAt * 1000, started + Number(retryAfter ?? 0) * 1000);
      expect(server.requests.length).toBe(2);
      expect(Date.now()).toBeGreaterThanOrEqual(due);
      // Far less than the minute that a server which says nothing is given.
      expect(Date.now()).toBeLessThan(due + 10_000);
    });
  });
});
