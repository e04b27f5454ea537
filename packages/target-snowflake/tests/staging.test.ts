import type { SpooledBatch, SpoolFile, TableSpec } from "@chorale/target-sdk";
import {
  planTable,
  type StagedField,
  type StagedTable,
  type Statement,
  stagedFields,
} from "@chorale/target-sdk/sql";
import { describe, expect, it } from "vitest";
import { copiedRows } from "../src/copy-result.ts";
import { copyFiles, type FilesCopy, removeFiles } from "../src/copy-statements.ts";
import { snowflakeDialect } from "../src/dialect.ts";
import { laneOf } from "../src/lane.ts";
import { type GuardQuery, guardQueries, refusalsOf } from "../src/staging-guard.ts";
import { createStagingTable, dropStagingTable, stagedTable } from "../src/staging-table.ts";
import type { TimestampType } from "../src/stored-types.ts";

const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
const table = { catalog: "RAW", schema: "SHOP", table: "USERS" };
const name = { catalog: "RAW", schema: "SHOP", table: "_CHORALE_1" };
const stage = { catalog: "RAW", schema: "SHOP", table: "FILES" };
const path = "chorale/users/b1/";

const spec: TableSpec = {
  stream: "users",
  keyProperties: ["id"],
  columns: [
    { property: "id", type: { kind: "integer", wide: false } },
    { property: 'a "b".c', type: { kind: "boolean" } },
    { property: "address__city", path: ["address", "city"], type: { kind: "string" } },
  ],
  addRecordMetadata: true,
};

function batchOf(changes: Partial<SpooledBatch> = {}, of: TableSpec = spec): SpooledBatch {
  const { columns } = planTable({ dialect, table, spec: of, existing: [], onTypeChange: "widen" });
  return {
    id: "b1",
    shape: { spec: of, table: "SHOP.USERS", columns, lane: laneOf(of, columns) },
    loadMethod: "upsert",
    hardDelete: false,
    files: [file(), file()],
    rows: 24,
    root: "record",
    rewritten: false,
    times: {
      syncStartedAt: new Date("2024-05-01T10:00:00.001Z"),
      receivedAt: new Date("2024-05-01T10:00:00.020Z"),
      batchedAt: new Date("2024-05-01T10:00:00.300Z"),
    },
    ...changes,
  };
}

function file(compression: SpoolFile["compression"] = "zstd"): SpoolFile {
  return { path: "f", compression, rows: 12, bytes: 100 };
}

interface Statements {
  readonly create: Statement;
  readonly copies: readonly FilesCopy[];
  readonly guards: readonly GuardQuery[];
  readonly table: StagedTable;
  readonly drop: Statement;
  readonly remove: Statement;
}

function statements(
  batch: SpooledBatch,
  options: { timestampType?: TimestampType; stage?: "~"; fields?: readonly StagedField[] } = {},
): Statements {
  const { timestampType = "TIMESTAMP_NTZ" } = options;
  const plan = planTable({ dialect, table, spec: batch.shape.spec, existing: [], onTypeChange: "widen" });
  const staging = { name, fields: options.fields ?? stagedFields(batch, plan, { dialect }) };
  const files = { stage: options.stage ?? stage, path };
  return {
    create: createStagingTable(staging),
    copies: copyFiles(staging, { ...files, batch }),
    guards: guardQueries(staging, { root: batch.root, timestampType }),
    table: stagedTable(staging, { timestampType }),
    drop: dropStagingTable(staging),
    remove: removeFiles(files),
  };
}

const moment = (source: string): string =>
  String.raw`DATE_TRUNC('MICROSECOND', CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(REGEXP_REPLACE(AS_VARCHAR("${source}"), '([+-][0-9]{2})([0-9]{2})$', '\\1:\\2'))) AS TIMESTAMP_NTZ)) AS "${source}"`;
const format =
  "FILE_FORMAT = (TYPE = JSON COMPRESSION = ZSTD STRIP_OUTER_ARRAY = FALSE STRIP_NULL_VALUES = FALSE NULL_IF = ())";
const rules = "ON_ERROR = ABORT_STATEMENT PURGE = FALSE";

