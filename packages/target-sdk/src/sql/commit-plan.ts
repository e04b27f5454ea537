import type { Activation, CommitStep, CommitUnit, StagedBatch, TableShape } from "../warehouse.ts";
import type { Dialect, Statement } from "./dialect.ts";
import {
  appendRows,
  deleteRows,
  type KeyedLoad,
  type Load,
  type LoadedColumn,
  overwriteRows,
  retireRows,
  upsertRows,
} from "./load-statements.ts";
import { deletedAt } from "./metadata-columns.ts";
import { type ReceiptTable, writeState } from "./receipt-statements.ts";
import type { ShapedMetadata, TablePlan } from "./table-plan.ts";

/** What a batch is loaded from. */
export interface StagedTable {
  /** SQL that stands in FROM, before an alias: a table's name, quoted, or a query in parentheses. */
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
export interface PlannedStatement {
  readonly statement: Statement;
  /** Absent for the state's own rows. */
  readonly stream?: string;
  /** The table's name, as a person reads it. */
  readonly table: string;
  /** Staged rows that it loads. */
  readonly rows?: number;
}

/**
 * Answers the statements of one commit, to be run in one transaction: those of its steps in their order, and the
 * state's at the end. A batch may be given at most once.
 *
 * @example
 * ```ts
 * for (const { statement } of planCommit(unit, context)) await connection.run(statement.sql, statement.values);
 * ```
 */
export function planCommit(unit: CommitUnit, context: CommitContext): readonly PlannedStatement[] {
  const overwriting = context.dialect.insertsOverwrite === true ? overwritingSteps(unit.steps) : noSteps;
  return [
    ...unit.steps.flatMap((step) => stepStatements(step, { context, overwrites: overwriting.has(step) })),
    ...stateStatements(unit, context),
  ];
}

const noSteps: ReadonlySet<CommitStep> = new Set();

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

/** `overwrites` says that a replacement and the load that follows it are one statement: the load's. */
function stepStatements(
  step: CommitStep,
  { context, overwrites }: { readonly context: CommitContext; readonly overwrites: boolean },
): readonly PlannedStatement[] {
  switch (step.kind) {
    case "replace":
      return overwrites ? [] : emptyingStatements(step.shape, context);
    case "load":
      return loadStatements(step.staged, { context, overwrites });
    case "activate":
      return activationStatements(step, context);
  }
}

/** The replacements that a load follows, and these loads: each pair is one statement. */
function overwritingSteps(steps: readonly CommitStep[]): ReadonlySet<CommitStep> {
  const pairs = steps.flatMap((step, index) => {
    if (step.kind !== "replace") return [];
    const next = steps.slice(index + 1).find((other) => streamOf(other) === streamOf(step));
    return next?.kind === "load" ? [step, next] : [];
  });
  return new Set(pairs);
}

function streamOf(step: CommitStep): string {
  const { spec } = step.kind === "load" ? step.staged.batch.shape : step.shape;
  return spec.stream;
}

function emptyingStatements(shape: TableShape, context: CommitContext): readonly PlannedStatement[] {
  const statement = deleteRows(context.planOf(shape).table);
  return [{ statement, stream: shape.spec.stream, table: shape.table }];
}

function stateStatements({ id, state }: CommitUnit, context: CommitContext): readonly PlannedStatement[] {
  const { stateTable } = context;
  if (state === undefined || stateTable === undefined) return [];
  const { schema, table } = stateTable.table;
  return writeState(stateTable, { state, commitId: id }).map((statement) => ({
    statement,
    table: `${schema}.${table}`,
  }));
}

function loadStatements(
  staged: StagedBatch,
  { context, overwrites }: { readonly context: CommitContext; readonly overwrites: boolean },
): readonly PlannedStatement[] {
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
  const whole = isKeyed ? keyedLoad(load, { staged, plan, stagedColumns }) : load;
  const statements = overwrites ? [overwriteRows(whole)] : rowStatements(whole, plan);
  return statements.map((statement) => ({ statement, stream: shape.spec.stream, table: shape.table, rows }));
}

function rowStatements(load: Load | KeyedLoad, plan: TablePlan): readonly Statement[] {
  return "keys" in load ? keyedStatements(load, plan) : [appendRows(load)];
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

function activationStatements(
  { shape, version, hardDelete }: Activation,
  context: CommitContext,
): readonly PlannedStatement[] {
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
