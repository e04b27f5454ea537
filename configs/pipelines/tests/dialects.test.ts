import { duckdbDialect } from "@chorale/target-duckdb";
import { snowflakeDialect, targetSnowflake } from "@chorale/target-snowflake";
import { describe, expect, it } from "vitest";
import { plainNames, statementKinds } from "./support/statement-kinds.ts";
import { snowflakeWarehouse, snowflake as startStandIn } from "./support/warehouses.ts";

const dialects = {
  duckdb: duckdbDialect,
  snowflake: snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false }),
};

const duckdb = {
  columns:
    '"id", "note", "_sdc_extracted_at", "_sdc_received_at", "_sdc_batched_at", "_sdc_deleted_at", "_sdc_sequence", "_sdc_table_version", "_sdc_sync_started_at"',
  changes:
    '"note" = _chorale_staged."c1", "_sdc_extracted_at" = _chorale_staged."c2", "_sdc_received_at" = _chorale_staged."c3", "_sdc_batched_at" = _chorale_staged."c4", "_sdc_deleted_at" = _chorale_staged."c5", "_sdc_sequence" = _chorale_staged."c6", "_sdc_table_version" = _chorale_staged."c7", "_sdc_sync_started_at" = _chorale_staged."c8"',
  latest:
    '(SELECT r.* FROM "staged" AS r JOIN (SELECT max(rowid) AS latest FROM "staged" GROUP BY "c0") AS l ON r.rowid = l.latest)',
  isNewer:
    '(_chorale_target."_sdc_extracted_at" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."_sdc_extracted_at")',
};
const snowflake = {
  columns:
    '"ID", "NOTE", "_SDC_EXTRACTED_AT", "_SDC_RECEIVED_AT", "_SDC_BATCHED_AT", "_SDC_DELETED_AT", "_SDC_SEQUENCE", "_SDC_TABLE_VERSION", "_SDC_SYNC_STARTED_AT"',
  changes:
    '"NOTE" = _chorale_staged."c1", "_SDC_EXTRACTED_AT" = _chorale_staged."c2", "_SDC_RECEIVED_AT" = _chorale_staged."c3", "_SDC_BATCHED_AT" = _chorale_staged."c4", "_SDC_DELETED_AT" = _chorale_staged."c5", "_SDC_SEQUENCE" = _chorale_staged."c6", "_SDC_TABLE_VERSION" = _chorale_staged."c7", "_SDC_SYNC_STARTED_AT" = _chorale_staged."c8"',
  latest:
    '(SELECT r.* FROM "staged" AS r QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "_FILE" DESC, "_ROW" DESC) = 1)',
  isNewer:
    '(_chorale_target."_SDC_EXTRACTED_AT" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."_SDC_EXTRACTED_AT")',
};
const staged =
  '_chorale_staged."c0", _chorale_staged."c1", _chorale_staged."c2", _chorale_staged."c3", _chorale_staged."c4", _chorale_staged."c5", _chorale_staged."c6", _chorale_staged."c7", _chorale_staged."c8"';
const winning = 's."c0", s."c1", s."c2", s."c3", s."c4", s."c5", s."c6", s."c7", s."c8"';