describe("statements of a batch", () => {
  it("make a table, copy values as they are, and read them by their types", () => {
    const { create, copies, table: staged, drop, remove } = statements(batchOf());
    expect(create.sql).toBe(
      'CREATE TEMPORARY TABLE "RAW"."SHOP"."_CHORALE_1" ("_FILE" VARCHAR, "_ROW" NUMBER(38,0), "c0" VARIANT, "c1" VARIANT, "c2" VARIANT, "c3" VARIANT, "_sdc_extracted_at" VARIANT, "_sdc_table_version" VARIANT)',
    );
    expect(copies).toEqual([
      {
        files: 2,
        statement: {
          sql:
            'COPY INTO "RAW"."SHOP"."_CHORALE_1" ("_FILE", "_ROW", "c0", "c1", "c2", "c3", "_sdc_extracted_at", "_sdc_table_version") ' +
            'FROM (SELECT METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, $1:"record"."id", $1:"record"."a ""b"".c", $1:"record"."address"."city", $1:"record"."_sdc_deleted_at", $1:"time_extracted", $1:"version" ' +
            `FROM @"RAW"."SHOP"."FILES"/chorale/users/b1/) FILES = ('0001.json.zst', '0002.json.zst') ${format} ${rules}`,
        },
      },
    ]);
    expect(staged.name).toBe(
      `(SELECT "_FILE", "_ROW", CAST("c0" AS NUMBER(38,0)) AS "c0", CAST("c1" AS BOOLEAN) AS "c1", AS_VARCHAR("c2") AS "c2", ${moment("c3")}, ${moment("_sdc_extracted_at")}, ` +
        `CAST("_sdc_table_version" AS NUMBER(38,0)) AS "_sdc_table_version", CAST('2024-05-01T10:00:00.020' AS TIMESTAMP_NTZ) AS "_sdc_received_at", CAST('2024-05-01T10:00:00.300' AS TIMESTAMP_NTZ) AS "_sdc_batched_at", ` +
        'CAST(1714557600300 AS NUMBER(38,0)) AS "_sdc_sequence", CAST(1714557600001 AS NUMBER(38,0)) AS "_sdc_sync_started_at" FROM "RAW"."SHOP"."_CHORALE_1")',
    );
    expect(staged.columns.map((column) => `${column.source} ${column.name} ${column.staged.kind}`)).toEqual([
      "c0 ID integer",
      'c1 A "B".C boolean',
      "c2 ADDRESS__CITY string",
      "c3 _SDC_DELETED_AT timestamp",
      "_sdc_extracted_at _SDC_EXTRACTED_AT timestamp",
      "_sdc_table_version _SDC_TABLE_VERSION integer",
      "_sdc_received_at _SDC_RECEIVED_AT timestamp",
      "_sdc_batched_at _SDC_BATCHED_AT timestamp",
      "_sdc_sequence _SDC_SEQUENCE integer",
      "_sdc_sync_started_at _SDC_SYNC_STARTED_AT integer",
    ]);
    expect(drop.sql).toBe('DROP TABLE IF EXISTS "RAW"."SHOP"."_CHORALE_1"');
    expect(remove.sql).toBe('REMOVE @"RAW"."SHOP"."FILES"/chorale/users/b1/');
  });

  it("read bare records and flat lines where their values are", () => {
    const selected = (batch: SpooledBatch): string =>
      /METADATA\$FILE_ROW_NUMBER, (.*) FROM @/.exec(statements(batch).copies[0]?.statement.sql ?? "")?.[1] ??
      "";
    expect(selected(batchOf({ root: "line" }))).toBe(
      '$1:"id", $1:"a ""b"".c", $1:"address"."city", $1:"_sdc_deleted_at"',
    );
    expect(selected(batchOf({ rewritten: true }))).toBe(
      '$1:"record"."id", $1:"record"."a ""b"".c", $1:"record"."address__city", $1:"record"."_sdc_deleted_at", $1:"time_extracted", $1:"version"',
    );
  });

  it.each([
    ["gzip", "'0001.json.gz'", "COMPRESSION = GZIP"],
    ["none", "'0001.json'", "COMPRESSION = NONE"],
    ["zstd", "'0001.json.zst'", "COMPRESSION = ZSTD"],
  ] as const)("name files of compression %s, also in the user's stage", (compression, quoted, option) => {
    const { copies, remove } = statements(batchOf({ files: [file(compression)] }), { stage: "~" });
    expect(copies[0]?.statement.sql).toContain(`FROM @~/chorale/users/b1/) FILES = (${quoted}) `);
    expect(copies[0]?.statement.sql).toContain(option);
    expect(remove.sql).toBe("REMOVE @~/chorale/users/b1/");
  });

  it("copy no more than 1,000 files at a time, each once and in order", () => {
    const { copies } = statements(batchOf({ files: Array.from({ length: 2001 }, () => file()) }));
    expect(copies.map(({ files }) => files)).toEqual([1000, 1000, 1]);
    const names = copies.flatMap(({ statement }) => statement.sql.match(/'[0-9]+\.json\.zst'/g) ?? []);
    expect(names).toHaveLength(2001);
    expect([names[0], names[999], names[1000], names[2000]]).toEqual([
      "'0001.json.zst'",
      "'1000.json.zst'",
      "'1001.json.zst'",
      "'2001.json.zst'",
    ]);
    expect(names).toEqual(names.toSorted());
  });

  it("write constants of every kind", () => {
    const type = { kind: "timestamp" } as const;
    const integer = { kind: "integer", wide: false } as const;
    const fields: readonly StagedField[] = [
      { name: "A", source: "a", type, from: { constant: new Date("0999-12-31T23:59:59.999Z") } },
      { name: "B", source: "b", type, from: { constant: null } },
      { name: "C", source: "c", type: integer, from: { constant: 1e21 } },
      { name: "D", source: "d", type: integer, from: { constant: null } },
    ];
    const text = (timestampType: TimestampType) =>
      statements(batchOf(), { fields, timestampType }).table.name;
    expect(text("TIMESTAMP_NTZ")).toBe(
      `(SELECT "_FILE", "_ROW", CAST('0999-12-31T23:59:59.999' AS TIMESTAMP_NTZ) AS "a", CAST(NULL AS TIMESTAMP_NTZ) AS "b", CAST(1000000000000000000000 AS NUMBER(38,0)) AS "c", CAST(NULL AS NUMBER(38,0)) AS "d" FROM "RAW"."SHOP"."_CHORALE_1")`,
    );
    expect(text("TIMESTAMP_TZ")).toContain(`CAST('0999-12-31T23:59:59.999Z' AS TIMESTAMP_TZ) AS "a"`);
  });
});

