import type { Logger } from "@chorale/singer";
import {
  createSchema,
  type Dialect,
  type ExistingColumn,
  SqlTables,
  type Statement,
  type TableName,
} from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import type { StatementResult } from "./connection.ts";
import { reasonOf } from "./failure-advice.ts";
import { laneOf } from "./lane.ts";
import { readersOf } from "./names.ts";
import { grantReading, useSchema } from "./set-up-statements.ts";
import { isMissing, SnowflakeFailure } from "./snowflake-errors.ts";
import { describeTable, existingColumns } from "./stored-types.ts";

/** What tables are made with. */
export interface TablesOptions {
  readonly dialect: Dialect;
  readonly config: SnowflakeConfig;
  readonly log: Logger;
  /** Answers where a stream is loaded. */
  readonly locate: (stream: string) => TableName;
  /** Runs a statement that only reads, outside any transaction; rejects with `SnowflakeFailure`. */
  readonly read: (statement: Statement) => Promise<StatementResult>;
  /** Runs a statement that changes something, outside any transaction; rejects with `SnowflakeFailure`. */
  readonly change: (statement: Statement) => Promise<unknown>;
}

/** Makes the tables that a session loads into. */
export function createTables(options: TablesOptions): SqlTables {
  const { dialect, config, log, locate, read, change } = options;
  return new SqlTables({
    dialect,
    config,
    log,
    locate,
    laneOf,
    executor: {
      ask: async (statement) => (await read(statement)).rows,
      describe: (table) => columnsOfTable(table, options),
      async change(statements) {
        for (const statement of statements) await change(statement);
      },
    },
    makeSchema: (table) => makeSchema(table, options),
    async onPrepared({ stream }, table) {
      for (const grant of grantReading(table, readersOf(stream, config))) await tryGrant(grant, options);
    },
  });
}

/** Answers a table's columns; none when it is not there. */
export async function columnsOfTable(
  table: TableName,
  { read }: Pick<TablesOptions, "read">,
): Promise<readonly ExistingColumn[]> {
  try {
    const { rows, columns } = await read(describeTable(table));
    return existingColumns(rows, columns);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** CREATE SCHEMA IF NOT EXISTS needs the privilege to make one also where it is there. */
async function makeSchema(table: TableName, { read, change }: TablesOptions): Promise<void> {
  try {
    await read(useSchema(table));
  } catch (error) {
    if (!isMissing(error)) throw error;
    await change(createSchema(table));
  }
}

/** Rows are loaded also where the readers cannot be let in. */
async function tryGrant(grant: Statement, { change, log }: TablesOptions): Promise<void> {
  try {
    await change(grant);
  } catch (error) {
    if (!(error instanceof SnowflakeFailure) || error.action !== "config") throw error;
    log.warn(`could not grant what default_target_schema_select_permissions asks for: ${reasonOf(error)}`, {
      sql: grant.sql,
    });
  }
}
