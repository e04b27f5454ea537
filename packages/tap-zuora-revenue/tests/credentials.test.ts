import { AuthenticationError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tokenSeconds } from "../src/token-life.ts";
import { asked, now, runTap, runWell, withTenant } from "./support/run-tap.ts";

const select = ["bi3_rc_pob.*"];
const logins = (requests: readonly string[]) =>
  requests.filter((each) => each.includes("authenticate")).length;
const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

describe("a token", () => {
  it("is taken from the header, once for all requests", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      await runWell({ tenant, select });
      expect(logins(asked(tenant))).toBe(1);
    });
  });

  it("is renewed when it is refused among the pages, and the task goes on", async () => {
    await withTenant({ rows: 30 }, async (tenant) => {
      tenant.faults.add({
        path: "/api/integration/v2/biviews/BI3_RC_POB",
        nth: 3,
        fault: { kind: "status", status: 401 },
      });
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(30);
      expect(logins(asked(tenant))).toBe(2);
      expect(run.logs.filter(({ message }) => message.includes("read again"))).toEqual([]);
      expect(tenant.tasks.cancelled).toEqual([]);
    });
  });

  it("is renewed while a page is waited for", async () => {
    await withTenant({ rows: 10, lag: 6 }, async (tenant) => {
      tenant.faults.add({
        path: "/api/integration/v2/biviews/BI3_RC_POB",
        nth: [3, 6],
        fault: { kind: "status", status: 401 },
      });
      tenant.faults.add({ path: "/**/biviews-status/*", nth: 2, fault: { kind: "status", status: 401 } });
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      expect(logins(asked(tenant))).toBe(4);
    });
  });

  it("is renewed before its claims end", async () => {
    await withTenant({ rows: 10, tokenSeconds: 0.02, clock: () => now }, async (tenant) => {
      const run = await runWell({ tenant, select: ["bi3_rc_pob.*", "bi3_rc_head.*"] });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      expect(tenant.requests.filter(({ status }) => status === 401)).toEqual([]);
      expect(logins(asked(tenant))).toBeGreaterThan(2);
    });
  });

  it.each([
    ["five minutes before it ends", jwt({ iat: 1000, exp: 2800 }), 1500],
    ["after half of a short life", jwt({ iat: 1000, exp: 1200 }), 100],
    ["after 25 minutes when it says nothing", "opaque", 1500],
    ["after 25 minutes when its claims are odd", jwt(["x"]), 1500],
  ])("is used until %s", (_, token, seconds) => {
    expect(tokenSeconds(token)).toBe(seconds);
  });

  it("comes from OneID, with a prefix of its own", async () => {
    await withTenant({ rows: 10, oneIdPrefix: "/revenue/api/integration" }, async (tenant) => {
      const config = {
        base_url: `${tenant.url}/revenue/api/integration`,
        auth_mode: "oneid",
        oauth_client_id: "sandbox-oauth-client",
        oauth_client_secret: "sandbox-oauth-secret",
        token_url: `${tenant.url}/oauth2/token`,
      };
      const run = await runWell({ tenant, select, config });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      const { error } = await runTap({
        tenant,
        select,
        config: { ...config, oauth_client_secret: "another" },
      });
      expect(error).toBeInstanceOf(AuthenticationError);
    });
  });
});

describe("credentials", () => {
  it.each([
    [{ password: "another-password" }, "Invalid user or password"],
    [{ client_name: "Another" }, "Invalid client name"],
    [{ role: "Another" }, "Invalid role"],
  ])("that are wrong end the run at once: %j", async (config, reason) => {
    await withTenant({}, async (tenant) => {
      const { error, logs } = await runTap({ tenant, select, config });
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(String(error)).toContain(reason);
      expect(String(error) + JSON.stringify(logs)).not.toContain("another-password");
      expect(asked(tenant)).toEqual(["POST v1/authenticate"]);
    });
  });

  it.each([
    [{ password: undefined }, '"username" or "password" is missing'],
    [{ auth_mode: "oneid" }, '"oauth_client_id" or "oauth_client_secret" is missing'],
  ])("that are missing are named: %j", async (config, reason) => {
    await withTenant({}, async (tenant) => {
      const { error } = await runTap({ tenant, select, config });
      expect(String(error)).toContain(reason);
      expect(asked(tenant)).toEqual([]);
    });
  });

  it("of a tenant without the API service say whom to ask", async () => {
    await withTenant({ isEnabled: false }, async (tenant) => {
      const { error } = await runTap({ tenant, select });
      expect(String(error)).toContain("the API service is not enabled for this tenant. Ask Zuora's support");
      expect(asked(tenant)).toEqual(["POST v1/authenticate"]);
    });
  });
});
