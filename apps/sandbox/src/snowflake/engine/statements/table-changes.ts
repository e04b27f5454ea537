import type { DuckDBValue } from "@duckdb/node-api";
import { displayName, fullName, type Table } from "../catalogue/model.ts";
import type { NamedTable } from "../catalogue/namespace.ts";
import { problems } from "../problems.ts";
import { insertRowsSql } from "../storage/table-sql.ts";
import { quoted } from "../values/names.ts";
import type { Answer, Work } from "./command.ts";

/** What a statement that changes rows works with. */
export interface RowChange {
  readonly table: Table;
  readonly transaction: string;
  readonly run: (sql: string) => Promise<number>;
  readonly rows: (sql: string) => Promise<readonly (readonly DuckDBValue[])[]>;
}

/** Where a statement collects the rows it is about to write. No other name can be it. */
export const scratchTable = '"~scratch"';

/** What a statement does with a table's rows, as its names and columns were when it was planned. */
export interface ChangePlan {
  readonly target: NamedTable;
  readonly change: (rows: RowChange) => Promise<Answer>;
}

/**
 * Changes a table's rows: all that a plan does, or nothing.
 *
 * With `locks` it holds the table until the transaction ends; without, others may insert at the same time. What cannot be
 * planned is refused before it waits; it is planned again if DDL came while it waited.
 */
export async function changeRows(
  work: Work,
  { locks, plan }: { readonly locks: boolean; readonly plan: () => ChangePlan },
): Promise<Answer> {
  const { session, signal } = work;
  const { parts, duck, transactionId: transaction, account } = session;
  const { changes } = account;
  const planned = plan();
  const { name, table } = planned.target;
  const lockedBy = session.transaction?.id ?? parts.newTransactionId();
  if (locks) await lock(work, { table, resource: displayName(fullName(name)), lockedBy });
  try {
    return await parts.writer.change(
      duck,
      async () => {
        const { target, change } = account.changes === changes ? planned : plan();
        if (target.table !== table) throw problems.missing("Table", displayName(fullName(name)));
        const answer = await change({
          table,
          transaction,
          run: (sql) => duck.run(sql, signal),
          rows: (sql) => duck.rows(sql, signal),
        });
        await duck.run(`DROP TABLE IF EXISTS temp.${scratchTable}`);
        session.touch(table);
        return answer;
      },
      signal,
    );
  } finally {
    if (session.transaction === null) parts.locks.release(lockedBy);
  }
}

function lock(
  { session, statement, signal }: Work,
  { table, resource, lockedBy }: { table: Table; resource: string; lockedBy: string },
): Promise<void> {
  return session.parts.locks.acquire({
    table: table.id,
    resource,
    transaction: lockedBy,
    session: session.id,
    queryId: statement.queryId,
    timeoutSeconds: Number(statement.parameters["LOCK_TIMEOUT"] ?? session.parameters.get("LOCK_TIMEOUT")),
    signal,
  });
}

/** Puts a query's rows into the scratch table; answers how many they are. */
export function collect({ run }: RowChange, query: string): Promise<number> {
  return run(`CREATE OR REPLACE TEMP TABLE ${scratchTable} AS ${query}`);
}

/** Refuses NULL in collected rows where the table's columns take none. `where` chooses the rows that are written. */
export async function refuseNulls({ table, run }: RowChange, where = "true"): Promise<void> {
  const required = table.columns.filter(({ nullable }) => !nullable);
  if (required.length === 0) return;
  const isNull = required.map(({ id }) => `${quoted(id)} IS NULL`).join(" OR ");
  const count = await run(`SELECT count(*) FROM ${scratchTable} WHERE (${where}) AND (${isNull})`);
  if (count > 0) throw problems.nullInColumn();
}

/** Writes collected rows' query: the table's columns by their ids. */
export function collectedRows(table: Table, where = "true"): string {
  const ids = table.columns.map(({ id }) => quoted(id)).join(", ");
  return `SELECT ${ids} FROM ${scratchTable} WHERE ${where}`;
}

/** Inserts a query's rows: the table's columns by their ids. Answers how many they were. */
export async function insertQuery(change: RowChange, query: string): Promise<number> {
  const { table, transaction, run } = change;
  if (table.columns.every(({ nullable }) => nullable)) return run(insertRowsSql(table, transaction, query));
  await collect(change, query);
  await refuseNulls(change);
  return run(insertRowsSql(table, transaction, collectedRows(table)));
}
