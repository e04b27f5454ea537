import { ConfigError } from "@chorale/singer";
import type { ConnectionOptions } from "snowflake-sdk";
import { accountPlace } from "./account.ts";
import type { SnowflakeConfig } from "./config.ts";
import { type LoginWay, loginWay } from "./login-way.ts";
import { OauthTokens } from "./oauth-token.ts";
import { fingerprintOf, readPrivateKey } from "./private-key.ts";

/** What connections log in with; all connections of a run share one. */
export interface Login {
  /**
   * Answers the driver's options for one connection: fresh ones each time, because the driver wipes them. Throws
   * `ConfigError` or `AuthenticationError`; a retryable `LoadError` when a token's endpoint cannot be reached.
   */
  options(signal: AbortSignal): Promise<ConnectionOptions>;
  /** Takes note that Snowflake refused the login; answers whether new options may be accepted. */
  refused(): boolean;
  /** What a refused login is to be checked for, beside what Snowflake said. */
  hint(): Promise<string>;
}

/**
 * Makes the login of a configuration. Throws `ConfigError` for credentials of two kinds, naming both, for none at
 * all, and for an account, a user or an address that is none. Files are read when a connection is made.
 */
export function createLogin(config: SnowflakeConfig): Login {
  const way = loginWay(config);
  const { account, accessUrl } = accountPlace(config);
  const shared = { ...sharedOptions(config), account, accessUrl };
  const tokens = tokensOf(config, { way, accessUrl });
  return {
    async options(signal) {
      const own = tokens === undefined ? await ownOptions(config, way) : await tokenOptions(tokens, signal);
      return { ...shared, ...own };
    },
    refused() {
      tokens?.forget();
      return tokens !== undefined;
    },
    hint: async () => await hintOf(config, way),
  };
}

/** Names that Snowflake shows beside a session. */
const application = "Chorale";

function sharedOptions(config: SnowflakeConfig): ConnectionOptions {
  const { user, role, warehouse } = config;
  return {
    application,
    database: config.database,
    ...(user === undefined ? {} : { username: user }),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    clientSessionKeepAlive: config.client_session_keep_alive,
    timeout: Math.ceil(config.request_timeout_seconds * 1000),
    // Logins are tried again here, where they can be stopped; the driver's own tries cannot.
    sfRetryMaxLoginRetries: 0,
    rowMode: "array",
    fetchAsString: ["String", "Boolean", "Number", "Date", "JSON", "Buffer"],
    representNullAsStringNull: false,
    ...proxyOptions(config),
  };
}

function proxyOptions(config: SnowflakeConfig): ConnectionOptions {
  const { proxy_host: host, proxy_port: port, proxy_user: user, proxy_password: password } = config;
  if (host === undefined || port === undefined) {
    if (host === port) return {};
    throw new ConfigError("proxy_host and proxy_port belong together. Set both.");
  }
  if ((user === undefined) !== (password === undefined)) {
    throw new ConfigError("proxy_user and proxy_password belong together. Set both.");
  }
  return {
    proxyHost: host,
    proxyPort: port,
    proxyProtocol: config.proxy_protocol ?? "http",
    ...(user === undefined || password === undefined ? {} : { proxyUser: user, proxyPassword: password }),
    ...(config.no_proxy === undefined ? {} : { noProxy: config.no_proxy }),
  };
}

function tokensOf(
  config: SnowflakeConfig,
  { way, accessUrl }: { way: LoginWay; accessUrl: string },
): OauthTokens | undefined {
  if (way.kind !== "oauth-client") return undefined;
  const ownUrl = way.refreshToken === undefined ? undefined : `${accessUrl}/oauth/token-request`;
  const url = config.oauth_token_request_url ?? ownUrl;
  if (url === undefined) {
    throw new ConfigError(
      "oauth_client_secret needs oauth_token_request_url, the endpoint that gives the client its tokens. Set it.",
    );
  }
  return new OauthTokens({
    url,
    clientId: way.clientId,
    clientSecret: way.clientSecret,
    refreshToken: way.refreshToken,
    scope: config.oauth_scope,
    timeoutMs: Math.ceil(config.request_timeout_seconds * 1000),
  });
}

async function tokenOptions(tokens: OauthTokens, signal: AbortSignal): Promise<ConnectionOptions> {
  return { authenticator: "OAUTH", token: await tokens.token(signal) };
}

async function ownOptions(config: SnowflakeConfig, way: LoginWay): Promise<ConnectionOptions> {
  switch (way.kind) {
    case "key":
      return { authenticator: "SNOWFLAKE_JWT", privateKey: await readPrivateKey(config) };
    case "password":
      return { authenticator: way.authenticator, password: way.password, ...secondFactor(config, way) };
    case "token":
      return { authenticator: way.authenticator, token: way.token };
    case "browser":
      return {
        authenticator: way.authenticator,
        clientStoreTemporaryCredential: true,
        ...appOptions(config),
      };
    case "workload":
      return {
        authenticator: "WORKLOAD_IDENTITY",
        workloadIdentityProvider: way.provider,
        ...(way.token === undefined ? {} : { token: way.token }),
      };
    case "oauth-client":
      return {};
  }
}

function secondFactor(
  { passcode }: SnowflakeConfig,
  { authenticator }: { authenticator: string },
): ConnectionOptions {
  if (authenticator !== "USERNAME_PASSWORD_MFA") return {};
  // A code is good once, and a run has several connections: those after the first use the token that the first got.
  return { clientRequestMFAToken: true, ...(passcode === undefined ? {} : { passcode }) };
}

function appOptions(config: SnowflakeConfig): ConnectionOptions {
  const { oauth_client_id: id, oauth_client_secret: secret, oauth_scope: scope } = config;
  const { oauth_authorization_url: authorize, oauth_token_request_url: token } = config;
  return {
    ...(id === undefined ? {} : { oauthClientId: id }),
    ...(secret === undefined ? {} : { oauthClientSecret: secret }),
    ...(scope === undefined ? {} : { oauthScope: scope }),
    ...(authorize === undefined ? {} : { oauthAuthorizationUrl: authorize }),
    ...(token === undefined ? {} : { oauthTokenRequestUrl: token }),
  };
}

async function hintOf(config: SnowflakeConfig, way: LoginWay): Promise<string> {
  if (way.kind !== "key") return `Check ${way.settings.join(" and ")}.`;
  const fingerprint = await readPrivateKey(config).then(fingerprintOf, () => undefined);
  const known = fingerprint === undefined ? "the private key's public half" : fingerprint;
  return `Check that account and user are right, that DESC USER ${config.user ?? ""} shows ${known} as RSA_PUBLIC_KEY_FP, and that this machine's clock is.`;
}
