import { generateKeyPairSync } from "node:crypto";
import type { SnowflakeFaultRule, SnowflakeOptions } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { connectSnowflake } from "../src/connection.ts";
import { fingerprintOf } from "../src/private-key.ts";
import { logLines } from "./log-lines.ts";
import { scriptedEngine } from "./scripted-engine.ts";
import { loaderSettings, snowflakeConfig } from "./snowflake-settings.ts";
import { connected, standIn } from "./stand-in.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ format: "pem", type: "spki" }).toString();
const privatePem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const place = { role: "LOADER", warehouse: "LOADING", database: "RAW", schema: "PUBLIC" };
const account: SnowflakeOptions = {
  engine: scriptedEngine(),
  world: {
    databases: [{ name: "RAW", schemas: ["PUBLIC"] }],
    warehouses: ["LOADING"],
    roles: { LOADER: { lacks: [] }, OTHER: { lacks: [] } },
  },
  users: [
    {
      name: "LOADER",
      password: "password",
      roles: ["LOADER"],
      publicKeys: [publicPem],
      programmaticAccessTokens: ["pat-1"],
      oauthTokens: ["oauth-1"],
      defaults: place,
    },
    { name: "GONE", password: "password", isDisabled: true },
    { name: "BARE", password: "password", roles: ["LOADER"] },
  ],
  oauthClients: [
    { clientId: "client", clientSecret: "client-secret", user: "LOADER", refreshTokens: ["refresh-1"] },
  ],
};

const patience = { timeout: 15_000, interval: 10 };

async function problemOf(promise: Promise<unknown>): Promise<Error> {
  const problem: unknown = await promise.then(
    () => expect.fail("it should have failed"),
    (error: unknown) => error,
  );
  if (!(problem instanceof Error)) return expect.fail("no error was thrown");
  return problem;
}

describe("a login", () => {
  it.each([
    ["a password", { password: "password" }],
    ["a key pair", { password: null, private_key: privatePem }],
    ["a programmatic access token", { password: null, programmatic_access_token: "pat-1" }],
    ["a token without a user", { password: null, user: null, oauth_access_token: "oauth-1" }],
  ])("by %s", async (_name, settings) => {
    const connection = await connected(await standIn(account), settings);
    expect(connection.isUp).toBe(true);
  });

  it("by an OAuth client gets its token from the account", async () => {
    const snowflake = await standIn(account);
    const connection = await connected(snowflake, {
      ...{ user: null, password: null, oauth_client_id: "client" },
      ...{ oauth_client_secret: "client-secret", oauth_refresh_token: "refresh-1" },
    });
    expect(connection.isUp).toBe(true);
    expect(snowflake.requests.map(({ path }) => path).slice(0, 2)).toEqual([
      "/oauth/token-request",
      "/session/v1/login-request",
    ]);
  });

  it("asks for another token when the first is refused", async () => {
    const snowflake = await standIn(account);
    const problem = { code: "390318", sqlState: "08001", message: "OAuth access token expired." };
    snowflake.faults.add({ match: { endpoint: "login" }, nth: 1, fault: { kind: "problem", problem } });
    const connection = await connected(snowflake, {
      ...{ user: null, password: null, oauth_client_id: "client" },
      ...{ oauth_client_secret: "client-secret", oauth_refresh_token: "refresh-1" },
    });
    expect(connection.isUp).toBe(true);
    expect(snowflake.requests.filter(({ path }) => path === "/oauth/token-request")).toHaveLength(2);
  });

  it("is tried again while the service is not there", async () => {
    const snowflake = await standIn(account);
    const log = logLines();
    snowflake.faults.add(
      { match: { endpoint: "login" }, nth: 1, fault: { kind: "status", status: 503 } },
      { match: { endpoint: "login" }, nth: 2, fault: { kind: "lost-request" } },
    );
    const connection = await connected(snowflake, {}, { log });
    expect(connection.isUp).toBe(true);
    expect(log.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      "the login failed and is tried again",
      "the login failed and is tried again",
    ]);
  });

  it("to upload needs no warehouse", async () => {
    const settings = { user: "BARE", role: null, warehouse: null };
    const connection = await connected(await standIn(account), settings, { purpose: "upload" });
    expect(connection.isUp).toBe(true);
  });
});

