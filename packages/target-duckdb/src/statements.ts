import type { ExistingColumn, Statement, TableName } from "@chorale/target-sdk/sql";
import type { DuckDBConnection } from "@duckdb/node-api";
import { describeTable } from "./dialect.ts";

/** Runs a statement and answers its rows. */
export async function ask(
  connection: DuckDBConnection,
  { sql, values = [] }: Statement,
): Promise<readonly (readonly unknown[])[]> {
  const reader = await connection.runAndReadAll(sql, [...values]);
  return reader.getRowsJS();
}

/** Runs a statement and answers the number in its first row: what DML and `count(*)` answer. */
export async function askCount(connection: DuckDBConnection, statement: Statement): Promise<number> {
  const [row] = await ask(connection, statement);
  return Number(row?.[0] ?? 0);
}

/** Answers a table's columns; none when there is no such table. */
export async function columnsOfTable(
  connection: DuckDBConnection,
  table: TableName,
): Promise<readonly ExistingColumn[]> {
  const rows = await ask(connection, describeTable(table));
  return rows.map(([name, sqlType, nullable, hasDefault]) => ({
    name: String(name),
    sqlType: String(sqlType),
    nullable: nullable === true,
    hasDefault: hasDefault === true,
  }));
}

/** Runs statements in one transaction; none of them counts when one fails. */
export async function transact(
  connection: DuckDBConnection,
  work: (run: (statement: Statement) => Promise<void>) => Promise<void>,
): Promise<void> {
  await connection.run("BEGIN TRANSACTION");
  try {
    await work(async ({ sql, values = [] }) => {
      await connection.run(sql, [...values]);
    });
    await connection.run("COMMIT");
  } catch (error) {
    // A COMMIT that failed has ended the transaction already.
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
