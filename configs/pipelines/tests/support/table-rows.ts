import { expect } from "vitest";
import type { Ask } from "./workspace.ts";

/** A row of a table, or what one should be. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Where a table is. */
export interface TablePlace {
  /** Asks the database that it is in. */
  readonly ask: Ask;
  readonly schema: string;
  readonly table: string;
}

/**
 * Compares all rows of a table that were not deleted with those that should be there, in any order, by the columns that
 * these have. Moments may be milliseconds or texts, JSON may be text or what it says.
 */
export async function expectRows(place: TablePlace, rows: readonly TableRow[]): Promise<void> {
  const types = await typesOf(place);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name): Column => ({ name, type: types.get(name.toLowerCase()) ?? "" }));
  const unknown = columns.filter(({ type }) => type === "");
  expect(unknown, `${place.table} lacks columns`).toEqual([]);
  const shown = columns.map(({ name, type }) =>
    isMoment(type) ? `epoch_ms("${name}") AS "${name}"` : `"${name}"`,
  );
  const found = await place.ask(
    `SELECT ${shown.join(", ")} FROM ${place.schema}.${place.table} WHERE _sdc_deleted_at IS NULL`,
  );
  const lines = found.map((row) => JSON.stringify(columns.map((column) => foundIn(row, column))));
  const wanted = rows.map((row) => JSON.stringify(columns.map((column) => wantedIn(row, column))));
  expect(lines.toSorted(), place.table).toEqual(wanted.toSorted());
}

interface Column {
  readonly name: string;
  readonly type: string;
}

async function typesOf({ ask, schema, table }: TablePlace): Promise<ReadonlyMap<string, string>> {
  const columns = await ask(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = '${schema}' AND table_name = '${table}'`,
  );
  return new Map(columns.map(({ name, type }) => [String(name).toLowerCase(), String(type)]));
}

function isMoment(type: string): boolean {
  return type === "DATE" || type.startsWith("TIMESTAMP");
}

function foundIn(row: TableRow, { name, type }: Column): unknown {
  const value = row[name] ?? null;
  return type === "JSON" && typeof value === "string" ? parsed(value) : plain(value);
}

function wantedIn(row: TableRow, { name, type }: Column): unknown {
  const value = row[name] ?? null;
  return isMoment(type) && typeof value === "string" ? String(Date.parse(value)) : plain(value);
}

/** Numbers as their digits, and what a text of JSON says. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^[[{]/.test(value) ? parsed(value) : value;
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}
