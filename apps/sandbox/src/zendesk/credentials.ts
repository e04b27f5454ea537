/** Who may call: an e-mail address with an API token, or an OAuth access token. */
export type Credential =
  | { readonly email: string; readonly api_token: string }
  | {
      readonly access_token: string;
      /** @default ["read"] */
      readonly scopes?: readonly string[];
      /** When it expires, in milliseconds of the stand-in's clock. @default never */
      readonly expires_at?: number;
    };

/** What a stand-in accepts when it is not told otherwise. */
export const defaultCredentials: readonly Credential[] = [
  { email: "admin@example.com", api_token: "sandbox-token" },
  { access_token: "sandbox-access-token" },
];

function authorizationOf(credential: Credential): string {
  if ("access_token" in credential) return `bearer ${credential.access_token}`;
  const { email, api_token: apiToken } = credential;
  return `basic ${Buffer.from(`${email}/token:${apiToken}`).toString("base64")}`;
}

/** What a request came with. */
export type Caller =
  | { readonly kind: "unknown" }
  | { readonly kind: "expired" }
  /** With no scopes when it is no token, which has none. */
  | { readonly kind: "known"; readonly scopes?: readonly string[] };

/** The access token of an `authorization` header, if it holds one. */
export function bearerOf(header: string | undefined): string | undefined {
  const [scheme = "", secret] = (header ?? "").split(" ");
  return scheme.toLowerCase() === "bearer" ? secret : undefined;
}

/** Finds the credential that an `authorization` header is of. The scheme's case does not matter. */
export function callerOf(options: {
  header: string | undefined;
  credentials: readonly Credential[];
  now: number;
}): Caller {
  const { header, credentials, now } = options;
  const [scheme = "", secret = ""] = (header ?? "").split(" ");
  const given = `${scheme.toLowerCase()} ${secret}`;
  const found = credentials.find((credential) => authorizationOf(credential) === given);
  if (found === undefined) return { kind: "unknown" };
  if (!("access_token" in found)) return { kind: "known" };
  const { scopes = ["read"], expires_at: expiresAt = Number.POSITIVE_INFINITY } = found;
  return now >= expiresAt ? { kind: "expired" } : { kind: "known", scopes };
}
