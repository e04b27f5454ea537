import type { WarehouseContext, WarehouseSession } from "@chorale/target-sdk";
import type { Statement } from "@chorale/target-sdk/sql";
import { createLogin } from "./authentication.ts";
import { loadParallelism, type SnowflakeConfig } from "./config.ts";
import { connectSnowflake, type StatementResult } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { snowflakeDialect } from "./dialect.ts";
import { DrySession } from "./dry-session.ts";
import { logNeedlessSettings } from "./other-loaders-settings.ts";
import { Receipts } from "./receipts.ts";
import { SnowflakeSession } from "./session.ts";
import { setSession } from "./set-up-statements.ts";
import { Stage } from "./stage.ts";
import { TableSwaps } from "./table-swap.ts";
import { createTables } from "./tables.ts";
import type { WorkerThreads } from "./worker-threads.ts";

/** Connects, and opens the session of a run. One more connection than tables are loaded at a time is for all the rest. */
export async function openSession(
  config: SnowflakeConfig,
  context: WarehouseContext & { readonly threads?: WorkerThreads | undefined },
): Promise<WarehouseSession> {
  const { log, signal, dryRun } = context;
  logNeedlessSettings(config, log);
  const login = createLogin(config);
  const session = [setSession(config)];
  const pool = new ConnectionPool({
    open: () => connectSnowflake(config, { log, signal, purpose: "load", login, session }),
    size: loadParallelism(config) + 1,
  });
  const dialect = snowflakeDialect({
    timestampType: config.timestamp_type,
    transient: config.table_type === "transient",
  });
  const read = (statement: Statement): Promise<StatementResult> =>
    pool.use((connection) => connection.execute(statement));
  const change = dryRun === undefined ? read : async ({ sql }: Statement) => dryRun.statement(sql);
  const swaps = new TableSwaps({ dialect, config, log, signal, read, change });
  const parts = {
    config,
    log,
    signal,
    dialect,
    pool,
    swaps,
    tables: createTables({ dialect, config, log, read, change, locate: (stream) => swaps.locate(stream) }),
    receipts: new Receipts({ config, dialect, change }),
  };
  // The first connection shows at once whether there can be any.
  await pool.use(() => Promise.resolve());
  if (dryRun !== undefined) return new DrySession({ ...parts, dryRun });
  return new SnowflakeSession({ ...parts, stage: new Stage({ ...context, config, login, run: read }) });
}
