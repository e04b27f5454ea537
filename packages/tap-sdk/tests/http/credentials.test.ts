import { AuthenticationError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import type { AuthContext } from "../../src/rest-client.ts";
import { clientOf, counter, errorOf, fakeClock } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A server that takes one token, which `valid` names at the time. */
async function guarded(valid: (index: number) => string) {
  return serve(({ request, response, index }) => {
    const isValid = request.headers.authorization === `Bearer ${valid(index)}`;
    json(response, isValid ? { ok: true } : { error: "invalid_token" }, { status: isValid ? 200 : 401 });
  });
}

describe("credentials", () => {
  it("are fetched once before the first request, and sent with the fixed headers", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const asked: boolean[] = [];
    const http = clientOf(server.origin, {
      headers: () => ({ "X-Tenant": "acme" }),
      authorize: async ({ refused }) => {
        asked.push(refused);
        return { Token: "t1-secret" };
      },
    });
    await Promise.all([http.request("GET", "a"), http.request("GET", "b")]);
    await http.request("GET", "c");
    expect(asked).toEqual([false]);
    expect(server.requests).toHaveLength(3);
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({ "x-tenant": "acme", token: "t1-secret" });
  });

  it("are fetched again after a 401, which spends no retry", async () => {
    await using server = await guarded(() => "token-2");
    const asked: boolean[] = [];
    const http = clientOf(server.origin, {
      attempts: 1,
      authorize: async ({ refused }) => bearer(`token-${asked.push(refused)}`),
    });
    expect((await http.request("GET", "x")).body).toEqual({ ok: true });
    expect(asked).toEqual([false, true]);
    expect(server.requests).toHaveLength(2);
  });

  it("are fetched once for requests that are refused at the same time", async () => {
    await using server = await guarded((index) => (index < 1 ? "token-1" : "token-2"));
    const calls = counter();
    const http = clientOf(server.origin, { authorize: async () => bearer(`token-${calls.next()}`) });
    await http.request("GET", "warm-up");
    await Promise.all(Array.from({ length: 8 }, () => http.request("GET", "x")));
    expect(calls.count).toBe(2);
    expect(server.requests).toHaveLength(1 + 8 + 8);
  });

  it("are not fetched again for a refusal of the ones before", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using server = await serve(async ({ request, response }) => {
      if (request.url === "/slow" && request.headers.authorization === "Bearer token-1") await held;
      const isValid = request.headers.authorization === "Bearer token-2";
      json(response, {}, { status: isValid ? 200 : 401 });
    });
    const calls = counter();
    const http = clientOf(server.origin, { authorize: async () => bearer(`token-${calls.next()}`) });
    const slow = http.request("GET", "slow");
    await http.request("GET", "fast");
    release();
    await slow;
    expect(calls.count).toBe(2);
  });

  it("that are refused twice in a row end in one line that says what to check", async () => {
    await using server = await guarded(() => "other");
    const calls = counter();
    const http = clientOf(server.origin, { authorize: async () => bearer(`secret-token-${calls.next()}`) });
    const error = await errorOf(http.request("GET", "x"));
    expect(AuthenticationError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ exitCode: 77, cause: { name: "ApiError", status: 401 } });
    expect(error.message).toBe(
      `GET ${server.origin}/x answered 401: {"error":"invalid_token"}. Check the credentials in the settings.`,
    );
    expect(calls.count).toBe(2);
    expect(server.requests).toHaveLength(2);
  });

  it("that cannot be renewed end at the first 401, also one with an empty body", async () => {
    await using server = await serve(({ response }) => response.writeHead(401).end());
    const error = await errorOf(
      clientOf(server.origin, { headers: () => bearer("fixed") }).request("GET", "x"),
    );
    expect(error).toMatchObject({ name: "AuthenticationError", exitCode: 77 });
    expect(error.message).toBe(`GET ${server.origin}/x answered 401. Check the credentials in the settings.`);
    expect(server.requests).toHaveLength(1);
  });

  it("may expire twice while one request waits for its page", async () => {
    // 401, not ready, 401, not ready, ready: each renewal was good.
    const statuses = [401, 503, 401, 503, 200];
    await using server = await serve(({ response, index }) =>
      json(response, {}, { status: statuses[index] ?? 500 }),
    );
    const calls = counter();
    const http = clientOf(server.origin, { authorize: async () => bearer(`token-${calls.next()}`) });
    expect((await http.request("GET", "x")).status).toBe(200);
    expect(calls.count).toBe(3);
  });

  it("are asked for again after they could not be fetched", async () => {
    await using server = await guarded(() => "token-2");
    let calls = 0;
    const http = clientOf(server.origin, {
      authorize: async () => {
        calls += 1;
        if (calls === 1) throw new Error("vault is sealed");
        return bearer(`token-${calls}`);
      },
    });
    await expect(http.request("GET", "x")).rejects.toThrow("vault is sealed");
    await expect(http.request("GET", "x")).resolves.toMatchObject({ status: 200 });
  });
});

