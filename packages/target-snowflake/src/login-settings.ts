import { alias, boolean, describe, fromJsonSchema, oneOf, optional, secret, string } from "@chorale/singer";

/** The settings that say where Snowflake is, and who loads. */
export const loginSettings = {
  account: alias(
    describe(
      fromJsonSchema<string>({ type: "string", minLength: 1 }),
      "The account: org-account or locator.region, or the account's address.",
    ),
    "snowflake_account",
    "host",
  ),
  user: alias(
    describe(
      optional(string()),
      "The user who loads. OAuth, programmatic access tokens and workload identities do without.",
    ),
    "username",
    "snowflake_username",
  ),
  password: alias(
    describe(optional(secret(string())), "The user's password; people better use a key pair."),
    "snowflake_password",
  ),
  passcode: describe(
    optional(secret(string())),
    "The second factor's one-time code, for the authenticator username_password_mfa.",
  ),
  private_key: describe(
    optional(secret(string())),
    "The user's RSA private key: PEM, base64 of PEM or DER, or the path of a file with it.",
  ),
  private_key_path: describe(optional(string()), "The path of the user's RSA private key: PEM or DER."),
  private_key_passphrase: alias(
    describe(optional(secret(string())), "What an encrypted private key is opened with."),
    "private_key_password",
  ),
  authenticator: alias(
    describe(
      optional(string()),
      "How to log in, where the credentials alone do not say it: snowflake, snowflake_jwt, oauth, programmatic_access_token, username_password_mfa, externalbrowser, oauth_authorization_code, oauth_client_credentials, workload_identity, or Okta's address.",
    ),
    "snowflake_authenticator",
  ),
  use_browser_authentication: describe(
    optional(boolean()),
    "Whether to log in by a browser: the authenticator externalbrowser.",
  ),
  programmatic_access_token: describe(optional(secret(string())), "A programmatic access token of the user."),
  oauth_access_token: alias(
    describe(
      optional(secret(string())),
      "An OAuth access token; with the authenticator programmatic_access_token, such a token.",
    ),
    "access_token",
    "token",
  ),
  oauth_client_id: alias(
    describe(optional(string()), "The OAuth client, to get access tokens with."),
    "client_id",
  ),
  oauth_client_secret: alias(
    describe(optional(secret(string())), "The OAuth client's secret."),
    "client_secret",
  ),
  oauth_refresh_token: alias(
    describe(
      optional(secret(string())),
      "An OAuth refresh token, to get access tokens with. The client's own credentials are used without it.",
    ),
    "refresh_token",
  ),
  oauth_token_request_url: describe(
    optional(string()),
    "Where OAuth access tokens are asked for. The account's own endpoint when there is a refresh token.",
  ),
  oauth_authorization_url: describe(
    optional(string()),
    "Where a person is sent by the authenticator oauth_authorization_code.",
  ),
  oauth_scope: describe(optional(string()), "The OAuth scopes to ask for, with spaces between."),
  workload_identity_provider: describe(
    optional(oneOf("AWS", "AZURE", "GCP", "OIDC")),
    "Who vouches for the workload, for the authenticator workload_identity.",
  ),
  access_url: describe(
    optional(string()),
    "Another address of Snowflake than the account's own, such as that of a gateway.",
  ),
  proxy_host: describe(
    optional(string()),
    "The proxy to Snowflake. Without it HTTPS_PROXY and NO_PROXY are obeyed.",
  ),
  proxy_port: describe(
    optional(fromJsonSchema<number>({ type: "integer", minimum: 1, maximum: 65_535 })),
    "The proxy's port.",
  ),
  proxy_user: describe(optional(string()), "The proxy's user."),
  proxy_password: describe(optional(secret(string())), "The proxy's password."),
  proxy_protocol: describe(optional(oneOf("http", "https")), "How to talk to the proxy; http when absent."),
  no_proxy: describe(
    optional(string()),
    "Hosts that are reached without the proxy, with | between; * stands for anything.",
  ),
};
