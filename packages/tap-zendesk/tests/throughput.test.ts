import type { LoggedRequest } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { unlimited, withAccount } from "./support/account.ts";
import { runWell } from "./support/run-tap.ts";

const windowMs = 1000;

/** How many requests of a limit came in each of its windows, which begin with the first request in them. */
function windowsOf(requests: readonly LoggedRequest[]): readonly number[] {
  const counts: number[] = [];
  let endsAt = Number.NEGATIVE_INFINITY;
  for (const { at } of requests) {
    if (at >= endsAt) {
      endsAt = at + windowMs;
      counts.push(0);
    }
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
  }
  return counts;
}

/** The last window may end with the data. */
function shareUsed(requests: readonly LoggedRequest[], limit: number): number {
  const whole = windowsOf(requests).slice(0, -1);
  expect(whole.length).toBeGreaterThanOrEqual(5);
  return whole.reduce((sum, count) => sum + count, 0) / (whole.length * limit);
}

describe("the limits of the API, with windows of a second", () => {
  it("of the account are used by nearly all, and never exceeded, with several tickets at a time", async () => {
    const data = { kind: "generated", seed: 1, tickets: 420 } as const;
    const rateLimits = { ...unlimited, account: 60 };
    await withAccount({ data, rateLimits, rateLimitWindowMs: windowMs, clock: Date.now }, async (account) => {
      await runWell({ url: account.url, streams: ["ticket_comments"], at: Date.now() });
      expect(account.requests.filter(({ status }) => status === 429)).toEqual([]);
      expect(shareUsed(account.requests, 60)).toBeGreaterThanOrEqual(0.95);
    });
  });

  it("of the exports are used whole, and never exceeded", async () => {
    const data = { kind: "generated", seed: 1, tickets: 600 } as const;
    const rateLimits = { ...unlimited, "incremental-exports": 10 };
    await withAccount({ data, rateLimits, rateLimitWindowMs: windowMs, clock: Date.now }, async (account) => {
      const config = { per_page: 10 };
      await runWell({ url: account.url, streams: ["tickets"], config, at: Date.now() });
      expect(account.requests.filter(({ status }) => status === 429)).toEqual([]);
      expect(shareUsed(account.requests, 10)).toBeGreaterThanOrEqual(0.95);
    });
  });
});
