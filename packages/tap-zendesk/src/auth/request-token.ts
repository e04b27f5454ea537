import { AuthenticationError, isObject } from "@chorale/singer";
import type { AuthContext } from "@chorale/tap-sdk";
import type { Settings } from "../settings.ts";

/** What a token endpoint handed out. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** How long the access token is good; undefined when nothing is said. */
  readonly expiresInSeconds: number | undefined;
}

/** Zendesk's token endpoint stands beside `/api/v2/`. */
const path = "../../oauth/tokens";
const maxAnswerBytes = 65_536;

/**
 * Asks for tokens. Throws `ApiError` for a refusal, and `AuthenticationError` for an answer that has no access
 * token; none of what was answered is shown then, because it may hold one.
 */
export async function requestTokens(
  { http }: Pick<AuthContext<Settings>, "http">,
  form: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const { bytes, url, status } = await http.stream("POST", path, { json: form });
  const body = parsed(await textOf(bytes));
  const accessToken = textIn(body, "access_token");
  if (accessToken === undefined) {
    throw new AuthenticationError(
      `POST ${url} answered ${status} without an access token. Check "subdomain" and "base_url".`,
    );
  }
  const expires: unknown = body["expires_in"];
  return {
    accessToken,
    refreshToken: textIn(body, "refresh_token"),
    expiresInSeconds: typeof expires === "number" && expires > 0 ? expires : undefined,
  };
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxAnswerBytes) break;
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

function textIn(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
