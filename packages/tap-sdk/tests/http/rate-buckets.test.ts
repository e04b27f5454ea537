import { getEventListeners } from "node:events";
import { ConfigError } from "@chorale/singer";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/http/clock.ts";
import { createRateBucket, createRateBuckets } from "../../src/http/rate-buckets.ts";
import { fakeClock } from "./test-client.ts";

const never = new AbortController().signal;

describe("a rate bucket", () => {
  it("lets as many through as it holds, then one as each token comes back", async () => {
    const clock = fakeClock();
    const bucket = createRateBucket(clock, { requests: 3, perSeconds: 60 });
    const times: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      await bucket.take(never);
      times.push(clock.now);
    }
    expect(times).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 120_000, 120_000]);
  });

  it("never lets more through than allowed in any window, whatever the pace", async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 1, maxLength: 60 });
    const limit = fc.record({
      requests: fc.integer({ min: 1, max: 7 }),
      perSeconds: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(pauses, limit, async (gaps, { requests, perSeconds }) => {
        const clock = fakeClock();
        const bucket = createRateBucket(clock, { requests, perSeconds });
        const times: number[] = [];
        for (const gap of gaps) {
          clock.now += gap;
          await bucket.take(never);
          times.push(clock.now);
        }
        for (const [index, time] of times.entries()) {
          const before = times[index - requests];
          if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(perSeconds * 1000);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("does not wait longer than it must", async () => {
    const clock = fakeClock();
    const bucket = createRateBucket(clock, { requests: 2, perSeconds: 10 });
    await bucket.take(never);
    clock.now = 4000;
    await bucket.take(never);
    await bucket.take(never);
    expect(clock.now).toBe(10_000);
    await bucket.take(never);
    expect(clock.now).toBe(14_000);
  });

  it("serves in order of arrival", async () => {
    const bucket = createRateBucket(fakeClock(), { requests: 1, perSeconds: 1 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4, 5].map((name) => bucket.take(never).then(() => order.push(name))));
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it("holds everyone during a pause, and a shorter pause does not end a longer one", async () => {
    const clock = fakeClock();
    const bucket = createRateBucket(clock);
    bucket.pause(5000);
    bucket.pause(1000);
    await bucket.take(never);
    expect(clock.now).toBe(5000);
    await bucket.take(never);
    expect(clock.waits).toEqual([5000]);
  });

  it("sees a pause that came while it waited for another one", async () => {
    const clock = fakeClock();
    const bucket = createRateBucket(clock);
    bucket.pause(1000);
    const { sleep } = clock;
    clock.sleep = async (milliseconds, signal) => {
      if (clock.waits.length === 0) bucket.pause(3000);
      await sleep(milliseconds, signal);
    };
    await bucket.take(never);
    expect(clock.now).toBe(3000);
  });
});

describe("a rate bucket on the machine's clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("waits by timers, and leaves none behind", async () => {
    vi.useFakeTimers();
    const bucket = createRateBucket(systemClock, { requests: 1, perSeconds: 60 });
    const { signal } = new AbortController();
    await bucket.take(signal);
    let through = false;
    const second = bucket.take(signal).then(() => {
      through = true;
    });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(through).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await second;
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("gives up with the signal's reason, and serves the next one", async () => {
    vi.useFakeTimers();
    const bucket = createRateBucket(systemClock, { requests: 1, perSeconds: 60 });
    const controller = new AbortController();
    await bucket.take(never);
    const given = bucket.take(controller.signal);
    const next = bucket.take(never);
    await vi.advanceTimersByTimeAsync(1000);
    controller.abort(new Error("stop"));
    await expect(given).rejects.toThrow("stop");
    await vi.advanceTimersByTimeAsync(59_000);
    await expect(next).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits longer than a timer of Node can", async () => {
    vi.useFakeTimers();
    let done = false;
    const wait = systemClock.sleep(2 ** 31 + 1000, never).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(2 ** 31);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    await wait;
    expect(done).toBe(true);
  });
});

describe("the buckets of a client", () => {
  it("spend apart, and the first one is the default", async () => {
    const clock = fakeClock();
    const buckets = createRateBuckets(clock, {
      api: { requests: 1, perSeconds: 10 },
      exports: { requests: 1, perSeconds: 60 },
    });
    await buckets.of("exports").take(never);
    await buckets.of(undefined).take(never);
    expect(clock.now).toBe(0);
    await buckets.of("api").take(never);
    expect(clock.now).toBe(10_000);
  });

  it("give every other name a bucket of its own, without a limit", async () => {
    const clock = fakeClock();
    const buckets = createRateBuckets(clock, { api: { requests: 1, perSeconds: 10 } });
    buckets.of("search").pause(500);
    await buckets.of("api").take(never);
    expect(clock.now).toBe(0);
    await buckets.of("search").take(never);
    expect(clock.now).toBe(500);
  });

  it.each([
    [0, 60],
    [0.5, 60],
    [Number.NaN, 60],
    [10, 0],
    [10, -1],
    [10, Number.POSITIVE_INFINITY],
  ])("refuse %d requests per %d seconds", (requests, perSeconds) => {
    expect(() => createRateBuckets(fakeClock(), { api: { requests, perSeconds } })).toThrow(ConfigError);
  });
});
