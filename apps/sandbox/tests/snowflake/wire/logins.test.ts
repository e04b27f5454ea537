import { createHash, createPublicKey, createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SnowflakeOptions } from "../../../src/snowflake/sandbox.ts";
import { isKeyPairToken } from "../../../src/snowflake/wire/key-pair-token.ts";
import { loginFailure, withSnowflake } from "./driver.ts";

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
  };
}

const mine = keyPair();
const other = keyPair();

const users: SnowflakeOptions = {
  oauthClients: [{ clientId: "etl", clientSecret: "s3cret", user: "LOADER", refreshTokens: ["refresh-1"] }],
  users: [
    {
      name: "LOADER",
      password: "password",
      publicKeys: [other.publicKey, mine.publicKey],
      programmaticAccessTokens: ["pat-1"],
      oauthTokens: ["access-1"],
      roles: ["LOADER"],
      defaults: { role: "LOADER", warehouse: "LOADING", database: "RAW" },
    },
    { name: "GUEST", programmaticAccessTokens: ["pat-2"], publicKeys: [] },
    { name: "GONE", password: "password", isDisabled: true },
  ],
};

const place = { user: "LOADER", role: "LOADER", warehouse: "LOADING", database: "RAW" };

describe("a login", () => {
  it.each([
    ["a password", { password: "password" }],
    ["a key pair", { authenticator: "SNOWFLAKE_JWT", privateKey: mine.privateKey }],
    ["a programmatic access token", { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "pat-1" }],
    ["an OAuth token", { authenticator: "OAUTH", token: "access-1" }],
    ["a name in small letters", { password: "password", username: "loader" }],
  ])("is accepted with %s", (_name, options) =>
    withSnowflake(users, async ({ login, tiny }) => {
      const client = await login(options);
      expect(await client.run("SELECT 1")).toEqual([["SELECT 1"]]);
      expect(tiny.logins).toEqual([{ ...place, session: 1 }]);
    }),
  );

  it.each([
    ["a wrong password", { password: "passwort" }, "390100"],
    ["an unknown user", { username: "nobody" }, "390100"],
    ["another account", { account: "elsewhere" }, "390100"],
    ["a user without a password", { username: "guest", password: "password" }, "390100"],
    ["a disabled user", { username: "gone" }, "390101"],
    ["another's key", { authenticator: "SNOWFLAKE_JWT", privateKey: keyPair().privateKey }, "390144"],
    [
      "a key where none is registered",
      { username: "guest", authenticator: "SNOWFLAKE_JWT", privateKey: mine.privateKey },
      "390144",
    ],
    ["another's token", { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "pat-2" }, "394400"],
    ["an unknown OAuth token", { authenticator: "OAUTH", token: "access-2" }, "390303"],
    ["a passcode for two factors", { authenticator: "USERNAME_PASSWORD_MFA", passcode: "123456" }, "390100"],
    ["a role that the user has not", { role: "OTHER" }, "390189"],
  ])("is refused with %s", (_name, options, code) =>
    withSnowflake(users, async ({ snowflake }) => {
      expect(await loginFailure(snowflake.url, options)).toMatchObject({ code });
      expect(snowflake.sessions).toEqual([]);
    }),
  );

  it("works in what it names, folded to capitals unless quoted", () =>
    withSnowflake(users, async ({ login, tiny }) => {
      await login({ role: "loader", warehouse: '"Big one"', database: "raw", schema: '"public"' });
      expect(tiny.logins).toEqual([{ ...place, session: 1, warehouse: "Big one", schema: "public" }]);
    }));

  it("sets the query tag", () =>
    withSnowflake(users, async ({ login, tiny }) => {
      await login({ queryTag: "it's" });
      expect(tiny.executed).toEqual(["ALTER SESSION SET QUERY_TAG = 'it''s'"]);
    }));
});

