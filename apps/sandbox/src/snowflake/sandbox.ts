import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { LoggedRequest } from "../request-log.ts";
import type { Engine, EngineOptions, EngineWorld } from "./contract.ts";
import { type StagedFile, StageStore } from "./store/stage-store.ts";
import { StageUploads, type StoreKind } from "./store/stage-uploads.ts";
import { UploadGrants } from "./store/upload-grants.ts";
import { UploadedObjects } from "./store/uploaded-objects.ts";
import { type DecodedRow, decodedRows } from "./wire/decoded-rows.ts";
import { OauthTokens } from "./wire/oauth.ts";
import { listenAsSnowflake } from "./wire/server.ts";
import { type LoggedSession, SessionBook } from "./wire/session-book.ts";
import {
  type SnowflakeFaultControl,
  type SnowflakeFaultPlan,
  snowflakeFaults,
} from "./wire/snowflake-faults.ts";
import { type LoggedStatement, StatementBook } from "./wire/statement-book.ts";
import type { OauthClient, SnowflakeUser } from "./wire/users.ts";
import { endSession, type WireContext } from "./wire/wire-context.ts";

/** How long credentials are valid, in seconds. */
export interface SnowflakeValidity {
  /** @default 3600 */
  readonly sessionTokenSeconds?: number;
  /** @default 14400 */
  readonly masterTokenSeconds?: number;
  /** @default 3600 */
  readonly stageCredentialSeconds?: number;
  /** @default 600 */
  readonly oauthTokenSeconds?: number;
}

/** What a Snowflake stand-in is started with. */
export interface SnowflakeOptions {
  /** @default 0, a free port */
  readonly port?: number;
  /** What query ids and probabilities are drawn from. @default 1 */
  readonly seed?: number;
  /** @default "sandbox" */
  readonly account?: string;
  /** @default database RAW with schema PUBLIC, warehouse LOADING, role LOADER */
  readonly world?: EngineWorld;
  /** @default LOADER with the password `password`, in the default world's role, warehouse, database and schema */
  readonly users?: readonly SnowflakeUser[];
  /** Programs that may ask for access tokens at `/oauth/token-request` and `/oauth2/v1/token`. @default none */
  readonly oauthClients?: readonly OauthClient[];
  /** @default "azure" */
  readonly store?: StoreKind;
  readonly validity?: SnowflakeValidity;
  /** After how long an answer says that the statement still runs. @default 45000 */
  readonly longAfterMs?: number;
  /** How long each statement computes. @default 0 */
  readonly statementDelayMs?: number | ((sql: string) => number);
  /**
   * After how long without a statement a session's open transaction is aborted, once another statement waits for a table
   * that it holds. @default 300000
   */
  readonly abandonedTransactionMs?: number;
  readonly faults?: SnowflakeFaultPlan;
  /** The time in milliseconds, which tokens and credentials expire by. @default Date.now */
  readonly clock?: () => number;
  /** What runs the statements. @default DuckDB, which is loaded then */
  readonly engine?: (options: EngineOptions) => Promise<Engine>;
}

/** A running Snowflake stand-in. */
export interface SnowflakeSandbox {
  /** The address without a path, for `accessUrl`. */
  readonly url: string;
  readonly port: number;
  readonly account: string;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  /** Every statement that clients sent so far, oldest first. A repeated request is no other statement. */
  readonly statements: readonly LoggedStatement[];
  /** Every session that clients opened so far, oldest first. */
  readonly sessions: readonly LoggedSession[];
  readonly faults: SnowflakeFaultControl;
  /** The files of all stages, by stage and path. */
  stagedFiles(): Promise<readonly StagedFile[]>;
  /** Runs SQL in a session of its own as ACCOUNTADMIN, and answers its rows exactly: see `decodedRows`. Rejects as the engine does. */
  query(sql: string): Promise<readonly DecodedRow[]>;
  /** Ends a client's session by its number: its transaction is rolled back, its temporary objects are dropped. */
  endSession(id: number): Promise<void>;
  /** Stops listening, drops every connection and removes all files. Settles within some seconds. */
  close(): Promise<void>;
}

const defaultWorld: EngineWorld = {
  databases: [{ name: "RAW", schemas: ["PUBLIC"] }],
  warehouses: ["LOADING"],
  roles: { LOADER: { lacks: [] } },
};

const defaultUsers: readonly SnowflakeUser[] = [
  {
    name: "LOADER",
    password: "password",
    defaults: { role: "LOADER", warehouse: "LOADING", database: "RAW", schema: "PUBLIC" },
  },
];

const adminRole = "ACCOUNTADMIN";
const longestCloseMs = 5000;

async function openDuckDb(options: EngineOptions): Promise<Engine> {
  const { openEngine } = await import("./engine/engine.ts");
  return openEngine(options);
}

