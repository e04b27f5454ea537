import type { StateReceipt } from "../warehouse.ts";
import type { Dialect, Statement, TableName } from "./dialect.ts";
import { quoteName, quoteTable } from "./identifiers.ts";

/** A table that receipts are kept in. */
export interface ReceiptTable {
  readonly dialect: Dialect;
  readonly table: TableName;
}

interface ReceiptNames {
  readonly id: string;
  readonly state: string;
  readonly commit: string;
  readonly at: string;
}

/**
 * Makes the table that states are kept in, unless it is there.
 *
 * @example
 * ```ts
 * createStateTable({ dialect, table: { schema: "raw", table: "states" } });
 * ```
 */
export function createStateTable({ dialect, table }: ReceiptTable): Statement {
  const { id, state, commit, at } = namesOf(dialect);
  const text = dialect.columnType({ kind: "string" });
  const timestamp = dialect.columnType({ kind: "timestamp" });
  return {
    sql: `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${id} ${text}, ${state} ${text}, ${commit} ${text}, ${at} ${timestamp})`,
  };
}

/**
 * Puts the state of a commit in place of the state before it. Both statements belong in the commit's transaction.
 *
 * @example
 * ```ts
 * writeState({ dialect, table }, { state: { id: "shop", value: "{}" }, commitId: unit.id });
 * ```
 */
export function writeState(
  { dialect, table }: ReceiptTable,
  { state, commitId }: { readonly state: StateReceipt; readonly commitId: string },
): readonly Statement[] {
  const names = namesOf(dialect);
  const columns = [names.id, names.state, names.commit, names.at].join(", ");
  return [
    { sql: `DELETE FROM ${quoteTable(table)} WHERE ${names.id} = ?`, values: [state.id] },
    {
      sql: `INSERT INTO ${quoteTable(table)} (${columns}) SELECT ?, ?, ?, ${dialect.utcNow}`,
      values: [state.id, state.value, commitId],
    },
  ];
}

/**
 * Asks for the state of an id, as the text that was received. No row when there is none.
 *
 * @example
 * ```ts
 * readStateRow({ dialect, table }, "shop");
 * ```
 */
export function readStateRow({ dialect, table }: ReceiptTable, id: string): Statement {
  const names = namesOf(dialect);
  return {
    sql: `SELECT ${names.state} FROM ${quoteTable(table)} WHERE ${names.id} = ?`,
    values: [id],
  };
}

/**
 * Makes the ledger of commits, unless it is there: for warehouses behind a network, where a lost answer
 * to COMMIT leaves open whether it was made.
 *
 * @example
 * ```ts
 * createLedger({ dialect, table: { schema: "raw", table: "loads" } });
 * ```
 */
export function createLedger({ dialect, table }: ReceiptTable): Statement {
  const { commit, at } = namesOf(dialect);
  const text = dialect.columnType({ kind: "string" });
  const timestamp = dialect.columnType({ kind: "timestamp" });
  return {
    sql: `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${commit} ${text}, ${at} ${timestamp})`,
  };
}

/**
 * Puts the state of a commit in place of the state before it, in the commit's transaction, for warehouses behind a
 * network. It changes no row when the commit was made before.
 *
 * A MERGE locks the table, so that of two transactions for one commit the second waits for the first and then finds its
 * row. After a lost answer to COMMIT a new connection claims the commit before anything else, and knows by the
 * number of changed rows whether there is anything left to do.
 *
 * @example
 * ```ts
 * claimState({ dialect, table }, { state: { id: "shop", value: "{}" }, commitId: unit.id });
 * ```
 */
export function claimState(
  { dialect, table }: ReceiptTable,
  { state, commitId }: { readonly state: StateReceipt; readonly commitId: string },
): Statement {
  const names = namesOf(dialect);
  const columns = [names.id, names.state, names.commit];
  const source = columns.map((name) => `? AS ${name}`).join(", ");
  const changes = [names.state, names.commit].map((name) => `${name} = s.${name}`).join(", ");
  return {
    sql:
      `MERGE INTO ${quoteTable(table)} AS t USING (SELECT ${source}) AS s ON t.${names.id} = s.${names.id} ` +
      `WHEN MATCHED AND (t.${names.commit} IS NULL OR t.${names.commit} <> s.${names.commit}) THEN UPDATE SET ${changes}, ${names.at} = ${dialect.utcNow} ` +
      `WHEN NOT MATCHED THEN INSERT (${[...columns, names.at].join(", ")}) ` +
      `VALUES (${columns.map((name) => `s.${name}`).join(", ")}, ${dialect.utcNow})`,
    values: [state.id, state.value, commitId],
  };
}

/**
 * Enters a commit into the ledger, in the commit's transaction. It changes no row when the commit is there already, and
 * waits for a transaction that is entering it, as {@link claimState} does.
 *
 * @example
 * ```ts
 * claimLedgerRow({ dialect, table }, unit.id);
 * ```
 */
export function claimLedgerRow({ dialect, table }: ReceiptTable, commitId: string): Statement {
  const { commit, at } = namesOf(dialect);
  return {
    sql:
      `MERGE INTO ${quoteTable(table)} AS t USING (SELECT ? AS ${commit}) AS s ON t.${commit} = s.${commit} ` +
      `WHEN NOT MATCHED THEN INSERT (${commit}, ${at}) VALUES (s.${commit}, ${dialect.utcNow})`,
    values: [commitId],
  };
}

/**
 * Removes what the ledger holds of commits that were made before a moment.
 *
 * @example
 * ```ts
 * pruneLedger({ dialect, table }, new Date(Date.now() - 7 * 86_400_000));
 * ```
 */
export function pruneLedger({ dialect, table }: ReceiptTable, before: Date): Statement {
  const { at } = namesOf(dialect);
  const type = dialect.columnType({ kind: "timestamp" });
  return {
    sql: `DELETE FROM ${quoteTable(table)} WHERE ${at} < CAST(? AS ${type})`,
    values: [before.toISOString().slice(0, -1)],
  };
}

function namesOf(dialect: Dialect): ReceiptNames {
  const name = (text: string): string => quoteName(dialect.fold(text));
  return {
    id: name("state_id"),
    state: name("state"),
    commit: name("commit_id"),
    at: name("committed_at"),
  };
}