describe("an access token", () => {
  const ask = async (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  const client = { client_id: "etl", client_secret: "s3cret" };
  const basic = { authorization: `Basic ${btoa("etl:s3cret")}` };

  it.each([
    ["/oauth/token-request", { grant_type: "client_credentials", ...client }, {}],
    ["/oauth2/v1/token", { grant_type: "client_credentials" }, basic],
    ["/oauth/token-request", { grant_type: "refresh_token", refresh_token: "refresh-1" }, basic],
  ])("of %s for %j logs in until it expires", (path, fields, headers) => {
    let now = Date.now();
    return withSnowflake({ ...users, clock: () => now }, async ({ snowflake, login }) => {
      const { status, body } = await ask(`${snowflake.url}${path}`, fields, headers);
      expect([status, body]).toMatchObject([200, { token_type: "Bearer", expires_in: 600 }]);
      const token = JSON.stringify(body).match(/"access_token":"([^"]+)"/u)?.[1] ?? "";
      const client = await login({ authenticator: "OAUTH", token });
      await client.run("SELECT 1");
      now += 600_000;
      const refused = await loginFailure(snowflake.url, { authenticator: "OAUTH", token });
      expect(refused.code).toBe("390318");
    });
  });

  it("is fetched by the driver itself", () =>
    withSnowflake(users, async ({ snowflake, login }) => {
      const client = await login({
        authenticator: "OAUTH_CLIENT_CREDENTIALS",
        oauthClientId: "etl",
        oauthClientSecret: "s3cret",
        oauthHttpAllowed: true,
        oauthTokenRequestUrl: `${snowflake.url}/oauth/token-request`,
        role: "LOADER",
      });
      expect(await client.run("SELECT 1")).toEqual([["SELECT 1"]]);
    }));

  it.each([
    [{ grant_type: "client_credentials", client_id: "etl", client_secret: "wrong" }, 401, "invalid_client"],
    [{ grant_type: "client_credentials" }, 401, "invalid_client"],
    [{ grant_type: "refresh_token", refresh_token: "refresh-2", ...client }, 400, "invalid_grant"],
    [{ grant_type: "password", ...client }, 400, "unsupported_grant_type"],
  ])("is refused to %j", (fields, status, error) =>
    withSnowflake(users, async ({ snowflake }) => {
      const answer = await ask(`${snowflake.url}/oauth/token-request`, fields);
      expect(answer).toMatchObject({ status, body: { error } });
    }),
  );
});

describe("a key pair's token", () => {
  const now = Date.UTC(2026, 0, 15, 12);
  const digest = createHash("sha256")
    .update(createPublicKey(mine.publicKey).export({ format: "der", type: "spki" }))
    .digest("base64");
  const claims = {
    iss: `SANDBOX.LOADER.SHA256:${digest}`,
    sub: "SANDBOX.LOADER",
    iat: now / 1000,
    exp: now / 1000 + 60,
  };
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = (header: object, payload: object): string => {
    const text = `${encoded(header)}.${encoded(payload)}`;
    return `${text}.${createSign("sha256").update(text).sign(mine.privateKey).toString("base64url")}`;
  };
  const login = { account: "sandbox", user: "LOADER", publicKeys: [mine.publicKey], nowMs: now };
  const rs256 = { alg: "RS256", typ: "JWT" };

  it.each([
    ["in seconds", claims, true],
    ["in milliseconds", { ...claims, iat: now, exp: now + 60_000 }, true],
    ["that expired", { ...claims, exp: now / 1000 }, false],
    [
      "older than an hour, whatever it claims",
      { ...claims, iat: now / 1000 - 3601, exp: now / 1000 + 60 },
      false,
    ],
    ["of the future", { ...claims, iat: now / 1000 + 61 }, false],
    ["without times", { iss: claims.iss, sub: claims.sub }, false],
    ["of another user", { ...claims, sub: "SANDBOX.OTHER" }, false],
    ["of another issuer", { ...claims, iss: "SANDBOX.LOADER.SHA256:AAAA" }, false],
  ])("%s is judged", (_name, payload, isGood) => {
    expect(isKeyPairToken(signed(rs256, payload), login)).toBe(isGood);
  });

  it.each([
    ["without a signature", `${encoded(rs256)}.${encoded(claims)}.`],
    ["of another algorithm", signed({ alg: "none" }, claims)],
    ["of other parts", "a.b"],
    ["that is no JSON", "a.b.c"],
    ["with a part too many", `${signed(rs256, claims)}.x`],
    [
      "changed after signing",
      signed(rs256, claims).replace(/\.[^.]+\./u, `.${encoded({ ...claims, exp: now })}.`),
    ],
  ])("%s is refused", (_name, token) => {
    expect(isKeyPairToken(token, login)).toBe(false);
  });
});
