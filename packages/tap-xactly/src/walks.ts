import { SchemaError } from "@chorale/singer";
import { type Column, literalOf } from "./columns.ts";
import type { SqlRow } from "./sql-route.ts";
import { afterRow, comparison } from "./sql-text.ts";
import type { Table } from "./tables.ts";

/** Where reading begins: with the first row, with a moment, or behind a row that was read. */
export type ReadStart =
  | { readonly kind: "beginning" }
  | { readonly kind: "since"; readonly moment: string }
  | { readonly kind: "after"; readonly values: readonly string[] };

/** One pass over rows of a table: statements of which each goes on where the one before ended. */
export interface Walk {
  readonly orderBy: readonly string[];
  /** Conditions of the first statement. */
  readonly first: readonly string[];
  readonly limit: number | undefined;
  /** Conditions of the statement that goes on behind a row; undefined where rows cannot be told apart. */
  readonly after: ((row: SqlRow) => readonly string[]) | undefined;
  /** Whether a statement that goes on may find the rows of the moment before once more. */
  readonly repeatsMoment: boolean;
}

/** What walks are made from. */
export interface WalkOptions {
  readonly table: Table;
  /** The columns of rows, in order. */
  readonly columns: readonly Column[];
  readonly start: ReadStart;
  readonly paging: "keyset" | "window";
  readonly limit: number;
  /** With `window`: the moment that no row that is read may have reached. */
  readonly until: string;
}

/**
 * Answers the walks over a table. By MODIFIED_DATE and key where there are both: first, when everything is read, the
 * rows without a date, and then by date. By key where there is no date. Where there is no key, one statement must do.
 */
export function walksOf(options: WalkOptions): readonly Walk[] {
  const { table, columns, start, limit } = options;
  const { keyProperties, replicationKey } = table;
  if (keyProperties.length === 0) {
    const orderBy = columns.map(({ name }) => name);
    return [{ orderBy, first: [], limit: undefined, after: undefined, repeatsMoment: false }];
  }
  if (replicationKey === undefined) return [keyedWalk({ table, columns, limit, filter: [] })];
  const dated = datedWalk(options, replicationKey);
  if (start.kind !== "beginning") return [dated];
  return [keyedWalk({ table, columns, limit, filter: [`${replicationKey} IS NULL`] }), dated];
}

/** Answers the values by which a row has its place among the others, as texts of literals. */
export function placeOf(row: SqlRow, options: Pick<WalkOptions, "table" | "columns">): readonly string[] {
  return valuesOf(row, { ...options, names: orderOf(options.table) });
}

/** Answers the columns that rows are ordered by. */
export function orderOf({ replicationKey, keyProperties }: Table): readonly string[] {
  return replicationKey === undefined ? keyProperties : [replicationKey, ...keyProperties];
}

function keyedWalk(
  options: Pick<WalkOptions, "table" | "columns" | "limit"> & { readonly filter: readonly string[] },
): Walk {
  const { table, limit, filter } = options;
  const orderBy = table.keyProperties;
  return {
    orderBy,
    limit,
    first: filter,
    after: (row) => [...filter, afterRow(orderBy, valuesOf(row, { ...options, names: orderBy }))],
    repeatsMoment: false,
  };
}

function datedWalk(options: WalkOptions, replicationKey: string): Walk {
  const { table, start, limit, until, paging } = options;
  const orderBy = orderOf(table);
  const first = (condition: string): string =>
    start.kind === "beginning" ? `${replicationKey} IS NOT NULL` : condition;
  if (paging === "keyset") {
    const from =
      start.kind === "after"
        ? afterRow(orderBy, start.values)
        : comparison(replicationKey, ">=", start.kind === "since" ? start.moment : "");
    const after = (row: SqlRow) => [afterRow(orderBy, placeOf(row, options))];
    return { orderBy, limit, first: [first(from)], after, repeatsMoment: false };
  }
  const end = comparison(replicationKey, "<", until);
  const since = (moment: string) => [comparison(replicationKey, ">=", moment), end];
  const moment = start.kind === "after" ? start.values[0] : start.kind === "since" ? start.moment : undefined;
  return {
    orderBy,
    limit: undefined,
    first: moment === undefined ? [first(""), end] : since(moment),
    after: (row) => since(placeOf(row, options)[0] ?? ""),
    repeatsMoment: true,
  };
}

function valuesOf(
  row: SqlRow,
  { table, columns, names }: Pick<WalkOptions, "table" | "columns"> & { readonly names: readonly string[] },
): readonly string[] {
  return names.map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    const value = column === undefined ? undefined : literalOf(row[index], column);
    if (value !== undefined) return value;
    const what = `${table.name}: a row has no ${name}, so that what comes after it cannot be asked for`;
    throw new SchemaError(`${what}. Describe the table in extra_tables, with other key_properties.`, {
      stream: table.name,
    });
  });
}
