import type { Activation, CommitUnit, StagedBatch, TableShape } from "../warehouse.ts";
import type { Dialect, Statement } from "./dialect.ts";
import {
  appendRows,
  deleteRows,
  type KeyedLoad,
  type Load,
  type LoadedColumn,
  retireRows,
  upsertRows,
} from "./load-statements.ts";
import { deletedAt } from "./metadata-columns.ts";
import { type ReceiptTable, writeState } from "./receipt-statements.ts";
import type { ShapedMetadata, TablePlan } from "./table-plan.ts";

/** A batch's staged table. */
export interface StagedTable {
  /** Quoted. */
  readonly name: string;
  /** Its columns, by the names of the table's that they are loaded into; beside them only the mark of deleted rows. */
  readonly columns: readonly Omit<LoadedColumn, "stored">[];
}

/** What a session knows of the tables of a commit. */
export interface CommitContext {
  readonly dialect: Dialect;
  /** The table of a batch, as it is now. */
  planOf(shape: TableShape): TablePlan;
  stagedTable(batch: StagedBatch): StagedTable;
  /** Where states are kept; needed when the unit has one. */
  readonly stateTable?: ReceiptTable;
}

/** A statement of a commit, and what it is for. */
export interface CommitStep {
  readonly statement: Statement;
  /** Absent for the state's own rows. */
  readonly stream?: string;
  /** The table's name, as a person reads it. */
  readonly table: string;
  /** Staged rows that it loads. */
  readonly rows?: number;
}

/**
 * Answers the statements of one commit in their order, to be run in one transaction: replaced tables are emptied,
 * batches loaded, versions activated, the state written.
 *
 * @example
 * ```ts
 * for (const { statement } of planCommit(unit, context)) await connection.run(statement.sql, statement.values);
 * ```
 */
export function planCommit(unit: CommitUnit, context: CommitContext): readonly CommitStep[] {
  const { stateTable } = context;
  const { state } = unit;
  return [
    ...unit.replaced.map((shape) => ({
      statement: deleteRows(context.planOf(shape).table),
      stream: shape.spec.stream,
      table: shape.table,
    })),
    ...unit.batches.flatMap((staged) => loadSteps(staged, context)),
    ...unit.activations.flatMap((activation) => activationSteps(activation, context)),
    ...(state === undefined || stateTable === undefined
      ? []
      : writeState(stateTable, { state, commitId: unit.id }).map((statement) => ({
          statement,
          table: `${stateTable.table.schema}.${stateTable.table.table}`,
        }))),
  ];
}

/**
 * Whether a version can be activated in a table: it has the column that says of which version a row is.
 *
 * @example
 * ```ts
 * if (!keepsVersions(plan)) log.warn("versions are not followed");
 * ```
 */
export function keepsVersions({ metadata }: TablePlan): boolean {
  return named(metadata, "_sdc_table_version") !== undefined;
}

function loadSteps(staged: StagedBatch, context: CommitContext): readonly CommitStep[] {
  const { shape, loadMethod, rows } = staged.batch;
  const plan = context.planOf(shape);
  const { name, columns: stagedColumns } = context.stagedTable(staged);
  const stored = new Map([...plan.columns, ...plan.metadata].map((column) => [column.name, column.type]));
  const columns = stagedColumns.flatMap((column) => {
    const type = stored.get(column.name);
    return type === undefined ? [] : [{ ...column, stored: type }];
  });
  const load = { dialect: context.dialect, table: plan.table, staged: name, columns };
  const isKeyed = loadMethod !== "append-only" && shape.spec.keyProperties.length > 0;
  const statements = isKeyed
    ? keyedStatements(keyedLoad(load, { staged, plan, stagedColumns }), plan)
    : [appendRows(load)];
  return statements.map((statement) => ({ statement, stream: shape.spec.stream, table: shape.table, rows }));
}

function keyedLoad(
  load: Load,
  {
    staged,
    plan,
    stagedColumns,
  }: { staged: StagedBatch; plan: TablePlan; stagedColumns: StagedTable["columns"] },
): KeyedLoad {
  const { shape, hardDelete } = staged.batch;
  const extractedAt = orderingColumn(plan);
  const removedBy = hardDelete ? removalColumn(plan, { stagedColumns, dialect: load.dialect }) : undefined;
  return {
    ...load,
    keys: keyNames(plan, shape),
    ...(extractedAt === undefined ? {} : { extractedAt }),
    ...(removedBy === undefined ? {} : { removedBy }),
  };
}

function keyedStatements(load: KeyedLoad, plan: TablePlan): readonly Statement[] {
  const { dialect, columns } = load;
  const isWhole = plan.others.length === 0 && columns.length === plan.columns.length + plan.metadata.length;
  return (isWhole ? dialect.replaceRows?.(load) : undefined) ?? [upsertRows(load)];
}

function keyNames({ columns }: TablePlan, { spec }: TableShape): readonly string[] {
  return spec.keyProperties.flatMap((key) => columns.find(({ property }) => property === key)?.name ?? []);
}

/** Only moments can be compared: a column that another loader made as text cannot say what is newer. */
function orderingColumn({ metadata }: TablePlan): string | undefined {
  const column = named(metadata, "_sdc_extracted_at");
  return column?.type.kind === "timestamp" ? column.name : undefined;
}

/** The mark is staged for removals also where the table does not keep it. */
function removalColumn(
  { columns, metadata }: TablePlan,
  { stagedColumns, dialect }: { stagedColumns: StagedTable["columns"]; dialect: Dialect },
): string | undefined {
  const kept = [...columns, ...metadata].find(({ property }) => property === deletedAt);
  const name = kept?.name ?? dialect.fold(deletedAt);
  return stagedColumns.find((column) => column.name === name)?.source;
}

function activationSteps(
  { shape, version, hardDelete }: Activation,
  context: CommitContext,
): readonly CommitStep[] {
  const plan = context.planOf(shape);
  const versionColumn = named(plan.metadata, "_sdc_table_version")?.name;
  const mark = [...plan.columns, ...plan.metadata].find(({ property }) => property === deletedAt);
  if (versionColumn === undefined) return [];
  const statement = retireRows({
    dialect: context.dialect,
    table: plan.table,
    versionColumn,
    version,
    ...(hardDelete || mark === undefined ? {} : { markedIn: mark }),
  });
  return [{ statement, stream: shape.spec.stream, table: shape.table }];
}

function named(
  metadata: readonly ShapedMetadata[],
  property: ShapedMetadata["property"],
): ShapedMetadata | undefined {
  return metadata.find((column) => column.property === property);
}
