import type { ColumnType } from "../columns.ts";
import type { Dialect, Statement, TableName } from "./dialect.ts";
import { quoteName, quoteTable } from "./identifiers.ts";
import { sameType } from "./widening.ts";

/** Aliases that no column is named like: a column would hide them. */
const into = "_chorale_target";
const from = "_chorale_staged";

/** A column of a table, and the column of a staged table that it is loaded from. */
export interface LoadedColumn {
  readonly name: string;
  /**
   * The staged column's name. Staged columns have names of their own, so that no property can hide an alias
   * or a pseudo column of the warehouse.
   */
  readonly source: string;
  readonly staged: ColumnType;
  /** What the table's column is now: wider than what was staged when the table changed meanwhile. */
  readonly stored: ColumnType;
}

/** A load from a staged table. */
export interface Load {
  readonly dialect: Dialect;
  readonly table: TableName;
  /** SQL that stands in FROM, before an alias: a table's name, quoted, or a query in parentheses. */
  readonly staged: string;
  readonly columns: readonly LoadedColumn[];
}

/** A load that replaces the rows whose key it brings. */
export interface KeyedLoad extends Load {
  /** Names of key columns; at least one, never null in the staged table. */
  readonly keys: readonly string[];
  /** The timestamp column that says which of two rows is newer; absent when none does. */
  readonly extractedAt?: string;
  /**
   * The staged column, by its own name, that marks a row to be removed. It need not be loaded. Absent when
   * rows are only ever marked.
   */
  readonly removedBy?: string;
}

/**
 * Appends all staged rows, in their order.
 *
 * @example
 * ```ts
 * appendRows({ dialect, table, staged: '"staging"."b1"', columns });
 * ```
 */
export function appendRows({ dialect, table, staged, columns }: Load): Statement {
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const values = columns.map((column) => stagedValue(dialect, column)).join(", ");
  return { sql: `INSERT INTO ${quoteTable(table)} (${names}) SELECT ${values} FROM ${staged} AS ${from}` };
}

/**
 * Puts the staged rows in place of all rows: of a keyed load the last of each key, without those that `removedBy`
 * marks. For dialects that have INSERT OVERWRITE.
 *
 * @example
 * ```ts
 * overwriteRows({ dialect, table, staged: '"staging"."b1"', columns, keys: ["id"] });
 * ```
 */
export function overwriteRows(load: Load | KeyedLoad): Statement {
  const { dialect, table, columns } = load;
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const values = columns.map((column) => stagedValue(dialect, column)).join(", ");
  const removedBy = "keys" in load ? load.removedBy : undefined;
  const kept = removedBy === undefined ? "" : ` WHERE ${from}.${quoteName(removedBy)} IS NULL`;
  return {
    sql: `INSERT OVERWRITE INTO ${quoteTable(table)} (${names}) SELECT ${values} FROM ${"keys" in load ? latestOf(load) : load.staged} AS ${from}${kept}`,
  };
}

/**
 * Brings the last staged row of each key: it replaces the row of that key unless it was extracted
 * earlier, is added when there is none, and removes it where `removedBy` says so.
 *
 * @example
 * ```ts
 * upsertRows({ dialect, table, staged: '"staging"."b1"', columns, keys: ["id"] });
 * ```
 */
export function upsertRows(load: KeyedLoad): Statement {
  const { dialect, table, columns, keys, removedBy } = load;
  const clauses = [
    `MERGE INTO ${quoteTable(table)} AS ${into}`,
    `USING ${latestOf(load)} AS ${from}`,
    `ON ${keys.map((key) => `${into}.${quoteName(key)} = ${keyValue(load, key)}`).join(" AND ")}`,
    ...matchedClauses(load),
    `WHEN NOT MATCHED${removedBy === undefined ? "" : ` AND ${from}.${quoteName(removedBy)} IS NULL`}`,
    `THEN INSERT (${columns.map(({ name }) => quoteName(name)).join(", ")})`,
    `VALUES (${columns.map((column) => stagedValue(dialect, column)).join(", ")})`,
  ];
  return { sql: clauses.join(" ") };
}

