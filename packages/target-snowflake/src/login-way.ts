import { ConfigError } from "@chorale/singer";
import type { SnowflakeConfig } from "./config.ts";

/** One way to log in, with what it needs; `settings` are those that a person would check. */
export type LoginWay = { readonly settings: readonly string[] } & (
  | { readonly kind: "key" }
  | { readonly kind: "password"; readonly authenticator: string; readonly password: string }
  | { readonly kind: "token"; readonly authenticator: string; readonly token: string }
  | { readonly kind: "browser"; readonly authenticator: string }
  | {
      readonly kind: "workload";
      readonly provider: "AWS" | "AZURE" | "GCP" | "OIDC";
      readonly token: string | undefined;
    }
  | {
      readonly kind: "oauth-client";
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string | undefined;
    }
);

type CredentialName =
  | "password"
  | "private_key"
  | "private_key_path"
  | "programmatic_access_token"
  | "oauth_access_token"
  | "oauth_client_secret";

/** Each is enough to log in with; `oauth_client_secret` stands for all of its client. */
const credentialNames: readonly CredentialName[] = [
  "private_key",
  "private_key_path",
  "password",
  "programmatic_access_token",
  "oauth_access_token",
  "oauth_client_secret",
];

/** The credentials that an authenticator takes, the usual one first. None: it has its own. */
const takenBy: Readonly<Record<string, readonly CredentialName[]>> = {
  SNOWFLAKE: ["password"],
  SNOWFLAKE_JWT: ["private_key", "private_key_path"],
  OAUTH: ["oauth_access_token", "oauth_client_secret"],
  PROGRAMMATIC_ACCESS_TOKEN: ["programmatic_access_token", "oauth_access_token", "password"],
  USERNAME_PASSWORD_MFA: ["password"],
  OKTA: ["password"],
  OAUTH_CLIENT_CREDENTIALS: ["oauth_client_secret"],
  EXTERNALBROWSER: [],
  OAUTH_AUTHORIZATION_CODE: [],
  WORKLOAD_IDENTITY: [],
};

/** Credentials that may be there beside what the authenticator has of its own. */
const mayHave: Readonly<Record<string, readonly CredentialName[]>> = {
  OAUTH_AUTHORIZATION_CODE: ["oauth_client_secret"],
  WORKLOAD_IDENTITY: ["oauth_access_token"],
};

/**
 * Decides how to log in. Throws `ConfigError` when credentials of two kinds are set, when an authenticator and a
 * credential do not go together, when there is nothing to log in with, and when the user is missing.
 */
export function loginWay(config: SnowflakeConfig): LoginWay {
  const authenticator = authenticatorOf(config);
  if (isGiven(config.oauth_refresh_token) && !isGiven(config.oauth_client_secret)) {
    throw new ConfigError("oauth_refresh_token needs oauth_client_id and oauth_client_secret. Set them.");
  }
  const given = credentialNames.filter((name) => isGiven(config[name]));
  const way = wayOf(config, chosenCredential(authenticator, given), authenticator);
  const doesWithoutUser = way.kind === "token" || way.kind === "oauth-client" || way.kind === "workload";
  if (!isGiven(config.user) && !doesWithoutUser && way.kind !== "browser") {
    throw new ConfigError(`user is missing, to whom ${way.settings.at(-1) ?? ""} belongs. Set it.`);
  }
  return way;
}

interface Authenticator {
  /** As the driver spells it; Okta's is an address. */
  readonly spelling: string;
  readonly kind: string;
  /** The setting that says it. */
  readonly setting: string;
}

function authenticatorOf(config: SnowflakeConfig): Authenticator | undefined {
  const { authenticator: given = "", use_browser_authentication: byBrowser = false } = config;
  const kind = /^https:\/\/[^/]+\.okta\.com/i.test(given) ? "OKTA" : given.trim().toUpperCase();
  const browser = {
    spelling: "EXTERNALBROWSER",
    kind: "EXTERNALBROWSER",
    setting: "use_browser_authentication",
  };
  if (kind === "") return byBrowser ? browser : undefined;
  if (!Object.hasOwn(takenBy, kind)) {
    const known = Object.keys(takenBy).filter((name) => name !== "OKTA");
    throw new ConfigError(
      `authenticator ${JSON.stringify(given)} is not known. Set one of ${known.join(", ").toLowerCase()}, or Okta's address.`,
    );
  }
  if (byBrowser && kind !== browser.kind)
    throw tooMany("use_browser_authentication", `authenticator ${given}`);
  return { spelling: kind === "OKTA" ? given.trim() : kind, kind, setting: `authenticator ${given}` };
}

