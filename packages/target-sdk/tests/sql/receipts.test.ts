import { expect, it } from "vitest";
import {
  claimLedgerRow,
  claimState,
  createLedger,
  pruneLedger,
  readStateRow,
  type Statement,
  writeState,
} from "../../src/sql/index.ts";
import { folded, kept } from "./dialects.ts";

const table = { schema: "s", table: "r" };
const inKept = { dialect: kept, table };
const inFolded = { dialect: folded, table };

it.each<[name: string, made: readonly Statement[], expected: readonly Statement[]]>([
  [
    "a state's row",
    [readStateRow(inKept, "shop"), readStateRow(inFolded, "shop")],
    [
      { sql: 'SELECT "state" FROM "s"."r" WHERE "state_id" = ?', values: ["shop"] },
      { sql: 'SELECT "STATE" FROM "s"."r" WHERE "STATE_ID" = ?', values: ["shop"] },
    ],
  ],
  [
    "a new state",
    writeState(inFolded, { state: { id: "shop", value: "{}" }, commitId: "c" }),
    [
      { sql: 'DELETE FROM "s"."r" WHERE "STATE_ID" = ?', values: ["shop"] },
      {
        sql: 'INSERT INTO "s"."r" ("STATE_ID", "STATE", "COMMIT_ID", "COMMITTED_AT") SELECT ?, ?, ?, utc_now()',
        values: ["shop", "{}", "c"],
      },
    ],
  ],
  [
    "a state that is claimed",
    [claimState(inFolded, { state: { id: "shop", value: "{}" }, commitId: "c" })],
    [
      {
        sql:
          'MERGE INTO "s"."r" AS t USING (SELECT ? AS "STATE_ID", ? AS "STATE", ? AS "COMMIT_ID") AS s ON t."STATE_ID" = s."STATE_ID" ' +
          'WHEN MATCHED AND (t."COMMIT_ID" IS NULL OR t."COMMIT_ID" <> s."COMMIT_ID") THEN UPDATE SET "STATE" = s."STATE", "COMMIT_ID" = s."COMMIT_ID", "COMMITTED_AT" = utc_now() ' +
          'WHEN NOT MATCHED THEN INSERT ("STATE_ID", "STATE", "COMMIT_ID", "COMMITTED_AT") VALUES (s."STATE_ID", s."STATE", s."COMMIT_ID", utc_now())',
        values: ["shop", "{}", "c"],
      },
    ],
  ],
  [
    "a ledger",
    [createLedger(inKept), claimLedgerRow(inFolded, "c")],
    [
      { sql: 'CREATE TABLE IF NOT EXISTS "s"."r" ("commit_id" STRING, "committed_at" TIMESTAMP)' },
      {
        sql:
          'MERGE INTO "s"."r" AS t USING (SELECT ? AS "COMMIT_ID") AS s ON t."COMMIT_ID" = s."COMMIT_ID" ' +
          'WHEN NOT MATCHED THEN INSERT ("COMMIT_ID", "COMMITTED_AT") VALUES (s."COMMIT_ID", utc_now())',
        values: ["c"],
      },
    ],
  ],
  [
    "a ledger's old rows",
    [pruneLedger(inFolded, new Date("2026-01-02T03:04:05.006Z"))],
    [
      {
        sql: 'DELETE FROM "s"."r" WHERE "COMMITTED_AT" < CAST(? AS TIMESTAMP)',
        values: ["2026-01-02T03:04:05.006"],
      },
    ],
  ],
])("%s", (_name, made, expected) => {
  expect(made).toEqual(expected);
});
