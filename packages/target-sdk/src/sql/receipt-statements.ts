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
 * Enters a commit into the ledger, in the commit's transaction.
 *
 * @example
 * ```ts
 * writeLedgerRow({ dialect, table }, unit.id);
 * ```
 */
export function writeLedgerRow({ dialect, table }: ReceiptTable, commitId: string): Statement {
  const { commit, at } = namesOf(dialect);
  return {
    sql: `INSERT INTO ${quoteTable(table)} (${commit}, ${at}) SELECT ?, ${dialect.utcNow}`,
    values: [commitId],
  };
}

/**
 * Asks whether a commit was made: a row if so.
 *
 * @example
 * ```ts
 * readLedgerRow({ dialect, table }, unit.id);
 * ```
 */
export function readLedgerRow({ dialect, table }: ReceiptTable, commitId: string): Statement {
  const { commit } = namesOf(dialect);
  return {
    sql: `SELECT ${commit} FROM ${quoteTable(table)} WHERE ${commit} = ?`,
    values: [commitId],
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
