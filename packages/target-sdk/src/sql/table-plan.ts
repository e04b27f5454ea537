import { ConfigError } from "@chorale/singer";
import type { ColumnSpec, ColumnType } from "../columns.ts";
import type { ShapedColumn, TableSpec } from "../warehouse.ts";
import { evolveColumn, type TypeChangeRule } from "./column-evolution.ts";
import {
  addColumns,
  copyName,
  countLongNumbers,
  createTable,
  finishCopy,
  type NewColumn,
  widenColumn,
} from "./ddl-statements.ts";
import type { Dialect, ExistingColumn, Statement, TableName, TypeChange } from "./dialect.ts";
import { columnNamesOf } from "./identifiers.ts";
import { type MetadataProperty, shareColumns } from "./metadata-columns.ts";

/** What a plan is made of. */
export interface TablePlanOptions {
  readonly dialect: Dialect;
  readonly table: TableName;
  readonly spec: TableSpec;
  /** The table's columns now; empty when there is no table. */
  readonly existing: readonly ExistingColumn[];
  readonly onTypeChange: TypeChangeRule;
  /** Columns, by name, that hold numbers which a double would change: they become text instead. */
  readonly longNumbers?: ReadonlySet<string>;
}

/** A metadata column as the table has it. */
export interface ShapedMetadata {
  readonly property: MetadataProperty;
  readonly name: string;
  readonly type: ColumnType;
}

/** How a table gets the columns that a stream wants. */
export interface TablePlan {
  readonly table: TableName;
  /** The columns that the source fills, once the statements ran. */
  readonly columns: readonly ShapedColumn[];
  /** The columns that the target fills. */
  readonly metadata: readonly ShapedMetadata[];
  /** Names of columns that a table of another loader, or of an older schema, has beside those. */
  readonly others: readonly string[];
  /** In order; none when the table is as it should be. */
  readonly statements: readonly Statement[];
  /**
   * To be asked before the statements run: each counts the numbers of a column that would change. Where one
   * answers more than zero, plan again with that column among `longNumbers`.
   */
  readonly checks: readonly { readonly column: string; readonly statement: Statement }[];
  /** Properties of the source that are not stored, because the target fills columns of their names. */
  readonly taken: readonly string[];
}

interface PlannedColumn {
  readonly property: string;
  readonly name: string;
  readonly type: ColumnType;
  readonly change?: TypeChange;
  readonly isNew?: boolean;
  readonly description?: string;
}

/**
 * Plans how a table is made, or changed so that it can hold a stream's records: new properties become columns,
 * types that do not fit are widened, and a column that is wider already stays as it is. A table of
 * another loader is taken over when its columns can hold the data.
 *
 * Throws `ConfigError` when they cannot, when two properties become one column, when a key has no column, and when
 * a type would change under `on_type_change: fail`.
 *
 * @example
 * ```ts
 * const plan = planTable({ dialect, table, spec, existing: [], onTypeChange: "widen" });
 * for (const { sql } of plan.statements) await connection.run(sql);
 * ```
 */
export function planTable(options: TablePlanOptions): TablePlan {
  const { dialect, table, spec } = options;
  const { source, metadata, taken } = shareColumns(spec);
  requireKeys(spec, { source, taken });
  const names = columnNamesOf(
    [...source, ...metadata].map(({ property }) => property),
    { dialect, stream: spec.stream },
  );
  const { statements: finished, existing } = finishCopies(options, [...names.values()]);
  const wantedNames = new Set([...names.values()].map((name) => dialect.sameName(name)));
  const plan = (column: ColumnSpec): PlannedColumn => ({
    ...planColumn(
      { ...options, existing, wantedNames },
      { property: column.property, type: column.type, name: names.get(column.property) ?? column.property },
    ),
    ...(column.description === undefined ? {} : { description: column.description }),
  });
  const planned = {
    source: source.map(plan),
    metadata: metadata.map((each) => ({ ...plan(each), property: each.property })),
  };
  const all = [...planned.source, ...planned.metadata];
  requireUnambiguous(options, all);
  requireFillable({ ...options, existing }, all);
  return {
    table,
    columns: planned.source.map(({ property, name, type }) => ({ property, name, type })),
    metadata: planned.metadata.map(({ property, name, type }) => ({ property, name, type })),
    others: unfilled({ ...options, existing }, all),
    statements: [...finished, ...tableStatements({ ...options, existing }, all)],
    checks: all.flatMap(({ name, change }) =>
      isLossy(change) ? [{ column: name, statement: countLongNumbers({ table }, name) }] : [],
    ),
    taken,
  };
}

