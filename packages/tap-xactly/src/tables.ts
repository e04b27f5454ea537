import { ConfigError } from "@chorale/singer";
import type { ExtraTable, XactlyConfig } from "./client.ts";
import { type Column, configuredColumn, knownColumn } from "./columns.ts";
import { tableColumns } from "./table-columns.ts";

/** A table: one stream, of its name. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** What identifies a row; empty where nothing does. */
  readonly keyProperties: readonly string[];
  /** The column that tells when a row changed; undefined where there is none. */
  readonly replicationKey: string | undefined;
}

/** The settings that say which tables there are. */
export type TableSettings = Pick<XactlyConfig, "extra_tables" | "extra_columns" | "exclude_columns">;

const modifiedDate = "MODIFIED_DATE";

/** The tables that the tap knows, as every tenant has them. */
export const knownTables: readonly Table[] = Object.entries(tableColumns).map(
  ([name, { keyProperties, columns: text }]) => {
    const columns = text.split(" ").map(knownColumn);
    return { name, columns, keyProperties, replicationKey: replicationKeyOf(columns) };
  },
);

/**
 * Answers the tables of a tenant. Throws `ConfigError` for settings of a table that is not there, for columns that are
 * there already or not at all, and for columns left out that a row cannot be identified without.
 */
export function tablesOf(settings: TableSettings): readonly Table[] {
  const { extra_tables, extra_columns, exclude_columns } = settings;
  const tables = new Map(knownTables.map((table) => [table.name, table]));
  for (const [name, extra] of Object.entries(extra_tables)) tables.set(name, describedTable(name, extra));
  refuseStrangers("extra_columns", { settings: extra_columns, tables });
  refuseStrangers("exclude_columns", { settings: exclude_columns, tables });
  return [...tables.values()].map((table) => {
    const fewer = withoutColumns(table, exclude_columns[table.name] ?? []);
    return withColumns(fewer, (extra_columns[table.name] ?? []).map(configuredColumn));
  });
}

function replicationKeyOf(columns: readonly Column[]): string | undefined {
  return columns.some(({ name }) => name === modifiedDate) ? modifiedDate : undefined;
}

function describedTable(name: string, extra: ExtraTable): Table {
  const { key_properties: keyProperties = [], replication_key: replicationKey } = extra;
  const columns = extra.columns
    .map(configuredColumn)
    .map((column) => (column.name === replicationKey ? ({ ...column, kind: "moment" } as const) : column));
  const known = new Set(columns.map((column) => column.name));
  const missing = [...keyProperties, ...(replicationKey === undefined ? [] : [replicationKey])].find(
    (key) => !known.has(key),
  );
  if (missing !== undefined) {
    throw new ConfigError(`extra_tables: ${name} has no column ${missing}. Add it to its columns.`);
  }
  if (replicationKey !== undefined && keyProperties.length === 0) {
    throw new ConfigError(
      `extra_tables: ${name} has a replication_key and no key_properties. Name what identifies a row.`,
    );
  }
  return withColumns({ name, keyProperties, replicationKey, columns: [] }, columns);
}

function refuseStrangers(
  setting: string,
  { settings, tables }: { settings: Readonly<Record<string, unknown>>; tables: ReadonlyMap<string, Table> },
): void {
  const stranger = Object.keys(settings).find((name) => !tables.has(name));
  if (stranger === undefined) return;
  throw new ConfigError(`${setting}: there is no table ${stranger}. Describe it in extra_tables.`);
}

/** Two names that differ by their case alone would be one column in most warehouses. */
function withColumns(table: Table, added: readonly Column[]): Table {
  const taken = new Map(table.columns.map(({ name }) => [name.toUpperCase(), name]));
  for (const { name } of added) {
    const other = taken.get(name.toUpperCase());
    if (other !== undefined) {
      throw new ConfigError(`${table.name} has a column ${other} beside ${name}. Leave one of them out.`);
    }
    taken.set(name.toUpperCase(), name);
  }
  return { ...table, columns: [...table.columns, ...added] };
}

function withoutColumns(table: Table, excluded: readonly string[]): Table {
  if (excluded.length === 0) return table;
  const { name, keyProperties } = table;
  const names = new Set(table.columns.map((column) => column.name));
  for (const column of excluded) {
    if (!names.has(column)) throw new ConfigError(`exclude_columns: ${name} has no column ${column}.`);
    if (!keyProperties.includes(column)) continue;
    throw new ConfigError(
      `exclude_columns: ${column} identifies the rows of ${name}. Describe the table in extra_tables, with other key_properties.`,
    );
  }
  const columns = table.columns.filter((column) => !excluded.includes(column.name));
  const isTold = table.replicationKey !== undefined && !excluded.includes(table.replicationKey);
  return { ...table, columns, replicationKey: isTold ? table.replicationKey : undefined };
}