describe("a token endpoint", () => {
  async function withTokens(token: (context: AuthContext<object>) => Promise<string>) {
    const server = await serve(({ request, response, index }) => {
      if (!request.url.startsWith("/oauth"))
        return json(response, {}, { status: request.headers.authorization ? 200 : 401 });
      if (request.url === "/oauth/refused")
        return json(response, { error: "invalid_grant" }, { status: 400 });
      if (request.url === "/oauth/down" && index < 2) return json(response, {}, { status: 503 });
      return json(response, { access_token: "fresh-token" });
    });
    const http = clientOf(server.origin, {
      headers: () => ({ "x-api-key": "key-of-the-api" }),
      authorize: async (context) => bearer(await token(context)),
    });
    return { server, http };
  }
  const tokenOf = (body: unknown): string => {
    if (typeof body === "object" && body !== null && "access_token" in body) return String(body.access_token);
    throw new Error("no token");
  };

  it("is asked without credentials, with retries, also of another origin", async () => {
    await using tokens = await serve(({ response }) => json(response, { access_token: "fresh-token" }));
    const { server, http } = await withTokens(async (context) => {
      const form = { grant_type: "client_credentials", client_secret: "s" };
      return tokenOf((await context.http.request("POST", `${tokens.origin}/oauth/token`, { form })).body);
    });
    await using _ = server;
    await http.request("GET", "x");
    expect(tokens.requests).toHaveLength(1);
    expect(tokens.requests[0]).toMatchObject({
      method: "POST",
      body: "grant_type=client_credentials&client_secret=s",
    });
    expect(tokens.requests[0]?.headers).not.toHaveProperty("x-api-key");
    expect(tokens.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(server.requests[0]?.headers).toMatchObject({
      "x-api-key": "key-of-the-api",
      authorization: "Bearer fresh-token",
    });
  });

  it("that is down is asked again", async () => {
    const { server, http } = await withTokens(async (context) =>
      tokenOf((await context.http.request("GET", "oauth/down")).body),
    );
    await using _ = server;
    await http.request("GET", "x");
    expect(server.requests.map(({ url }) => url)).toEqual([
      "/oauth/down",
      "/oauth/down",
      "/oauth/down",
      "/x",
    ]);
  });

  it("that refuses ends in one line that says what to check", async () => {
    const { server, http } = await withTokens(async (context) =>
      tokenOf((await context.http.request("GET", "oauth/refused")).body),
    );
    await using _ = server;
    const error = await errorOf(http.request("GET", "x"));
    expect(error).toMatchObject({ name: "AuthenticationError", exitCode: 77, cause: { status: 400 } });
    expect(error.message).toBe(
      `credentials refused: GET ${server.origin}/oauth/refused answered 400: {"error":"invalid_grant"}. Check the credentials in the settings.`,
    );
  });

  it("does not wait in the line of the API's rate limit", async () => {
    const clock = fakeClock();
    await using server = await serve(({ request, response }) =>
      request.url === "/token"
        ? json(response, { access_token: "t" })
        : json(response, {}, { status: request.headers.authorization === "Bearer t2" ? 200 : 401 }),
    );
    const calls = counter();
    const http = clientOf(
      server.origin,
      {
        rateLimits: () => ({ api: { requests: 2, perSeconds: 60 } }),
        authorize: async (context) =>
          bearer(`${tokenOf((await context.http.request("GET", "token")).body)}${calls.next()}`),
      },
      { clock },
    );
    await http.request("GET", "x");
    expect(clock.now).toBe(0);
  });
});
