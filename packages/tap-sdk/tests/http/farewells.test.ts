import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/http/clock.ts";
import { clientOf, errorOf } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const stopped = new Error("stopped");

describe("a request that may outlive the run", () => {
  it("is sent after the run was stopped, with the credentials that it had", async () => {
    await using server = await serve(({ response }) => json(response, { ok: true }));
    const run = new AbortController();
    const authorize = async (): Promise<Record<string, string>> => ({ authorization: "Bearer first" });
    const http = clientOf(server.origin, { authorize }, { signal: run.signal });
    await http.request("GET", "jobs/1");
    run.abort(stopped);
    expect(await errorOf(http.request("DELETE", "jobs/1"))).toBe(stopped);
    const { body } = await http.request("DELETE", "jobs/1", { outlivesRunSeconds: 5 });
    expect(body).toEqual({ ok: true });
    expect(server.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ["GET", "Bearer first"],
      ["DELETE", "Bearer first"],
    ]);
  });

  it("is not ended by a stop that comes while it is under way", async () => {
    const run = new AbortController();
    await using server = await serve(({ response }) => {
      run.abort(stopped);
      setImmediate(() => json(response, { ok: true }));
    });
    const http = clientOf(server.origin, {}, { signal: run.signal });
    const { body } = await http.request("DELETE", "jobs/1", { outlivesRunSeconds: 5 });
    expect(body).toEqual({ ok: true });
  });

  it("is tried again within its time", async () => {
    await using server = await serve(({ response, index }) => {
      if (index === 0) return response.destroy();
      return json(response, { ok: true });
    });
    const http = clientOf(server.origin, {}, { signal: AbortSignal.abort(stopped) });
    const { body } = await http.request("DELETE", "jobs/1", { outlivesRunSeconds: 5 });
    expect(body).toEqual({ ok: true });
  });

  it.each([
    ["its time", 0.2, 0.2],
    ["10 seconds, however many it was given", 60, 10],
  ])("ends after %s when it gets no answer", { timeout: 30_000 }, async (_what, seconds, bound) => {
    await using server = await serve(() => undefined);
    const http = clientOf(server.origin, {}, { signal: AbortSignal.abort(stopped), clock: systemClock });
    const before = performance.now();
    const error = await errorOf(http.request("DELETE", "jobs/1", { outlivesRunSeconds: seconds }));
    const took = (performance.now() - before) / 1000;
    expect(error.message).toBe(
      `DELETE ${server.origin}/jobs/1 did not end within ${bound} seconds. Try again later.`,
    );
    expect(took).toBeGreaterThan(bound - 0.1);
    expect(took).toBeLessThan(bound + 15);
    await expect.poll(() => server.open()).toBe(0);
  });

  it("is waited for when the client is closed", async () => {
    let isAnswered = false;
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using server = await serve(async ({ response }) => {
      asked.resolve();
      await answer.promise;
      isAnswered = true;
      json(response, { ok: true });
    });
    const http = clientOf(server.origin);
    const sent = http.request("DELETE", "jobs/1", { outlivesRunSeconds: 5 });
    const other = errorOf(http.request("GET", "jobs"));
    await asked.promise;
    let isClosed = false;
    const closed = http.close().then(() => {
      isClosed = true;
    });
    expect((await other).message).toBe("the HTTP client was closed");
    // Whatever the closing waits for beside the answer has had its turn.
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect({ isAnswered, isClosed }).toEqual({ isAnswered: false, isClosed: false });
    answer.resolve();
    await closed;
    expect(isAnswered).toBe(true);
    expect((await sent).body).toEqual({ ok: true });
    await expect.poll(() => server.open()).toBe(0);
  });
});
