/** A user of the account, and what it may log in with. Names as stored. */
export interface SnowflakeUser {
  readonly name: string;
  readonly password?: string;
  /** Public keys in PEM: one, or two while they are exchanged. */
  readonly publicKeys?: readonly string[];
  readonly programmaticAccessTokens?: readonly string[];
  /** OAuth access tokens that never expire. */
  readonly oauthTokens?: readonly string[];
  /** @default every role of the world */
  readonly roles?: readonly string[];
  /** What a login without these works in. @default the world's only role, and nothing else */
  readonly defaults?: {
    readonly role?: string;
    readonly warehouse?: string;
    readonly database?: string;
    readonly schema?: string;
  };
  /** Logins are refused with 390101. */
  readonly isDisabled?: boolean;
}

/** A program that fetches access tokens for a user. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly user: string;
  readonly refreshTokens?: readonly string[];
}

/** A name as the service stores it: in capitals, unless it is quoted. */
export function storedName(name: string): string {
  const quoted = /^"(.*)"$/su.exec(name)?.[1];
  return quoted?.replaceAll('""', '"') ?? name.toUpperCase();
}