/** What is sent, with the values of its question marks behind it; the same inputs for both. */
const statements: readonly { kind: string; duckdb: readonly string[]; snowflake: readonly string[] }[] = [
  {
    kind: "make a schema",
    duckdb: ['CREATE SCHEMA IF NOT EXISTS "raw"."shop"'],
    snowflake: ['CREATE SCHEMA IF NOT EXISTS "RAW"."SHOP"'],
  },
  {
    kind: "make a table",
    duckdb: [
      'CREATE TABLE "raw"."shop"."users" ("id" BIGINT, "note" VARCHAR, "amount" DECIMAL(38,9), "rate" DOUBLE, "open" BOOLEAN, "at" TIMESTAMP, "day" DATE, "hour" TIME, "more" JSON)',
    ],
    snowflake: [
      `CREATE TABLE "RAW"."SHOP"."USERS" ("ID" NUMBER(38,0), "NOTE" VARCHAR COMMENT 'what they say', "amount" NUMBER(38,9), "rate" FLOAT, "open" BOOLEAN, "at" TIMESTAMP_NTZ, "day" DATE, "hour" TIME, "more" VARIANT)`,
    ],
  },
  {
    kind: "add columns",
    duckdb: [
      'ALTER TABLE "raw"."shop"."users" ADD COLUMN "note" VARCHAR',
      'ALTER TABLE "raw"."shop"."users" ADD COLUMN "at" TIMESTAMP',
    ],
    snowflake: [
      `ALTER TABLE "RAW"."SHOP"."USERS" ADD COLUMN "NOTE" VARCHAR COMMENT 'what they say', "at" TIMESTAMP_NTZ`,
    ],
  },
  {
    kind: "widen a text",
    duckdb: ['ALTER TABLE "raw"."shop"."users" ALTER COLUMN "note" SET DATA TYPE VARCHAR'],
    snowflake: ['ALTER TABLE "RAW"."SHOP"."USERS" ALTER COLUMN "NOTE" SET DATA TYPE VARCHAR'],
  },
  {
    kind: "widen a moment to text",
    duckdb: [
      `ALTER TABLE "raw"."shop"."users" ALTER COLUMN "note" SET DATA TYPE VARCHAR USING strftime("note", '%Y-%m-%dT%H:%M:%S.%fZ')`,
    ],
    snowflake: [
      `ALTER TABLE "RAW"."SHOP"."USERS" ADD COLUMN "NOTE__widened" VARCHAR COMMENT 'what they say'`,
      `UPDATE "RAW"."SHOP"."USERS" SET "NOTE__widened" = TO_VARCHAR(CONVERT_TIMEZONE('UTC', "NOTE"), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"')`,
      'ALTER TABLE "RAW"."SHOP"."USERS" DROP COLUMN "NOTE"',
      'ALTER TABLE "RAW"."SHOP"."USERS" RENAME COLUMN "NOTE__widened" TO "NOTE"',
    ],
  },
  {
    kind: "widen a number to JSON",
    duckdb: ['ALTER TABLE "raw"."shop"."users" ALTER COLUMN "note" SET DATA TYPE JSON USING to_json("note")'],
    snowflake: [
      'ALTER TABLE "RAW"."SHOP"."USERS" ADD COLUMN "NOTE__widened" VARIANT',
      'UPDATE "RAW"."SHOP"."USERS" SET "NOTE__widened" = TO_VARIANT("NOTE")',
      'ALTER TABLE "RAW"."SHOP"."USERS" DROP COLUMN "NOTE"',
      'ALTER TABLE "RAW"."SHOP"."USERS" RENAME COLUMN "NOTE__widened" TO "NOTE"',
    ],
  },
  {
    kind: "take up a copy",
    duckdb: [
      'ALTER TABLE "raw"."shop"."users" DROP COLUMN "note__widened"',
      'ALTER TABLE "raw"."shop"."users" RENAME COLUMN "note__widened" TO "note"',
    ],
    snowflake: [
      'ALTER TABLE "RAW"."SHOP"."USERS" DROP COLUMN "NOTE__widened"',
      'ALTER TABLE "RAW"."SHOP"."USERS" RENAME COLUMN "NOTE__widened" TO "NOTE"',
    ],
  },
  {
    kind: "look for long numbers",
    duckdb: [
      `SELECT count(*) FROM "raw"."shop"."users" WHERE LENGTH(TRIM(REPLACE(REPLACE(CAST("note" AS VARCHAR), '-', ''), '.', ''), '0')) > 15`,
    ],
    snowflake: [
      `SELECT count(*) FROM "RAW"."SHOP"."USERS" WHERE LENGTH(TRIM(REPLACE(REPLACE(CAST("NOTE" AS VARCHAR), '-', ''), '.', ''), '0')) > 15`,
    ],
  },
  {
    kind: "append",
    duckdb: [
      `INSERT INTO "raw"."shop"."users" (${duckdb.columns}) SELECT ${staged} FROM "staged" AS _chorale_staged`,
    ],
    snowflake: [
      `INSERT INTO "RAW"."SHOP"."USERS" (${snowflake.columns}) SELECT ${staged} FROM "staged" AS _chorale_staged`,
    ],
  },
  {
    kind: "upsert",
    duckdb: [
      'CREATE OR REPLACE TEMPORARY TABLE "temp"."main"."_chorale_winners" AS SELECT l.latest FROM "staged" AS s JOIN (SELECT max(rowid) AS latest FROM "staged" GROUP BY "c0") AS l ON s.rowid = l.latest WHERE NOT EXISTS (SELECT 1 FROM "raw"."shop"."users" AS _chorale_target WHERE _chorale_target."id" = s."c0" AND _chorale_target."_sdc_extracted_at" > s."c2")',
      'DELETE FROM "raw"."shop"."users" AS _chorale_target USING "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND _chorale_target."id" = s."c0"',
      `INSERT INTO "raw"."shop"."users" (${duckdb.columns}) SELECT ${winning} FROM "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners")`,
      'DROP TABLE "temp"."main"."_chorale_winners"',
    ],
    snowflake: [
      `MERGE INTO "RAW"."SHOP"."USERS" AS _chorale_target USING ${snowflake.latest} AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED AND ${snowflake.isNewer} THEN UPDATE SET ${snowflake.changes} WHEN NOT MATCHED THEN INSERT (${snowflake.columns}) VALUES (${staged})`,
    ],
  },
  {
    kind: "upsert and remove",
    duckdb: [
      'CREATE OR REPLACE TEMPORARY TABLE "temp"."main"."_chorale_winners" AS SELECT l.latest FROM "staged" AS s JOIN (SELECT max(rowid) AS latest FROM "staged" GROUP BY "c0") AS l ON s.rowid = l.latest WHERE NOT EXISTS (SELECT 1 FROM "raw"."shop"."users" AS _chorale_target WHERE _chorale_target."id" = s."c0" AND _chorale_target."_sdc_extracted_at" > s."c2")',
      'DELETE FROM "raw"."shop"."users" AS _chorale_target USING "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND _chorale_target."id" = s."c0"',
      `INSERT INTO "raw"."shop"."users" (${duckdb.columns}) SELECT ${winning} FROM "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND s."c5" IS NULL`,
      'DROP TABLE "temp"."main"."_chorale_winners"',
    ],
    snowflake: [
      `MERGE INTO "RAW"."SHOP"."USERS" AS _chorale_target USING ${snowflake.latest} AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED AND _chorale_staged."c5" IS NOT NULL AND ${snowflake.isNewer} THEN DELETE WHEN MATCHED AND ${snowflake.isNewer} THEN UPDATE SET ${snowflake.changes} WHEN NOT MATCHED AND _chorale_staged."c5" IS NULL THEN INSERT (${snowflake.columns}) VALUES (${staged})`,
    ],
  },
  {
    kind: "upsert into a table with other columns",
    duckdb: [
      `MERGE INTO "raw"."shop"."users" AS _chorale_target USING ${duckdb.latest} AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" WHEN MATCHED AND ${duckdb.isNewer} THEN UPDATE SET ${duckdb.changes} WHEN NOT MATCHED THEN INSERT (${duckdb.columns}) VALUES (${staged})`,
    ],
    snowflake: [
      `MERGE INTO "RAW"."SHOP"."USERS" AS _chorale_target USING ${snowflake.latest} AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED AND ${snowflake.isNewer} THEN UPDATE SET ${snowflake.changes} WHEN NOT MATCHED THEN INSERT (${snowflake.columns}) VALUES (${staged})`,
    ],
  },
  {
    kind: "overwrite",
    duckdb: [
      'DELETE FROM "raw"."shop"."users"',
      'CREATE OR REPLACE TEMPORARY TABLE "temp"."main"."_chorale_winners" AS SELECT l.latest FROM "staged" AS s JOIN (SELECT max(rowid) AS latest FROM "staged" GROUP BY "c0") AS l ON s.rowid = l.latest WHERE NOT EXISTS (SELECT 1 FROM "raw"."shop"."users" AS _chorale_target WHERE _chorale_target."id" = s."c0" AND _chorale_target."_sdc_extracted_at" > s."c2")',
      'DELETE FROM "raw"."shop"."users" AS _chorale_target USING "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners") AND _chorale_target."id" = s."c0"',
      `INSERT INTO "raw"."shop"."users" (${duckdb.columns}) SELECT ${winning} FROM "staged" AS s WHERE s.rowid IN (SELECT latest FROM "temp"."main"."_chorale_winners")`,
      'DROP TABLE "temp"."main"."_chorale_winners"',
    ],
    snowflake: [
      `INSERT OVERWRITE INTO "RAW"."SHOP"."USERS" (${snowflake.columns}) SELECT ${staged} FROM ${snowflake.latest} AS _chorale_staged`,
    ],
  },
  {
    kind: "overwrite with nothing",
    duckdb: ['DELETE FROM "raw"."shop"."users"'],
    snowflake: ['DELETE FROM "RAW"."SHOP"."USERS"'],
  },
  {
    kind: "retire rows by removing",
    duckdb: [
      'DELETE FROM "raw"."shop"."users" WHERE ("_sdc_table_version" IS NULL OR "_sdc_table_version" < 7)',
    ],
    snowflake: [
      'DELETE FROM "RAW"."SHOP"."USERS" WHERE ("_SDC_TABLE_VERSION" IS NULL OR "_SDC_TABLE_VERSION" < 7)',
    ],
  },
  {
    kind: "retire rows by marking",
    duckdb: [
      'UPDATE "raw"."shop"."users" SET "_sdc_deleted_at" = make_timestamp(epoch_us(now())) WHERE "_sdc_deleted_at" IS NULL AND ("_sdc_table_version" IS NULL OR "_sdc_table_version" < 7)',
    ],
    snowflake: [
      'UPDATE "RAW"."SHOP"."USERS" SET "_SDC_DELETED_AT" = SYSDATE() WHERE "_SDC_DELETED_AT" IS NULL AND ("_SDC_TABLE_VERSION" IS NULL OR "_SDC_TABLE_VERSION" < 7)',
    ],
  },
  {
    kind: "keep states",
    duckdb: [
      'CREATE TABLE IF NOT EXISTS "raw"."shop"."users" ("state_id" VARCHAR, "state" VARCHAR, "commit_id" VARCHAR, "committed_at" TIMESTAMP)',
      'DELETE FROM "raw"."shop"."users" WHERE "state_id" = ? <- nightly',
      'INSERT INTO "raw"."shop"."users" ("state_id", "state", "commit_id", "committed_at") SELECT ?, ?, ?, make_timestamp(epoch_us(now())) <- nightly | {"nightly":1} | commit-1',
      'MERGE INTO "raw"."shop"."users" AS t USING (SELECT ? AS "state_id", ? AS "state", ? AS "commit_id") AS s ON t."state_id" = s."state_id" WHEN MATCHED AND (t."commit_id" IS NULL OR t."commit_id" <> s."commit_id") THEN UPDATE SET "state" = s."state", "commit_id" = s."commit_id", "committed_at" = make_timestamp(epoch_us(now())) WHEN NOT MATCHED THEN INSERT ("state_id", "state", "commit_id", "committed_at") VALUES (s."state_id", s."state", s."commit_id", make_timestamp(epoch_us(now()))) <- nightly | {"nightly":1} | commit-1',
      'SELECT "state" FROM "raw"."shop"."users" WHERE "state_id" = ? <- nightly',
    ],
    snowflake: [
      'CREATE TABLE IF NOT EXISTS "RAW"."SHOP"."USERS" ("STATE_ID" VARCHAR, "STATE" VARCHAR, "COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      'DELETE FROM "RAW"."SHOP"."USERS" WHERE "STATE_ID" = ? <- nightly',
      'INSERT INTO "RAW"."SHOP"."USERS" ("STATE_ID", "STATE", "COMMIT_ID", "COMMITTED_AT") SELECT ?, ?, ?, SYSDATE() <- nightly | {"nightly":1} | commit-1',
      'MERGE INTO "RAW"."SHOP"."USERS" AS t USING (SELECT ? AS "STATE_ID", ? AS "STATE", ? AS "COMMIT_ID") AS s ON t."STATE_ID" = s."STATE_ID" WHEN MATCHED AND (t."COMMIT_ID" IS NULL OR t."COMMIT_ID" <> s."COMMIT_ID") THEN UPDATE SET "STATE" = s."STATE", "COMMIT_ID" = s."COMMIT_ID", "COMMITTED_AT" = SYSDATE() WHEN NOT MATCHED THEN INSERT ("STATE_ID", "STATE", "COMMIT_ID", "COMMITTED_AT") VALUES (s."STATE_ID", s."STATE", s."COMMIT_ID", SYSDATE()) <- nightly | {"nightly":1} | commit-1',
      'SELECT "STATE" FROM "RAW"."SHOP"."USERS" WHERE "STATE_ID" = ? <- nightly',
    ],
  },
  {
    kind: "keep a ledger",
    duckdb: [
      'CREATE TABLE IF NOT EXISTS "raw"."shop"."users" ("commit_id" VARCHAR, "committed_at" TIMESTAMP)',
      'MERGE INTO "raw"."shop"."users" AS t USING (SELECT ? AS "commit_id") AS s ON t."commit_id" = s."commit_id" WHEN NOT MATCHED THEN INSERT ("commit_id", "committed_at") VALUES (s."commit_id", make_timestamp(epoch_us(now()))) <- commit-1',
      'DELETE FROM "raw"."shop"."users" WHERE "committed_at" < CAST(? AS TIMESTAMP) <- 2026-01-31T00:00:00.000',
    ],
    snowflake: [
      'CREATE TABLE IF NOT EXISTS "RAW"."SHOP"."USERS" ("COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      'MERGE INTO "RAW"."SHOP"."USERS" AS t USING (SELECT ? AS "COMMIT_ID") AS s ON t."COMMIT_ID" = s."COMMIT_ID" WHEN NOT MATCHED THEN INSERT ("COMMIT_ID", "COMMITTED_AT") VALUES (s."COMMIT_ID", SYSDATE()) <- commit-1',
      'DELETE FROM "RAW"."SHOP"."USERS" WHERE "COMMITTED_AT" < CAST(? AS TIMESTAMP_NTZ) <- 2026-01-31T00:00:00.000',
    ],
  },
];

