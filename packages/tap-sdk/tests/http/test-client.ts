import { type Logger, object } from "@chorale/singer";
import { onTestFinished } from "vitest";
import type { HttpClock } from "../../src/http/clock.ts";
import {
  type ClosableHttpClient,
  createHttpClient,
  type HttpClientOptions,
} from "../../src/http/create-http-client.ts";
import type { RestClientOptions } from "../../src/rest-client.ts";

/** A clock that nobody has to wait for. */
export interface FakeClock extends HttpClock {
  /** Every wait, in milliseconds. */
  readonly waits: number[];
  now: number;
}

export function fakeClock(wall = Date.UTC(2026, 0, 1)): FakeClock {
  const clock: FakeClock = {
    waits: [],
    now: 0,
    monotonic: () => clock.now,
    wall: () => wall + clock.now,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      clock.waits.push(milliseconds);
      clock.now += milliseconds;
    },
  };
  return clock;
}

export type ClientSettings = Partial<Omit<RestClientOptions<object>, "config" | "baseUrl">>;

/** A client with a fake clock and no jitter, closed with the test. */
export function clientOf(
  baseUrl: string,
  client: ClientSettings = {},
  options: Partial<HttpClientOptions<object>> = {},
): ClosableHttpClient {
  const http = createHttpClient({
    client: { config: object({}), baseUrl: () => baseUrl, ...client },
    config: {},
    userAgent: "tap-test/1.0",
    signal: new AbortController().signal,
    log: collectLog().log,
    redact: (text) => text,
    env: {},
    random: () => 0,
    clock: fakeClock(),
    ...options,
  });
  onTestFinished(() => http.close());
  return http;
}

/** A log whose lines can be looked at. */
export function collectLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (message: string, fields: object = {}) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}

/** The error that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`no error but ${String(error)}`);
  }
  throw new Error("it succeeded");
}

/** Counts calls. */
export interface Counter {
  count: number;
  /** Answers 1, 2, 3, … */
  next(): number;
}

export function counter(): Counter {
  const calls: Counter = {
    count: 0,
    next() {
      calls.count += 1;
      return calls.count;
    },
  };
  return calls;
}
