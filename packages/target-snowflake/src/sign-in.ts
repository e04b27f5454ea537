import { setTimeout as delay } from "node:timers/promises";
import { AuthenticationError, ConfigError, ConnectorError, LoadError, type Logger } from "@chorale/singer";
import type { Connection, ConnectionOptions } from "snowflake-sdk";
import { accountPlace } from "./account.ts";
import type { Login } from "./authentication.ts";
import { retryDelayMs } from "./backoff.ts";
import type { SnowflakeConfig } from "./config.ts";
import { type Driver, loadDriver } from "./driver.ts";
import { failureOf, messageOf, type SnowflakeFailure, statusOf } from "./snowflake-errors.ts";

/** What is logged in with. */
export interface SignInOptions {
  readonly config: SnowflakeConfig;
  readonly login: Login;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Logs in. What may go well a little later is tried again, `retries` times within `login_timeout_seconds`; a token that is
 * refused is replaced once. Throws as `connectSnowflake` does.
 */
export async function signIn(options: SignInOptions): Promise<Connection> {
  const { config, login, log, signal } = options;
  const driver = await loadDriver();
  const deadline = performance.now() + config.login_timeout_seconds * 1000;
  let isRenewed = false;
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await logIn(driver, { ...options, deadline });
    } catch (error) {
      signal.throwIfAborted();
      if (!isRenewed && isRefusal(error) && login.refused()) {
        isRenewed = true;
        continue;
      }
      failures += 1;
      const waitMs = retryDelayMs(failures, config);
      const isLate = performance.now() + waitMs >= deadline;
      if (failures > config.retries || isLate || !mayGoWellLater(error))
        throw await loginError(error, options);
      log.warn("the login failed and is tried again", {
        reason: messageOf(error),
        wait_ms: Math.round(waitMs),
      });
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function logIn(
  driver: Driver,
  { config, login, signal, deadline }: SignInOptions & { readonly deadline: number },
): Promise<Connection> {
  const options = await login.options(signal);
  const connection = created(driver, options);
  const connected = new Promise<void>((resolve, reject) => {
    const done = (error: unknown): void =>
      error === undefined || error === null ? resolve() : reject(failureOf(error));
    connection.connectAsync(done).catch(done);
  });
  // It may fail after it was given up.
  connected.catch(() => undefined);
  const giveUp = new AbortController();
  const given = AbortSignal.any([signal, giveUp.signal]);
  const waitMs = Math.max(deadline - performance.now(), 0);
  try {
    const late = delay(waitMs, tooLate, { signal: given });
    if ((await Promise.race([connected, late])) !== tooLate) return connection;
  } catch (error) {
    // The driver logs out once the login that is on its way has ended.
    if (signal.aborted) connection.destroy(() => undefined);
    throw error;
  } finally {
    giveUp.abort();
  }
  connection.destroy(() => undefined);
  throw new LoadError(
    `cannot log in to Snowflake: ${hostOf(config)} did not answer within ${config.login_timeout_seconds} s. Check the network and the proxy, or raise login_timeout_seconds.`,
    { retryable: true },
  );
}

const tooLate = Symbol("too late");

function created(driver: Driver, options: ConnectionOptions): Connection {
  try {
    return driver.createConnection(options);
  } catch (cause) {
    throw new ConfigError(`cannot log in to Snowflake: ${messageOf(cause)}. Correct the settings.`, {
      cause,
    });
  }
}

function isRefusal(error: unknown): boolean {
  return !ConnectorError.isInstance(error) && failureOf(error).action === "auth";
}

const certificateCodes = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function mayGoWellLater(error: unknown): boolean {
  if (ConnectorError.isInstance(error)) return error.kind === "transient";
  const failure = failureOf(error);
  if (certificateCodes.has(systemCode(failure))) return false;
  const status = statusOf(failure.cause);
  if (status !== undefined) return status >= 500 || status === 408 || status === 429;
  return failure.action === "reconnect" || failure.action === "retry";
}

/** What the system, below the driver, called it. */
function systemCode({ cause }: { readonly cause?: unknown }): string {
  for (let error = cause, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    const code: unknown = "code" in error ? error.code : undefined;
    if (typeof code === "string" && /^[A-Z]/.test(code)) return code;
  }
  return "";
}

function hostOf(config: SnowflakeConfig): string {
  return URL.parse(accountPlace(config).accessUrl)?.host ?? config.account;
}

async function loginError(error: unknown, { config, login }: SignInOptions): Promise<ConnectorError> {
  if (ConnectorError.isInstance(error)) return error;
  const failure = failureOf(error);
  const { code = "", action } = failure;
  // The server's own codes of logins begin so; the driver's begin with 40.
  if (/^39/.test(code) || action === "auth")
    return refusedLogin(failure, { config, hint: await login.hint() });
  return unreachable(failure, config);
}

function refusedLogin(
  failure: SnowflakeFailure,
  { config, hint }: { config: SnowflakeConfig; hint: string },
): ConnectorError {
  const { code = "", message } = failure;
  const { user, role = "", warehouse = "" } = config;
  const what = `cannot log in to Snowflake${user === undefined ? "" : ` as ${user}`}: ${message} (${code}).`;
  switch (code) {
    case "390189":
      return new ConfigError(
        `${what} Correct role, or run: GRANT ROLE ${role} TO USER ${user ?? "<the user who loads>"}.`,
        { cause: failure },
      );
    case "390201":
      return new ConfigError(
        `${what} Check database ${config.database} and warehouse ${warehouse}, and that role ${role} has USAGE on both.`,
        { cause: failure },
      );
    case "390422":
    case "390432":
      return new AuthenticationError(
        `${what} Have the address of this machine allowed by the account's network policy, or run where it is.`,
        { cause: failure },
      );
    default:
      return new AuthenticationError(`${what} ${hint}`, { cause: failure });
  }
}

function unreachable(failure: SnowflakeFailure, config: SnowflakeConfig): ConnectorError {
  const what = `cannot log in to Snowflake: ${hostOf(config)}`;
  const status = statusOf(failure.cause);
  const options = { cause: failure };
  if (status !== undefined && !mayGoWellLater(failure)) {
    return new ConfigError(
      `${what} answered HTTP ${status}, as it does for accounts that are none. Check account.`,
      options,
    );
  }
  const code = systemCode(failure);
  if (code === "ENOTFOUND")
    return new ConfigError(`${what} is not known. Check account and the network.`, options);
  if (certificateCodes.has(code)) {
    return new ConfigError(
      `${what} has a certificate that is not trusted (${failure.message}). Check account; behind a proxy with a certificate of its own, set NODE_EXTRA_CA_CERTS.`,
      options,
    );
  }
  return new LoadError(
    `${what} cannot be reached: ${failure.message}. Check account, the network and the proxy.`,
    {
      ...options,
      retryable: true,
    },
  );
}
