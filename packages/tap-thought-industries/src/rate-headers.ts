import type { RateLeft } from "@chorale/tap-sdk";

/**
 * Reads what is left of the key's limit: `X-RateLimit-Remaining`, and `X-RateLimit-Reset` in seconds since 1970.
 * An answer with `Retry-After` leaves nothing, whatever else it says, so that the later of both is waited for.
 */
export function rateLeft(headers: Readonly<Record<string, string>>): readonly RateLeft[] {
  const reset = headers["x-ratelimit-reset"] ?? "";
  const remaining = headers["retry-after"] === undefined ? headers["x-ratelimit-remaining"] : "0";
  const isKnown = [reset, remaining].every((count = "") => /^\d+(?:\.\d+)?$/.test(count));
  return isKnown ? [{ remaining: Number(remaining), resetSeconds: Number(reset) }] : [];
}
