import type {
  CommitResult,
  CommitUnit,
  DryRun,
  SpooledBatch,
  SpoolRules,
  StagedBatch,
  TableShape,
  TableSpec,
  WarehouseSession,
} from "@chorale/target-sdk";
import { removeFiles, stagedFileName } from "./copy-statements.ts";
import { stageOf, stagePath, stageReference } from "./names.ts";
import { putStatement } from "./put-statement.ts";
import { type SessionParts, spoolRulesOf } from "./session.ts";
import { createStage } from "./set-up-statements.ts";
import type { StagedFolder } from "./stage.ts";
import { statementsOf } from "./unit-of-work.ts";
import { UnitPlanner } from "./unit-planner.ts";

/** What a dry session is made of. Its tables and receipts hand out what they would change. */
export interface DrySessionParts extends Omit<SessionParts, "stage"> {
  readonly dryRun: DryRun;
}

/** A session that reads what is there, and only says what it would change. */
export class DrySession implements WarehouseSession {
  readonly spool: SpoolRules;
  readonly #parts: DrySessionParts;
  readonly #planner: UnitPlanner;
  #hasStage = false;

  constructor(parts: DrySessionParts) {
    this.#parts = parts;
    this.#planner = new UnitPlanner({ ...parts, folderOf: ({ batch }) => this.#folderOf(batch) });
    this.spool = spoolRulesOf(parts.config);
  }

  async prepare(spec: TableSpec): Promise<TableShape> {
    const { tables, swaps } = this.#parts;
    await swaps.decide(spec);
    return await tables.prepare(spec);
  }

  stage(batch: SpooledBatch): Promise<StagedBatch> {
    const { dryRun } = this.#parts;
    const { stage, path } = this.#folderOf(batch);
    const create = createStage(stage);
    if (!this.#hasStage && create !== undefined) dryRun.statement(create.sql);
    this.#hasStage = true;
    for (const [index, file] of batch.files.entries()) {
      const name = `${path}${stagedFileName(index + 1, file)}`;
      dryRun.statement(putStatement(stageReference(stage).slice(1), { name }));
    }
    return Promise.resolve({ batch, token: batch.id });
  }

  async commit(unit: CommitUnit): Promise<CommitResult> {
    const { dryRun } = this.#parts;
    const work = await this.#planner.plan(unit);
    for (const { sql } of statementsOf(work)) dryRun.statement(sql);
    await this.#parts.swaps.finish(unit);
    for (const { staged } of work.batches) dryRun.statement(removeFiles(this.#folderOf(staged.batch)).sql);
    // No row is loaded.
    return { rows: new Map() };
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  readState(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return this.#parts.pool.close();
  }

  #folderOf({ id, shape }: SpooledBatch): StagedFolder {
    const { config } = this.#parts;
    const path = stagePath({ prefix: config.stage_prefix, stream: shape.spec.stream, batchId: id });
    return { stage: stageOf(config), path };
  }
}