describe("guards of a batch", () => {
  it("count what may not be loaded as it came, in one scan", () => {
    const [query, ...more] = statements(batchOf()).guards;
    expect(more).toEqual([]);
    expect(query?.reasons).toEqual([
      { property: "id", text: "are null or missing, and it is a key" },
      { property: "id", text: "are not NUMBER(38,0) as they are written" },
      { property: 'a "b".c', text: "are not BOOLEAN as they are written" },
      { property: "address__city", text: "are not VARCHAR as they are written" },
      { property: "_sdc_deleted_at", text: "are not TIMESTAMP_NTZ as they are written" },
      { property: "time_extracted", text: "are not TIMESTAMP_NTZ as they are written" },
      { property: "version", text: "are not NUMBER(38,0) as they are written" },
    ]);
    const sql = query?.statement.sql ?? "";
    expect(sql).toMatch(
      /^SELECT COUNT_IF\(COALESCE\(IS_NULL_VALUE\("c0"\), TRUE\)\) AS "n0", COUNT_IF\("c0" IS NOT NULL /,
    );
    expect(sql).toMatch(/ AS "n6" FROM "RAW"\."SHOP"\."_CHORALE_1"$/);
    expect(sql).toContain(
      `COUNT_IF("c1" IS NOT NULL AND NOT IS_NULL_VALUE("c1") AND NOT COALESCE(TYPEOF("c1") = 'BOOLEAN', FALSE)) AS "n2"`,
    );
  });

  it("find lines that hold no record, where neither a head was read nor a key would show it", () => {
    const keyless: TableSpec = { ...spec, keyProperties: [], addRecordMetadata: false };
    const reasons = (root: SpooledBatch["root"], of: TableSpec) =>
      statements(batchOf({ root }, of)).guards.flatMap((query) => query.reasons.map(({ text }) => text));
    const lost = "have no value for any column, and may be no records";
    expect(reasons("line", keyless)).toContain(lost);
    expect(reasons("record", keyless)).not.toContain(lost);
    expect(reasons("line", spec)).not.toContain(lost);
    expect(statements(batchOf({ root: "line" }, keyless)).guards[0]?.statement.sql).toContain(
      'COUNT_IF("c0" IS NULL AND "c1" IS NULL AND "c2" IS NULL) AS "n3"',
    );
  });

  it("are several queries for a very wide table, none of them longer than Snowflake takes", () => {
    const columns = Array.from({ length: 2000 }, (_, index) => ({
      property: `p${index}`,
      type: { kind: "timestamp" } as const,
    }));
    const wide = { ...spec, keyProperties: ["p0"], columns, addRecordMetadata: false };
    const { guards, table: staged } = statements(batchOf({}, wide));
    expect(guards.flatMap(({ reasons }) => reasons)).toHaveLength(2001);
    for (const { statement } of guards) expect(statement.sql.length).toBeLessThan(500_000);
    expect(staged.name.length).toBeLessThan(500_000);
  });

  it("have no query for a table without columns of the source", () => {
    const empty = { ...spec, keyProperties: [], columns: [], addRecordMetadata: false };
    const { guards, create } = statements(batchOf({ root: "line" }, empty));
    expect(guards).toEqual([]);
    expect(create.sql).toBe(
      'CREATE TEMPORARY TABLE "RAW"."SHOP"."_CHORALE_1" ("_FILE" VARCHAR, "_ROW" NUMBER(38,0))',
    );
  });
});

describe("answers of guards", () => {
  const query = {
    statement: { sql: "" },
    reasons: [
      { property: "id", text: "are null or missing, and it is a key" },
      { property: "at", text: "are not TIMESTAMP_NTZ as they are written" },
      { text: "have no value for any column, and may be no records" },
    ],
  };

  it.each<[string, readonly (readonly (string | null)[])[], readonly string[]]>([
    ["nothing", [["0", "0", "0"]], []],
    [
      "some",
      [["2", "0", "10"]],
      [
        '2 values of "id" are null or missing, and it is a key',
        "10 lines have no value for any column, and may be no records",
      ],
    ],
    [
      "too little",
      [["0", null]],
      [
        'an unknown number of values of "at" are not TIMESTAMP_NTZ as they are written',
        "an unknown number of lines have no value for any column, and may be no records",
      ],
    ],
  ])("%s", (_name, rows, reasons) => {
    expect(refusalsOf(query, { rows })).toEqual(reasons);
  });

  it("no row at all", () => {
    expect(refusalsOf(query, { rows: [] })).toHaveLength(3);
  });
});

describe("answers of COPY", () => {
  const columns = [
    "file",
    "status",
    "rows_parsed",
    "rows_loaded",
    "error_limit",
    "errors_seen",
    "first_error",
  ];
  const loaded = (rows: string) => ["chorale/users/b1/0001.json.zst", "LOADED", rows, rows, "1", "0", null];

  it("add up the rows of all files", () => {
    expect(copiedRows({ columns, rows: [loaded("12"), loaded("30")] }, { files: 2 })).toEqual({ rows: 42 });
    expect(
      copiedRows(
        { columns: columns.map((column) => column.toUpperCase()), rows: [loaded("0")] },
        { files: 1 },
      ),
    ).toEqual({ rows: 0 });
  });

  it.each<
    [string, { columns: readonly string[]; rows: readonly (readonly (string | null)[])[] }, number, string]
  >([
    [
      "no file",
      { columns: ["status"], rows: [["Copy executed with 0 files processed."]] },
      1,
      "Copy executed with 0 files processed.",
    ],
    ["nothing", { columns: [], rows: [] }, 1, "COPY answered nothing"],
    ["fewer files", { columns, rows: [loaded("12")] }, 2, "COPY answered for 1 of 2 files"],
    ["more files", { columns, rows: [loaded("1"), loaded("1")] }, 1, "COPY answered for 2 of 1 files"],
    [
      "a file that was skipped",
      {
        columns,
        rows: [loaded("12"), ["b.json", "LOAD_SKIPPED", "0", "0", "0", "0", "File was loaded before."]],
      },
      2,
      "b.json is LOAD_SKIPPED: File was loaded before.",
    ],
    [
      "a file in part",
      { columns, rows: [["b.json", "PARTIALLY_LOADED", "2", "1", "2", "1", null]] },
      1,
      "b.json is PARTIALLY_LOADED",
    ],
    [
      "no number",
      { columns: ["file", "status"], rows: [["b.json", "LOADED"]] },
      1,
      "COPY did not say how many rows it loaded",
    ],
  ])("are a problem: %s", (_name, answer, files, problem) => {
    expect(copiedRows(answer, { files })).toEqual({ problem });
  });
});
