import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../src/json.ts";
import type { ZendeskOptions } from "../../src/zendesk/sandbox.ts";
import { type Client, now, object, text, withZendesk } from "../zendesk-client.ts";

const settings = "/api/v2/account/settings";
const client = { client_id: "sandbox-client", client_secret: "sandbox-secret" };
const invalidToken = {
  error: "invalid_token",
  error_description: "The access token provided is expired, revoked, malformed or invalid for other reasons.",
};

interface Answered {
  readonly status: number;
  readonly body: JsonObject;
}

async function ask({ sandbox }: Client, body: unknown, contentType = "application/json"): Promise<Answered> {
  const response = await fetch(`${sandbox.url}/oauth/tokens`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const parsed: unknown = await response.json();
  return { status: response.status, body: isJsonObject(parsed) ? parsed : {} };
}

function byCredentials(zendesk: Client, more: JsonObject = {}): Promise<Answered> {
  return ask(zendesk, { ...client, grant_type: "client_credentials", scope: "read", ...more });
}

function byRefresh(zendesk: Client, refreshToken: string, more: JsonObject = {}): Promise<Answered> {
  return ask(zendesk, { ...client, grant_type: "refresh_token", refresh_token: refreshToken, ...more });
}

async function statusWith(zendesk: Client, token: string, path = settings): Promise<number> {
  return (await zendesk.get(path, { authorization: `Bearer ${token}` })).status;
}

describe("client credentials", () => {
  it("give a token that is good at once, without a refresh token", async () => {
    await withZendesk({}, async (zendesk) => {
      const { status, body } = await byCredentials(zendesk);
      expect([status, Object.keys(body).toSorted()]).toEqual([
        201,
        ["access_token", "expires_in", "scope", "token_type"],
      ]);
      expect(body).toMatchObject({ token_type: "bearer", scope: "read", expires_in: 172_800 });
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(200);
      const again = await byCredentials(zendesk);
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(200);
      expect(await statusWith(zendesk, text(again.body, "access_token"))).toBe(200);
    });
  });

  it("may be sent as a form", async () => {
    await withZendesk({}, async (zendesk) => {
      const form = new URLSearchParams({ ...client, grant_type: "client_credentials" }).toString();
      const { status } = await ask(zendesk, form, "application/x-www-form-urlencoded");
      expect(status).toBe(201);
    });
  });

  it("give a refresh token where that is switched on, and 200 where that is", async () => {
    const oauth = { refreshForClientCredentials: true, status: 200 } as const;
    await withZendesk({ oauth }, async (zendesk) => {
      const { status, body } = await byCredentials(zendesk);
      expect([status, typeof body["refresh_token"]]).toEqual([200, "string"]);
    });
  });

  it.each([
    ["another secret", { client_secret: "wrong" }, 401, "invalid_client"],
    ["another client", { client_id: "wrong" }, 401, "invalid_client"],
    ["no secret", { client_secret: null }, 401, "invalid_client"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["too short a life", { expires_in: 299 }, 400, "invalid_request"],
    ["too long a life", { expires_in: 172_801 }, 400, "invalid_request"],
    ["no number as its life", { expires_in: "soon" }, 400, "invalid_request"],
    ["a refresh token of too short a life", { refresh_token_expires_in: 604_799 }, 400, "invalid_request"],
    ["a life as a string", { expires_in: "300" }, 201, undefined],
  ])("with %s", async (_, more, status, error) => {
    await withZendesk({}, async (zendesk) => {
      const answer = await byCredentials(zendesk, more);
      expect([answer.status, answer.body["error"]]).toEqual([status, error]);
    });
  });

  it.each(["", "[]", "{", '"text"'])("refuse the body %j", async (body) => {
    await withZendesk({}, async (zendesk) => {
      expect((await ask(zendesk, body)).body["error"]).toBe("invalid_client");
    });
  });
});

describe("a refresh token", () => {
  it("is good once, and takes the old access token with it", async () => {
    const refreshTokens = [
      { refresh_token: "first-refresh", client_id: "sandbox-client", access_token: "first-access" },
    ];
    await withZendesk({ oauth: { refreshTokens } }, async (zendesk) => {
      expect(await statusWith(zendesk, "first-access")).toBe(200);
      const { status, body } = await byRefresh(zendesk, "first-refresh");
      expect([status, body["refresh_token_expires_in"]]).toEqual([201, 2_592_000]);
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(200);
      const old = await zendesk.get(settings, { authorization: "Bearer first-access" });
      expect([old.status, old.body]).toEqual([401, invalidToken]);
      const again = await byRefresh(zendesk, "first-refresh");
      expect([again.status, again.body["error"]]).toEqual([400, "invalid_grant"]);
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(200);
      const next = await byRefresh(zendesk, text(body, "refresh_token"));
      expect(next.status).toBe(201);
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(401);
    });
  });

  it("belongs to its client", async () => {
    const other = { client_id: "other", client_secret: "other" };
    await withZendesk({ oauth: { clients: [client, other] } }, async (zendesk) => {
      const stolen = await byRefresh(zendesk, "sandbox-refresh-token", other);
      expect(stolen.body["error"]).toBe("invalid_grant");
      expect((await byRefresh(zendesk, "sandbox-refresh-token")).status).toBe(201);
    });
  });

  it("expires", async () => {
    let clock = now;
    await withZendesk({ clock: () => clock }, async (zendesk) => {
      const { body } = await byRefresh(zendesk, "sandbox-refresh-token", {
        refresh_token_expires_in: 604_800,
      });
      clock += 604_800_000;
      expect((await byRefresh(zendesk, text(body, "refresh_token"))).body["error"]).toBe("invalid_grant");
    });
  });
});

describe("an access token", () => {
  it("expires by the clock, when it said", async () => {
    let clock = now;
    await withZendesk({ clock: () => clock }, async (zendesk) => {
      const { body } = await byCredentials(zendesk, { expires_in: 300 });
      clock += 299_000;
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(200);
      clock += 1000;
      const late = await zendesk.get(settings, { authorization: `Bearer ${text(body, "access_token")}` });
      expect([late.status, late.body]).toEqual([401, invalidToken]);
    });
  });

  it("expires by a count of requests, or when it is told to", async () => {
    await withZendesk({ oauth: { accessTokenRequests: 2 } }, async (zendesk) => {
      const { body } = await byCredentials(zendesk);
      const token = text(body, "access_token");
      const statuses = [];
      for (let request = 0; request < 4; request += 1) statuses.push(await statusWith(zendesk, token));
      expect(statuses).toEqual([200, 200, 401, 401]);
      const fresh = text((await byCredentials(zendesk)).body, "access_token");
      zendesk.sandbox.tokens.expireAll();
      expect(await statusWith(zendesk, fresh)).toBe(401);
      expect(zendesk.sandbox.tokens.issued.map(({ access_token: issued }) => issued)).toEqual([token, fresh]);
    });
  });

  it("says what it is", async () => {
    await withZendesk({}, async (zendesk) => {
      const { body } = await byCredentials(zendesk, { scope: "tickets:read users:read", expires_in: 3600 });
      const authorization = `Bearer ${text(body, "access_token")}`;
      const { body: current } = await zendesk.get("/api/v2/oauth/tokens/current.json", { authorization });
      expect(object(current, "token")).toMatchObject({
        scopes: ["tickets:read", "users:read"],
        expires_at: "2026-01-15T13:00:00Z",
      });
      const given = await zendesk.get("/api/v2/oauth/tokens/current", {
        authorization: "Bearer sandbox-access-token",
      });
      expect(object(given.body, "token")).toMatchObject({ scopes: ["read"], expires_at: null });
      expect((await zendesk.get("/api/v2/oauth/tokens/current")).status).toBe(404);
    });
  });

  it("that was given may expire too", async () => {
    const credentials = [{ access_token: "short", expires_at: now + 1000 }];
    let clock = now;
    await withZendesk({ credentials, clock: () => clock }, async (zendesk) => {
      expect(await statusWith(zendesk, "short")).toBe(200);
      clock += 1000;
      const late = await zendesk.get(settings, { authorization: "Bearer short" });
      expect([late.status, late.body]).toEqual([401, invalidToken]);
    });
  });
});

describe("scopes", () => {
  const scoped = (...scopes: string[]): Partial<ZendeskOptions> => ({
    credentials: [{ access_token: "scoped", scopes }],
  });

  it.each([
    ["read", "/api/v2/groups", 200],
    ["tickets:read", "/api/v2/tickets", 200],
    ["tickets:read", "/api/v2/incremental/tickets/cursor?start_time=0", 200],
    ["tickets:read", "/api/v2/incremental/ticket_events?start_time=0", 200],
    ["tickets:read", "/api/v2/incremental/users/cursor?start_time=0", 403],
    ["tickets:read", "/api/v2/groups", 403],
    ["users:read", "/api/v2/incremental/users/cursor?start_time=0", 200],
    ["organizations:read", "/api/v2/incremental/organizations?start_time=0", 200],
    ["auditlogs:read", "/api/v2/audit_logs", 200],
    ["hc:read", "/api/v2/community/posts", 200],
    ["triggers:read", "/api/v2/triggers", 200],
    ["automations:read", "/api/v2/triggers", 403],
    ["nonsense", "/api/v2/tickets", 403],
  ])("of %s: %s is %i", async (scope, path, status) => {
    await withZendesk(scoped(scope), async ({ get }) => {
      const answer = await get(path, { authorization: "Bearer scoped" });
      expect(answer.status).toBe(status);
      if (status === 403) {
        const description = "Missing the following required scopes: read";
        expect(answer.body).toEqual({ error: "Forbidden", description });
      }
    });
  });

  it("of nonsense give a token that nothing is open to", async () => {
    await withZendesk({}, async (zendesk) => {
      const { status, body } = await byCredentials(zendesk, { scope: "everything" });
      expect(status).toBe(201);
      expect(await statusWith(zendesk, text(body, "access_token"))).toBe(403);
    });
  });
});

describe("the request log", () => {
  it("has the request for a token, and no secret of it", async () => {
    await withZendesk({}, async (zendesk) => {
      const { body } = await byRefresh(zendesk, "sandbox-refresh-token");
      await statusWith(zendesk, text(body, "access_token"));
      const logged = JSON.stringify(zendesk.sandbox.requests);
      expect(zendesk.sandbox.requests[0]).toMatchObject({
        method: "POST",
        path: "/oauth/tokens",
        status: 201,
      });
      for (const secret of ["sandbox-secret", "sandbox-refresh-token", text(body, "access_token")]) {
        expect(logged).not.toContain(secret);
      }
    });
  });

  it("lets faults befall the request for a token", async () => {
    const faults = {
      rules: [{ path: "/oauth/tokens", nth: 1, fault: { kind: "status", status: 503 } }],
    } as const;
    await withZendesk({ faults }, async (zendesk) => {
      const response = await fetch(`${zendesk.sandbox.url}/oauth/tokens`, { method: "POST", body: "{}" });
      expect(response.status).toBe(503);
      expect((await byCredentials(zendesk)).status).toBe(201);
    });
  });
});
