import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { isObject } from "../../json.ts";

/** What a token must claim to be accepted. */
export interface KeyPairLogin {
  readonly account: string;
  readonly user: string;
  readonly publicKeys: readonly string[];
  readonly nowMs: number;
}

const mostSeconds = 3600;
const toleratedSeconds = 60;

function fingerprint(key: KeyObject): string {
  const der = key.export({ format: "der", type: "spki" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

function jsonOf(part: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** A claim's time in seconds: clients also send milliseconds, which the service understands. */
function secondsOf(claim: unknown): number {
  const time = typeof claim === "number" ? claim : Number.NaN;
  return time > 1e11 ? time / 1000 : time;
}

function isTimely(claims: Readonly<Record<string, unknown>>, nowMs: number): boolean {
  const now = nowMs / 1000;
  const issued = secondsOf(claims["iat"]);
  const expires = Math.min(secondsOf(claims["exp"]), issued + mostSeconds);
  return issued <= now + toleratedSeconds && expires > now;
}

/** Tells whether a token was signed by one of a user's keys, for this account and user, and is still valid. */
export function isKeyPairToken(token: string, login: KeyPairLogin): boolean {
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || signature === undefined || rest.length > 0) return false;
  if (jsonOf(header)["alg"] !== "RS256") return false;
  const claims = jsonOf(payload);
  const subject = `${login.account.toUpperCase()}.${login.user}`;
  if (claims["sub"] !== subject || !isTimely(claims, login.nowMs)) return false;
  const signed = Buffer.from(`${header}.${payload}`);
  return login.publicKeys.some((pem) => {
    const key = createPublicKey(pem);
    const isIssuer = claims["iss"] === `${subject}.${fingerprint(key)}`;
    return isIssuer && verify("sha256", signed, key, Buffer.from(signature, "base64url"));
  });
}
