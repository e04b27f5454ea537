import { getEventListeners, once } from "node:events";
import { createServer as createNetServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/http/clock.ts";
import { clientOf, errorOf, type FakeClock, fakeClock } from "./test-client.ts";
import { json, listen, serve } from "./test-server.ts";

const timeout = (seconds: number) => ({ requestTimeoutSeconds: () => seconds, attempts: 2 });

afterEach(() => {
  vi.useRealTimers();
});

describe("a time-out", () => {
  it("ends a request that gets no headers, and the next try may succeed", async () => {
    await using server = await serve(({ response, index }) => index > 0 && json(response, { ok: true }));
    const answer = await clientOf(server.origin, timeout(0.1)).request("GET", "x");
    expect(answer.body).toEqual({ ok: true });
    expect(server.requests).toHaveLength(2);
  });

  it("is told in one line", async () => {
    await using server = await serve(() => undefined);
    const error = await errorOf(clientOf(server.origin, timeout(0.05)).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", status: undefined, retryable: true, exitCode: 75 });
    expect(error.message).toBe(
      `GET ${server.origin}/x failed: no answer within 0.05 seconds (ETIMEDOUT). Check the network and the base address, or try again later.`,
    );
    await expect.poll(() => server.open()).toBe(0);
  });

  it("ends a body that stands still", async () => {
    await using server = await serve(({ response }) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write('{"a":');
    });
    const error = await errorOf(clientOf(server.origin, timeout(0.1)).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", status: 200, retryable: true });
    expect(error.message).toContain("failed: no more of the body within 0.1 seconds (ETIMEDOUT)");
    await expect.poll(() => server.open()).toBe(0);
  });

  it("ends a server that accepts connections and never speaks TLS", async () => {
    const silent = createNetServer((socket) => socket.on("error", () => undefined).resume());
    const port = await listen(silent);
    const error = await errorOf(clientOf(`https://127.0.0.1:${port}`, timeout(0.1)).request("GET", "x"));
    expect(error.message).toMatch(/failed: .*(no answer within 0\.1 seconds|'secureConnect' for 100ms)/);
    await expect.poll(() => countOf(silent)).toBe(0);
    silent.close();
    await once(silent, "close");
  });

  it("does not count the time that a slow reader takes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const size = 8_000_000;
    await using server = await serve(({ response }) => response.end(Buffer.alloc(size)));
    const { bytes } = await clientOf(server.origin, timeout(60)).stream("GET", "x");
    const reader = bytes[Symbol.asyncIterator]();
    let read = (await reader.next()).value?.length ?? 0;
    vi.advanceTimersByTime(3_600_000);
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      read += next.value.length;
    expect(read).toBe(size);
  });
});

describe("an abort", () => {
  const reason = new Error("stopped by the user");

  it("before the request sends nothing", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const http = clientOf(server.origin, {}, { signal: AbortSignal.abort(reason) });
    await expect(http.request("GET", "x")).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ["the headers", () => undefined],
    ["the body", (response: { write(text: string): unknown }) => response.write("[")],
  ])("while waiting for %s ends the request with the reason", async (_name, begin) => {
    const controller = new AbortController();
    await using server = await serve(({ response }) => {
      begin(response);
      setImmediate(() => controller.abort(reason));
    });
    const http = clientOf(server.origin, {}, { signal: controller.signal });
    await expect(http.request("GET", "x")).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
    await expect.poll(() => server.open()).toBe(0);
  });

  it.each([
    ["a retry", { status: 500 }],
    ["a rate limit", { status: 429 }],
  ])("while waiting for %s ends the wait", async (_name, { status }) => {
    const controller = new AbortController();
    await using server = await serve(({ response }) => json(response, {}, { status }));
    const clock = { ...systemClock };
    clock.sleep = (milliseconds, signal) => {
      setImmediate(() => controller.abort(reason));
      return systemClock.sleep(milliseconds, signal);
    };
    const http = clientOf(server.origin, {}, { signal: controller.signal, clock });
    await expect(http.request("GET", "x")).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it("while waiting in line for a token ends the wait", async () => {
    const controller = new AbortController();
    await using server = await serve(({ response }) => json(response, {}));
    const rateLimits = () => ({ api: { requests: 1, perSeconds: 3600 } });
    const http = clientOf(server.origin, { rateLimits }, { signal: controller.signal, clock: systemClock });
    await http.request("GET", "x");
    const waiting = [http.request("GET", "y"), http.request("GET", "z")].map(errorOf);
    controller.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason]);
    expect(server.requests).toHaveLength(1);
  });

  it("while somebody reads a body ends it", async () => {
    const controller = new AbortController();
    await using server = await serve(({ response }) => response.write("first"));
    const http = clientOf(server.origin, {}, { signal: controller.signal });
    const { bytes } = await http.stream("GET", "x");
    const reader = bytes[Symbol.asyncIterator]();
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe("first");
    const more = errorOf(reader.next());
    controller.abort(reason);
    expect(await more).toBe(reason);
    await expect.poll(() => server.open()).toBe(0);
  });

  it("during the fetching of credentials ends it", async () => {
    const controller = new AbortController();
    await using server = await serve(() => controller.abort(reason));
    const http = clientOf(
      server.origin,
      { authorize: async (context) => ({ token: String(await context.http.request("GET", "token")) }) },
      { signal: controller.signal },
    );
    await expect(http.request("GET", "x")).rejects.toBe(reason);
  });
});

