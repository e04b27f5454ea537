import type { ColumnType } from "../columns.ts";
import type { SpooledBatch } from "../warehouse.ts";
import type { Dialect } from "./dialect.ts";
import type { LoadedColumn } from "./load-statements.ts";
import { deletedAt, type MetadataProperty, metadataColumns } from "./metadata-columns.ts";
import type { TablePlan } from "./table-plan.ts";

/** A value of a line. */
export interface LineValue {
  readonly in: "record" | "message";
  /** The keys that lead to it, from there down; one at least. */
  readonly path: readonly string[];
  /** What it is called in messages. */
  readonly property: string;
  /** What the schema declares: narrower than what it is staged as where the table's column was widened. */
  readonly declared: ColumnType;
  /** Whether it identifies the row, and may not be null. */
  readonly isKey: boolean;
}

/** A value that all rows of a batch have: a moment, whole milliseconds or a version, or none. */
export interface ConstantValue {
  readonly constant: Date | number | null;
}

/** A column of a staged table: what it is loaded into, and where its value comes from. */
export interface StagedField {
  /** The table's column; of the mark of deleted rows also where the table does not have it. */
  readonly name: string;
  /** The staged column's own name, which no property's is: `c0`, or that of a metadata column. */
  readonly source: string;
  /** What the staged value is cast to. */
  readonly type: ColumnType;
  readonly from: LineValue | ConstantValue;
}

/**
 * Answers the columns that a batch is staged in: those of the record, the source's mark of a deleted row where
 * it is wanted, and the metadata that the table keeps.
 *
 * Lines that the SDK has rewritten hold each value under its property, all others where the source put
 * it. The lines of a BATCH message's files say neither when they were extracted nor of which version they are.
 *
 * @example
 * ```ts
 * const fields = stagedFields(batch, tables.planOf(batch.shape), { dialect });
 * ```
 */
export function stagedFields(
  batch: SpooledBatch,
  plan: TablePlan,
  { dialect }: { readonly dialect: Dialect },
): readonly StagedField[] {
  const values = [...recordValues(batch), ...sourceMark(batch, plan, dialect)];
  return [
    ...values.map((value, index) => ({ ...value, source: `c${index}` })),
    ...messageFields(batch, plan),
    ...constantFields(batch, plan),
  ];
}

/**
 * Answers the columns of a staged table as a commit loads them.
 *
 * @example
 * ```ts
 * const table: StagedTable = { name: '"_CHORALE_1"', columns: columnsOfFields(fields) };
 * ```
 */
export function columnsOfFields(fields: readonly StagedField[]): readonly Omit<LoadedColumn, "stored">[] {
  return fields.map(({ name, source, type }) => ({ name, source, staged: type }));
}

type RecordValue = Omit<StagedField, "source">;

function recordValues({ shape, rewritten }: SpooledBatch): readonly RecordValue[] {
  const { columns, keyProperties } = shape.spec;
  const specs = new Map(columns.map((column) => [column.property, column]));
  return shape.columns.map(({ property, name, type }) => {
    const spec = specs.get(property);
    return {
      name,
      type,
      from: {
        in: "record",
        path: (rewritten ? undefined : spec?.path) ?? [property],
        property,
        declared: spec?.type ?? type,
        isKey: keyProperties.includes(property),
      },
    };
  });
}

/** The source's mark of a deleted row is read whether its schema names it or not. */
function sourceMark(
  { shape, hardDelete }: SpooledBatch,
  { metadata }: TablePlan,
  dialect: Dialect,
): readonly RecordValue[] {
  if (shape.columns.some(({ property }) => property === deletedAt)) return [];
  const kept = metadata.find(({ property }) => property === deletedAt);
  if (kept === undefined && !hardDelete) return [];
  const type: ColumnType = { kind: "timestamp" };
  const value = { path: [deletedAt], property: deletedAt, declared: type, isKey: false };
  return [{ name: kept?.name ?? dialect.fold(deletedAt), type, from: { in: "record", ...value } }];
}

/** What a RECORD message says of its record. */
function messageFields({ root }: SpooledBatch, { metadata }: TablePlan): readonly StagedField[] {
  if (root === "line") return [];
  return metadata.flatMap(({ property, name }): readonly StagedField[] => {
    const key = messageKeys[property];
    const type = typeOf(property);
    if (key === undefined || type === undefined) return [];
    const value = { path: [key], property: key, declared: type, isKey: false };
    return [{ name, source: property, type, from: { in: "message", ...value } }];
  });
}

const messageKeys: Readonly<Partial<Record<MetadataProperty, string>>> = {
  _sdc_extracted_at: "time_extracted",
  _sdc_table_version: "version",
};

/** What is the same for all rows of a batch. */
function constantFields(batch: SpooledBatch, { metadata }: TablePlan): readonly StagedField[] {
  const values = constantsOf(batch);
  return metadata.flatMap(({ property, name }): readonly StagedField[] => {
    const constant = values[property];
    const type = typeOf(property);
    if (constant === undefined || type === undefined) return [];
    return [{ name, source: property, type, from: { constant } }];
  });
}

type Constants = Readonly<Partial<Record<MetadataProperty, ConstantValue["constant"]>>>;

function constantsOf({ times, root, version }: SpooledBatch): Constants {
  return {
    _sdc_received_at: times.receivedAt,
    _sdc_batched_at: times.batchedAt,
    _sdc_sequence: times.batchedAt.getTime(),
    _sdc_sync_started_at: times.syncStartedAt.getTime(),
    ...(root === "line" ? { _sdc_extracted_at: null, _sdc_table_version: version ?? null } : {}),
  };
}

function typeOf(property: MetadataProperty): ColumnType | undefined {
  return metadataColumns.find((column) => column.property === property)?.type;
}
