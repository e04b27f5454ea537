/** Requests of one window by bucket. */
export interface RateLimits {
  /** Every request of the key. @default 120, the standard plan's */
  readonly account: number;
  /** Reading of events. @default 100 */
  readonly events: number;
}

export const defaultRateLimits: RateLimits = { account: 120, events: 100 };

/** What a counted request's answer says, and whether it was one too many. */
export interface Counted {
  readonly headers: Readonly<Record<string, string>>;
  /** Whole seconds until the window ends; undefined when the request is within the limits. */
  readonly retryAfter: number | undefined;
}

interface Bucket {
  readonly limit: number;
  readonly left: number;
}

/**
 * Counts requests in windows that begin at whole multiples of their length, so that their end can be told in
 * whole seconds. A request spends from every bucket of its own; the tightest is told. A refused one spends nothing.
 */
export function rateWindows(options: {
  limits: RateLimits;
  windowMs: number;
  clock: () => number;
}): (names: readonly (keyof RateLimits)[]) => Counted {
  const { limits, windowMs, clock } = options;
  const used = new Map<keyof RateLimits, number>();
  let window = Number.NEGATIVE_INFINITY;
  return (names) => {
    const now = clock();
    const current = Math.floor(now / windowMs);
    if (current !== window) used.clear();
    window = current;
    const isRefused = names.some((name) => (used.get(name) ?? 0) >= limits[name]);
    if (!isRefused) for (const name of names) used.set(name, (used.get(name) ?? 0) + 1);
    const buckets = names.map(
      (name): Bucket => ({ limit: limits[name], left: limits[name] - (used.get(name) ?? 0) }),
    );
    const tightest = buckets.reduce((one, other) => (other.left < one.left ? other : one));
    const endsAt = (window + 1) * windowMs;
    return {
      headers: {
        "x-ratelimit-limit": String(tightest.limit),
        "x-ratelimit-remaining": String(tightest.left),
        "x-ratelimit-reset": String(Math.ceil(endsAt / 1000)),
      },
      retryAfter: isRefused ? Math.max(1, Math.ceil((endsAt - now) / 1000)) : undefined,
    };
  };
}
