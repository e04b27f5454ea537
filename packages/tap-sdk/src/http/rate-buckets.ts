import { ConfigError } from "@chorale/singer";
import type { RateLimit } from "../rest-client.ts";
import type { HttpClock } from "./clock.ts";

/** The tokens of one rate bucket. */
export interface RateBucket {
  /** Takes a token, waiting for it in order of arrival. Throws the signal's reason. */
  take(signal: AbortSignal): Promise<void>;
  /** Notes that a request which took a token was answered, or never will be. */
  settle(): void;
  /** Requests that took a token and are not settled. */
  readonly open: number;
  /** Lets nobody through for so long. A shorter pause never ends a longer one. */
  pause(milliseconds: number): void;
}

/**
 * Makes a bucket of `limit.requests` tokens. Each token comes back `limit.perSeconds` after it was taken,
 * so that no window of that length, wherever it begins, ever sees more requests than allowed: a bucket
 * that refills evenly would let through twice as many in its first window. Without a limit only pauses hold.
 */
export function createRateBucket(clock: HttpClock, limit?: RateLimit): RateBucket {
  const taken: number[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let line: Promise<unknown> = Promise.resolve();
  let open = 0;

  const timeOfNext = (): number => {
    if (limit === undefined || taken.length < limit.requests) return pausedUntil;
    return Math.max(pausedUntil, (taken[0] ?? 0) + limit.perSeconds * 1000);
  };
  const takeFirstInLine = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    // A pause may have come while this one waited.
    for (let wait = timeOfNext() - clock.monotonic(); wait > 0; wait = timeOfNext() - clock.monotonic()) {
      await clock.sleep(wait, signal);
    }
    open += 1;
    if (limit === undefined) return;
    if (taken.length >= limit.requests) taken.shift();
    taken.push(clock.monotonic());
  };

  return {
    take(signal) {
      const turn = line.then(() => takeFirstInLine(signal));
      line = turn.catch(() => undefined);
      return turn;
    },
    settle() {
      open -= 1;
    },
    get open() {
      return open;
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + milliseconds);
    },
  };
}

/** The rate buckets of a client. */
export interface RateBuckets {
  /** Answers the named bucket, the first one when no name is given. */
  of(name: string | undefined): RateBucket;
}

/** Makes the buckets of a client: the given ones, and one without a limit for each other name. */
export function createRateBuckets(
  clock: HttpClock,
  limits: Readonly<Record<string, RateLimit>> = {},
): RateBuckets {
  const defaultName = Object.keys(limits)[0] ?? "";
  const buckets = new Map(
    Object.entries(limits).map(([name, limit]) => [name, createRateBucket(clock, checked(name, limit))]),
  );
  return {
    of(name = defaultName) {
      const bucket = buckets.get(name) ?? createRateBucket(clock);
      buckets.set(name, bucket);
      return bucket;
    },
  };
}

function checked(name: string, limit: RateLimit): RateLimit {
  if (limit.requests >= 1 && limit.perSeconds > 0 && Number.isFinite(limit.perSeconds)) {
    return { requests: Math.floor(limit.requests), perSeconds: limit.perSeconds };
  }
  throw new ConfigError(
    `rate limit ${name}: ${limit.requests} requests per ${limit.perSeconds} seconds lets nothing through. Give at least 1 request and more than 0 seconds.`,
  );
}
