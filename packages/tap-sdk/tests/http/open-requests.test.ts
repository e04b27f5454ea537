import { expect, it } from "vitest";
import { clientOf } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

/** A server with so many requests in each window, which begins with its first request. */
async function windowed(limit: number, windowMs: number) {
  const refused: number[] = [];
  const windows: number[] = [];
  let endsAt = 0;
  let used = 0;
  const server = await serve(async ({ response, index }) => {
    const now = performance.now();
    if (now >= endsAt) {
      endsAt = now + windowMs;
      used = 0;
      windows.push(0);
    }
    used += 1;
    windows[windows.length - 1] = Math.min(used, limit);
    const left = Math.max(0, limit - used);
    const status = used > limit ? 429 : 200;
    if (status === 429) refused.push(index);
    const seconds = ((endsAt - now) / 1000).toFixed(3);
    await new Promise((resolve) => setImmediate(resolve));
    json(
      response,
      {},
      { status, headers: { "x-left": String(left), "x-reset": seconds, "retry-after": seconds } },
    );
  });
  return { server, refused, windows };
}

it("uses nearly all of a rate limit and never more, with several requests under way", async () => {
  const { server, refused, windows } = await windowed(40, 500);
  await using _server = server;
  const http = clientOf(
    server.origin,
    {
      rateLeft: ({ "x-left": left = "", "x-reset": reset = "" }) => [
        { remaining: Number(left), resetSeconds: Number(reset) },
      ],
    },
    { clock: realClock },
  );
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < 230) {
      next += 1;
      await http.request("GET", "a");
    }
  };
  await Promise.all([reader(), reader(), reader()]);
  expect(refused).toEqual([]);
  const whole = windows.slice(0, -1);
  expect(whole.length).toBeGreaterThanOrEqual(5);
  expect(whole.reduce((sum, used) => sum + used, 0) / (whole.length * 40)).toBeGreaterThanOrEqual(0.95);
});

const realClock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};
