import type { ColumnType } from "../columns.ts";
import type { KeyedLoad } from "./load-statements.ts";

/** Where a table is, in the warehouse's own spelling: folded, not quoted. */
export interface TableName {
  /** The database, where names of schemas may be mistaken for it. */
  readonly catalog?: string;
  readonly schema: string;
  readonly table: string;
}

/** SQL and the values of its `?`s, in their order. */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly string[];
}

/** A column whose type changes, or a value that is written into a column of another type. */
export interface TypeChange {
  readonly from: ColumnType;
  readonly to: ColumnType;
}

/** A column's type as it was read from the warehouse. */
export interface StoredType {
  readonly type: ColumnType;
  /**
   * Whether it holds less than the dialect's own type of that kind, as a 32-bit INTEGER does. It is altered
   * before anything is loaded.
   * @default false
   */
  readonly narrow?: boolean;
}

/**
 * What differs between SQL warehouses: pure text and flags, no I/O. Everything else about statements is
 * shared, so that a dialect is tested without a database.
 */
export interface Dialect {
  /** The warehouse's name, for messages. */
  readonly name: string;
  /** Spells a name as the warehouse would without quotes: `UPPER` in Snowflake, as it is in DuckDB. */
  fold(name: string): string;
  /** Two folded names that answer the same are one name to the warehouse. */
  sameName(name: string): string;
  /** The longest name, in characters. Absent when there is no limit. */
  readonly maxNameLength?: number;
  /** Whether one ALTER TABLE may add several columns. */
  readonly addsColumnsTogether: boolean;
  /** The SQL type of a column. */
  columnType(type: ColumnType): string;
  /** Reads a type as the catalogue spells it; undefined when no column of a stream can live in it. */
  storedType(sqlType: string): StoredType | undefined;
  /** Whether ALTER COLUMN can make this change; else the column is copied and swapped. */
  widensInPlace(change: TypeChange): boolean;
  /** Writes an expression of one type as another that is wider, losing nothing. */
  convert(expression: string, change: TypeChange): string;
  /**
   * Answers SQL, to stand in FROM, for the last row of each key of a staged table, which is itself SQL that stands
   * in FROM. Keys are never null.
   */
  latestRows(options: { readonly staged: string; readonly keys: readonly string[] }): string;
  /**
   * Writes the statements that replace whole rows by key, for warehouses that do so faster than by MERGE. Only
   * asked when the load fills every column of the table: else what is in the others would be lost.
   */
  replaceRows?(load: KeyedLoad): readonly Statement[];
  /**
   * Whether a replaced table gets its first load by INSERT OVERWRITE, which keeps what was granted on it; else it
   * is emptied by DELETE.
   * @default false
   */
  readonly insertsOverwrite?: boolean;
  /** Writes the clause of a column's comment, in CREATE TABLE and ADD COLUMN; absent when comments are not kept. */
  columnComment?(text: string): string;
  /** What stands between CREATE and TABLE where a stream's table is made: `TRANSIENT`. Absent for nothing. */
  readonly tableKind?: string;
  /** The moment of the transaction, as a timestamp in UTC. */
  readonly utcNow: string;
}

/** A column of a table that is there. */
export interface ExistingColumn {
  readonly name: string;
  /** As the catalogue spells it. */
  readonly sqlType: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}
