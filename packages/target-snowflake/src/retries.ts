import { setTimeout as delay } from "node:timers/promises";
import { ConnectorError, type Logger } from "@chorale/singer";
import { retryDelayMs } from "./backoff.ts";
import type { SnowflakeConfig } from "./config.ts";
import { type FailedWork, reasonOf, snowflakeError } from "./failure-advice.ts";
import { SnowflakeFailure } from "./snowflake-errors.ts";

/** What work is done with. */
export interface RetryOptions {
  readonly config: SnowflakeConfig;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** A statement's failure, and what was being done. */
export class WorkFailure extends Error {
  override readonly name = "WorkFailure";
  readonly failure: SnowflakeFailure;
  readonly work: FailedWork;

  constructor(failure: SnowflakeFailure, work: FailedWork) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.work = work;
  }
}

/**
 * Does work that is harmless if repeated, and does it again, `retries` times at most, when it fails of what may pass: a
 * connection that is gone, a lock, a statement that was canceled. Throws what a person reads.
 */
export async function withRetries<T>(
  work: FailedWork,
  task: () => Promise<T>,
  { config, log, signal }: RetryOptions,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await task();
    } catch (error) {
      signal.throwIfAborted();
      const found = workFailureOf(error, work);
      if (found === undefined) throw error;
      const { role, warehouse } = config;
      if (!mayPass(found.failure) || failures > config.retries) {
        throw snowflakeError(found.failure, { ...found.work, role, warehouse });
      }
      const waitMs = Math.round(retryDelayMs(failures, config));
      const reason = reasonOf(found.failure);
      log.warn(`could not ${found.work.what} and tries again: ${reason}`, { wait_ms: waitMs });
      await delay(waitMs, undefined, { signal });
    }
  }
}

function workFailureOf(error: unknown, work: FailedWork): WorkFailure | undefined {
  if (error instanceof WorkFailure) return error;
  if (ConnectorError.isInstance(error)) return undefined;
  return error instanceof SnowflakeFailure ? new WorkFailure(error, work) : undefined;
}

function mayPass({ action }: SnowflakeFailure): boolean {
  return action === "reconnect" || action === "retry";
}
