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
  /** The list of deleted tickets. @default 10 */
  readonly "deleted-tickets-index": number;
  /** Exports of searches. @default 100 */
  readonly "search-export": number;
  /** Talk's exports of calls and legs, together. @default 10 */
  readonly "talk-incremental": number;
}

export const defaultRateLimits: RateLimits = {
  account: 700,
  "incremental-exports": 10,
  "incremental-exports-cursor": 20,
  "tickets-index": 100,
  "ticket-audits": 500,
  "deleted-tickets-index": 10,
  "search-export": 100,
  "talk-incremental": 10,
};

/** The vendor's limits times a factor; that of the account is its plan's. */
export function multipliedLimits(factor: number, account = defaultRateLimits.account): RateLimits {
  return {
    account: account * factor,
    "incremental-exports": defaultRateLimits["incremental-exports"] * factor,
    "incremental-exports-cursor": defaultRateLimits["incremental-exports-cursor"] * factor,
    "tickets-index": defaultRateLimits["tickets-index"] * factor,
    "ticket-audits": defaultRateLimits["ticket-audits"] * factor,
    "deleted-tickets-index": defaultRateLimits["deleted-tickets-index"] * factor,
    "search-export": defaultRateLimits["search-export"] * factor,
    "talk-incremental": defaultRateLimits["talk-incremental"] * factor,
  };
}

/** The first that fits; events of metrics have no bucket of their own. */
const bucketPaths: readonly (readonly [RegExp, keyof RateLimits])[] = [
  [/^\/api\/v2\/incremental\/ticket_metric_events$/u, "account"],
  [/^\/api\/v2\/incremental\/users\/cursor$/u, "incremental-exports-cursor"],
  [/^\/api\/v2\/incremental\//u, "incremental-exports"],
  [/^\/api\/v2\/tickets$/u, "tickets-index"],
  [/^\/api\/v2\/tickets\/\d+\/audits$/u, "ticket-audits"],
  [/^\/api\/v2\/deleted_tickets$/u, "deleted-tickets-index"],
  [/^\/api\/v2\/search\/export$/u, "search-export"],
  [/^\/api\/v2\/channels\/voice\/stats\/incremental\//u, "talk-incremental"],
];

/** Buckets that answers name in a header of their own. */
const namedBuckets = new Set<string>([
  "incremental-exports",
  "incremental-exports-cursor",
  "tickets-index",
  "deleted-tickets-index",
]);

/** The Help Center tells of the account's limit in the old headers only. */
const guidePath = /^\/api\/v2\/(help_center|community)\//u;

/** What the headers of the account's limit are called beside `x-rate-limit`. */
interface LimitHeaders {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

const usualHeaders: LimitHeaders = {
  limit: "ratelimit-limit",
  remaining: "ratelimit-remaining",
  reset: "ratelimit-reset",
};
const headersOf2023: LimitHeaders = {
  limit: "rate-limit",
  remaining: "rate-limit-remaining",
  reset: "rate-limit-reset",
};

/** The headers of the buckets; without names for the account's limit only the oldest ones tell of it. */
function headersOf(states: readonly BucketState[], names: LimitHeaders | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, limit, remaining, resetSeconds } of states) {
    if (name === "account") {
      headers["x-rate-limit"] = String(limit);
      headers["x-rate-limit-remaining"] = String(remaining);
      if (names === undefined) continue;
      headers[names.limit] = String(limit);
      headers[names.remaining] = String(remaining);
      headers[names.reset] = String(resetSeconds);
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
  windowMs: number;
  path: string;
  /** Names the account's limit as the vendor did until 2023. */
  oldHeaders: boolean;
  body: RateLimitBody;
}): { headers: Record<string, string>; refused?: Answer } {
  const { limiter, limits, windowMs, path, oldHeaders, body } = options;
  const limitHeaders = oldHeaders ? headersOf2023 : usualHeaders;
  const own = bucketPaths.find(([pattern]) => pattern.test(path))?.[1];
  const names: readonly (keyof RateLimits)[] =
    own === undefined || own === "account" ? ["account"] : ["account", own];
  const states = names.map((name) => limiter.take({ name, limit: limits[name], windowMs }));
  const headers = headersOf(states, guidePath.test(path) ? undefined : limitHeaders);
  const exceeded = states.filter((state) => state.exceeded);
  if (exceeded.length === 0) return { headers };
  const retryAfter = Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds));
  return { headers, refused: tooManyRequests(body, { "retry-after": String(retryAfter) }) };
}
