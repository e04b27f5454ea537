import type { StagedBatch } from "@chorale/target-sdk";
import type { PlannedStatement, Statement } from "@chorale/target-sdk/sql";
import type { FilesCopy } from "./copy-statements.ts";
import type { GuardQuery } from "./staging-guard.ts";
import type { StagingTable } from "./staging-table.ts";

/** How a batch comes from its staged files into a temporary table. */
export interface BatchStaging {
  readonly staged: StagedBatch;
  readonly table: StagingTable;
  readonly create: Statement;
  readonly copies: readonly FilesCopy[];
  /** Look for values that may not be loaded as they came; none where they were rewritten. */
  readonly guards: readonly GuardQuery[];
  readonly drop: Statement;
}

/** All statements of a commit. */
export interface UnitOfWork {
  /** Sets the tag of the others; absent without one. */
  readonly tag?: Statement;
  /** In the order in which they are loaded. */
  readonly batches: readonly BatchStaging[];
  readonly loads: readonly PlannedStatement[];
  /** Writes the receipt; changes no row when the commit was made before. */
  readonly claim: Statement;
}

/** Opens a transaction. */
export const begin: Statement = { sql: "BEGIN TRANSACTION" };
/** Makes it durable. */
export const commit: Statement = { sql: "COMMIT" };
/** Undoes it. */
export const rollback: Statement = { sql: "ROLLBACK" };

/** Answers all statements of a commit in the order in which they run when nothing goes wrong. */
export function statementsOf({ tag, batches, loads, claim }: UnitOfWork): readonly Statement[] {
  return [
    ...(tag === undefined ? [] : [tag]),
    ...batches.map(({ create }) => create),
    begin,
    ...batches.flatMap(({ copies, guards }) => [...copies, ...guards].map(({ statement }) => statement)),
    ...loads.map(({ statement }) => statement),
    claim,
    commit,
    ...batches.map(({ drop }) => drop),
  ];
}
