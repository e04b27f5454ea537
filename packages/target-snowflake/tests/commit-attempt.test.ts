import { expect, it } from "vitest";
import { CommitAttempt } from "../src/commit-attempt.ts";
import { rowsOf, scriptedEngine } from "./scripted-engine.ts";
import { connected, standIn } from "./stand-in.ts";

const merged = 0x3400;

it("commits nothing when the receipt is not written and nobody else can have written it", async () => {
  const none = { "number of rows inserted": "fixed", "number of rows updated": "fixed" } as const;
  const engine = scriptedEngine({ "MERGE INTO RECEIPTS": rowsOf(none, [["0", "0"]], merged) });
  const snowflake = await standIn({ engine });
  const claim = { sql: "MERGE INTO RECEIPTS" };
  const attempt = new CommitAttempt(await connected(snowflake), { batches: [], loads: [], claim });
  await expect(attempt.run({ claimsFirst: false })).rejects.toThrow(
    /^cannot write the receipt of a commit: no row of its table was changed\. Nothing was committed: look at what state_table, or ledger_table, holds\.$/,
  );
  expect(attempt.isCommitSent).toBe(false);
  const sent = snowflake.statements.map(({ sql }) => sql);
  expect(sent.slice(sent.indexOf("BEGIN TRANSACTION"))).toEqual([
    "BEGIN TRANSACTION",
    "MERGE INTO RECEIPTS",
    "ROLLBACK",
  ]);
});
