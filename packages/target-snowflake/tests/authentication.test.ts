import { generateKeyPairSync } from "node:crypto";
import type { ConnectionOptions } from "snowflake-sdk";
import { describe, expect, it } from "vitest";
import { createLogin } from "../src/authentication.ts";
import { fingerprintOf } from "../src/private-key.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";

const key = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ format: "pem", type: "pkcs8" })
  .toString();
const { signal } = new AbortController();

async function optionsOf(settings: Readonly<Record<string, unknown>>): Promise<ConnectionOptions> {
  return await createLogin(await snowflakeConfig({ user: "ANNA", ...settings })).options(signal);
}

async function refusalOf(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const problem: unknown = await optionsOf(settings).catch((error: unknown) => error);
  expect(problem).toMatchObject({ name: "ConfigError", exitCode: 78 });
  return problem instanceof Error ? problem.message : "";
}

const oktaUrl = "https://shop.okta.com";

const ways: readonly (readonly [string, Readonly<Record<string, unknown>>, ConnectionOptions])[] = [
  ["a password", { password: "p" }, { authenticator: "SNOWFLAKE", password: "p" }],
  [
    "a password and its authenticator",
    { password: "p", authenticator: "snowflake" },
    { authenticator: "SNOWFLAKE", password: "p" },
  ],
  [
    "a password and a second factor",
    { password: "p", authenticator: "username_password_mfa", passcode: "123456" },
    {
      authenticator: "USERNAME_PASSWORD_MFA",
      password: "p",
      passcode: "123456",
      clientRequestMFAToken: true,
    },
  ],
  ["Okta", { password: "p", authenticator: oktaUrl }, { authenticator: oktaUrl, password: "p" }],
  ["a key", { private_key: key }, { authenticator: "SNOWFLAKE_JWT", privateKey: key }],
  [
    "a key and its authenticator",
    { private_key: key, authenticator: "SNOWFLAKE_JWT" },
    { authenticator: "SNOWFLAKE_JWT", privateKey: key },
  ],
  ["an access token", { oauth_access_token: "t" }, { authenticator: "OAUTH", token: "t" }],
  [
    "a programmatic access token",
    { programmatic_access_token: "t" },
    { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "t" },
  ],
  [
    "a token that the authenticator says is one",
    { token: "t", authenticator: "programmatic_access_token" },
    { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "t" },
  ],
  [
    "a programmatic access token as password",
    { password: "t", authenticator: "programmatic_access_token" },
    { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "t" },
  ],
  [
    "a browser",
    { use_browser_authentication: true },
    { authenticator: "EXTERNALBROWSER", clientStoreTemporaryCredential: true },
  ],
  [
    "a browser by its authenticator",
    { authenticator: "externalbrowser", use_browser_authentication: true },
    { authenticator: "EXTERNALBROWSER", clientStoreTemporaryCredential: true },
  ],
  [
    "a person's own OAuth",
    { authenticator: "oauth_authorization_code", oauth_client_id: "c", oauth_client_secret: "s" },
    {
      authenticator: "OAUTH_AUTHORIZATION_CODE",
      clientStoreTemporaryCredential: true,
      oauthClientId: "c",
      oauthClientSecret: "s",
    },
  ],
  [
    "a workload's identity",
    { authenticator: "workload_identity", workload_identity_provider: "AWS" },
    { authenticator: "WORKLOAD_IDENTITY", workloadIdentityProvider: "AWS" },
  ],
  [
    "a workload's own token",
    { authenticator: "workload_identity", workload_identity_provider: "OIDC", token: "t" },
    { authenticator: "WORKLOAD_IDENTITY", workloadIdentityProvider: "OIDC", token: "t" },
  ],
  [
    "credentials beside empty ones",
    { password: "", oauth_access_token: "", private_key: key },
    { authenticator: "SNOWFLAKE_JWT", privateKey: key },
  ],
  [
    "a password beside a browser that is not used",
    { password: "p", use_browser_authentication: false },
    { authenticator: "SNOWFLAKE", password: "p" },
  ],
];

describe("a login", () => {
  it.each(ways)("by %s", async (_name, settings, expected) => {
    const shared = await optionsOf({ password: "x" });
    const { authenticator: _a, password: _p, ...others } = shared;
    expect(await optionsOf(settings)).toEqual({ ...others, ...expected });
  });

  it("says to the driver where and how", async () => {
    const options = await optionsOf({
      password: "p",
      account: "org-shop",
      role: "LOADER",
      warehouse: "LOADING",
      request_timeout_seconds: 12.5,
      client_session_keep_alive: false,
    });
    expect(options).toEqual({
      account: "org-shop",
      accessUrl: "https://org-shop.snowflakecomputing.com",
      application: "Chorale",
      username: "ANNA",
      database: "RAW",
      role: "LOADER",
      warehouse: "LOADING",
      clientSessionKeepAlive: false,
      timeout: 12_500,
      sfRetryMaxLoginRetries: 0,
      rowMode: "array",
      fetchAsString: ["String", "Boolean", "Number", "Date", "JSON", "Buffer"],
      representNullAsStringNull: false,
      authenticator: "SNOWFLAKE",
      password: "p",
    });
  });

  it("gives fresh options each time, because the driver wipes them", async () => {
    const login = createLogin(await snowflakeConfig({ user: "ANNA", password: "p" }));
    const first = await login.options(signal);
    first.password = "";
    first.account = "";
    expect(await login.options(signal)).toMatchObject({ password: "p", account: "sandbox" });
    expect(login.refused()).toBe(false);
  });

  it("goes through a proxy", async () => {
    const proxy = { proxy_host: "proxy.local", proxy_port: 3128 };
    expect(await optionsOf({ password: "p", ...proxy })).toMatchObject({
      proxyHost: "proxy.local",
      proxyPort: 3128,
      proxyProtocol: "http",
    });
    const more = { proxy_user: "u", proxy_password: "q", proxy_protocol: "https", no_proxy: "*.local" };
    expect(await optionsOf({ password: "p", ...proxy, ...more })).toMatchObject({
      proxyUser: "u",
      proxyPassword: "q",
      proxyProtocol: "https",
      noProxy: "*.local",
    });
  });

  it("by a key is hinted at with the key's fingerprint", async () => {
    const login = createLogin(await snowflakeConfig({ user: "ANNA", private_key: key }));
    expect(await login.hint()).toBe(
      `Check that account and user are right, that DESC USER ANNA shows ${fingerprintOf(key)} as RSA_PUBLIC_KEY_FP, and that this machine's clock is.`,
    );
  });
});

