import { ApiError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { mayHaveActed } from "../../src/http/may-have-acted.ts";
import { replying, times } from "./replies.ts";
import { clientOf, errorOf } from "./test-client.ts";
import { json, type SeenRequest, serve } from "./test-server.ts";

const job = { json: { report: "lines" }, once: true } as const;

describe("a request that may be acted on once only", () => {
  it.each([
    ["a rate limit", { status: 429, headers: { "retry-after": "1" } }],
    ["a 503 that says when to come again", { status: 503, headers: { "retry-after": "1" } }],
    ["a conflict", { status: 409 }],
    ["a request that came in too slowly", { status: 408 }],
  ])("is sent again after %s", async (_what, refusal) => {
    await using server = await replying(refusal);
    const { body } = await clientOf(server.origin).request("POST", "jobs", job);
    expect(body).toEqual({ asked: 2 });
  });

  it("is sent again with new credentials after a 401", async () => {
    await using server = await replying({ status: 401 });
    const tokens = ["old", "new"];
    const authorize = async () => ({ authorization: `Bearer ${tokens.shift()}` });
    const { body } = await clientOf(server.origin, { authorize }).request("POST", "jobs", job);
    expect(body).toEqual({ asked: 2 });
  });

  it.each([500, 502, 503, 504])("is not sent again after a %i", async (status) => {
    await using server = await replying(...times(3, { status }));
    const error = await errorOf(clientOf(server.origin).request("POST", "jobs", job));
    expect(error).toMatchObject({ name: "ApiError", status, retryable: true });
    expect(mayHaveActed(error)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("is not sent again after an answer that is no JSON", async () => {
    await using server = await replying({ status: 200, text: "<html>" });
    const error = await errorOf(clientOf(server.origin).request("POST", "jobs", job));
    expect(mayHaveActed(error)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("is not sent again after a connection that broke", async () => {
    await using server = await serve(({ response }) => response.destroy());
    const error = await errorOf(clientOf(server.origin).request("POST", "jobs", job));
    expect(error).toMatchObject({ name: "ApiError", status: undefined, retryable: true });
    expect(mayHaveActed(error)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("is not sent again after a time-out", async () => {
    await using server = await serve(() => undefined);
    const http = clientOf(server.origin, { requestTimeoutSeconds: () => 0.05 });
    expect(mayHaveActed(await errorOf(http.request("POST", "jobs", job)))).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("is sent again where nobody was reached", async () => {
    const server = await serve(({ response }) => json(response, {}));
    await server.close();
    const logged: string[] = [];
    const http = clientOf(
      server.origin,
      { attempts: 3 },
      { onRequest: ({ retries }) => void logged.push(`${retries}`) },
    );
    const error = await errorOf(http.request("POST", "jobs", job));
    expect(error.message).toContain("ECONNREFUSED");
    expect(mayHaveActed(error)).toBe(false);
    expect(logged).toEqual(["0", "1", "2"]);
  });

  it("is one of others, which are sent again as ever", async () => {
    const broken = new Set<SeenRequest["url"]>();
    await using server = await serve(({ request, response }) => {
      if (broken.has(request.url)) return json(response, { ok: true });
      broken.add(request.url);
      return response.destroy();
    });
    const { body } = await clientOf(server.origin).request("POST", "search", { json: {} });
    expect(body).toEqual({ ok: true });
  });
});

describe("what is no failure of a request", () => {
  it.each([
    ["another error", new Error("no")],
    ["no error", "no"],
    ["a refusal", new ApiError("no", { method: "POST", url: "x", status: 400, retryable: false })],
  ])("was not acted on: %s", (_what, error) => {
    expect(mayHaveActed(error)).toBe(false);
  });
});
