import type { ColumnType } from "../columns.ts";
import type { Dialect, Statement, TableName, TypeChange } from "./dialect.ts";
import { quoteName, quoteTable, shortened } from "./identifiers.ts";

/** Decimal digits that survive in every double. */
const doubleDigits = 15;

/** A column to be made. */
export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Kept as the column's comment where the dialect keeps comments. */
  readonly description?: string;
}

/** A column that becomes wider. */
export interface WidenedColumn {
  readonly name: string;
  readonly change: TypeChange;
  /** Becomes the comment of the column's copy where it is copied, and the dialect keeps comments. */
  readonly description?: string;
}

/** A table and the dialect that its statements are written in. */
export interface TableContext {
  readonly dialect: Dialect;
  readonly table: TableName;
}

/**
 * Makes the schema unless it is there.
 *
 * @example
 * ```ts
 * createSchema({ schema: "raw" }).sql; // CREATE SCHEMA IF NOT EXISTS "raw"
 * ```
 */
export function createSchema({ catalog, schema }: Omit<TableName, "table">): Statement {
  const name = [...(catalog === undefined ? [] : [catalog]), schema].map(quoteName).join(".");
  return { sql: `CREATE SCHEMA IF NOT EXISTS ${name}` };
}

/**
 * Makes a table. It fails when there is one already.
 *
 * @example
 * ```ts
 * createTable({ dialect, table: { schema: "raw", table: "users" } }, [{ name: "id", type: { kind: "string" } }]);
 * ```
 */
export function createTable({ dialect, table }: TableContext, columns: readonly NewColumn[]): Statement {
  const what = dialect.tableKind === undefined ? "TABLE" : `${dialect.tableKind} TABLE`;
  return { sql: `CREATE ${what} ${quoteTable(table)} (${columns.map(definition(dialect)).join(", ")})` };
}

/**
 * Adds columns, in one statement where the dialect can. None for no columns.
 *
 * @example
 * ```ts
 * addColumns({ dialect, table }, [{ name: "age", type: { kind: "integer", wide: false } }]);
 * ```
 */
export function addColumns(
  { dialect, table }: TableContext,
  columns: readonly NewColumn[],
): readonly Statement[] {
  if (columns.length === 0) return [];
  const definitions = columns.map(definition(dialect));
  const clauses = dialect.addsColumnsTogether ? [definitions.join(", ")] : definitions;
  return clauses.map((clause) => ({ sql: `ALTER TABLE ${quoteTable(table)} ADD COLUMN ${clause}` }));
}

/**
 * Makes a column wider: in place, or by a copy beside it that takes its name. A copy that was broken off
 * leaves a column named as {@link copyName} says.
 *
 * @example
 * ```ts
 * const change = { from: { kind: "date" }, to: { kind: "timestamp" } } as const;
 * widenColumn({ dialect, table }, { name: "day", change });
 * ```
 */
export function widenColumn(
  { dialect, table }: TableContext,
  { name, change, ...more }: WidenedColumn,
): readonly Statement[] {
  const alter = `ALTER TABLE ${quoteTable(table)}`;
  const column = quoteName(name);
  const type = dialect.columnType(change.to);
  const converted = dialect.convert(column, change);
  if (dialect.widensInPlace(change)) {
    const using = converted === column ? "" : ` USING ${converted}`;
    return [{ sql: `${alter} ALTER COLUMN ${column} SET DATA TYPE ${type}${using}` }];
  }
  const nameOfCopy = copyName(name, dialect);
  const copy = quoteName(nameOfCopy);
  return [
    { sql: `${alter} ADD COLUMN ${definition(dialect)({ ...more, name: nameOfCopy, type: change.to })}` },
    { sql: `UPDATE ${quoteTable(table)} SET ${copy} = ${converted}` },
    { sql: `${alter} DROP COLUMN ${column}` },
    { sql: `${alter} RENAME COLUMN ${copy} TO ${column}` },
  ];
}

/**
 * Takes up a copy that was broken off: it is complete once its original is gone, and made anew else.
 *
 * @example
 * ```ts
 * finishCopy({ dialect, table }, { name: "day", copy: copyName("day", dialect), isComplete: false });
 * ```
 */
export function finishCopy(
  { table }: TableContext,
  { name, copy, isComplete }: { readonly name: string; readonly copy: string; readonly isComplete: boolean },
): Statement {
  const alter = `ALTER TABLE ${quoteTable(table)}`;
  return isComplete
    ? { sql: `${alter} RENAME COLUMN ${quoteName(copy)} TO ${quoteName(name)}` }
    : { sql: `${alter} DROP COLUMN ${quoteName(copy)}` };
}

/**
 * The name of a column's wider copy, while it is made: within the dialect's limit.
 *
 * @example
 * ```ts
 * copyName("day", dialect); // "day__widened"
 * ```
 */
export function copyName(name: string, { maxNameLength }: Pick<Dialect, "maxNameLength">): string {
  const suffix = "__widened";
  const limit = maxNameLength === undefined ? undefined : maxNameLength - suffix.length;
  return `${shortened(name, { limit, whole: name })}${suffix}`;
}

/**
 * Counts the numbers of a column that have more digits than a double is sure to keep.
 *
 * @example
 * ```ts
 * countLongNumbers({ table: { schema: "raw", table: "users" } }, "balance");
 * ```
 */
export function countLongNumbers({ table }: Pick<TableContext, "table">, name: string): Statement {
  const text = `CAST(${quoteName(name)} AS VARCHAR)`;
  const digits = `TRIM(REPLACE(REPLACE(${text}, '-', ''), '.', ''), '0')`;
  return { sql: `SELECT count(*) FROM ${quoteTable(table)} WHERE LENGTH(${digits}) > ${doubleDigits}` };
}

function definition(dialect: Dialect): (column: NewColumn) => string {
  return ({ name, type, description }) => {
    const comment = description === undefined ? undefined : dialect.columnComment?.(description);
    return [quoteName(name), dialect.columnType(type), ...(comment === undefined ? [] : [comment])].join(" ");
  };
}
