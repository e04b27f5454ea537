import type { Answer } from "../answer.ts";
import type { BucketState, RateLimiter } from "../rate-limits.ts";
import { type RateLimitBody, tooManyRequests } from "./problems.ts";

/** How many requests a minute each bucket allows. */
export interface RateLimits {
  /** Every request of the account. @default 700, the Enterprise plan's */
  readonly account: number;
  /** Exports of tickets and organizations, and of users by time, together. @default 10 */
  readonly "incremental-exports": number;
  /** The cursor export of users. @default 20 */
  readonly "incremental-exports-cursor": number;
  /** The list of tickets. @default 100 */
  readonly "tickets-index": number;
  /** Audits of single tickets. @default 500 */
  readonly "ticket-audits": number;
}

export const defaultRateLimits: RateLimits = {
  account: 700,
  "incremental-exports": 10,
  "incremental-exports-cursor": 20,
  "tickets-index": 100,
  "ticket-audits": 500,
};

/** The vendor's limits times a factor. */
export function multipliedLimits(factor: number): RateLimits {
  return {
    account: defaultRateLimits.account * factor,
    "incremental-exports": defaultRateLimits["incremental-exports"] * factor,
    "incremental-exports-cursor": defaultRateLimits["incremental-exports-cursor"] * factor,
    "tickets-index": defaultRateLimits["tickets-index"] * factor,
    "ticket-audits": defaultRateLimits["ticket-audits"] * factor,
  };
}

const bucketPaths: readonly (readonly [RegExp, keyof RateLimits])[] = [
  [/^\/api\/v2\/incremental\/users\/cursor$/u, "incremental-exports-cursor"],
  [/^\/api\/v2\/incremental\//u, "incremental-exports"],
  [/^\/api\/v2\/tickets$/u, "tickets-index"],
  [/^\/api\/v2\/tickets\/\d+\/audits$/u, "ticket-audits"],
];

/** Buckets that answers name in a header of their own. */
const namedBuckets = new Set<string>(["incremental-exports", "incremental-exports-cursor", "tickets-index"]);

function headersOf(states: readonly BucketState[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, limit, remaining, resetSeconds } of states) {
    if (name === "account") {
      headers["x-rate-limit"] = String(limit);
      headers["x-rate-limit-remaining"] = String(remaining);
      headers["ratelimit-limit"] = String(limit);
      headers["ratelimit-remaining"] = String(remaining);
      headers["ratelimit-reset"] = String(resetSeconds);
    } else if (namedBuckets.has(name)) {
      headers[`zendesk-ratelimit-${name}`] = `total=${limit}; remaining=${remaining}; resets=${resetSeconds}`;
    }
  }
  return headers;
}

/** Counts a request in the account's bucket and its path's own. */
export function countRequest(options: {
  limiter: RateLimiter;
  limits: RateLimits;
  path: string;
  body: RateLimitBody;
}): { headers: Record<string, string>; refused?: Answer } {
  const { limiter, limits, path, body } = options;
  const own = bucketPaths.find(([pattern]) => pattern.test(path))?.[1];
  const names: readonly (keyof RateLimits)[] = own === undefined ? ["account"] : ["account", own];
  const states = names.map((name) => limiter.take({ name, limit: limits[name] }));
  const headers = headersOf(states);
  const exceeded = states.filter((state) => state.exceeded);
  if (exceeded.length === 0) return { headers };
  const retryAfter = Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds));
  return { headers, refused: tooManyRequests(body, { "retry-after": String(retryAfter) }) };
}
