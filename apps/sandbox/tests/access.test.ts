import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { basic, email, now, withZendesk } from "./zendesk-client.ts";

const settings = "/api/v2/account/settings.json";

function basicOf(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

describe("credentials", () => {
  const credentials = [{ email, api_token: "töken" }, { access_token: "abc" }];

  it.each([
    ["the API token", basicOf(`${email}/token:töken`), 200],
    ["the access token", "Bearer abc", 200],
    ["a scheme in lower case", "bearer abc", 200],
    ["another API token", basicOf(`${email}/token:other`), 401],
    ["a password", basicOf(`${email}:töken`), 401],
    ["another e-mail address", basicOf("other@example.com/token:töken"), 401],
    ["another access token", "Bearer abcd", 401],
    ["an access token as a password", basicOf("abc"), 401],
    ["a token of another scheme", "Token abc", 401],
    ["an empty header", "", 401],
    ["a default credential", basic, 401],
  ])("answer %s", async (_, authorization, status) => {
    await withZendesk({ credentials }, async ({ get }) => {
      const answer = await get(settings, { authorization });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.body).toEqual({ error: "Couldn't authenticate you" });
    });
  });

  it("are asked for on every path", async () => {
    await withZendesk({}, async ({ get }) => {
      for (const path of [settings, "/api/v2/nothing", "/api/v2/tickets/1/audits", "/"]) {
        expect((await get(path, {})).status).toBe(401);
      }
    });
  });
});

describe("paths", () => {
  it.each([
    ["/api/v2/nothing", 404],
    ["/api/v2/tickets/abc/audits", 404],
    ["/api/v2/groups/1", 404],
    ["/api/v1/groups", 404],
    ["/", 404],
    ["//", 404],
    ["/api/v2/groups.json", 200],
    ["/api/v2/groups.xml", 404],
    [settings, 200],
  ])("answer %s with %i", async (path, status) => {
    await withZendesk({}, async ({ get }) => {
      expect((await get(path)).status).toBe(status);
    });
  });

  it.each(["POST", "PUT", "DELETE"])("answer %s with 404", async (method) => {
    await withZendesk({}, async ({ sandbox }) => {
      const response = await fetch(`${sandbox.url}/api/v2/groups`, {
        method,
        headers: { authorization: basic },
      });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: "InvalidEndpoint", description: "Not found" });
    });
  });
});

describe("denied endpoints", () => {
  it("answer 403 by reason, and only they", async () => {
    const denied = [
      { path: "/api/v2/incremental/**", reason: "scope" },
      { path: "/api/v2/tickets/*/comments", reason: "empty" },
      { path: "/api/v2/slas/*" },
    ] as const;
    await withZendesk({ denied }, async ({ get }) => {
      const scope = await get("/api/v2/incremental/tickets/cursor.json?start_time=0");
      expect([scope.status, scope.body["description"]]).toEqual([
        403,
        "Missing the following required scopes: read",
      ]);
      const empty = await get("/api/v2/tickets/7/comments");
      expect([empty.status, empty.text, empty.headers.get("content-type")]).toEqual([
        403,
        "",
        "text/html; charset=utf-8",
      ]);
      const role = await get("/api/v2/slas/policies");
      expect(role.status).toBe(403);
      expect(role.text).toContain("You do not have access to this page");
      expect((await get("/api/v2/tickets")).status).toBe(200);
    });
  });
});

describe("the request log", () => {
  it("holds what was asked, and no secret", async () => {
    await withZendesk({}, async ({ sandbox, get }) => {
      await get("/api/v2/groups?page%5Bsize%5D=2", {
        authorization: basic,
        cookie: "a=b",
        "user-agent": "test/1",
      });
      await get("/nowhere", {});
      expect(sandbox.requests).toMatchObject([
        {
          method: "GET",
          target: "/api/v2/groups?page%5Bsize%5D=2",
          path: "/api/v2/groups",
          query: { "page[size]": "2" },
          headers: { "user-agent": "test/1" },
          status: 200,
          at: now,
        },
        { path: "/nowhere", query: {}, status: 401 },
      ]);
      const logged = JSON.stringify(sandbox.requests);
      expect(logged).not.toContain(basic.slice(6));
      expect(logged).not.toContain("a=b");
    });
  });
});

describe("starting and closing", () => {
  it("rejects when the port is taken", async () => {
    await withZendesk({}, async ({ sandbox }) => {
      await expect(withZendesk({ port: sandbox.port }, async () => {})).rejects.toThrow("EADDRINUSE");
    });
  });

  it("drops waiting connections on close", async () => {
    const faults = { rules: [{ path: "**", fault: { kind: "slow", before_headers_ms: 60_000 } }] } as const;
    await withZendesk({ faults }, async ({ sandbox, get }) => {
      const waiting = get(settings).catch((error: unknown) => error);
      await expect.poll(() => sandbox.requests.length).toBe(1);
      await sandbox.close();
      expect(await waiting).toBeInstanceOf(TypeError);
    });
  });

  it("drops connections that are in the middle of a request on close", async () => {
    await withZendesk({}, async ({ sandbox }) => {
      const socket = connect(sandbox.port, "127.0.0.1");
      const closed = once(socket, "close");
      socket.on("error", () => {});
      await once(socket, "connect");
      await new Promise((resolve) => socket.write("GET / HTTP/1.1\r\nHost: x\r\n", resolve));
      // An answered request on another connection proves that the server has taken this one.
      await fetch(sandbox.url);
      await sandbox.close();
      await closed;
    });
  });

  it("delays every answer by latencyMs", async () => {
    await withZendesk({ latencyMs: 40 }, async ({ get }) => {
      const started = performance.now();
      await get(settings);
      expect(performance.now() - started).toBeGreaterThanOrEqual(39);
    });
  });
});