describe("what a client leaves behind", () => {
  it("is no listener, no timer and no socket", async () => {
    await using server = await serve(({ response, index }) =>
      json(response, {}, { status: index % 3 === 0 ? 500 : 200 }),
    );
    const { signal } = new AbortController();
    const signals: AbortSignal[] = [];
    const clock: FakeClock = fakeClock();
    const { sleep } = clock;
    clock.sleep = (milliseconds, inner) => {
      signals.push(inner);
      return sleep(milliseconds, inner);
    };
    const http = clientOf(server.origin, {}, { signal, clock });
    const timersBefore = timers();
    for (let index = 0; index < 30; index += 1) await http.request("GET", "x");
    await Promise.all(Array.from({ length: 10 }, () => http.request("GET", "x")));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const [inner] = signals;
    expect(inner && getEventListeners(inner, "abort")).toHaveLength(0);
    expect(timers()).toBeLessThanOrEqual(timersBefore);
    await http.close();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await expect.poll(() => server.open()).toBe(0);
  });

  it("is one connection that is used again", async () => {
    await using server = await serve(({ response }) => json(response, { items: [{ id: 1 }] }));
    const http = clientOf(server.origin);
    for (let index = 0; index < 5; index += 1) {
      await http.request("GET", "x");
      await http.records("x", { stream: "items", recordsAt: "items" });
      for await (const _ of (await http.stream("GET", "x")).bytes);
    }
    expect(server.requests).toHaveLength(15);
    expect(server.connections).toBe(1);
  });

  it("is nothing of a body that is not read to its end", async () => {
    await using server = await serve(({ response }) => {
      response.write("x".repeat(1_000_000));
    });
    const http = clientOf(server.origin);
    for await (const piece of (await http.stream("GET", "x")).bytes) if (piece.length > 0) break;
    await expect.poll(() => server.open()).toBe(0);
  });

  it("is nothing after it was closed in the middle of everything", async () => {
    await using server = await serve(({ request, response }) => {
      if (request.url !== "/hang") response.write("[");
    });
    const http = clientOf(server.origin, {}, { clock: systemClock });
    const underWay = [http.request("GET", "hang"), http.request("GET", "body")].map(errorOf);
    await expect.poll(() => server.requests.length).toBe(2);
    const unread = await http.stream("GET", "unread");
    await http.close();
    expect((await Promise.all(underWay)).map(({ message }) => message)).toEqual([
      "the HTTP client was closed",
      "the HTTP client was closed",
    ]);
    await expect(http.request("GET", "x")).rejects.toThrow("the HTTP client was closed");
    await expect.poll(() => server.open()).toBe(0);
    expect(unread.status).toBe(200);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

function countOf(server: ReturnType<typeof createNetServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