const both = "are both set, and each is a way to log in. Keep one of them.";
const refused: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  [
    "nothing at all",
    {},
    "there is nothing to log in with. Set private_key or private_key_path, password, programmatic_access_token, oauth_access_token, or oauth_client_id and oauth_client_secret.",
  ],
  [
    "only empty credentials",
    { password: "", token: "" },
    "there is nothing to log in with. Set private_key or private_key_path, password, programmatic_access_token, oauth_access_token, or oauth_client_id and oauth_client_secret.",
  ],
  ["a key and a password", { private_key: key, password: "p" }, `private_key and password ${both}`],
  [
    "a key and a key's path",
    { private_key: key, private_key_path: "k" },
    `private_key and private_key_path ${both}`,
  ],
  [
    "a password and a token",
    { password: "p", oauth_access_token: "t" },
    `password and oauth_access_token ${both}`,
  ],
  [
    "tokens of two kinds",
    { programmatic_access_token: "t", oauth_access_token: "u" },
    `programmatic_access_token and oauth_access_token ${both}`,
  ],
  [
    "tokens of two kinds, with an authenticator that takes either",
    { programmatic_access_token: "t", oauth_access_token: "u", authenticator: "programmatic_access_token" },
    `programmatic_access_token and oauth_access_token ${both}`,
  ],
  [
    "a browser and a password",
    { use_browser_authentication: true, password: "p" },
    `use_browser_authentication and password ${both}`,
  ],
  [
    "a browser and another authenticator",
    { use_browser_authentication: true, authenticator: "oauth", token: "t" },
    `use_browser_authentication and authenticator oauth ${both}`,
  ],
  [
    "an authenticator and what it does not take",
    { authenticator: "snowflake_jwt", password: "p" },
    `authenticator snowflake_jwt and password ${both}`,
  ],
  [
    "an authenticator alone",
    { authenticator: "snowflake_jwt" },
    "authenticator snowflake_jwt needs private_key or private_key_path. Set one.",
  ],
  [
    "an authenticator that is none",
    { authenticator: "magic", password: "p" },
    'authenticator "magic" is not known. Set one of snowflake, snowflake_jwt, oauth, programmatic_access_token, username_password_mfa, oauth_client_credentials, externalbrowser, oauth_authorization_code, workload_identity, or Okta\'s address.',
  ],
  [
    "a password and no user",
    { password: "p", user: "" },
    "user is missing, to whom password belongs. Set it.",
  ],
  [
    "a key and no user",
    { private_key: key, user: "" },
    "user is missing, to whom private_key belongs. Set it.",
  ],
  [
    "a client's secret and no client",
    { oauth_client_secret: "s" },
    "oauth_client_secret needs oauth_client_id, the client that it belongs to. Set it.",
  ],
  [
    "a refresh token and no client",
    { oauth_refresh_token: "r" },
    "oauth_refresh_token needs oauth_client_id and oauth_client_secret. Set them.",
  ],
  [
    "a client and no endpoint",
    { oauth_client_secret: "s", oauth_client_id: "c" },
    "oauth_client_secret needs oauth_token_request_url, the endpoint that gives the client its tokens. Set it.",
  ],
  [
    "a client and an endpoint that is none",
    { oauth_client_secret: "s", oauth_client_id: "c", oauth_token_request_url: "http://example.com/t" },
    "oauth_token_request_url is no https address. Set it to the client's token endpoint.",
  ],
  [
    "a workload without a provider",
    { authenticator: "workload_identity" },
    "authenticator workload_identity needs workload_identity_provider. Set it.",
  ],
  [
    "a workload without its token",
    { authenticator: "workload_identity", workload_identity_provider: "OIDC" },
    "workload_identity_provider OIDC needs oauth_access_token. Set it.",
  ],
  [
    "half a proxy",
    { password: "p", proxy_host: "proxy.local" },
    "proxy_host and proxy_port belong together. Set both.",
  ],
  [
    "half a proxy's login",
    { password: "p", proxy_host: "proxy.local", proxy_port: 1, proxy_user: "u" },
    "proxy_user and proxy_password belong together. Set both.",
  ],
  [
    "an address in the clear",
    { password: "p", access_url: "http://example.com" },
    "access_url is no https address. Correct it, or leave it out.",
  ],
];

describe("a login that cannot be", () => {
  it.each(refused)("with %s", async (_name, settings, message) => {
    expect(await refusalOf(settings)).toBe(message);
  });

  it("names a key's file before anything is connected", async () => {
    expect(await refusalOf({ private_key_path: "/nowhere/key.p8" })).toBe(
      "private_key_path /nowhere/key.p8: there is no such file. Give the path of a private key.",
    );
  });
});
