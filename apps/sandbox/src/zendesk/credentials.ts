/** Who may call: an e-mail address with an API token, or an OAuth access token. */
export type Credential =
  | { readonly email: string; readonly api_token: string }
  | { readonly access_token: string };

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

/** Tells whether an `authorization` header is that of one of the credentials. The scheme's case does not matter. */
export function isAuthorized(header: string | undefined, credentials: readonly Credential[]): boolean {
  const [scheme = "", secret = ""] = (header ?? "").split(" ");
  const given = `${scheme.toLowerCase()} ${secret}`;
  return credentials.some((credential) => authorizationOf(credential) === given);
}