function uploadsOf(options: {
  store: StageStore;
  kind: StoreKind;
  clock: () => number;
  validSeconds: number;
}): StageUploads {
  const { store, kind, clock, validSeconds } = options;
  const grants = new UploadGrants({ clock, validSeconds });
  const objects = new UploadedObjects({ store, grants, clock });
  return new StageUploads({ kind, store, grants, objects, clock });
}

function contextOf(
  options: SnowflakeOptions,
  parts: { engine: Engine; store: StageStore; world: EngineWorld },
): WireContext {
  const { validity = {}, clock = Date.now, statementDelayMs = 0, seed = 1 } = options;
  const { sessionTokenSeconds = 3600, masterTokenSeconds = 14_400 } = validity;
  const { stageCredentialSeconds = 3600, oauthTokenSeconds = 600 } = validity;
  const oauth = new OauthTokens({
    clients: options.oauthClients ?? [],
    clock,
    validSeconds: oauthTokenSeconds,
  });
  return {
    account: {
      name: options.account ?? "sandbox",
      users: options.users ?? defaultUsers,
      roles: Object.keys(parts.world.roles).filter((role) => role !== adminRole),
      oauth,
      clock,
    },
    engine: parts.engine,
    sessions: new SessionBook({ clock, validity: { sessionTokenSeconds, masterTokenSeconds } }),
    statements: new StatementBook(seed),
    uploads: uploadsOf({
      store: parts.store,
      kind: options.store ?? "azure",
      clock,
      validSeconds: stageCredentialSeconds,
    }),
    longAfterMs: options.longAfterMs ?? 45_000,
    statementDelayMs: typeof statementDelayMs === "number" ? () => statementDelayMs : statementDelayMs,
  };
}

/** Runs one statement in a session of its own. */
async function queryAsAdmin(engine: Engine, world: EngineWorld, sql: string): Promise<readonly DecodedRow[]> {
  const [database] = world.databases;
  const [warehouse] = world.warehouses;
  const session = await engine.openSession({
    user: "ADMIN",
    role: adminRole,
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(database === undefined ? {} : { database: database.name }),
    ...(database?.schemas[0] === undefined ? {} : { schema: database.schemas[0] }),
  });
  try {
    const { signal } = new AbortController();
    const queryId = crypto.randomUUID();
    const result = await session.execute({ sql, binds: [], queryId, parameters: {}, signal });
    if (result.kind === "put") throw new Error("query() answers rows, and PUT has none.");
    return decodedRows(result);
  } finally {
    await session.close();
  }
}

/** Settles when all has, or after some seconds: what hangs must not keep a test from ending. */
async function bounded(work: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const limit = wait(longestCloseMs, undefined, { signal: ended.signal }).catch(() => undefined);
  await Promise.race([work, limit]).finally(() => ended.abort());
}

async function openStandIn(options: SnowflakeOptions, folder: string): Promise<SnowflakeSandbox> {
  const { seed = 1, clock = Date.now, port = 0, world: given = defaultWorld } = options;
  const world = { ...given, roles: { [adminRole]: { lacks: [] }, ...given.roles } };
  const store = new StageStore(join(folder, "stages"));
  const engineFolder = join(folder, "engine");
  await mkdir(engineFolder, { mode: 0o700 });
  const engine = await (options.engine ?? openDuckDb)({
    world,
    files: store,
    folder: engineFolder,
    ...(options.abandonedTransactionMs === undefined
      ? {}
      : { abandonedTransactionMs: options.abandonedTransactionMs }),
  });
  const context = contextOf(options, { engine, store, world });
  const faults = snowflakeFaults(options.faults ?? { rules: [] }, seed);
  const server = await listenAsSnowflake({ context, faults, clock, port }).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const { sessions, statements } = context;
  return {
    url: server.url,
    port: server.port,
    account: context.account.name,
    requests: server.requests,
    statements: statements.logged,
    get sessions() {
      return sessions.logged;
    },
    faults,
    stagedFiles: () => store.all(),
    query: (sql) => queryAsAdmin(engine, world, sql),
    endSession: async (id) => {
      const session = sessions.find(id);
      if (session !== undefined) await endSession(context, session, { by: "fault" });
    },
    close: async () => {
      await server.close();
      await bounded(sessions.closeAll().then(() => engine.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a stand-in of a Snowflake account on 127.0.0.1: the service that `snowflake-sdk` speaks to, and the blob store
 * of its stages. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const snowflake = await startSnowflake({ store: "gcs" });
 * snowflake.faults.add({ match: { sql: /^COMMIT/iu }, nth: 1, fault: { kind: "lost-answer" } });
 * console.log(await snowflake.query("SELECT COUNT(*) AS N FROM RAW.PUBLIC.TICKETS"));
 * await snowflake.close();
 * ```
 */
export async function startSnowflake(options: SnowflakeOptions = {}): Promise<SnowflakeSandbox> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-snowflake-"));
  try {
    return await openStandIn(options, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
