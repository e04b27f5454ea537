import type { Column, Table } from "../catalogue/model.ts";
import { physicalName, quoted } from "../values/names.ts";
import type { Relation, TableSource } from "../values/relations.ts";
import { physicalType } from "../values/types.ts";

/**
 * How a table is kept in DuckDB.
 *
 * Each row says which open transaction made it (`_born`, 0 once committed) and which one deleted it (`_died`). A
 * statement sees what is committed and what its own transaction did, as READ COMMITTED wants; that a statement alone
 * can fail, and that readers never wait, follows from it. Only the holder of a table's lock sets `_died`.
 */

/** The transaction of a statement that commits by itself. */
export const noTransaction = "0";

/** The alias under which an UPDATE, DELETE or MERGE reads its table: no written name can be it. */
const targetAlias = '"~target"';

/** A table whose rows a statement is to change. */
export interface TargetSql {
  /** Stands in a FROM, alias included. */
  readonly sql: string;
  /** The row's number in DuckDB. */
  readonly rowId: string;
  readonly relation: Relation;
  /** Asks for a column. */
  columnSql(column: Column): string;
}

export function createTableSql(table: Table): string {
  const columns = table.columns.map(({ id, type }) => `${quoted(id)} ${physicalType(type)}`);
  return `CREATE TABLE ${quoted(table.id)} (${["_born BIGINT NOT NULL", "_died BIGINT", ...columns].join(", ")})`;
}

export function dropTableSql(table: Table): string {
  return `DROP TABLE IF EXISTS ${quoted(table.id)}`;
}

export function visibleRows(transaction: string): string {
  if (transaction === noTransaction) return "_born = 0";
  return `(_born = 0 OR _born = ${transaction}) AND (_died IS NULL OR _died <> ${transaction})`;
}

/** A table for queries: its columns bear physical names. */
export function tableSource(table: Table, transaction: string, parts: readonly string[]): TableSource {
  const columns = table.columns.map(({ id, name }) => `${quoted(id)} AS ${quoted(physicalName(name))}`);
  return {
    sql: `(SELECT ${columns.join(", ")} FROM ${quoted(table.id)} WHERE ${visibleRows(transaction)})`,
    columns: table.columns.map(({ name, type }) => ({ name, type })),
    parts,
  };
}

/** A table for changes. */
export function targetSql(table: Table, transaction: string, parts: readonly string[]): TargetSql {
  const columnSql = ({ id }: Column): string => `${targetAlias}.${quoted(id)}`;
  const ids = table.columns.map(({ id }) => quoted(id));
  const columns = ['rowid AS "~row"', ...ids].join(", ");
  return {
    sql: `(SELECT ${columns} FROM ${quoted(table.id)} WHERE ${visibleRows(transaction)}) AS ${targetAlias}`,
    rowId: `${targetAlias}."~row"`,
    relation: {
      parts,
      columns: table.columns.map((column) => ({
        name: column.name,
        type: column.type,
        sql: columnSql(column),
      })),
    },
    columnSql,
  };
}

/** Deletes the rows whose numbers a query answers. */
export function deleteRowsSql(table: Table, transaction: string, rowIds: string): readonly string[] {
  const own = `DELETE FROM ${quoted(table.id)} WHERE _born = ${transaction} AND rowid IN (${rowIds})`;
  if (transaction === noTransaction) return [own];
  const others = `UPDATE ${quoted(table.id)} SET _died = ${transaction} WHERE _born = 0 AND rowid IN (${rowIds})`;
  return [others, own];
}

/** Deletes all rows that the transaction sees. */
export function deleteAllSql(table: Table, transaction: string): readonly string[] {
  const own = `DELETE FROM ${quoted(table.id)} WHERE _born = ${transaction}`;
  if (transaction === noTransaction) return [own];
  return [`UPDATE ${quoted(table.id)} SET _died = ${transaction} WHERE _born = 0`, own];
}

/** Inserts a query's rows, whose columns are the table's by their ids. */
export function insertRowsSql(table: Table, transaction: string, query: string): string {
  const ids = table.columns.map(({ id }) => quoted(id)).join(", ");
  return `INSERT INTO ${quoted(table.id)} (_born, ${ids}) SELECT ${transaction}, ${ids} FROM (${query})`;
}

export function commitSql(tableId: string, transaction: string): readonly string[] {
  return [
    `DELETE FROM ${quoted(tableId)} WHERE _died = ${transaction}`,
    `UPDATE ${quoted(tableId)} SET _born = 0 WHERE _born = ${transaction}`,
  ];
}

/** What a rolled back transaction marked as deleted may stay marked: its number never comes again. */
export function rollbackSql(tableId: string, transaction: string): readonly string[] {
  return [`DELETE FROM ${quoted(tableId)} WHERE _born = ${transaction}`];
}
