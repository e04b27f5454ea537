import type { RateLeft } from "@chorale/tap-sdk";

/** The rate bucket of all requests but those of exports, which have limits of their own. */
export const accountBucket = "account";

const bucketHeader = "zendesk-ratelimit-";

/**
 * Reads what is left of the account's limit, and of the limits that single endpoints have:
 * `zendesk-ratelimit-incremental-exports: total=10; remaining=9; resets=6`. The account's limit holds
 * back exports too, so it is told of the bucket that the request spent from as well. Of the account's limit only
 * `budgetPercent` is for the tap.
 */
export function rateLeft(
  headers: Readonly<Record<string, string>>,
  budgetPercent = 100,
): readonly RateLeft[] {
  const remaining = headers["ratelimit-remaining"] ?? headers["rate-limit-remaining"];
  const resets = headers["ratelimit-reset"] ?? headers["rate-limit-reset"];
  const limit = headers["ratelimit-limit"] ?? headers["rate-limit"] ?? headers["x-rate-limit"] ?? "";
  const kept = /^\d+$/.test(limit) ? Math.floor((Number(limit) * (100 - budgetPercent)) / 100) : 0;
  const account = leftOf(remaining, resets).map((left) => ({
    ...left,
    remaining: Math.max(0, left.remaining - kept),
  }));
  const buckets = Object.entries(headers)
    .filter(([name]) => name.startsWith(bucketHeader))
    .flatMap(([name, value]) =>
      leftOf(/remaining=(\d+)/.exec(value)?.[1], /resets=(\d+)/.exec(value)?.[1]).map((left) => ({
        ...left,
        bucket: name.slice(bucketHeader.length),
      })),
    );
  return [...account, ...account.map((left) => ({ ...left, bucket: accountBucket })), ...buckets];
}

function leftOf(remaining = "", resets = ""): RateLeft[] {
  const isKnown = [remaining, resets].every((count) => /^\d+$/.test(count));
  return isKnown ? [{ remaining: Number(remaining), resetSeconds: Number(resets) }] : [];
}
