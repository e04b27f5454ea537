import { createHmac, timingSafeEqual } from "node:crypto";
import type { StandInRequest } from "../listener.ts";

/** How far the clock of a client may be off. */
const toleranceSeconds = 30;

function signatureOf(key: string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/**
 * Tells whether a request's `apsig` is the HMAC-SHA256 of its address without it and of the second that it was
 * signed in, in hexadecimal digits.
 */
export function isSigned(request: StandInRequest, { key, now }: { key: string; now: number }): boolean {
  const given = request.query.get("apsig") ?? "";
  if (!/^[0-9a-f]{64}$/u.test(given)) return false;
  const url = new URL(request.path, request.origin);
  for (const [name, value] of request.query) if (name !== "apsig") url.searchParams.append(name, value);
  const signature = Buffer.from(given, "hex");
  const second = Math.floor(now / 1000);
  for (let off = -toleranceSeconds; off <= toleranceSeconds; off += 1) {
    if (timingSafeEqual(signatureOf(key, `${url.href}${second + off}`), signature)) return true;
  }
  return false;
}
