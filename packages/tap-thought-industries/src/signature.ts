/**
 * Answers an address with its `apsig`: the HMAC-SHA256, in hexadecimal digits, of the address as it is and of the
 * second that it is sent in.
 */
export function signed(url: URL, { key, now }: { key: string; now: Date }): URL {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const text = `${url.href}${Math.floor(now.getTime() / 1000)}`;
  const result = new URL(url);
  result.searchParams.append("apsig", createHmac("sha256", key).update(text).digest("hex"));
  return result;
}
