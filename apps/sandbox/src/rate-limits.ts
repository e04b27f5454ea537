/** What is left of a bucket after a request was counted in it. */
export interface BucketState {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the bucket is full again, at least 1. */
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

interface Window {
  endsAt: number;
  used: number;
}

/** Counts requests in named buckets that are filled again at the end of a window. */
export interface RateLimiter {
  /** Counts one request; a refused request is not counted. */
  take(bucket: { name: string; limit: number; windowMs?: number }): BucketState;
}

/** Starts a limiter whose windows begin with the first request in them. @default windowMs 60 000 */
export function rateLimiter(clock: () => number): RateLimiter {
  const windows = new Map<string, Window>();
  return {
    take({ name, limit, windowMs = 60_000 }) {
      const now = clock();
      const known = windows.get(name);
      const window = known !== undefined && known.endsAt > now ? known : { endsAt: now + windowMs, used: 0 };
      windows.set(name, window);
      const exceeded = window.used >= limit;
      if (!exceeded) window.used += 1;
      return {
        name,
        limit,
        remaining: Math.max(0, limit - window.used),
        resetSeconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)),
        exceeded,
      };
    },
  };
}
