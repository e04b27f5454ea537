import { describe, expect, it } from "vitest";
import { replying, times } from "./replies.ts";
import { clientOf, errorOf, fakeClock } from "./test-client.ts";

describe("a rate limit", () => {
  it.each([
    ["seconds", { "retry-after": "7" }, 7000],
    ["decimals", { "retry-after": "2.5" }, 2500],
    [
      "a date",
      { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT", date: "Thu, 01 Jan 2026 00:00:00 GMT" },
      9000,
    ],
    ["nothing", {}, 60_000],
    ["nonsense", { "retry-after": "later" }, 60_000],
    ["no time at all", { "retry-after": "0" }, 1000],
  ])("waits as long as the server says: %s", async (_name, headers, wait) => {
    await using server = await replying({ status: 429, headers, text: "Too many requests" });
    const clock = fakeClock();
    await clientOf(server.origin, {}, { clock }).request("GET", "x");
    expect(clock.now).toBe(wait);
  });

  it("does not spend the retry budget, also after the last retry", async () => {
    const limited = { status: 429, headers: { "retry-after": "1" } };
    await using server = await replying(
      ...times(20, limited),
      { status: 500 },
      limited,
      { status: 500 },
      limited,
      limited,
    );
    const answer = await clientOf(server.origin, { attempts: 3 }).request("GET", "x");
    expect(answer.body).toEqual({ asked: 26 });
  });

  it("ends when the waits add up to more than may be waited", async () => {
    await using server = await replying(...times(9, { status: 429, headers: { "retry-after": "40" } }));
    const clock = fakeClock();
    const http = clientOf(server.origin, { maxWaitSeconds: 100 }, { clock });
    const error = await errorOf(http.request("GET", "x"));
    expect(error).toMatchObject({
      name: "ApiError",
      status: 429,
      retryable: true,
      exitCode: 75,
      retryAfterMs: 40_000,
    });
    expect(server.requests).toHaveLength(3);
    expect(clock.now).toBe(80_000);
  });

  it("fails at once when the server asks for a day", async () => {
    await using server = await replying({ status: 429, headers: { "retry-after": "86400" } });
    const clock = fakeClock();
    const error = await errorOf(clientOf(server.origin, {}, { clock }).request("GET", "x"));
    expect(error).toMatchObject({ status: 429, retryAfterMs: 86_400_000 });
    expect(clock.now).toBe(0);
  });

  it("holds the other requests of the bucket, and not those of another one", async () => {
    await using server = await replying({ status: 429, headers: { "retry-after": "30" } });
    const clock = fakeClock();
    const rateLimits = () => ({
      api: { requests: 9, perSeconds: 1 },
      search: { requests: 9, perSeconds: 1 },
    });
    const http = clientOf(server.origin, { rateLimits, maxWaitSeconds: 10 }, { clock });
    await errorOf(http.request("GET", "x"));
    await http.request("GET", "y", { bucket: "search" });
    expect(clock.now).toBe(0);
    await http.request("GET", "z");
    expect(clock.now).toBe(10_000);
  });

  it("is not put on the bucket when the vendor only says that this page is not ready", async () => {
    await using server = await replying({ status: 400, text: "Page still not yet cached. Please retry." });
    const clock = fakeClock();
    const http = clientOf(
      server.origin,
      {
        maxWaitSeconds: 10,
        classify: ({ text }) => (text.startsWith("Page still") ? "rate-limited" : undefined),
      },
      { clock },
    );
    await errorOf(http.request("GET", "x"));
    await http.request("GET", "y");
    expect(clock.now).toBe(0);
  });

  it("paces by what the server says is left", async () => {
    const left = (count: number, reset: string) => ({
      status: 200,
      headers: { "x-left": String(count), "x-reset": reset, date: "Thu, 01 Jan 2026 00:00:00 GMT" },
    });
    await using server = await replying(left(1, "30"), left(0, "30"), left(0, "1767225640"));
    const clock = fakeClock();
    const http = clientOf(
      server.origin,
      {
        rateLeft: (headers) => [
          { remaining: Number(headers["x-left"]), resetSeconds: Number(headers["x-reset"]) },
        ],
      },
      { clock },
    );
    const at: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await http.request("GET", "x");
      at.push(clock.now);
    }
    expect(at).toEqual([0, 0, 30_000, 70_000]);
  });

  it.each([
    ["only the window's end", {}, 20_000],
    ["an earlier Retry-After", { "retry-after": "5" }, 20_000],
    ["a later Retry-After", { "retry-after": "33" }, 33_000],
  ])("waits for the window's end and for Retry-After: %s", async (_name, headers, wait) => {
    await using server = await replying({ status: 429, headers: { ...headers, "x-reset": "20" } });
    const clock = fakeClock();
    const rateLeft = (all: Readonly<Record<string, string>>) =>
      all["x-reset"] === undefined ? [] : [{ remaining: 0, resetSeconds: Number(all["x-reset"]) }];
    await clientOf(server.origin, { rateLeft }, { clock }).request("GET", "x");
    expect(clock.now).toBe(wait);
  });

  it("paces the bucket that the server names", async () => {
    await using server = await replying({ status: 200 });
    const clock = fakeClock();
    const rateLeft = () => [{ bucket: "exports", remaining: 0, resetSeconds: 6 }];
    const http = clientOf(server.origin, { rateLeft }, { clock });
    await http.request("GET", "x");
    await http.request("GET", "x");
    expect(clock.now).toBe(0);
    await http.request("GET", "x", { bucket: "exports" });
    expect(clock.now).toBe(6000);
  });

  it("is shared by requests at the same time", async () => {
    await using server = await replying();
    const clock = fakeClock();
    const http = clientOf(
      server.origin,
      { rateLimits: () => ({ api: { requests: 2, perSeconds: 60 } }) },
      { clock },
    );
    await Promise.all(Array.from({ length: 6 }, () => http.request("GET", "x")));
    expect(clock.now).toBe(120_000);
  });
});
