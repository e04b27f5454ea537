import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bearer, now, withPortal } from "./portal-client.ts";

describe("the key", () => {
  it.each([
    ["none", {}],
    ["a wrong one", { authorization: "Bearer wrong" }],
    ["another scheme", { authorization: "Basic sandbox-api-key" }],
    ["the header of another API", { "x-api-key": "sandbox-api-key" }],
  ])("is asked for: %s is 401 with an empty body", async (_name, headers) => {
    await withPortal({}, async ({ get }) => {
      const { status, text } = await get("users", { ...headers });
      expect([status, text]).toEqual([401, ""]);
    });
  });

  it("is proven by a ping", async () => {
    await withPortal({ apiKey: "mine" }, async ({ get }) => {
      expect((await get("ping", { authorization: "Bearer mine" })).body).toEqual({ valid: true });
      expect((await get("ping")).status).toBe(401);
    });
  });

  it("is never in the log of requests", async () => {
    await withPortal({}, async ({ get, sandbox }) => {
      await get("ping");
      expect(JSON.stringify(sandbox.requests)).not.toContain("sandbox-api-key");
    });
  });
});

describe("a request", () => {
  it.each([
    ["nothing", 404],
    ["events", 404],
    ["events/nothing", 404],
    ["events/toString", 404],
    ["content/", 404],
    ["/incoming/api/v1/users", 404],
    ["users", 200],
    ["events/login", 200],
  ])("for %s is answered with %i", async (target, status) => {
    await withPortal({}, async ({ get }) => {
      expect((await get(target)).status).toBe(status);
    });
  });

  it("that is no GET is 405", async () => {
    await withPortal({}, async ({ sandbox }) => {
      const response = await fetch(`${sandbox.url}/incoming/v2/users`, { method: "POST", headers: bearer });
      expect(response.status).toBe(405);
    });
  });

  it("for what the role may not read is 403", async () => {
    await withPortal({ denied: ["/incoming/v2/events/*"] }, async ({ get }) => {
      expect((await get("events/login")).status).toBe(403);
      expect((await get("users")).status).toBe(200);
    });
  });

  it("meets the faults that are planned", async () => {
    await withPortal({}, async ({ get, sandbox }) => {
      const fault = { kind: "status", status: 503, retry_after_seconds: 3 } as const;
      sandbox.faults.add({ path: "/incoming/v2/events/*", nth: 2, fault });
      expect((await get("events/login")).status).toBe(200);
      const spoiled = await get("events/visit");
      expect([spoiled.status, spoiled.headers.get("retry-after")]).toEqual([503, "3"]);
    });
  });
});

describe("a signature", () => {
  const signed = (url: string, second: number, key = "hush"): string =>
    `${url}${url.includes("?") ? "&" : "?"}apsig=${createHmac("sha256", key).update(`${url}${second}`).digest("hex")}`;

  it.each([
    ["of this second", 0, "hush", 200],
    ["of 30 seconds ago", -30, "hush", 200],
    ["of 31 seconds ago", -31, "hush", 401],
    ["of another key", 0, "other", 401],
  ])("%s, off by %i, with the key %s, is answered with %i", async (_name, off, key, status) => {
    await withPortal({ signingKey: "hush" }, async ({ sandbox }) => {
      const url = `${sandbox.url}/incoming/v2/events/login?startDate=1&endDate=2`;
      const response = await fetch(signed(url, now / 1000 + off, key), { headers: bearer });
      expect(response.status).toBe(status);
    });
  });

  it("is asked for where there is a key", async () => {
    await withPortal({ signingKey: "hush" }, async ({ get }) => {
      expect((await get("ping")).status).toBe(401);
      expect((await get("ping?apsig=00")).status).toBe(401);
    });
  });

  it("covers the query", async () => {
    await withPortal({ signingKey: "hush" }, async ({ sandbox }) => {
      const url = signed(`${sandbox.url}/incoming/v2/events/login?startDate=1`, now / 1000);
      const changed = url.replace("startDate=1", "startDate=2");
      expect((await fetch(changed, { headers: bearer })).status).toBe(401);
    });
  });
});