/**
 * Writes the value of a staged column as the type of the table's.
 *
 * @example
 * ```ts
 * loadedValue('s."c0"', { dialect, column });
 * ```
 */
export function loadedValue(
  expression: string,
  { dialect, column }: { readonly dialect: Dialect; readonly column: LoadedColumn },
): string {
  return converted(expression, { dialect, from: column.staged, to: column.stored });
}

/**
 * Removes all rows, within a transaction.
 *
 * @example
 * ```ts
 * deleteRows({ schema: "raw", table: "users" }).sql; // DELETE FROM "raw"."users"
 * ```
 */
export function deleteRows(table: TableName): Statement {
  return { sql: `DELETE FROM ${quoteTable(table)}` };
}

/** Which rows are obsolete after a version became active, and what becomes of them. */
export interface Obsolescence {
  readonly dialect: Dialect;
  readonly table: TableName;
  /** The column of the version. */
  readonly versionColumn: string;
  readonly version: number;
  /** The column that obsolete rows are marked in; absent when they are removed. */
  readonly markedIn?: { readonly name: string; readonly type: ColumnType };
}

/**
 * Removes or marks the rows of smaller versions, and those without one.
 *
 * @example
 * ```ts
 * retireRows({ dialect, table, versionColumn: "_sdc_table_version", version: 1714557600 });
 * ```
 */
export function retireRows(options: Obsolescence): Statement {
  const { dialect, table, versionColumn, version, markedIn } = options;
  const column = quoteName(versionColumn);
  const isOld = `(${column} IS NULL OR ${column} < ${BigInt(Math.trunc(version))})`;
  if (markedIn === undefined) return { sql: `DELETE FROM ${quoteTable(table)} WHERE ${isOld}` };
  const mark = quoteName(markedIn.name);
  const now = converted(dialect.utcNow, { dialect, from: { kind: "timestamp" }, to: markedIn.type });
  return { sql: `UPDATE ${quoteTable(table)} SET ${mark} = ${now} WHERE ${mark} IS NULL AND ${isOld}` };
}

function latestOf(load: KeyedLoad): string {
  const { dialect, staged, keys } = load;
  return dialect.latestRows({ staged, keys: keys.map((key) => quoteName(sourceOf(load, key))) });
}

function matchedClauses(load: KeyedLoad): readonly string[] {
  const { dialect, columns, keys, extractedAt, removedBy } = load;
  const newer = extractedAt === undefined ? "" : ` AND ${isNotOlder(load, extractedAt)}`;
  const assignments = columns
    .filter(({ name }) => !keys.includes(name))
    .map((column) => `${quoteName(column.name)} = ${stagedValue(dialect, column)}`);
  return [
    ...(removedBy === undefined
      ? []
      : [`WHEN MATCHED AND ${from}.${quoteName(removedBy)} IS NOT NULL${newer} THEN DELETE`]),
    ...(assignments.length === 0 ? [] : [`WHEN MATCHED${newer} THEN UPDATE SET ${assignments.join(", ")}`]),
  ];
}

function isNotOlder(load: KeyedLoad, name: string): string {
  const stored = `${into}.${quoteName(name)}`;
  const staged = `${from}.${quoteName(sourceOf(load, name))}`;
  return `(${stored} IS NULL OR ${staged} IS NULL OR ${staged} >= ${stored})`;
}

function sourceOf({ columns }: Load, name: string): string {
  return columns.find((column) => column.name === name)?.source ?? name;
}

function keyValue({ dialect, columns }: KeyedLoad, key: string): string {
  const column = columns.find(({ name }) => name === key);
  return column === undefined ? `${from}.${quoteName(key)}` : stagedValue(dialect, column);
}

function stagedValue(dialect: Dialect, column: LoadedColumn): string {
  return loadedValue(`${from}.${quoteName(column.source)}`, { dialect, column });
}

function converted(
  expression: string,
  { dialect, ...change }: { dialect: Dialect; from: ColumnType; to: ColumnType },
): string {
  const { from: staged, to } = change;
  if (sameType(staged, to)) return expression;
  const written = dialect.convert(expression, change);
  return written === expression ? `CAST(${expression} AS ${dialect.columnType(to)})` : written;
}
