import { ApiError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/http/http-client.ts";
import type { RequestMetric } from "../../src/http/request-metric.ts";
import { replying, times } from "./replies.ts";
import { clientOf, collectLog, errorOf, fakeClock } from "./test-client.ts";
import { pour, serve } from "./test-server.ts";

describe("an answer by its status", () => {
  it.each([
    [408, 2],
    [409, 2],
    [425, 2],
    [429, 2],
    [500, 2],
    [502, 2],
    [503, 2],
    [504, 2],
    [520, 2],
    [524, 2],
  ])("%i is asked for again", async (status, asked) => {
    await using server = await replying({ status });
    const answer = await clientOf(server.origin).request("GET", "x");
    expect(answer).toMatchObject({ status: 200, body: { asked }, skipped: false });
  });

  it.each([300, 304, 400, 402, 403, 404, 405, 410, 422])("%i fails at once", async (status) => {
    await using server = await replying({ status, text: "no" });
    const error = await errorOf(clientOf(server.origin).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", status, retryable: false, exitCode: 70 });
    expect(server.requests).toHaveLength(1);
  });

  it("says what failed, with what, and what to do", async () => {
    await using server = await replying({
      status: 403,
      text: '{"error":\n"Forbidden",\r\n\t"description":"You may not."}',
    });
    const error = await errorOf(clientOf(server.origin).request("GET", "x", { searchParams: { page: 2 } }));
    expect(error.message).toBe(
      `GET ${server.origin}/x?page=2 answered 403: {"error": "Forbidden", "description":"You may not."}. Check that the credentials may read it.`,
    );
    expect(error).toMatchObject({ method: "GET", url: `${server.origin}/x?page=2` });
  });

  it("keeps no more than an excerpt of a long body", async () => {
    await using server = await serve(({ response }) => {
      response.writeHead(400);
      pour(response, "e".repeat(1000));
    });
    const http = clientOf(server.origin);
    const error = await errorOf(http.request("GET", "x"));
    expect(error.message.length).toBeLessThan(500);
    expect(error.message).toContain(`answered 400: ${"e".repeat(300)}….`);
    await expect.poll(() => server.open()).toBe(0);
  });
});

describe("the connection of an answer that is not taken", () => {
  it.each([0, 100, 20_000])("is used again after a body of %i bytes", async (size) => {
    await using server = await replying(...times(3, { status: 500, text: "x".repeat(size) }));
    await clientOf(server.origin).request("GET", "x");
    expect(server.requests).toHaveLength(4);
    expect(server.connections).toBe(1);
  });
});

describe("the retry budget", () => {
  it("is spent with waits that double, and then the last error is thrown", async () => {
    await using server = await replying(...times(9, { status: 500, text: "boom" }));
    const clock = fakeClock();
    const error = await errorOf(clientOf(server.origin, {}, { clock }).request("GET", "x"));
    expect(error).toMatchObject({
      name: "ApiError",
      status: 500,
      retryable: true,
      exitCode: 75,
      bodyExcerpt: "boom",
    });
    expect(server.requests).toHaveLength(6);
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it.each([
    ["none", 0, [1000, 2000]],
    ["half", 0.5, [1500, 3000]],
    ["almost all", 0.999, [1999, 3998]],
  ])("adds jitter: %s", async (_name, random, waits) => {
    await using server = await replying(...times(2, { status: 500 }));
    const clock = fakeClock();
    await clientOf(server.origin, {}, { clock, random: () => random }).request("GET", "x");
    expect(clock.waits).toEqual(waits);
  });

  it("is the client's to set, and no wait is longer than a minute", async () => {
    await using server = await replying(...times(9, { status: 500 }));
    const clock = fakeClock();
    await errorOf(clientOf(server.origin, { attempts: 9 }, { clock }).request("GET", "x"));
    expect(server.requests).toHaveLength(9);
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("is one try when it is set to 1", async () => {
    await using server = await replying({ status: 500 });
    await errorOf(clientOf(server.origin, { attempts: 1 }).request("GET", "x"));
    expect(server.requests).toHaveLength(1);
  });

  it("is not multiplied by another layer", async () => {
    await using server = await serve(({ response }) => response.socket?.destroy());
    await errorOf(clientOf(server.origin, { attempts: 3 }).request("GET", "x"));
    expect(server.requests).toHaveLength(3);
  });

  it("obeys the Retry-After of a 503 where it is longer", async () => {
    await using server = await replying(
      { status: 503, headers: { "retry-after": "90" } },
      { status: 503, headers: { "retry-after": "0.5" } },
    );
    const clock = fakeClock();
    await clientOf(server.origin, {}, { clock }).request("GET", "x");
    expect(clock.waits).toEqual([90_000, 2000]);
  });

  it("does not wait for a 503 that asks for more than may be waited", async () => {
    await using server = await replying({ status: 503, headers: { "retry-after": "7200" } });
    const clock = fakeClock();
    const error = await errorOf(clientOf(server.origin, {}, { clock }).request("GET", "x"));
    expect(error).toMatchObject({ status: 503, retryAfterMs: 7_200_000 });
    expect(clock.waits).toEqual([]);
  });

  it("sends the same body again", async () => {
    await using server = await replying({ status: 502 });
    await clientOf(server.origin).request("POST", "x", { json: { a: [1] } });
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ["POST", '{"a":[1]}'],
      ["POST", '{"a":[1]}'],
    ]);
  });
});

describe("overriding what an answer means", () => {
  it.each<[string, number, Verdict, Verdict | undefined, string]>([
    ["the client turns 404 into skip", 404, "skip", undefined, "skipped"],
    ["the request turns 422 into skip", 422, "fail", "skip", "skipped"],
    ["the client turns 400 into retry", 400, "retry", undefined, "taken"],
    ["the request's table comes first", 500, "retry", "fail", "failed"],
    ["an error status can be success", 418, "success", undefined, "418"],
  ])("%s", async (_name, status, byClient, byRequest, outcome) => {
    await using server = await replying({ status, text: '{"tea":true}' });
    const http = clientOf(server.origin, {
      classify: (answer) => (answer.status === status ? byClient : undefined),
    });
    const options = byRequest === undefined ? {} : { classify: () => byRequest };
    const got = await http.request("GET", "x", options).then(
      ({ skipped, status: final, body }) => {
        if (skipped) return body === undefined ? "skipped" : "skipped with a body";
        return final === 200
          ? "taken"
          : `${final}${JSON.stringify(body) === '{"tea":true}' ? "" : " without body"}`;
      },
      (error: unknown) => (ApiError.isInstance(error) ? "failed" : "threw"),
    );
    expect(got).toBe(outcome);
  });

  it("tells a bug of a table at once", async () => {
    await using server = await replying({ status: 500 });
    const http = clientOf(server.origin, {
      classify: () => {
        throw new TypeError("undefined is not a function");
      },
    });
    const error = await errorOf(http.request("GET", "x"));
    expect(error).toBeInstanceOf(TypeError);
    expect(server.requests).toHaveLength(1);
  });

  it("tells a bug that is no TypeError at once, too", async () => {
    await using server = await replying({ status: 500 });
    const http = clientOf(server.origin, {
      classify: () => {
        throw new RangeError("out of range");
      },
    });
    expect(await errorOf(http.request("GET", "x"))).toBeInstanceOf(RangeError);
    expect(server.requests).toHaveLength(1);
  });

  it("reads at most 4 KB of an error body for the table", async () => {
    await using server = await replying({ status: 400, text: "x".repeat(10_000) });
    const lengths: number[] = [];
    const http = clientOf(server.origin, { classify: ({ text }) => void lengths.push(text.length) });
    await errorOf(http.request("GET", "x"));
    expect(lengths).toEqual([4096]);
  });
});

describe("what is told of requests", () => {
  it("is a metric for each try, and a line at debug", async () => {
    await using server = await replying({ status: 500 });
    const metrics: RequestMetric[] = [];
    const { log, lines } = collectLog();
    const http = clientOf(server.origin, {}, { log, onRequest: (metric) => void metrics.push(metric) });
    await http.request("GET", "tickets/17");
    expect(metrics).toEqual([
      { method: "GET", endpoint: "/tickets/{id}", status: 500, seconds: 0, retries: 0 },
      { method: "GET", endpoint: "/tickets/{id}", status: 200, seconds: 0, retries: 1 },
    ]);
    expect(lines).toEqual([
      `GET ${server.origin}/tickets/17 {"status":500,"seconds":0,"retries":0}`,
      `GET ${server.origin}/tickets/17 answered 500. The server is at fault: try again later. Trying again in 1 s. {}`,
      `GET ${server.origin}/tickets/17 {"status":200,"seconds":0,"retries":1}`,
    ]);
  });

  it("has no status when no answer came", async () => {
    const server = await replying();
    await server.close();
    const metrics: RequestMetric[] = [];
    const http = clientOf(
      server.origin,
      { attempts: 1 },
      { onRequest: (metric) => void metrics.push(metric) },
    );
    await errorOf(http.request("GET", "x"));
    expect(metrics).toMatchObject([{ status: undefined, retries: 0 }]);
  });
});
