import type { AuthContext } from "@chorale/tap-sdk";
import type { Settings } from "../settings.ts";
import { grantOf } from "./grants.ts";
import { requestTokens } from "./request-token.ts";
import { keepPair, type TokenPair, type TokenStore, tokenStoreOf } from "./token-store.ts";

/** A token is replaced this long before its end, so that none ends under way; a short one at half of its time. */
const marginSeconds = 300;

/**
 * Answers the header of an access token: by client credentials a fresh one, by a refresh token the one that is kept as
 * long as it is good, else a new one, which is saved with its refresh token before it is used.
 */
export async function authorize(context: AuthContext<Settings>): Promise<Readonly<Record<string, string>>> {
  const token =
    grantOf(context.config) === "client_credentials"
      ? await byClientCredentials(context)
      : await byRefreshToken(context);
  return { authorization: `Bearer ${token}` };
}

async function byClientCredentials(context: AuthContext<Settings>): Promise<string> {
  const { client_id = "", client_secret = "" } = context.config;
  const { accessToken, expiresInSeconds } = await requestTokens(context, {
    grant_type: "client_credentials",
    client_id,
    client_secret,
    scope: "read",
  });
  if (expiresInSeconds !== undefined) context.validFor(usableSeconds(expiresInSeconds));
  return accessToken;
}

async function byRefreshToken(context: AuthContext<Settings>): Promise<string> {
  const store = tokenStoreOf(context);
  const pair = await store.load();
  const left = secondsLeft(pair);
  // Another run may have refreshed since: its token is as good as a new one.
  if (pair.accessToken !== undefined && pair.accessToken !== rejected(context) && left > 0) {
    return used(pair, context);
  }
  return used(await refreshed(pair, { context, store }), context);
}

/** The token that was refused. */
function rejected({ refused, kept }: AuthContext<Settings>): string | undefined {
  return refused ? kept.get("access_token") : undefined;
}

async function refreshed(
  pair: TokenPair,
  { context, store }: { context: AuthContext<Settings>; store: TokenStore },
): Promise<TokenPair> {
  const { client_id = "", client_secret = "" } = context.config;
  // The refresh ends the old pair. Whether the new one can be saved has to be known before.
  await store.save(pair);
  const tokens = await requestTokens(context, {
    grant_type: "refresh_token",
    refresh_token: pair.refreshToken,
    client_id,
    ...(client_secret === "" ? {} : { client_secret }),
  });
  const { accessToken, refreshToken = pair.refreshToken, expiresInSeconds } = tokens;
  const useUntil =
    expiresInSeconds === undefined ? undefined : Date.now() + usableSeconds(expiresInSeconds) * 1000;
  const next = { accessToken, refreshToken, useUntil };
  await store.save(next);
  return next;
}

function used(pair: TokenPair, { kept, validFor }: AuthContext<Settings>): string {
  keepPair(kept, pair);
  if (pair.useUntil !== undefined) validFor(secondsLeft(pair));
  return pair.accessToken ?? "";
}

/** How long a token may still be used; without a known end until it is refused. */
function secondsLeft({ useUntil }: TokenPair): number {
  return useUntil === undefined ? Number.POSITIVE_INFINITY : (useUntil - Date.now()) / 1000;
}

function usableSeconds(seconds: number): number {
  return seconds > 2 * marginSeconds ? seconds - marginSeconds : seconds / 2;
}