function chosenCredential(
  authenticator: Authenticator | undefined,
  given: readonly CredentialName[],
): CredentialName | undefined {
  const [first, second] = independent(given);
  if (authenticator === undefined) {
    if (first === undefined) throw noCredentials();
    if (second !== undefined) throw tooMany(first, second);
    return first;
  }
  const { kind, setting } = authenticator;
  const taken = takenBy[kind] ?? [];
  const wrong = given.find((name) => ![...taken, ...(mayHave[kind] ?? [])].includes(name));
  if (wrong !== undefined) throw tooMany(setting, wrong);
  if (taken.length === 0) return undefined;
  if (first === undefined) throw new ConfigError(`${setting} needs ${taken.join(" or ")}. Set one.`);
  if (second !== undefined) throw tooMany(first, second);
  return first;
}

/** An access token that stands beside the client that got it counts for nothing of its own. */
function independent(given: readonly CredentialName[]): readonly CredentialName[] {
  return given.includes("oauth_client_secret")
    ? given.filter((name) => name !== "oauth_access_token")
    : given;
}

function wayOf(
  config: SnowflakeConfig,
  credential: CredentialName | undefined,
  authenticator: Authenticator | undefined,
): LoginWay {
  if (credential === undefined) return wayWithoutCredential(config, authenticator);
  const settings = [credential];
  const isProgrammatic =
    credential === "programmatic_access_token" || authenticator?.kind === "PROGRAMMATIC_ACCESS_TOKEN";
  if (isProgrammatic) {
    return {
      kind: "token",
      authenticator: "PROGRAMMATIC_ACCESS_TOKEN",
      token: config[credential] ?? "",
      settings,
    };
  }
  switch (credential) {
    case "private_key":
    case "private_key_path":
      return { kind: "key", settings };
    case "password":
      return {
        kind: "password",
        authenticator: authenticator?.spelling ?? "SNOWFLAKE",
        password: config.password ?? "",
        settings: ["user", "password"],
      };
    case "oauth_access_token":
      return { kind: "token", authenticator: "OAUTH", token: config.oauth_access_token ?? "", settings };
    default:
      return clientWay(config);
  }
}

function wayWithoutCredential(config: SnowflakeConfig, authenticator: Authenticator | undefined): LoginWay {
  const { spelling = "", setting = "" } = authenticator ?? {};
  if (spelling !== "WORKLOAD_IDENTITY")
    return { kind: "browser", authenticator: spelling, settings: [setting] };
  const { workload_identity_provider: provider, oauth_access_token: token } = config;
  if (provider === undefined) throw new ConfigError(`${setting} needs workload_identity_provider. Set it.`);
  if (provider === "OIDC" && !isGiven(token)) {
    throw new ConfigError("workload_identity_provider OIDC needs oauth_access_token. Set it.");
  }
  return { kind: "workload", provider, token, settings: ["workload_identity_provider"] };
}

function clientWay(config: SnowflakeConfig): LoginWay {
  const { oauth_client_id: clientId, oauth_client_secret: clientSecret = "" } = config;
  if (!isGiven(clientId)) {
    throw new ConfigError(
      "oauth_client_secret needs oauth_client_id, the client that it belongs to. Set it.",
    );
  }
  const refreshToken = isGiven(config.oauth_refresh_token) ? config.oauth_refresh_token : undefined;
  const settings = refreshToken === undefined ? ["oauth_client_secret"] : ["oauth_refresh_token"];
  return { kind: "oauth-client", clientId, clientSecret, refreshToken, settings };
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function tooMany(one: string, other: string): ConfigError {
  return new ConfigError(`${one} and ${other} are both set, and each is a way to log in. Keep one of them.`);
}

function noCredentials(): ConfigError {
  return new ConfigError(
    "there is nothing to log in with. Set private_key or private_key_path, password, programmatic_access_token, oauth_access_token, or oauth_client_id and oauth_client_secret.",
  );
}
