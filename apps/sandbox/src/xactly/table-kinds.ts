import { tableColumns } from "./table-columns.ts";

/** What a column holds. */
export type ColumnKind = "number" | "text" | "moment";

/** A table as it is laid out. */
export interface TableKind {
  readonly name: string;
  /** What identifies a row; empty where nothing does. */
  readonly keys: readonly string[];
  /** The columns in their order, by name. */
  readonly columns: ReadonlyMap<string, ColumnKind>;
}

/** A column that a tenant made up. */
export interface TenantColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** What tenants have that others do not. */
export interface TenantLayout {
  /** Columns that join a table, by its name. @default none */
  readonly extraColumns?: Readonly<Record<string, readonly TenantColumn[]>>;
  /** Columns that a table lacks, by its name. @default none */
  readonly missingColumns?: Readonly<Record<string, readonly string[]>>;
  /** Tables that the tenant lacks. @default none */
  readonly missingTables?: readonly string[];
  /** Tables that only this tenant has. @default none */
  readonly extraTables?: readonly {
    readonly name: string;
    readonly keys: readonly string[];
    readonly columns: readonly TenantColumn[];
  }[];
}

/** Answers the tables of a tenant, by name. */
export function tableKinds(layout: TenantLayout): ReadonlyMap<string, TableKind> {
  const known = Object.entries(tableColumns).map(([name, { keys, columns }]) => {
    const missing = new Set(layout.missingColumns?.[name]);
    const all = [...columns.split(" ").map(columnOf), ...(layout.extraColumns?.[name] ?? [])];
    return kindOf({ name, keys, columns: all.filter((column) => !missing.has(column.name)) });
  });
  const kinds = [...known, ...(layout.extraTables ?? []).map(kindOf)];
  const missing = new Set(layout.missingTables);
  return new Map(kinds.filter(({ name }) => !missing.has(name)).map((kind) => [kind.name, kind]));
}

function kindOf(table: {
  name: string;
  keys: readonly string[];
  columns: readonly TenantColumn[];
}): TableKind {
  return { ...table, columns: new Map(table.columns.map(({ name, kind }) => [name, kind])) };
}

function columnOf(text: string): TenantColumn {
  if (text.endsWith("#")) return { name: text.slice(0, -1), kind: "number" };
  return { name: text, kind: /_(?:DATE|DT)$/u.test(text) ? "moment" : "text" };
}
