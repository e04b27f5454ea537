import type { RateLeft } from "@chorale/tap-sdk";

const bucketHeader = "zendesk-ratelimit-";

/**
 * Reads what is left of the account's limit, and of the limits that single endpoints have:
 * `zendesk-ratelimit-incremental-exports: total=10; remaining=9; resets=6`.
 */
export function rateLeft(headers: Readonly<Record<string, string>>): readonly RateLeft[] {
  const account = leftOf({ remaining: headers["ratelimit-remaining"], resets: headers["ratelimit-reset"] });
  const buckets = Object.entries(headers)
    .filter(([name]) => name.startsWith(bucketHeader))
    .flatMap(([name, value]) =>
      leftOf({
        bucket: name.slice(bucketHeader.length),
        remaining: /remaining=([0-9]+)/.exec(value)?.[1],
        resets: /resets=([0-9]+)/.exec(value)?.[1],
      }),
    );
  return [...account, ...buckets];
}

function leftOf(left: {
  bucket?: string;
  remaining: string | undefined;
  resets: string | undefined;
}): RateLeft[] {
  if (left.remaining === undefined || left.resets === undefined) return [];
  const { bucket = "account", remaining, resets } = left;
  return [{ bucket, remaining: Number(remaining), resetSeconds: Number(resets) }];
}
