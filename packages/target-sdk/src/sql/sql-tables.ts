import { ConfigError, type Logger } from "@chorale/singer";
import type { TargetSettings } from "../settings.ts";
import type { CommitUnit, LaneRules, ShapedColumn, TableShape, TableSpec } from "../warehouse.ts";
import { keepsVersions } from "./commit-plan.ts";
import { createSchema } from "./ddl-statements.ts";
import type { Dialect, ExistingColumn, Statement, TableName } from "./dialect.ts";
import { planTable, type TablePlan } from "./table-plan.ts";

/** Runs statements on a session's connection. */
export interface SqlExecutor {
  /** Runs a statement and answers its rows. */
  ask(statement: Statement): Promise<readonly (readonly unknown[])[]>;
  /** Answers a table's columns in their order; none when there is no such table. */
  describe(table: TableName): Promise<readonly ExistingColumn[]>;
  /** Runs DDL of one table, in order: in one transaction where the warehouse can. */
  change(statements: readonly Statement[]): Promise<void>;
}

/** What a session's tables are made with. */
export interface SqlTablesOptions {
  readonly dialect: Dialect;
  readonly executor: SqlExecutor;
  readonly config: Pick<TargetSettings, "on_type_change">;
  readonly log: Logger;
  /** Answers where a stream's table is. */
  locate(stream: string): TableName;
  /** Answers which lines may be loaded into these columns as they came. */
  laneOf(spec: TableSpec, columns: readonly ShapedColumn[]): LaneRules;
  /**
   * Makes the schema of a new table unless it is there. Called once per schema.
   * @default CREATE SCHEMA IF NOT EXISTS
   */
  makeSchema?(table: TableName): Promise<void>;
  /**
   * Called when a stream's table is ready for the first time in this session, before anything is loaded into it.
   * @default nothing
   */
  onPrepared?(spec: TableSpec, table: TableName): Promise<void>;
}

/** The tables that a session loads into: made and changed by their streams' schemas. */
export class SqlTables {
  readonly #options: SqlTablesOptions;
  readonly #plans = new Map<string, TablePlan>();
  /** The stream of each table, by the table's name as the warehouse compares it. */
  readonly #streams = new Map<string, string>();
  readonly #schemas = new Set<string>();
  /** Streams of which was said that their versions are not kept. */
  readonly #unversioned = new Set<string>();

  constructor(options: SqlTablesOptions) {
    this.#options = options;
  }

  /** The table of a stream, as it is now. Throws `ConfigError` when it was not prepared. */
  planOf({ spec, table }: TableShape): TablePlan {
    const plan = this.#plans.get(spec.stream);
    if (plan === undefined) throw new ConfigError(`${spec.stream}: the table ${table} was not prepared.`);
    return plan;
  }

  /**
   * Makes the stream's table, or changes it so that it can hold the stream's records. Throws `ConfigError` when it
   * cannot, when a type would change under `on_type_change: fail`, and when two streams become one table.
   */
  async prepare(spec: TableSpec): Promise<TableShape> {
    const { executor, laneOf, onPrepared } = this.#options;
    const isFirst = !this.#plans.has(spec.stream);
    const table = this.#locate(spec.stream);
    const existing = await executor.describe(table);
    if (existing.length === 0) await this.#makeSchema(table);
    const plan = await this.#plan(spec, { table, existing });
    if (plan.statements.length > 0) await executor.change(plan.statements);
    if (isFirst) await onPrepared?.(spec, table);
    this.#report(spec, plan);
    this.#plans.set(spec.stream, plan);
    const { columns } = plan;
    return { spec, table: `${table.schema}.${table.table}`, columns, lane: laneOf(spec, columns) };
  }

  /** Says, once per stream, that a version cannot be activated in its table, so that obsolete rows stay in it. */
  warnOfVersions({ steps }: CommitUnit): void {
    for (const step of steps) {
      if (step.kind !== "activate") continue;
      const { shape } = step;
      const { stream } = shape.spec;
      if (keepsVersions(this.planOf(shape)) || this.#unversioned.has(stream)) continue;
      this.#unversioned.add(stream);
      this.#options.log.warn(
        `${stream}: ACTIVATE_VERSION is not followed, because add_record_metadata is false: rows of former versions stay in ${shape.table}`,
        { stream },
      );
    }
  }

  #locate(stream: string): TableName {
    const { locate } = this.#options;
    const table = locate(stream);
    const key = this.#keyOf([table.catalog ?? "", table.schema, table.table]);
    const other = this.#streams.get(key);
    if (other !== undefined && other !== stream) {
      throw new ConfigError(
        `the streams ${JSON.stringify(other)} and ${JSON.stringify(stream)} become one table, ${table.table}. Give one of them another table in stream_overrides.`,
      );
    }
    this.#streams.set(key, stream);
    return table;
  }

  #keyOf(names: readonly string[]): string {
    return JSON.stringify(names.map((name) => this.#options.dialect.sameName(name)));
  }

  async #makeSchema(table: TableName): Promise<void> {
    const key = this.#keyOf([table.catalog ?? "", table.schema]);
    if (this.#schemas.has(key)) return;
    const { executor, makeSchema } = this.#options;
    if (makeSchema === undefined) await executor.change([createSchema(table)]);
    else await makeSchema(table);
    this.#schemas.add(key);
  }

  async #plan(
    spec: TableSpec,
    { table, existing }: { table: TableName; existing: readonly ExistingColumn[] },
  ): Promise<TablePlan> {
    const { dialect, executor, config } = this.#options;
    const options = { dialect, table, spec, existing, onTypeChange: config.on_type_change };
    const plan = planTable(options);
    const longNumbers = new Set<string>();
    for (const { column, statement } of plan.checks) {
      const [row] = await executor.ask(statement);
      if (Number(row?.[0] ?? 0) > 0) longNumbers.add(column);
    }
    return longNumbers.size === 0 ? plan : planTable({ ...options, longNumbers });
  }

  #report({ stream }: TableSpec, { taken, statements, table }: TablePlan): void {
    const { log } = this.#options;
    const known = this.#plans.get(stream);
    if (taken.length > 0 && taken.join() !== known?.taken.join()) {
      log.warn(
        `${stream}: ${taken.join(", ")} of the source ${taken.length === 1 ? "is" : "are"} not stored: the target fills the column${taken.length === 1 ? "" : "s"} of that name. Set add_record_metadata to false to store the source's.`,
        { stream },
      );
    }
    for (const { sql } of statements) log.debug(sql, { stream, table: `${table.schema}.${table.table}` });
  }
}
