import { type Column, displayPart, type Table } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { quoted } from "../values/names.ts";
import { physicalType } from "../values/types.ts";
import type { TableChange } from "./alter-table.ts";
import { buildColumns, type ColumnDefinition, parseColumn } from "./column-definitions.ts";

/** A column of ADD COLUMN. */
export interface Addition {
  readonly ifNotExists: boolean;
  readonly column: ColumnDefinition;
}

/** Reads what follows ADD: one column, or several between commas. */
export function parseAdditions(cursor: Cursor): readonly Addition[] {
  if (cursor.sees("CONSTRAINT") || cursor.sees("PRIMARY", "KEY") || cursor.sees("UNIQUE")) {
    throw problems.unsupported("ALTER TABLE ADD CONSTRAINT");
  }
  cursor.takes("COLUMN");
  const additions: Addition[] = [];
  do {
    cursor.takes("COLUMN");
    additions.push({ ifNotExists: cursor.takes("IF", "NOT", "EXISTS"), column: parseColumn(cursor) });
  } while (cursor.takesOperator(","));
  return additions;
}

/** Adds the columns that are not there. Throws 001428 for one that is, unless IF NOT EXISTS stands before it. */
export async function addColumns(
  { work, run, table }: TableChange,
  additions: readonly Addition[],
): Promise<void> {
  const missing = additions.filter(({ ifNotExists, column }) => {
    const isThere = table.columns.some(({ name }) => name === column.name);
    if (isThere && !ifNotExists) throw problems.columnExists(displayPart(column.name));
    return !isThere;
  });
  const columns = buildColumns(
    work,
    missing.map(({ column }) => column),
    table.nextColumn,
  );
  await refuseNotNull({ table, columns, run });
  for (const { id, type, default: value } of columns) {
    await run(`ALTER TABLE ${quoted(table.id)} ADD COLUMN ${quoted(id)} ${physicalType(type)}`);
    if (value !== null) await run(`UPDATE ${quoted(table.id)} SET ${quoted(id)} = ${value.sql}`);
  }
  table.columns = [...table.columns, ...columns];
  table.nextColumn += columns.length;
}

async function refuseNotNull(added: {
  table: Table;
  columns: readonly Column[];
  run: TableChange["run"];
}): Promise<void> {
  const refused = added.columns.find(({ nullable, default: value }) => !nullable && value === null);
  if (refused === undefined) return;
  const hasRows = await added.run(`SELECT count(*) FROM (SELECT 1 FROM ${quoted(added.table.id)} LIMIT 1)`);
  if (hasRows !== 0) throw problems.notNullColumn(displayPart(refused.name), added.table.id);
}

/** Drops columns. Throws 000904 for one that is not there, unless IF EXISTS was written; the last one stays. */
export async function dropColumns(
  { run, table }: TableChange,
  { names, ifExists }: { names: readonly string[]; ifExists: boolean },
): Promise<void> {
  const dropped = names.flatMap((name) => {
    const column = table.columns.find((other) => other.name === name);
    if (column === undefined && !ifExists) throw missingColumn(name);
    return column === undefined ? [] : [column];
  });
  if (dropped.length === table.columns.length) {
    throw problems.other("002110", "22000", "cannot drop all columns of a table");
  }
  for (const { id } of dropped) await run(`ALTER TABLE ${quoted(table.id)} DROP COLUMN ${quoted(id)}`);
  table.columns = table.columns.filter((column) => !dropped.includes(column));
  table.primaryKey = table.primaryKey.filter((name) => !names.includes(name));
}

/** Renames a column. */
export async function renameColumn(
  { table }: TableChange,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const column = columnOf(table, from);
  if (table.columns.some(({ name }) => name === to)) throw problems.columnExists(displayPart(to));
  column.name = to;
  table.primaryKey = table.primaryKey.map((name) => (name === from ? to : name));
}

/** Answers a table's column. Throws 002003 for one that it does not have. */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((other) => other.name === name);
  if (column === undefined) throw missingColumn(name);
  return column;
}

function missingColumn(name: string): Error {
  return problems.missing("Column", displayPart(name));
}
