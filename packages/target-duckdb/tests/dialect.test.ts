import type { ColumnType } from "@chorale/target-sdk";
import {
  addColumns,
  appendRows,
  claimLedgerRow,
  claimState,
  createLedger,
  createSchema,
  createStateTable,
  createTable,
  deleteRows,
  type Load,
  pruneLedger,
  quoteTable,
  readStateRow,
  retireRows,
  type Statement,
  upsertRows,
  widenColumn,
  writeState,
} from "@chorale/target-sdk/sql";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { describeTable, duckdbDialect as dialect } from "../src/dialect.ts";

const table = { catalog: "memory", schema: "main", table: "t" };
const integer: ColumnType = { kind: "integer", wide: false };
const string: ColumnType = { kind: "string" };
const timestamp: ColumnType = { kind: "timestamp" };

const load: Load = {
  dialect,
  table,
  staged: '"memory"."main"."b1"',
  columns: [
    { name: "id", source: "c0", staged: integer, stored: integer },
    { name: "v", source: "c1", staged: integer, stored: string },
    { name: "at", source: "c2", staged: timestamp, stored: timestamp },
  ],
};
const keyed = { ...load, keys: ["id"], extractedAt: "at", removedBy: "gone" };
const receipts = { dialect, table: { ...table, table: "r" } };

