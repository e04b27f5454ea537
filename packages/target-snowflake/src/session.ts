import {
  type CommitResult,
  type CommitUnit,
  loadedRows,
  type RefusedCommit,
  type SpooledBatch,
  type SpoolRules,
  type StagedBatch,
  type TableShape,
  type TableSpec,
  type WarehouseSession,
} from "@chorale/target-sdk";
import type { Dialect, SqlTables } from "@chorale/target-sdk/sql";
import { type AttemptOutcome, CommitAttempt } from "./commit-attempt.ts";
import { compressionOf, loadParallelism, type SnowflakeConfig } from "./config.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Receipts } from "./receipts.ts";
import { type RetryOptions, withRetries } from "./retries.ts";
import type { Stage, StagedFolder } from "./stage.ts";
import { readStateAfterCommits } from "./state-reading.ts";
import type { TableSwaps } from "./table-swap.ts";
import type { UnitOfWork } from "./unit-of-work.ts";
import { UnitPlanner } from "./unit-planner.ts";

/** What a session is made of. */
export interface SessionParts extends RetryOptions {
  readonly dialect: Dialect;
  readonly pool: ConnectionPool;
  readonly tables: SqlTables;
  readonly swaps: TableSwaps;
  readonly receipts: Receipts;
  readonly stage: Stage;
}

const mebibyte = 1024 * 1024;
/** Snowflake loads files of about this size best, several at a time. */
const spoolFileBytes = 128 * mebibyte;

/** Answers how files are spooled for Snowflake. */
export function spoolRulesOf(config: SnowflakeConfig): SpoolRules {
  return { compression: compressionOf(config), maxFileBytes: spoolFileBytes };
}

/** A session with Snowflake: batches are files in a stage until their commit copies and loads them. */
export class SnowflakeSession implements WarehouseSession {
  readonly spool: SpoolRules;
  readonly parallelCommits: number;
  readonly #parts: SessionParts;
  readonly #planner: UnitPlanner;
  readonly #folders = new Map<string, StagedFolder>();
  readonly #removals = new Set<Promise<void>>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#planner = new UnitPlanner({ ...parts, folderOf: (staged) => this.#folderOf(staged) });
    this.spool = spoolRulesOf(parts.config);
    this.parallelCommits = loadParallelism(parts.config);
  }

  async prepare(spec: TableSpec): Promise<TableShape> {
    const { stream } = spec;
    const { tables, swaps } = this.#parts;
    const work = { what: `prepare the table of ${stream}`, stream };
    const prepare = async (): Promise<TableShape> => {
      await swaps.decide(spec);
      return await tables.prepare(spec);
    };
    return await withRetries(work, prepare, this.#parts);
  }

  async stage(batch: SpooledBatch): Promise<StagedBatch> {
    const { stage } = this.#parts;
    const { shape, rows, id } = batch;
    const { stream } = shape.spec;
    const work = { what: `upload ${rows} rows of ${stream}`, stream, table: shape.table, rows };
    this.#folders.set(id, await withRetries(work, () => stage.put(batch), this.#parts));
    // A commit may still refuse lines that were not rewritten.
    return { batch, token: id, copied: batch.rewritten };
  }

  async commit(unit: CommitUnit): Promise<CommitResult | RefusedCommit> {
    this.#parts.tables.warnOfVersions(unit);
    const planning = { what: "make the table of receipts" };
    const work = await withRetries(planning, () => this.#planner.plan(unit), this.#parts);
    const outcome = await this.#attempt(work);
    if (outcome.kind === "refused") return { refused: outcome.refused };
    await this.#parts.swaps.finish(unit);
    for (const { staged } of work.batches) this.#removeFiles(staged);
    return { rows: loadedRows(unit) };
  }

  async discard(staged: StagedBatch): Promise<void> {
    this.#removeFiles(staged);
    await Promise.all(this.#removals);
  }

  async readState(id: string): Promise<string | undefined> {
    const { receipts, pool } = this.#parts;
    const { states } = receipts;
    const read = (): Promise<string | undefined> =>
      pool.use((connection) => readStateAfterCommits(connection, { receipts: states, id }));
    return await withRetries({ what: "read the committed state" }, read, this.#parts);
  }

  async close(): Promise<void> {
    const { stage, pool } = this.#parts;
    await Promise.all(this.#removals);
    await Promise.all([stage.close(), pool.close()]);
  }

  /**
   * Tries until it is committed, or never can be. After a lost answer to COMMIT the next attempt claims the receipt
   * first: it waits there for the transaction before it, and finds out whether there is anything left to do.
   */
  async #attempt(work: UnitOfWork): Promise<AttemptOutcome> {
    let claimsFirst = false;
    const attempt = async (): Promise<AttemptOutcome> =>
      await this.#parts.pool.use(async (connection) => {
        const one = new CommitAttempt(connection, work);
        try {
          return await one.run({ claimsFirst });
        } finally {
          claimsFirst ||= one.isCommitSent;
        }
      });
    return await withRetries({ what: "commit" }, attempt, this.#parts);
  }

  #folderOf({ batch, token }: StagedBatch): StagedFolder {
    const folder = this.#folders.get(token);
    if (folder === undefined) throw new Error(`A batch of ${batch.shape.spec.stream} was not staged.`);
    return folder;
  }

  /** Removes a batch's files from the stage, while other work goes on. */
  #removeFiles({ token }: StagedBatch): void {
    const folder = this.#folders.get(token);
    if (folder === undefined) return;
    this.#folders.delete(token);
    const removal = this.#parts.stage.remove(folder).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}