const says = "cannot log in to Snowflake";

interface Refusal {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly rule?: SnowflakeFaultRule;
  readonly kind: "AuthenticationError" | "ConfigError" | "LoadError";
  readonly exitCode: number;
  readonly message: (host: string) => string;
}

function problem(code: string, message: string): SnowflakeFaultRule {
  return {
    match: { endpoint: "login" },
    fault: { kind: "problem", problem: { code, sqlState: "08001", message } },
  };
}

const refusals: readonly Refusal[] = [
  {
    name: "a wrong password",
    settings: { password: "wrong-password" },
    kind: "AuthenticationError",
    exitCode: 77,
    message: () =>
      `${says} as LOADER: Incorrect username or password was specified (390100). Check user and password.`,
  },
  {
    name: "a user who is disabled",
    settings: { user: "GONE" },
    kind: "AuthenticationError",
    exitCode: 77,
    message: () =>
      `${says} as GONE: User access disabled. Contact your local system administrator (390101). Check user and password.`,
  },
  {
    name: "a key that the user does not have",
    settings: { user: "BARE", password: null, private_key: privatePem },
    kind: "AuthenticationError",
    exitCode: 77,
    message: () =>
      `${says} as BARE: JWT token is invalid (390144). Check that account and user are right, that DESC USER BARE shows ${fingerprintOf(privatePem)} as RSA_PUBLIC_KEY_FP, and that this machine's clock is.`,
  },
  {
    name: "a token that is none",
    settings: { password: null, programmatic_access_token: "pat-2" },
    kind: "AuthenticationError",
    exitCode: 77,
    message: () =>
      `${says} as LOADER: Programmatic access token is invalid (394400). Check programmatic_access_token.`,
  },
  {
    name: "a role that the user does not have",
    settings: { role: "OTHER" },
    kind: "ConfigError",
    exitCode: 78,
    message: () =>
      `${says} as LOADER: Role 'OTHER' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC (390189). Correct role, or run: GRANT ROLE OTHER TO USER LOADER.`,
  },
  {
    name: "a warehouse that is checked at the login",
    rule: problem("390201", "The requested warehouse does not exist or not authorized."),
    kind: "ConfigError",
    exitCode: 78,
    message: () =>
      `${says} as LOADER: The requested warehouse does not exist or not authorized (390201). Check database RAW and warehouse LOADING, and that role LOADER has USAGE on both.`,
  },
  {
    name: "a network policy",
    rule: problem("390422", "Incoming request with IP/Token 10.0.0.1 is not allowed to access Snowflake."),
    kind: "AuthenticationError",
    exitCode: 77,
    message: () =>
      `${says} as LOADER: Incoming request with IP/Token 10.0.0.1 is not allowed to access Snowflake (390422). Have the address of this machine allowed by the account's network policy, or run where it is.`,
  },
  {
    name: "an account that is none",
    rule: { match: { endpoint: "login" }, fault: { kind: "status", status: 403 } },
    kind: "ConfigError",
    exitCode: 78,
    message: (host) =>
      `${says}: ${host} answered HTTP 403, as it does for accounts that are none. Check account.`,
  },
  {
    name: "a service that stays away",
    settings: { retries: 2 },
    rule: { match: { endpoint: "login" }, fault: { kind: "status", status: 503 } },
    kind: "LoadError",
    exitCode: 75,
    message: (host) =>
      `${says}: ${host} cannot be reached: Request to Snowflake failed (HTTP 503). Check account, the network and the proxy.`,
  },
  {
    name: "a service that never answers",
    settings: { login_timeout_seconds: 0.4, request_timeout_seconds: 3 },
    rule: { match: { endpoint: "login" }, fault: { kind: "withheld", ms: 2000 } },
    kind: "LoadError",
    exitCode: 75,
    message: (host) =>
      `${says}: ${host} did not answer within 0.4 s. Check the network and the proxy, or raise login_timeout_seconds.`,
  },
  {
    name: "a warehouse that is not there",
    settings: { user: "BARE", warehouse: null },
    kind: "ConfigError",
    exitCode: 78,
    message: () => "warehouse is not set, and the user has no default one. Set it.",
  },
];