const statements: readonly [name: string, statements: readonly Statement[], sql: readonly string[]][] = [
  ["a schema", [createSchema(table)], ['CREATE SCHEMA IF NOT EXISTS "memory"."main"']],
  [
    "a table with a column of each type",
    [
      createTable({ dialect, table: { ...table, table: "every" } }, [
        { name: "i", type: integer },
        { name: "w", type: { kind: "integer", wide: true } },
        { name: "d", type: { kind: "double" } },
        { name: "n", type: { kind: "decimal", precision: 38, scale: 9 } },
        { name: "b", type: { kind: "boolean" } },
        { name: 's "q"', type: { kind: "string", maxLength: 5 } },
        { name: "ts", type: timestamp },
        { name: "da", type: { kind: "date" } },
        { name: "ti", type: { kind: "time" } },
        { name: "j", type: { kind: "json" } },
      ]),
    ],
    [
      'CREATE TABLE "memory"."main"."every" ("i" BIGINT, "w" HUGEINT, "d" DOUBLE, "n" DECIMAL(38,9), "b" BOOLEAN, "s ""q""" VARCHAR, "ts" TIMESTAMP, "da" DATE, "ti" TIME, "j" JSON)',
    ],
  ],
  [
    "columns, one a statement",
    addColumns({ dialect, table }, [
      { name: "x", type: integer },
      { name: "y", type: string },
    ]),
    [
      'ALTER TABLE "memory"."main"."t" ADD COLUMN "x" BIGINT',
      'ALTER TABLE "memory"."main"."t" ADD COLUMN "y" VARCHAR',
    ],
  ],
  [
    "a wider column, in place",
    widenColumn({ dialect, table }, { name: "at", change: { from: timestamp, to: string } }),
    [
      `ALTER TABLE "memory"."main"."t" ALTER COLUMN "at" SET DATA TYPE VARCHAR USING strftime("at", '%Y-%m-%dT%H:%M:%S.%fZ')`,
    ],
  ],
  [
    "appended rows",
    [appendRows(load)],
    [
      'INSERT INTO "memory"."main"."t" ("id", "v", "at") SELECT _chorale_staged."c0", CAST(_chorale_staged."c1" AS VARCHAR), _chorale_staged."c2" FROM "memory"."main"."b1" AS _chorale_staged',
    ],
  ],
  [
    "merged rows",
    [upsertRows(keyed)],
    [
      'MERGE INTO "memory"."main"."t" AS _chorale_target USING (SELECT r.* FROM "memory"."main"."b1" AS r JOIN (SELECT max(rowid) AS latest FROM "memory"."main"."b1" GROUP BY "c0") AS l ON r.rowid = l.latest) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" ' +
        'WHEN MATCHED AND _chorale_staged."gone" IS NOT NULL AND (_chorale_target."at" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."at") THEN DELETE ' +
        'WHEN MATCHED AND (_chorale_target."at" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."at") THEN UPDATE SET "v" = CAST(_chorale_staged."c1" AS VARCHAR), "at" = _chorale_staged."c2" ' +
        'WHEN NOT MATCHED AND _chorale_staged."gone" IS NULL THEN INSERT ("id", "v", "at") VALUES (_chorale_staged."c0", CAST(_chorale_staged."c1" AS VARCHAR), _chorale_staged."c2")',
    ],
  ],
  [
    "replaced rows",
    dialect.replaceRows?.(keyed) ?? [],
    [
      'CREATE OR REPLACE TEMPORARY TABLE "temp"."main"."_chorale_winners" AS SELECT l.latest FROM "memory"."main"."b1" AS s JOIN (SELECT max(rowid) AS latest FROM "memory"."main"."b1" GROUP BY "c0") AS l ON s.rowid = l.latest WHERE NOT EXISTS (SELECT 1 FROM "memory"."main"."t" AS _chorale_target WHERE _chorale_target."id" = s."c0" AND _chorale_target."at" > s."c2")',
      'DELETE FROM "memory"."main"."t" AS _chorale_target USING "memory"."main"."b1" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND _chorale_target."id" = s."c0"',
      'INSERT INTO "memory"."main"."t" ("id", "v", "at") SELECT s."c0", CAST(s."c1" AS VARCHAR), s."c2" FROM "memory"."main"."b1" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND s."gone" IS NULL',
      'DROP TABLE "temp"."main"."_chorale_winners"',
    ],
  ],
  ["no rows", [deleteRows(table)], ['DELETE FROM "memory"."main"."t"']],
  [
    "retired rows, removed and marked",
    [
      retireRows({ dialect, table, versionColumn: "n", version: 1_714_557_600_123 }),
      retireRows({
        dialect,
        table,
        versionColumn: "n",
        version: 2,
        markedIn: { name: "at", type: timestamp },
      }),
      retireRows({ dialect, table, versionColumn: "n", version: 2, markedIn: { name: "v", type: string } }),
    ],
    [
      'DELETE FROM "memory"."main"."t" WHERE ("n" IS NULL OR "n" < 1714557600123)',
      'UPDATE "memory"."main"."t" SET "at" = make_timestamp(epoch_us(now())) WHERE "at" IS NULL AND ("n" IS NULL OR "n" < 2)',
      `UPDATE "memory"."main"."t" SET "v" = strftime(make_timestamp(epoch_us(now())), '%Y-%m-%dT%H:%M:%S.%fZ') WHERE "v" IS NULL AND ("n" IS NULL OR "n" < 2)`,
    ],
  ],
  [
    "receipts",
    [
      createStateTable(receipts),
      ...writeState(receipts, { state: { id: "shop", value: "{}" }, commitId: "c" }),
      readStateRow(receipts, "shop"),
      claimState(receipts, { state: { id: "shop", value: "{}" }, commitId: "d" }),
    ],
    [
      'CREATE TABLE IF NOT EXISTS "memory"."main"."r" ("state_id" VARCHAR, "state" VARCHAR, "commit_id" VARCHAR, "committed_at" TIMESTAMP)',
      'DELETE FROM "memory"."main"."r" WHERE "state_id" = ?',
      'INSERT INTO "memory"."main"."r" ("state_id", "state", "commit_id", "committed_at") SELECT ?, ?, ?, make_timestamp(epoch_us(now()))',
      'SELECT "state" FROM "memory"."main"."r" WHERE "state_id" = ?',
      'MERGE INTO "memory"."main"."r" AS t USING (SELECT ? AS "state_id", ? AS "state", ? AS "commit_id") AS s ON t."state_id" = s."state_id" ' +
        'WHEN MATCHED AND (t."commit_id" IS NULL OR t."commit_id" <> s."commit_id") THEN UPDATE SET "state" = s."state", "commit_id" = s."commit_id", "committed_at" = make_timestamp(epoch_us(now())) ' +
        'WHEN NOT MATCHED THEN INSERT ("state_id", "state", "commit_id", "committed_at") VALUES (s."state_id", s."state", s."commit_id", make_timestamp(epoch_us(now())))',
    ],
  ],
  [
    "a ledger",
    [
      createLedger(receipts),
      claimLedgerRow(receipts, "c"),
      pruneLedger(receipts, new Date("2026-01-02T03:04:05.006Z")),
    ],
    [
      'CREATE TABLE IF NOT EXISTS "memory"."main"."r" ("commit_id" VARCHAR, "committed_at" TIMESTAMP)',
      'MERGE INTO "memory"."main"."r" AS t USING (SELECT ? AS "commit_id") AS s ON t."commit_id" = s."commit_id" ' +
        'WHEN NOT MATCHED THEN INSERT ("commit_id", "committed_at") VALUES (s."commit_id", make_timestamp(epoch_us(now())))',
      'DELETE FROM "memory"."main"."r" WHERE "committed_at" < CAST(? AS TIMESTAMP)',
    ],
  ],
];

