import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Binds, Connection, ConnectionOptions, SnowflakeError } from "snowflake-sdk";
import {
  type SnowflakeOptions,
  type SnowflakeSandbox,
  startSnowflake,
} from "../../../src/snowflake/sandbox.ts";
import { type TinyEngine, tinyEngine } from "./tiny-engine.ts";

process.env["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true";
process.env["SNOWFLAKE_DISABLE_MINICORE"] = "1";
process.env["SF_TELEMETRY_DISABLE_CONNECTION_SHAPE"] = "1";
const { default: sdk } = await import("snowflake-sdk");
sdk.configure({ logLevel: "OFF", additionalLogToConsole: false, disableOCSPChecks: true });

/** What the driver is given; it allows token requests over http for tests. */
export type LoginOptions = Partial<ConnectionOptions> & { readonly oauthHttpAllowed?: boolean };

/** What the driver rejects with. */
export interface Failure {
  readonly code: string | undefined;
  readonly sqlState: string | undefined;
  readonly message: string;
}

export interface Client {
  readonly connection: Connection;
  /** Runs a statement and answers its rows as arrays of what the driver makes of them. */
  run(sqlText: string, options?: { binds?: Binds; requestId?: string }): Promise<readonly unknown[][]>;
  /** Runs a statement that fails, and answers what with. */
  failure(sqlText: string): Promise<Failure>;
  close(): Promise<void>;
}

function failureOf(error: SnowflakeError | Error): Failure {
  const code = "code" in error && error.code !== undefined ? String(error.code) : undefined;
  const sqlState = "sqlState" in error ? error.sqlState : undefined;
  return { code, sqlState, message: error.message };
}

/** Connects with the driver. Rejects with what it says. */
export async function connect(url: string, options: LoginOptions = {}): Promise<Client> {
  const connection = sdk.createConnection({
    account: "sandbox",
    username: "LOADER",
    accessUrl: url,
    sfRetryMaxLoginRetries: 0,
    ...(options.authenticator === undefined ? { password: "password" } : {}),
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
  });
  const run: Client["run"] = (sqlText, extra = {}) =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        rowMode: "array",
        ...extra,
        complete: (error, _statement, rows) => {
          if (error) reject(error);
          else resolve((rows ?? []).filter((row): row is unknown[] => Array.isArray(row)));
        },
      });
    });
  return {
    connection,
    run,
    failure: async (sqlText) => {
      try {
        await run(sqlText);
      } catch (error) {
        if (error instanceof Error) return failureOf(error);
      }
      throw new Error(`${sqlText} did not fail.`);
    },
    close: () => new Promise((resolve) => connection.destroy(() => resolve())),
  };
}

/** A login that fails, and what with. */
export async function loginFailure(url: string, options: LoginOptions): Promise<Failure> {
  try {
    await connect(url, options);
  } catch (error) {
    if (error instanceof Error) return failureOf(error);
  }
  throw new Error("The login did not fail.");
}

export interface DuckDbScene {
  readonly snowflake: SnowflakeSandbox;
  /** A folder for files to upload. */
  readonly folder: string;
  /** Logs in; what is left open is closed after the test. */
  login(options?: LoginOptions): Promise<Client>;
}

export interface Scene extends DuckDbScene {
  readonly tiny: TinyEngine;
}

/** Runs a test against a running stand-in, and closes what the test leaves open. */
async function withStarted(
  snowflake: SnowflakeSandbox,
  test: (scene: DuckDbScene) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-wire-"));
  const clients: Client[] = [];
  const login: Scene["login"] = async (extra) => {
    const client = await connect(snowflake.url, extra);
    clients.push(client);
    return client;
  };
  try {
    await test({ snowflake, folder, login });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await snowflake.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a test against a stand-in of its own, over a tiny engine. */
export async function withSnowflake(
  options: SnowflakeOptions,
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const tiny = tinyEngine();
  const snowflake = await startSnowflake({ engine: tiny.open, ...options });
  await withStarted(snowflake, (scene) => test({ ...scene, tiny }));
}

/** Runs a test against a stand-in of its own, over DuckDB. */
export async function withDuckDb(
  options: SnowflakeOptions,
  test: (scene: DuckDbScene) => Promise<void>,
): Promise<void> {
  await withStarted(await startSnowflake(options), test);
}
