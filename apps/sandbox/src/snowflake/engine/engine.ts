import type { Engine, EngineOptions } from "../contract.ts";

/** What the stand-in assumes where no paper says what Snowflake does. */
export interface EngineChoices {
  /** Whether a rollback also undoes what COPY noted as loaded. Snowflake's papers do not say. @default true */
  readonly historyRollsBack?: boolean;
}

/**
 * Opens an account: its databases are empty, its sessions run on DuckDB.
 *
 * Transactions are READ COMMITTED: each statement sees what was committed before it began, and what its own
 * transaction did. A statement that fails undoes itself alone; its transaction stays open. DDL commits the open
 * transaction, does not wait for locks, and cannot be rolled back. UPDATE, DELETE, MERGE, INSERT OVERWRITE and
 * TRUNCATE hold their table until the transaction ends.
 *
 * Roles have every privilege but those that `options.world` says they lack. GRANT and REVOKE are noted and shown.
 *
 * DuckDB is loaded now, not before. What does not fit into memory is written into `options.folder`, which must be there.
 */
export async function openEngine(options: EngineOptions & EngineChoices): Promise<Engine> {
  const { DuckEngine } = await import("./duck-engine.ts");
  return DuckEngine.open(options);
}