describe("statements of every kind, for the same tables and the same commits", () => {
  const kinds = (dialect: keyof typeof dialects) =>
    Object.entries(statementKinds(dialects[dialect], plainNames));

  it("are all here", () => {
    for (const dialect of ["duckdb", "snowflake"] as const) {
      expect(kinds(dialect).map(([kind]) => kind)).toEqual(statements.map(({ kind }) => kind));
    }
  });

  it.each(statements)("$kind", ({ kind, ...expected }) => {
    for (const dialect of ["duckdb", "snowflake"] as const) {
      const found = kinds(dialect).find(([name]) => name === kind)?.[1] ?? [];
      const texts = found.map(({ sql, values }) =>
        values === undefined ? sql : `${sql} <- ${values.join(" | ")}`,
      );
      expect(texts).toEqual(expected[dialect]);
    }
  });
});

const run = [
  {
    type: "SCHEMA",
    stream: "users",
    schema: {
      type: "object",
      properties: { id: { type: "integer" }, note: { type: ["null", "string"] } },
    },
    key_properties: ["id"],
  },
  { type: "RECORD", stream: "users", record: { id: 1, note: "x" } },
  { type: "STATE", value: { seen: 1 } },
];

describe("a run of target-snowflake", () => {
  it("sends these statements, each in its session", async () => {
    const standIn = await startStandIn();
    const { config, secrets } = snowflakeWarehouse(standIn);
    const input = Buffer.from(run.map((message) => `${JSON.stringify(message)}\n`).join(""));
    await targetSnowflake.run([input], {
      config: { ...config, ...secrets, default_target_schema: "shop", add_record_metadata: false },
    });
    const folder = '@"RAW"."SHOP"."_CHORALE_STAGE"/chorale/users/<batch>/';
    const sent = standIn.statements.map(
      ({ session, sql }) =>
        `${session}: ${sql.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<batch>")}`,
    );
    expect(sent).toEqual([
      "1: ALTER SESSION SET TIMEZONE = 'UTC' TIMESTAMP_INPUT_FORMAT = 'AUTO' DATE_INPUT_FORMAT = 'AUTO' TIME_INPUT_FORMAT = 'AUTO' TIMESTAMP_DAY_IS_ALWAYS_24H = FALSE QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE ERROR_ON_NONDETERMINISTIC_MERGE = TRUE AUTOCOMMIT = TRUE ABORT_DETACHED_QUERY = TRUE STRICT_JSON_OUTPUT = TRUE STATEMENT_TIMEOUT_IN_SECONDS = 3600 LOCK_TIMEOUT = 600",
      "1: SELECT CURRENT_WAREHOUSE(), CURRENT_DATABASE(), CURRENT_ROLE()",
      '1: DESCRIBE TABLE "RAW"."SHOP"."USERS"',
      '1: USE SCHEMA "RAW"."SHOP"',
      '1: CREATE SCHEMA IF NOT EXISTS "RAW"."SHOP"',
      '1: CREATE TABLE "RAW"."SHOP"."USERS" ("ID" NUMBER(38,0), "NOTE" VARCHAR)',
      '1: DESCRIBE STAGE "RAW"."SHOP"."_CHORALE_STAGE"',
      `1: CREATE STAGE IF NOT EXISTS "RAW"."SHOP"."_CHORALE_STAGE" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
      `2: PUT 'file://0001.json.zst' '${folder}' AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
      '1: CREATE TABLE IF NOT EXISTS "RAW"."SHOP"."_CHORALE_COMMITS" ("COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      '1: DELETE FROM "RAW"."SHOP"."_CHORALE_COMMITS" WHERE "COMMITTED_AT" < CAST(? AS TIMESTAMP_NTZ)',
      '1: CREATE TEMPORARY TABLE "RAW"."SHOP"."_CHORALE_STAGED_1" ("_FILE" VARCHAR, "_ROW" NUMBER(38,0), "c0" VARIANT, "c1" VARIANT)',
      "1: BEGIN TRANSACTION",
      `1: COPY INTO "RAW"."SHOP"."_CHORALE_STAGED_1" ("_FILE", "_ROW", "c0", "c1") FROM (SELECT METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, $1:"record"."id", $1:"record"."note" FROM ${folder}) FILES = ('0001.json.zst') FILE_FORMAT = (TYPE = JSON COMPRESSION = ZSTD STRIP_OUTER_ARRAY = FALSE STRIP_NULL_VALUES = FALSE NULL_IF = ()) ON_ERROR = ABORT_STATEMENT PURGE = FALSE`,
      `1: SELECT COUNT_IF(COALESCE(IS_NULL_VALUE("c0"), TRUE)) AS "n0", COUNT_IF("c0" IS NOT NULL AND NOT IS_NULL_VALUE("c0") AND NOT COALESCE((TYPEOF("c0") = 'INTEGER' OR REGEXP_LIKE(AS_VARCHAR("c0"), '-?(0|[1-9][0-9]{0,37})')), FALSE)) AS "n1", COUNT_IF("c1" IS NOT NULL AND NOT IS_NULL_VALUE("c1") AND NOT COALESCE(TYPEOF("c1") = 'VARCHAR', FALSE)) AS "n2" FROM "RAW"."SHOP"."_CHORALE_STAGED_1"`,
      '1: MERGE INTO "RAW"."SHOP"."USERS" AS _chorale_target USING (SELECT r.* FROM (SELECT "_FILE", "_ROW", CAST("c0" AS NUMBER(38,0)) AS "c0", AS_VARCHAR("c1") AS "c1" FROM "RAW"."SHOP"."_CHORALE_STAGED_1") AS r QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "_FILE" DESC, "_ROW" DESC) = 1) AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED THEN UPDATE SET "NOTE" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("ID", "NOTE") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      '1: MERGE INTO "RAW"."SHOP"."_CHORALE_COMMITS" AS t USING (SELECT ? AS "COMMIT_ID") AS s ON t."COMMIT_ID" = s."COMMIT_ID" WHEN NOT MATCHED THEN INSERT ("COMMIT_ID", "COMMITTED_AT") VALUES (s."COMMIT_ID", SYSDATE())',
      "1: COMMIT",
      '1: DROP TABLE IF EXISTS "RAW"."SHOP"."_CHORALE_STAGED_1"',
      `1: REMOVE ${folder}`,
    ]);
  });
});
