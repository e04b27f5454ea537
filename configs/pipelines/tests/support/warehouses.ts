import { type SnowflakeSandbox, startSnowflake } from "@chorale/sandbox";
import { onTestFinished } from "vitest";
import {
  type Contents,
  canonicalRows,
  contentsOf,
  type DescribedColumn,
  type ReadTable,
  type Row,
} from "./values.ts";
import { type TestFolder, withDatabase } from "./workspace.ts";

/** A table by its schema and its name, as the tap's namespace and its streams give them: in lower case. */
export type TablePath = `${string}.${string}`;

/** A warehouse for one test. */
export interface Warehouse {
  readonly target: Target["name"];
  /** The target's settings but for its secrets. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The secrets, by the names of the settings. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The rows of a table, without their order. */
  rows(table: TablePath): Promise<readonly Row[]>;
  /** What tables are compared by: in any warehouse the same for the same input. */
  contents(table: TablePath): Promise<Contents>;
  /**
   * Does work while the sessions of clients that are gone get in its way as little, and as much, as they do in the real
   * service.
   */
  afterKill<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** A target, and how its warehouse is made. */
export interface Target {
  readonly name: "target-duckdb" | "target-snowflake";
  open(files: TestFolder): Promise<Warehouse>;
}

/** Every target that pipelines end in. */
export const targets: readonly Target[] = [
  { name: "target-duckdb", open: (files) => Promise.resolve(duckdbWarehouse(files)) },
  { name: "target-snowflake", open: async () => snowflakeWarehouse(await snowflake()) },
];

/** Answers a file of DuckDB in a test's folder. */
export function duckdbWarehouse(files: TestFolder, name = "w.duckdb"): Warehouse {
  const path = files.path(name);
  const read = async (table: TablePath): Promise<ReadTable> =>
    withDatabase(path, async (ask) => {
      const columns = (await ask(`DESCRIBE ${table}`)).map((row) => ({
        name: String(row["column_name"]),
        type: String(row["column_type"]),
      }));
      return { columns, rows: canonicalRows(await ask(`SELECT * FROM ${table}`), columns) };
    });
  return {
    target: "target-duckdb",
    config: { path },
    secrets: {},
    rows: async (table) => (await read(table)).rows,
    contents: async (table) => contentsOf(await read(table)),
    afterKill: (work) => work(),
  };
}

/** Starts a stand-in that is closed when the test is done. */
export async function snowflake(
  options: Parameters<typeof startSnowflake>[0] = {},
): Promise<SnowflakeSandbox> {
  const sandbox = await startSnowflake({ store: "azure", ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Answers a stand-in's database. */
export function snowflakeWarehouse(sandbox: SnowflakeSandbox): Warehouse {
  const place = (table: TablePath): string => `RAW.${table.toUpperCase()}`;
  const described = async (table: TablePath): Promise<readonly DescribedColumn[]> =>
    (await sandbox.query(`DESCRIBE TABLE ${place(table)}`)).map((row) => ({
      name: String(row["name"]),
      type: String(row["type"]),
    }));
  const read = async (table: TablePath): Promise<ReadTable> => {
    const columns = await described(table);
    return {
      columns,
      rows: canonicalRows(await sandbox.query(`SELECT * FROM ${place(table)}`), columns),
    };
  };
  return {
    target: "target-snowflake",
    config: {
      account: sandbox.account,
      access_url: sandbox.url,
      user: "LOADER",
      role: "LOADER",
      warehouse: "LOADING",
      database: "RAW",
      retry_delay_seconds: 0.05,
    },
    secrets: { password: "password" },
    rows: async (table) => (await read(table)).rows,
    contents: async (table) => contentsOf(await read(table)),
    afterKill: (work) => abandoning(sandbox, work),
  };
}

const betweenLooksMs = 100;

/**
 * Ends the sessions that were left open, once they hold a table that is waited for: Snowflake does so after five
 * minutes in which the session was idle. Until then they keep their transactions.
 */
async function abandoning<Result>(sandbox: SnowflakeSandbox, work: () => Promise<Result>): Promise<Result> {
  const left = new Set(sandbox.sessions.filter(({ isOpen }) => isOpen).map(({ id }) => id));
  const working = work();
  const isOver = working.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([isOver, after(betweenLooksMs)]))) {
    for (const session of await blocking(sandbox)) {
      if (left.has(session) && isIdle(sandbox, session)) await sandbox.endSession(session);
    }
  }
  return await working;
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
  });
}

/** The sessions whose transactions others wait for. */
async function blocking(sandbox: SnowflakeSandbox): Promise<readonly number[]> {
  const locks = await sandbox.query("SHOW LOCKS IN ACCOUNT");
  const waitedFor = new Set(
    locks.flatMap((lock) => (lock["status"] === "WAITING" ? [lock["resource"]] : [])),
  );
  const holders = locks.filter((lock) => lock["status"] === "HOLDING" && waitedFor.has(lock["resource"]));
  const queries = new Set(holders.map((lock) => lock["query_id"]));
  return sandbox.statements.flatMap(({ queryId, session }) => (queries.has(queryId) ? [session] : []));
}

function isIdle({ statements }: SnowflakeSandbox, session: number): boolean {
  return statements.every((statement) => statement.session !== session || statement.outcome !== undefined);
}