describe("a login that is refused", () => {
  it.each(refusals)("because of $name", async ({ settings, rule, kind, exitCode, message }) => {
    const snowflake = await standIn(account);
    if (rule !== undefined) snowflake.faults.add(rule);
    const begin = performance.now();
    const error = await problemOf(connected(snowflake, settings));
    expect(error).toMatchObject({ name: kind, exitCode, message: message(`127.0.0.1:${snowflake.port}`) });
    expect(performance.now() - begin).toBeLessThan(8000);
    const said = `${error.message} ${error.stack ?? ""}`;
    for (const secret of ["wrong-password", "pat-2", privatePem.slice(40, 80)]) {
      expect(said).not.toContain(secret);
    }
  });

  it.each([
    ["database", { database: "NOWHERE" }],
    ["warehouse", { warehouse: "NOWHERE" }],
  ])("because the %s is not there", async (setting, settings) => {
    const snowflake = await standIn();
    expect(await problemOf(connected(snowflake, settings))).toMatchObject({
      name: "ConfigError",
      message: `${setting} NOWHERE is not there, or role LOADER may not use it. Correct the setting, or run: GRANT USAGE ON ${setting.toUpperCase()} NOWHERE TO ROLE LOADER.`,
    });
    expect(snowflake.requests.filter(({ path }) => path === "/session")).toHaveLength(1);
  });

  it("because nothing listens there", async () => {
    const snowflake = await standIn(account);
    await snowflake.close();
    expect(await problemOf(connected(snowflake, { retries: 1 }))).toMatchObject({
      name: "LoadError",
      exitCode: 75,
      message: `${says}: 127.0.0.1:${snowflake.port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${snowflake.port}. Check account, the network and the proxy.`,
    });
  });

  it("because there is no such host", async () => {
    // A name whose first part is too long is refused without asking the network.
    const host = `${"a".repeat(64)}.invalid`;
    const error = await problemOf(connected({ url: `https://${host}` }, { retries: 0 }));
    expect(error).toMatchObject({
      name: "ConfigError",
      message: `${says}: ${host} is not known. Check account and the network.`,
    });
  });

  it("because the run is stopped", async () => {
    const snowflake = await standIn(account);
    snowflake.faults.add({ match: { endpoint: "login" }, fault: { kind: "withheld", ms: 3000 } });
    const stop = new AbortController();
    const config = await snowflakeConfig(loaderSettings(snowflake.url));
    const connecting = connectSnowflake(config, { log: logLines(), signal: stop.signal, purpose: "load" });
    const refused = problemOf(connecting);
    await expect.poll(() => snowflake.requests, patience).toHaveLength(1);
    const reason = new Error("stopped");
    stop.abort(reason);
    expect(await refused).toBe(reason);
    const before = connectSnowflake(config, { log: logLines(), signal: stop.signal, purpose: "load" });
    expect(await problemOf(before)).toBe(reason);
  });

  it("between two tries, because the run is stopped", async () => {
    const snowflake = await standIn(account);
    snowflake.faults.add({ match: { endpoint: "login" }, fault: { kind: "status", status: 503 } });
    const stop = new AbortController();
    const config = await snowflakeConfig({
      ...loaderSettings(snowflake.url),
      retry_delay_seconds: 30,
      login_timeout_seconds: 600,
    });
    const log = logLines();
    const refused = problemOf(connectSnowflake(config, { log, signal: stop.signal, purpose: "load" }));
    await expect.poll(() => log.lines, patience).toHaveLength(1);
    const reason = new Error("stopped");
    stop.abort(reason);
    expect(await refused).toBe(reason);
  });
});
