import { randomUUID } from "node:crypto";
import { claimState, type ReceiptTable, readStateRow } from "@chorale/target-sdk/sql";
import type { SnowflakeConnection } from "./connection.ts";
import { isMissing } from "./snowflake-errors.ts";
import { begin, rollback } from "./unit-of-work.ts";

/**
 * Reads the state of an id, after every commit that holds it has ended; undefined when there is none.
 *
 * Snowflake goes on with a COMMIT whose client is gone. A run that began with the state before it would load the
 * same rows once more, so this claims the state as a commit does, which waits for the others, and takes the claim back.
 */
export async function readStateAfterCommits(
  connection: SnowflakeConnection,
  { receipts, id }: { readonly receipts: ReceiptTable; readonly id: string },
): Promise<string | undefined> {
  try {
    await waitForCommits(connection, { receipts, id });
    const { rows } = await connection.execute(readStateRow(receipts, id));
    return rows[0]?.[0] ?? undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function waitForCommits(
  connection: SnowflakeConnection,
  { receipts, id }: { readonly receipts: ReceiptTable; readonly id: string },
): Promise<void> {
  await connection.execute(begin);
  try {
    const state = { id, value: "" };
    await connection.execute(claimState(receipts, { state, commitId: randomUUID() }));
  } finally {
    // With the connection goes the claim.
    await connection.execute(rollback).catch(() => connection.close());
  }
}
