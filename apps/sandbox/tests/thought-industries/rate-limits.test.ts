import { describe, expect, it } from "vitest";
import { now, withPortal } from "./portal-client.ts";

const told = (headers: Headers): readonly (string | null)[] =>
  ["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`));

describe("rate limits", () => {
  it("are told in every answer: those of events where they are tighter", async () => {
    await withPortal({ rateLimits: {} }, async ({ get }) => {
      const reset = String(now / 1000 + 60);
      expect(told((await get("users")).headers)).toEqual(["120", "119", reset]);
      expect(told((await get("events/login")).headers)).toEqual(["100", "99", reset]);
      expect(told((await get("users")).headers)).toEqual(["120", "117", reset]);
    });
  });

  it("refuse the request that is one too many, and count it nowhere", async () => {
    let clock = now + 28_000;
    const options = { rateLimits: { account: 9, events: 2 }, clock: () => clock };
    await withPortal(options, async ({ get }) => {
      await get("events/login");
      await get("events/visit");
      const refused = await get("events/login");
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("32");
      expect(told(refused.headers)).toEqual(["2", "0", String(now / 1000 + 60)]);
      expect(refused.body).toEqual({
        error: "rate_limit_exceeded",
        message: "Rate limit exceeded. Try again in 32 seconds.",
        retryAfter: 32,
      });
      expect((await get("users")).headers.get("x-ratelimit-remaining")).toBe("6");
      clock = now + 60_000;
      expect((await get("events/login")).status).toBe(200);
    });
  });

  it("have windows of any length", async () => {
    let clock = now + 400;
    const options = { rateLimits: { events: 1 }, rateWindowMs: 1000, clock: () => clock };
    await withPortal(options, async ({ get }) => {
      expect(told((await get("events/login")).headers)).toEqual(["1", "0", String(now / 1000 + 1)]);
      expect((await get("events/login")).headers.get("retry-after")).toBe("1");
      clock = now + 1000;
      expect((await get("events/login")).status).toBe(200);
    });
  });

  it("do not count who is not known", async () => {
    await withPortal({ rateLimits: { account: 1 } }, async ({ get }) => {
      expect((await get("users", {})).status).toBe(401);
      expect((await get("users")).status).toBe(200);
      expect((await get("users")).status).toBe(429);
    });
  });
});
