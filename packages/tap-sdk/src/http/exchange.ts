import { AuthenticationError } from "@chorale/singer";
import type { RetryContext } from "p-retry";
import type { ClientParts } from "./client-parts.ts";
import { FailedTry } from "./failures.ts";
import { mayHaveActed } from "./may-have-acted.ts";
import type { Outgoing } from "./outgoing.ts";
import { sendOnce, type TakeAnswer } from "./send.ts";

const firstBackoffMs = 2000;
const maxBackoffMs = 60_000;
/** A server that says "0 seconds" again and again must not be asked without a pause. */
const minRateWaitMs = 1000;

/**
 * Sends a request until it succeeds or nothing is left to try. A try that fails for a reason that passes spends
 * one of `attempts` and waits between half and all of 2, 4, 8, … 60 seconds, or as long as the server says where
 * that is longer; a rate limit waits as long as the server says, `maxWaitMs` in all, and spends nothing; a
 * refusal of the credentials is answered by new ones, once in a row. A request that may be acted on once only ends
 * with a failure after which that is not sure.
 */
export async function exchange<T>(
  request: Outgoing,
  { parts, take }: { parts: ClientParts; take: TakeAnswer<T> },
): Promise<T> {
  const { default: pRetry } = await import("p-retry");
  const policy = createRetryPolicy(parts, { once: request.options.once === true });
  try {
    return await pRetry((attempt) => sendOnce(request, { parts, retries: attempt - 1, take }), {
      // One more than may be spent: p-retry gives up at 0, but a rate limit may follow the last retry.
      retries: parts.attempts,
      minTimeout: 0,
      signal: parts.signal,
      shouldConsumeRetry: ({ error }) => error instanceof FailedTry && error.verdict === "retry",
      shouldRetry: policy,
    });
  } catch (error) {
    parts.signal.throwIfAborted();
    throw error instanceof FailedTry ? error.error : error;
  }
}

/** Decides whether a failed try is followed by another one, and waits for the right moment. */
function createRetryPolicy(
  parts: ClientParts,
  { once }: { once: boolean },
): (context: RetryContext) => Promise<boolean> {
  let waited = 0;
  let wasUnauthorized = false;

  const sleep = async (failure: FailedTry, milliseconds: number): Promise<boolean> => {
    const seconds = Math.ceil(milliseconds / 100) / 10;
    parts.log.warn(`${failure.error.message} Trying again in ${seconds} s.`);
    await parts.clock.sleep(milliseconds, parts.signal);
    return true;
  };
  const afterRateLimit = async (failure: FailedTry): Promise<boolean> => {
    const wait = Math.max(failure.waitMs ?? 0, minRateWaitMs);
    waited += wait;
    return waited <= parts.maxWaitMs && sleep(failure, wait);
  };
  const afterFailure = async (failure: FailedTry, retriesConsumed: number): Promise<boolean> => {
    if (retriesConsumed >= parts.attempts - 1 || (once && mayHaveActed(failure.error))) return false;
    const longest = Math.min(firstBackoffMs * 2 ** retriesConsumed, maxBackoffMs);
    const wait = Math.max((longest / 2) * (1 + parts.random()), failure.waitMs ?? 0);
    return wait <= parts.maxWaitMs && sleep(failure, wait);
  };
  const afterRefusal = async (failure: FailedTry): Promise<boolean> => {
    const { credentials } = parts;
    // An answer of any other kind in between proves that the new credentials were good.
    if (wasUnauthorized || credentials?.renewable !== true) throw refusedCredentials(failure);
    wasUnauthorized = true;
    await credentials.renew(failure.generation);
    return true;
  };

  return async ({ error, retriesConsumed }) => {
    if (!(error instanceof FailedTry) || error.verdict === "fail") return false;
    if (error.verdict === "unauthorized") return afterRefusal(error);
    wasUnauthorized = false;
    if (error.verdict === "rate-limited") return afterRateLimit(error);
    return afterFailure(error, retriesConsumed);
  };
}

function refusedCredentials({ error }: FailedTry): AuthenticationError {
  return new AuthenticationError(error.message, { cause: error });
}
