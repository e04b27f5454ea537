import type { CommitUnit, StagedBatch } from "@chorale/target-sdk";
import {
  type Dialect,
  planCommit,
  type SqlTables,
  stagedFields,
  type TableName,
} from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import { copyFiles } from "./copy-statements.ts";
import type { Receipts } from "./receipts.ts";
import { fillQueryTag, setQueryTag } from "./set-up-statements.ts";
import type { StagedFolder } from "./stage.ts";
import { guardQueries } from "./staging-guard.ts";
import { createStagingTable, dropStagingTable, stagedTable } from "./staging-table.ts";
import type { BatchStaging, UnitOfWork } from "./unit-of-work.ts";

/** What units are planned with. */
export interface UnitPlannerOptions {
  readonly config: SnowflakeConfig;
  readonly dialect: Dialect;
  readonly tables: SqlTables;
  readonly receipts: Receipts;
  /** Answers where a staged batch's files are. */
  folderOf(staged: StagedBatch): StagedFolder;
}

/** Writes the statements of commits: each batch is copied into a temporary table of its own, and loaded from there. */
export class UnitPlanner {
  readonly #options: UnitPlannerOptions;
  #stagingTables = 0;

  constructor(options: UnitPlannerOptions) {
    this.#options = options;
  }

  /** Writes the statements of a commit. Its receipt's table is made when it is not there. */
  async plan(unit: CommitUnit): Promise<UnitOfWork> {
    const { config, dialect, tables, receipts } = this.#options;
    const receiptTable = await receipts.tableFor(unit, this.#firstTable(unit));
    const loaded = unit.steps.flatMap((step) => (step.kind === "load" ? [step.staged] : []));
    const batches = new Map(loaded.map((staged) => [staged, this.#stagingOf(staged)]));
    const loads = planCommit(
      { id: unit.id, steps: unit.steps },
      {
        dialect,
        planOf: (shape) => tables.planOf(shape),
        stagedTable: (staged) => {
          const { table } = batches.get(staged) ?? this.#stagingOf(staged);
          return stagedTable(table, { timestampType: config.timestamp_type });
        },
      },
    );
    const tag = this.#tagOf(unit);
    return {
      batches: [...batches.values()],
      loads,
      claim: receipts.claimOf(unit, receiptTable),
      ...(tag === undefined ? {} : { tag }),
    };
  }

  #stagingOf(staged: StagedBatch): BatchStaging {
    const { config, dialect, tables, folderOf } = this.#options;
    const { batch } = staged;
    const plan = tables.planOf(batch.shape);
    this.#stagingTables += 1;
    const table = {
      name: { ...plan.table, table: `_CHORALE_STAGED_${this.#stagingTables}` },
      fields: stagedFields(batch, plan, { dialect }),
    };
    const { root, rewritten } = batch;
    return {
      staged,
      create: createStagingTable(table),
      table,
      copies: copyFiles(table, { ...folderOf(staged), batch }),
      guards: rewritten ? [] : guardQueries(table, { root, timestampType: config.timestamp_type }),
      drop: dropStagingTable(table),
    };
  }

  /** A unit without tables has a state, whose table is configured. */
  #firstTable({ steps }: CommitUnit): TableName | undefined {
    const [step] = steps;
    if (step === undefined) return undefined;
    return this.#options.tables.planOf(step.kind === "load" ? step.staged.batch.shape : step.shape).table;
  }

  #tagOf(unit: CommitUnit): UnitOfWork["tag"] {
    const { query_tag: template } = this.#options.config;
    if (template === undefined) return undefined;
    const place = this.#firstTable(unit);
    const [step] = unit.steps;
    const stream = step?.kind === "load" ? step.staged.batch.shape.spec.stream : step?.shape.spec.stream;
    return setQueryTag(
      fillQueryTag(template, {
        batchId: unit.id,
        ...(place === undefined ? {} : { schema: place.schema, table: place.table }),
        ...(place?.catalog === undefined ? {} : { database: place.catalog }),
        ...(stream === undefined ? {} : { stream }),
      }),
    );
  }
}