describe("statements in DuckDB's SQL", () => {
  it.each(statements)("%s", async (_name, made, sql) => {
    expect(made.map((statement) => statement.sql)).toEqual(sql);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      await connection.run(
        `CREATE TABLE ${quoteTable(table)} (id BIGINT, v VARCHAR, "at" TIMESTAMP, n BIGINT)`,
      );
      await connection.run("CREATE TABLE b1 (c0 BIGINT, c1 BIGINT, c2 TIMESTAMP, gone TIMESTAMP)");
      for (const statement of made) await connection.run(statement.sql, [...(statement.values ?? [])]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
});

it("a commit is claimed once, and forgotten when it is old", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const run = async ({ sql, values = [] }: Statement) =>
    (await connection.runAndReadAll(sql, [...values])).getRowsJson();
  try {
    await run(createLedger(receipts));
    expect(await run(claimLedgerRow(receipts, "now"))).toEqual([["1"]]);
    expect(await run(claimLedgerRow(receipts, "now"))).toEqual([["0"]]);
    await run({ sql: "INSERT INTO r VALUES ('29', TIMESTAMP '2026-01-02'), ('31', TIMESTAMP '2025-12-31')" });
    await run(pruneLedger(receipts, new Date("2026-01-01T00:00:00Z")));
    expect(await run({ sql: "SELECT commit_id FROM r ORDER BY 1" })).toEqual([["29"], ["now"]]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

describe("types of columns", () => {
  const types: readonly [sql: string, type: ColumnType, narrow?: boolean][] = [
    ["BIGINT", integer],
    ["HUGEINT", { kind: "integer", wide: true }],
    ["INTEGER", integer, true],
    ["SMALLINT", integer, true],
    ["UTINYINT", integer, true],
    ["UINTEGER", integer, true],
    ["UBIGINT", { kind: "integer", wide: true }, true],
    ["DOUBLE", { kind: "double" }],
    ["FLOAT", { kind: "double" }, true],
    ["DECIMAL(38,9)", { kind: "decimal", precision: 38, scale: 9 }],
    ["DECIMAL(4,0)", { kind: "decimal", precision: 4, scale: 0 }],
    ["BOOLEAN", { kind: "boolean" }],
    ["VARCHAR", string],
    ["TIMESTAMP", timestamp],
    ["TIMESTAMP WITH TIME ZONE", timestamp],
    ["TIMESTAMP_S", timestamp, true],
    ["TIMESTAMP_MS", timestamp, true],
    ["DATE", { kind: "date" }],
    ["TIME", { kind: "time" }],
    ["JSON", { kind: "json" }],
  ];

  it.each(types)("%s is spelled so by DuckDB's catalogue, and read", async (sql, type, narrow) => {
    expect(dialect.storedType(sql)).toEqual(narrow === true ? { type, narrow } : { type });
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE t (v ${sql} DEFAULT NULL, w ${sql} NOT NULL)`);
    const { sql: question, values = [] } = describeTable(table);
    const reader = await connection.runAndReadAll(question, [...values]);
    expect(reader.getRows()).toEqual([
      ["v", sql, true, true],
      ["w", sql, false, false],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  it.each([
    "UUID",
    "BLOB",
    "INTEGER[]",
    "STRUCT(x INTEGER)",
    "ENUM('a')",
    "INTERVAL",
    "TIMESTAMP_NS",
    "TIME WITH TIME ZONE",
    "UHUGEINT",
    "BIGNUM",
    "VARIANT",
  ])("%s holds no column of a stream", (sql) => {
    expect(dialect.storedType(sql)).toBeUndefined();
  });
});
