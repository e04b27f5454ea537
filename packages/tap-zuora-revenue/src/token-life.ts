import { isObject } from "@chorale/singer";

/** A token is replaced so long before its end. */
const marginSeconds = 300;
const usualSeconds = 1800;

/** Answers for how long a token is used: until five minutes before its claims end, and half its life at least. */
export function tokenSeconds(token: string): number {
  const claims = claimsOf(token);
  const seconds = Number(claims["exp"]) - Number(claims["iat"]);
  const life = Number.isFinite(seconds) && seconds > 0 ? seconds : usualSeconds;
  return Math.max(life - marginSeconds, life / 2);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}