/** Whether a double may not keep every digit of the numbers that are there. */
function isLossy(change: TypeChange | undefined): boolean {
  return change?.to.kind === "double" && change.from.kind !== "double";
}

function requireKeys(
  { stream, keyProperties }: TableSpec,
  { source, taken }: { source: TableSpec["columns"]; taken: readonly string[] },
): void {
  for (const key of keyProperties) {
    if (source.some(({ property }) => property === key)) continue;
    throw new ConfigError(
      taken.includes(key)
        ? `${stream}: the key property "${key}" bears the name of a column that the target fills. Set add_record_metadata to false, or choose another key.`
        : `${stream}: the key property "${key}" is not in the schema. Correct the tap's key_properties or its schema.`,
    );
  }
}

function planColumn(
  options: TablePlanOptions & { readonly wantedNames: ReadonlySet<string> },
  wanted: { readonly property: string; readonly name: string; readonly type: ColumnType },
): PlannedColumn {
  const { spec, table, longNumbers = new Set<string>() } = options;
  return evolveColumn(
    {
      ...wanted,
      stream: spec.stream,
      table: `${table.schema}.${table.table}`,
      isKey: spec.keyProperties.includes(wanted.property),
    },
    { ...options, longNumbers },
  );
}

/** A column made for a changed type may not be one that another property has. */
function requireUnambiguous({ dialect, spec }: TablePlanOptions, planned: readonly PlannedColumn[]): void {
  const taken = new Map<string, string>();
  for (const { property, name } of planned) {
    const other = taken.get(dialect.sameName(name));
    if (other !== undefined) {
      throw new ConfigError(
        `${spec.stream}: the properties "${other}" and "${property}" would share the column "${name}". Leave one of them out of the selection, or set on_type_change to widen.`,
      );
    }
    taken.set(dialect.sameName(name), property);
  }
}

function unfilled(
  { dialect, existing }: TablePlanOptions,
  planned: readonly PlannedColumn[],
): readonly string[] {
  const filled = new Set(planned.map(({ name }) => dialect.sameName(name)));
  return existing.flatMap(({ name }) => (filled.has(dialect.sameName(name)) ? [] : [name]));
}

function requireFillable(options: TablePlanOptions, planned: readonly PlannedColumn[]): void {
  const { spec, table, existing } = options;
  const others = new Set(unfilled(options, planned));
  const empty = existing.find(
    ({ name, nullable, hasDefault }) => !nullable && !hasDefault && others.has(name),
  );
  if (empty === undefined) return;
  throw new ConfigError(
    `${spec.stream}: the table ${table.schema}.${table.table} is there and its column "${empty.name}" may not be null, but the stream has no such property. Drop its NOT NULL, or load into another table with stream_overrides.`,
  );
}

function tableStatements(
  { dialect, table, existing }: TablePlanOptions,
  planned: readonly PlannedColumn[],
): readonly Statement[] {
  const columns: readonly NewColumn[] = planned.filter(({ isNew }) => isNew === true);
  if (existing.length === 0) return [createTable({ dialect, table }, columns)];
  const widened = planned.flatMap(({ change, ...column }) =>
    change === undefined ? [] : widenColumn({ dialect, table }, { ...column, change }),
  );
  return [...addColumns({ dialect, table }, columns), ...widened];
}

/** Takes up copies that a killed run left, where the dialect widens by copies. */
function finishCopies(
  { dialect, table, existing }: TablePlanOptions,
  names: readonly string[],
): { statements: readonly Statement[]; existing: readonly ExistingColumn[] } {
  const wanted = new Set(names.map((name) => dialect.sameName(name)));
  const isColumn = (name: string): boolean =>
    existing.some((column) => dialect.sameName(column.name) === dialect.sameName(name));
  const left = names.flatMap((name) => {
    const copy = copyName(name, dialect);
    if (wanted.has(dialect.sameName(copy)) || !isColumn(copy)) return [];
    return [{ name, copy, isComplete: !isColumn(name) }];
  });
  const now = existing.flatMap((column) => {
    const found = left.find(({ copy }) => dialect.sameName(copy) === dialect.sameName(column.name));
    if (found === undefined) return [column];
    return found.isComplete ? [{ ...column, name: found.name }] : [];
  });
  return { statements: left.map((copy) => finishCopy({ dialect, table }, copy)), existing: now };
}
