import { LoadError } from "@chorale/singer";
import type { StagedBatch } from "@chorale/target-sdk";
import type { Statement } from "@chorale/target-sdk/sql";
import type { SnowflakeConnection, StatementResult } from "./connection.ts";
import { copiedRows } from "./copy-result.ts";
import { type FailedWork, reasonOf } from "./failure-advice.ts";
import { WorkFailure } from "./retries.ts";
import { failureOf, SnowflakeFailure } from "./snowflake-errors.ts";
import { refusalsOf } from "./staging-guard.ts";
import { type BatchStaging, begin, commit, rollback, type UnitOfWork } from "./unit-of-work.ts";

/** How an attempt at a commit ended. */
export type AttemptOutcome =
  | { readonly kind: "committed" }
  /** An earlier attempt, whose answer was lost, had been the commit. */
  | { readonly kind: "made-before" }
  | { readonly kind: "refused"; readonly refused: readonly RefusedPart[] };

/** A batch that may not be loaded from the bytes it came in. */
export interface RefusedPart {
  readonly staged: StagedBatch;
  readonly reason: string;
}

/** So many reasons are named in a refusal. */
const maxReasons = 3;

/**
 * One attempt at a commit, on one connection. Temporary tables are made before the transaction, because
 * DDL would commit it, and dropped after it.
 */
export class CommitAttempt {
  readonly #connection: SnowflakeConnection;
  readonly #work: UnitOfWork;
  #current: FailedWork = { what: "begin a commit" };
  #isCommitSent = false;

  constructor(connection: SnowflakeConnection, work: UnitOfWork) {
    this.#connection = connection;
    this.#work = work;
  }

  /** Whether it may have been the commit, also where it failed: its answer may be lost, or wrong. */
  get isCommitSent(): boolean {
    return this.#isCommitSent;
  }

  /**
   * Runs it. With `claimsFirst` the receipt is written before anything else: where an earlier attempt may have been
   * the commit, that waits for its transaction to end, and finds its receipt. Throws {@link WorkFailure}.
   */
  async run({ claimsFirst }: { readonly claimsFirst: boolean }): Promise<AttemptOutcome> {
    try {
      const outcome = await this.#transact(claimsFirst);
      // It is made; what is left of a table goes with the session.
      await this.#dropTables().catch(() => undefined);
      return outcome;
    } catch (error) {
      await this.#undo();
      if (!(error instanceof SnowflakeFailure)) throw error;
      throw new WorkFailure(error, this.#current);
    }
  }

  async #transact(claimsFirst: boolean): Promise<AttemptOutcome> {
    const { tag, batches, loads } = this.#work;
    if (tag !== undefined) await this.#run(tag, { what: "set the query tag" });
    for (const { create, staged } of batches)
      await this.#run(create, placeOf(staged, "make a temporary table for"));
    await this.#run(begin, { what: "begin a commit" });
    if (claimsFirst && !(await this.#claim())) return await this.#leave({ kind: "made-before" });
    const refused: RefusedPart[] = [];
    for (const batch of batches) {
      const reason = await this.#copy(batch);
      if (reason !== undefined) refused.push({ staged: batch.staged, reason });
    }
    if (refused.length > 0) return await this.#leave({ kind: "refused", refused });
    for (const { statement, rows, ...place } of loads) {
      const what = rows === undefined ? `change ${place.table}` : `load ${rows} rows into ${place.table}`;
      await this.#run(statement, { what, ...place, ...(rows === undefined ? {} : { rows }) });
    }
    if (!claimsFirst && !(await this.#claim())) throw notClaimed();
    this.#isCommitSent = true;
    await this.#run(commit, { what: "commit" });
    return { kind: "committed" };
  }

  /** Answers whether the receipt was not there yet. */
  async #claim(): Promise<boolean> {
    const { affected } = await this.#run(this.#work.claim, { what: "write the receipt of a commit" });
    return affected > 0;
  }

  /** Copies a batch's files; answers why it may not be loaded as it came. */
  async #copy(batch: BatchStaging): Promise<string | undefined> {
    const { staged, guards } = batch;
    try {
      await this.#copyFiles(batch);
    } catch (error) {
      // In lines that the SDK wrote nothing is broken.
      if (staged.batch.rewritten || failureOf(error).action !== "data") throw error;
      return reasonOf(failureOf(error));
    }
    const reasons: string[] = [];
    for (const guard of guards) {
      const answer = await this.#run(guard.statement, placeOf(staged, "look at the values of"));
      reasons.push(...refusalsOf(guard, answer));
    }
    if (reasons.length === 0) return undefined;
    const more = reasons.length - maxReasons;
    return `${reasons.slice(0, maxReasons).join("; ")}${more > 0 ? `; and ${more} more reasons` : ""}`;
  }

  async #copyFiles({ staged, copies }: BatchStaging): Promise<void> {
    const { rows, shape } = staged.batch;
    const work = placeOf(staged, "copy");
    let copied = 0;
    for (const { statement, files } of copies) {
      const answer = copiedRows(await this.#run(statement, work), { files });
      if ("problem" in answer) throw notCopied(staged, answer.problem);
      copied += answer.rows;
    }
    if (copied !== rows)
      throw notCopied(staged, `${copied} rows were read from ${shape.spec.stream}'s files`);
  }

  /** Ends a transaction that has nothing to commit. */
  async #leave(outcome: AttemptOutcome): Promise<AttemptOutcome> {
    await this.#run(rollback, { what: "roll back" });
    return outcome;
  }

  async #run(statement: Statement, work: FailedWork): Promise<StatementResult> {
    this.#current = work;
    return await this.#connection.execute(statement);
  }

  async #undo(): Promise<void> {
    try {
      await this.#connection.execute(rollback);
      await this.#dropTables();
    } catch {
      // What is left goes with the session, and must not be in the way of the next attempt.
      await this.#connection.close();
    }
  }

  async #dropTables(): Promise<void> {
    for (const { drop } of this.#work.batches) await this.#connection.execute(drop);
  }
}

function placeOf({ batch }: StagedBatch, verb: string): FailedWork {
  const { shape, rows } = batch;
  const { stream } = shape.spec;
  return { what: `${verb} ${rows} rows of ${stream}`, stream, table: shape.table, rows };
}

/** Nobody else writes the receipt of this commit, and no earlier attempt came so far. */
function notClaimed(): LoadError {
  return new LoadError(
    "cannot write the receipt of a commit: no row of its table was changed. Nothing was committed: look at what state_table, or ledger_table, holds.",
  );
}

function notCopied({ batch }: StagedBatch, reason: string): LoadError {
  const { shape, rows } = batch;
  const { stream } = shape.spec;
  return new LoadError(
    `cannot copy ${rows} rows of ${stream}: ${reason}. Nothing of it was committed: run again.`,
    { stream, table: shape.table, rowCount: rows },
  );
}
