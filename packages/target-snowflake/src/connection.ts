import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@chorale/singer";
import type { Statement } from "@chorale/target-sdk/sql";
import type { Connection } from "snowflake-sdk";
import { createLogin, type Login } from "./authentication.ts";
import type { SnowflakeConfig } from "./config.ts";
import {
  type SnowflakeStatement,
  type StartedStatement,
  type StatementResult,
  startStatement,
} from "./driver-statement.ts";
import { checkPlace } from "./place.ts";
import { withRetries } from "./retries.ts";
import { signIn } from "./sign-in.ts";
import { SnowflakeFailure } from "./snowflake-errors.ts";

export type { SnowflakeStatement, StatementResult } from "./driver-statement.ts";

/** A session with Snowflake. A transaction belongs to it, so one task uses it at a time. */
export interface SnowflakeConnection {
  /**
   * Runs one statement. Rejects with {@link SnowflakeFailure}, and with the signal's reason once that is aborted;
   * a statement that is given up is canceled.
   */
  execute(statement: SnowflakeStatement): Promise<StatementResult>;
  /** Whether statements may be run. Once false, it stays so: temporary tables and the transaction are gone. */
  readonly isUp: boolean;
  /** Ends the session. Bounded in time, never rejects, harmless if repeated. */
  close(): Promise<void>;
}

/** What a connection is made with, beside the settings. */
export interface ConnectContext {
  readonly log: Logger;
  /** Ends the login at once, and cancels statements. */
  readonly signal: AbortSignal;
  /** Connections that upload need no warehouse. */
  readonly purpose: "load" | "upload";
  /** What all connections of a run log in with. @default one of its own, made from the settings */
  readonly login?: Login;
  /** Statements that the session begins with. @default none */
  readonly session?: readonly Statement[];
}

/**
 * Logs in, runs the session's first statements, and makes sure that warehouse and database may be used. Tries again
 * what may go well a little later, within `login_timeout_seconds`. Throws `AuthenticationError`, `ConfigError` or a
 * retryable `LoadError`, each of one line without secrets, and the signal's reason.
 */
export async function connectSnowflake(
  config: SnowflakeConfig,
  context: ConnectContext,
): Promise<SnowflakeConnection> {
  const { login = createLogin(config) } = context;
  const begin = async (): Promise<SnowflakeConnection> => await begun(config, { ...context, login });
  return await withRetries({ what: "begin a session" }, begin, { ...context, config });
}

async function begun(
  config: SnowflakeConfig,
  context: ConnectContext & { readonly login: Login },
): Promise<SnowflakeConnection> {
  const { session = [], purpose } = context;
  const driverConnection = await signIn({ ...context, config });
  const connection = new DriverConnection(driverConnection, { ...context, config });
  try {
    const deadlineMs = config.login_timeout_seconds * 1000;
    for (const statement of session) await connection.execute({ ...statement, deadlineMs });
    if (purpose === "load") await checkPlace(connection, config);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const longestCancelMs = 10_000;
const longestCloseMs = 5000;
/** The server gives up first, so that its words are heard. */
const deadlineMarginMs = 60_000;

type Interruption = "deadline" | "stop";

class DriverConnection implements SnowflakeConnection {
  readonly #connection: Connection;
  readonly #context: Pick<ConnectContext, "log" | "signal"> & { readonly config: SnowflakeConfig };
  #isLost = false;
  #closing: Promise<void> | undefined;

  constructor(
    connection: Connection,
    context: Pick<ConnectContext, "log" | "signal"> & { readonly config: SnowflakeConfig },
  ) {
    this.#connection = connection;
    this.#context = context;
  }

  get isUp(): boolean {
    return !this.#isLost && this.#closing === undefined && this.#connection.isUp();
  }

  async execute(statement: SnowflakeStatement): Promise<StatementResult> {
    const { signal, config, log } = this.#context;
    signal.throwIfAborted();
    if (!this.isUp) throw notConnected();
    const deadlineMs = statement.deadlineMs ?? config.statement_timeout_seconds * 1000 + deadlineMarginMs;
    const begin = performance.now();
    const started = startStatement(this.#connection, statement);
    // It may go on after it was given up.
    started.outcome.catch(() => undefined);
    const limit = interruptionBy(signal, deadlineMs);
    try {
      const first = await Promise.race([started.outcome, limit.interrupted]);
      return typeof first === "string" ? await this.#cancel(started, { by: first, deadlineMs }) : first;
    } finally {
      limit.release();
      const ms = Math.round(performance.now() - begin);
      log.debug("statement", { sql: statement.sql, query_id: started.queryId(), ms });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#destroy();
    return this.#closing;
  }

  async #cancel(
    started: StartedStatement,
    { by, deadlineMs }: { by: Interruption; deadlineMs: number },
  ): Promise<StatementResult> {
    const { signal, config } = this.#context;
    const graceMs = Math.min(longestCancelMs, config.request_timeout_seconds * 1000);
    const ended = await within(graceMs, Promise.all([started.cancel(), settled(started.outcome)]));
    if (ended === undefined) this.#isLost = true;
    if (by === "stop") throw signal.reason;
    const limit = `it did not end within ${deadlineMs / 1000} s`;
    const queryId = started.queryId();
    if (ended === undefined) {
      throw new SnowflakeFailure(`${limit} and could not be canceled`, {
        action: "reconnect",
        queryId,
      });
    }
    const [, { result, error }] = ended;
    if (result !== undefined) return result;
    if (!(error instanceof SnowflakeFailure) || error.action !== "retry") throw error;
    const { code, sqlState, action } = error;
    throw new SnowflakeFailure(`${limit} and was canceled`, {
      cause: error,
      code,
      sqlState,
      queryId,
      action,
    });
  }

  async #destroy(): Promise<void> {
    const destroyed = new Promise<void>((resolve) => {
      try {
        this.#connection.destroy(() => resolve());
      } catch {
        resolve();
      }
    });
    await within(longestCloseMs, destroyed);
  }
}

function notConnected(): SnowflakeFailure {
  return new SnowflakeFailure("the connection is down", { code: "407002", action: "reconnect" });
}

/** Waits for a signal or a deadline, until it is released. */
function interruptionBy(
  signal: AbortSignal,
  ms: number,
): { readonly interrupted: Promise<Interruption>; release(): void } {
  const { promise: interrupted, resolve } = Promise.withResolvers<Interruption>();
  const stop = (): void => resolve("stop");
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => resolve("deadline"), Math.min(ms, 2 ** 31 - 1));
  return {
    interrupted,
    release() {
      signal.removeEventListener("abort", stop);
      clearTimeout(timer);
    },
  };
}

async function settled<T>(promise: Promise<T>): Promise<{ readonly result?: T; readonly error?: unknown }> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

/** Answers what a promise resolves to; undefined when that takes too long. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const waiting = new AbortController();
  try {
    const { signal } = waiting;
    return await Promise.race([promise, delay(ms, undefined, { signal }).catch(() => undefined)]);
  } finally {
    waiting.abort();
  }
}
