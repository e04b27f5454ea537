import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { SnowflakeSandbox } from "@chorale/sandbox";
import type { LoadMethod, SpooledBatch, StagedBatch, TableSpec } from "@chorale/target-sdk";
import { planCommit, planTable, quoteTable, stagedFields } from "@chorale/target-sdk/sql";
import { describe, expect, it } from "vitest";
import type { SnowflakeConnection } from "../src/connection.ts";
import { copiedRows } from "../src/copy-result.ts";
import { copyFiles, removeFiles, stagedFileName } from "../src/copy-statements.ts";
import { snowflakeDialect } from "../src/dialect.ts";
import { laneOf } from "../src/lane.ts";
import { stageReference } from "../src/names.ts";
import { putStatement } from "../src/put-statement.ts";
import { createStage, setSession } from "../src/set-up-statements.ts";
import { guardQueries, refusalsOf } from "../src/staging-guard.ts";
import { createStagingTable, dropStagingTable, stagedTable } from "../src/staging-table.ts";
import { describeTable, existingColumns } from "../src/stored-types.ts";
import { connected, standIn } from "./stand-in.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const timestampType = "TIMESTAMP_NTZ";
const dialect = snowflakeDialect({ timestampType, transient: false });
const table = { catalog: "RAW", schema: "PUBLIC", table: "USERS" };
const name = { catalog: "RAW", schema: "PUBLIC", table: "_CHORALE_1" };
const stage = { catalog: "RAW", schema: "PUBLIC", table: 'a "stage"' };
const path = "chorale/users/b1/";

interface Place {
  readonly snowflake: SnowflakeSandbox;
  readonly connection: SnowflakeConnection;
}

/** A session in UTC, with a stage. */
async function place(): Promise<Place> {
  const snowflake = await standIn();
  const session = [setSession({ statement_timeout_seconds: 60, lock_timeout_seconds: 10 })];
  const connection = await connected(snowflake, {}, { session });
  await connection.execute(createStage(stage) ?? { sql: "" });
  return { snowflake, connection };
}

const moments = {
  syncStartedAt: new Date("2024-05-01T10:00:00.001Z"),
  receivedAt: new Date("2024-05-01T10:00:00.020Z"),
  batchedAt: new Date("2024-05-01T10:00:00.300Z"),
};

interface Load {
  readonly spec: TableSpec;
  /** Lines, by file. */
  readonly files: readonly (readonly string[])[];
  readonly loadMethod?: LoadMethod;
  readonly root?: SpooledBatch["root"];
  readonly replaces?: boolean;
}

/** Brings lines from files into their table, as a commit does; answers why they are refused. */
async function load({ connection }: Place, options: Load): Promise<readonly string[]> {
  const { spec, files, loadMethod = "upsert", root = "record", replaces = false } = options;
  const described = await connection.execute(describeTable(table)).catch(() => undefined);
  const existing = described === undefined ? [] : existingColumns(described.rows, described.columns);
  const plan = planTable({ dialect, table, spec, existing, onTypeChange: "widen" });
  for (const statement of plan.statements) await connection.execute(statement);
  const batch: SpooledBatch = {
    id: "b1",
    shape: { spec, table: "PUBLIC.USERS", columns: plan.columns, lane: laneOf(spec, plan.columns) },
    loadMethod,
    hardDelete: true,
    files: files.map((lines) => ({ path: "", compression: "zstd", rows: lines.length, bytes: 0 })),
    rows: files.flat().length,
    root,
    rewritten: false,
    times: moments,
  };
  const folder = await temporaryFolder();
  for (const [index, lines] of files.entries()) {
    const file = `${path}${stagedFileName(index + 1, { compression: "zstd" })}`;
    await writeFile(
      join(folder, stagedFileName(index + 1, { compression: "zstd" })),
      zstdCompressSync(lines.map((line) => `${line}\n`).join("")),
    );
    await connection.execute({ sql: putStatement(stageReference(stage).slice(1), { name: file }), folder });
  }
  const staging = { name, fields: stagedFields(batch, plan, { dialect }) };
  await connection.execute(createStagingTable(staging));
  try {
    for (const { statement, files: count } of copyFiles(staging, { stage, path, batch })) {
      expect(copiedRows(await connection.execute(statement), { files: count })).toEqual({ rows: batch.rows });
    }
    const reasons: string[] = [];
    for (const query of guardQueries(staging, { root, timestampType })) {
      reasons.push(...refusalsOf(query, await connection.execute(query.statement)));
    }
    if (reasons.length > 0) return reasons;
    const staged: StagedBatch = { batch, token: "1" };
    const steps = planCommit(
      {
        id: "c1",
        steps: [
          ...(replaces ? [{ kind: "replace", shape: batch.shape } as const] : []),
          { kind: "load", staged },
        ],
      },
      { dialect, planOf: () => plan, stagedTable: () => stagedTable(staging, { timestampType }) },
    );
    for (const { statement } of steps) await connection.execute(statement);
    return [];
  } finally {
    await connection.execute(dropStagingTable(staging));
    await connection.execute(removeFiles({ stage, path }));
  }
}

function record(
  fields: Readonly<Record<string, unknown>>,
  message: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({ type: "RECORD", stream: "users", record: fields, ...message });
}

const spec: TableSpec = {
  stream: "users",
  keyProperties: ["id"],
  columns: [
    { property: "id", type: { kind: "integer", wide: false } },
    { property: "name", type: { kind: "string" } },
    { property: "price", type: { kind: "decimal", precision: 38, scale: 9 }, fedByNumbers: true },
    { property: "ratio", type: { kind: "double" } },
    { property: "active", type: { kind: "boolean" } },
    { property: "at", type: { kind: "timestamp" } },
    { property: "day", type: { kind: "date" } },
    { property: "clock", type: { kind: "time" } },
    { property: "tags", type: { kind: "json" } },
    { property: "address__city", path: ["address", "city"], type: { kind: "string" } },
  ],
  addRecordMetadata: false,
};

describe("lines in a stage", () => {
  it("become rows, each value exact", async () => {
    const at = await place();
    const line =
      '{"type":"RECORD","stream":"users","record":{"id":12345678901234567890123,"name":"\\\\N \\u00e4🙂","price":12345678901234567890.123456789,' +
      '"ratio":0.30000000000000004,"active":false,"at":"2024-05-01T10:20:30.1234567+0530","day":"2024-02-29","clock":"23:59:59.9999999",' +
      '"tags":[1,{"b":null}],"address":{"city":"Köln"}},"version":7}';
    expect(await load(at, { spec, files: [[line]] })).toEqual([]);
    expect(
      await at.snowflake.query(
        `SELECT ID, NAME, PRICE, RATIO, ACTIVE, AT, DAY, CLOCK, TO_JSON(TAGS) AS TAGS, ADDRESS__CITY FROM ${quoteTable(table)}`,
      ),
    ).toEqual([
      {
        ID: 12345678901234567890123n,
        NAME: "\\N ä🙂",
        PRICE: "12345678901234567890.123456789",
        RATIO: 0.30000000000000004,
        ACTIVE: false,
        AT: "2024-05-01T04:50:30.123456",
        DAY: "2024-02-29",
        CLOCK: "23:59:59.999999",
        TAGS: '[1,{"b":null}]',
        ADDRESS__CITY: "Köln",
      },
    ]);
  });

  it("load missing values and nulls as NULL, of every type", async () => {
    const at = await place();
    const nulls = Object.fromEntries(spec.columns.map(({ property }) => [property, null]));
    const lines = [
      record({ id: 1 }),
      record({ ...nulls, id: 2, address: null }),
      record({ id: 3, address: { city: null } }),
    ];
    expect(await load(at, { spec, files: [lines] })).toEqual([]);
    const others = spec.columns.slice(1).map(({ property }) => `"${property.toUpperCase()}" IS NULL`);
    expect(
      await at.snowflake.query(
        `SELECT COUNT(*) AS N FROM ${quoteTable(table)} WHERE ${others.join(" AND ")}`,
      ),
    ).toEqual([{ N: 3n }]);
  });

  it("of one key leave the last, over files and within them", async () => {
    const at = await place();
    const rows = (names: readonly string[]) =>
      names.map((each, index) => record({ id: index % 2, name: each }));
    expect(
      await load(at, { spec, files: [rows(["a", "b", "c"]), rows(["d"]), rows(["x", "f", "e"])] }),
    ).toEqual([]);
    const question = `SELECT ID, NAME FROM ${quoteTable(table)} ORDER BY ID`;
    expect(await at.snowflake.query(question)).toEqual([
      { ID: 0n, NAME: "e" },
      { ID: 1n, NAME: "f" },
    ]);
    expect(
      await load(at, { spec, files: [[record({ id: 1, name: "g" }), record({ id: 2, name: "h" })]] }),
    ).toEqual([]);
    expect(await at.snowflake.query(question)).toEqual([
      { ID: 0n, NAME: "e" },
      { ID: 1n, NAME: "g" },
      { ID: 2n, NAME: "h" },
    ]);
  });

  it("are appended, and replace all rows", async () => {
    const at = await place();
    const count = `SELECT COUNT(*) AS N, MIN(NAME) AS M FROM ${quoteTable(table)}`;
    const lines = [record({ id: 1, name: "a" }), record({ id: 1, name: "b" })];
    expect(await load(at, { spec, files: [lines], loadMethod: "append-only" })).toEqual([]);
    expect(await load(at, { spec, files: [lines], loadMethod: "append-only" })).toEqual([]);
    expect(await at.snowflake.query(count)).toEqual([{ N: 4n, M: "a" }]);
    expect(
      await load(at, {
        spec,
        files: [[record({ id: 9, name: "z" })]],
        loadMethod: "overwrite",
        replaces: true,
      }),
    ).toEqual([]);
    expect(await at.snowflake.query(count)).toEqual([{ N: 1n, M: "z" }]);
  });

  it("bring metadata, remove rows that the source marks, and never let the older replace the newer", async () => {
    const at = await place();
    const meta = { ...spec, addRecordMetadata: true };
    const extracted = (minute: number) => ({ time_extracted: `2024-05-01T10:0${minute}:00Z`, version: 3 });
    expect(
      await load(at, {
        spec: meta,
        files: [[record({ id: 1, name: "a" }, extracted(5)), record({ id: 2 }, extracted(5))]],
      }),
    ).toEqual([]);
    expect(
      await load(at, {
        spec: meta,
        files: [
          [
            record({ id: 1, name: "older" }, extracted(4)),
            record({ id: 2, _sdc_deleted_at: "2024-05-01T00:00:00Z" }, extracted(6)),
          ],
        ],
      }),
    ).toEqual([]);
    expect(
      await at.snowflake.query(
        `SELECT ID, NAME, _SDC_EXTRACTED_AT, _SDC_TABLE_VERSION, _SDC_SEQUENCE, _SDC_RECEIVED_AT, _SDC_SYNC_STARTED_AT FROM ${quoteTable(table)}`,
      ),
    ).toEqual([
      {
        ID: 1n,
        NAME: "a",
        _SDC_EXTRACTED_AT: "2024-05-01T10:05:00.000000",
        _SDC_TABLE_VERSION: 3n,
        _SDC_SEQUENCE: 1714557600300n,
        _SDC_RECEIVED_AT: "2024-05-01T10:00:00.020000",
        _SDC_SYNC_STARTED_AT: 1714557600001n,
      },
    ]);
  });

  it("are found under whatever keys they have", async () => {
    const at = await place();
    const keys = ['a "b"', "it's", "x.y", "x:y", "$1", "c\\d", "e\nf", "[0]", "select", "größe", " ", "a;--"];
    const odd: TableSpec = {
      stream: "users",
      keyProperties: [keys[0] ?? ""],
      columns: keys.map((property) => ({ property, type: { kind: "string" } })),
      addRecordMetadata: false,
    };
    const fields = Object.fromEntries(keys.map((key) => [key, `value of ${key}`]));
    expect(await load(at, { spec: odd, files: [[record(fields)]] })).toEqual([]);
    const [row] = await at.snowflake.query(`SELECT * FROM ${quoteTable(table)}`);
    expect(row).toEqual(Object.fromEntries(keys.map((key) => [dialect.fold(key), `value of ${key}`])));
  });

  it("may be bare records", async () => {
    const at = await place();
    const lines = ['{"id":1,"name":"a","address":{"city":"b"}}'];
    expect(await load(at, { spec, files: [lines], root: "line" })).toEqual([]);
    expect(await at.snowflake.query(`SELECT ID, NAME, ADDRESS__CITY FROM ${quoteTable(table)}`)).toEqual([
      { ID: 1n, NAME: "a", ADDRESS__CITY: "b" },
    ]);
  });

  it.each<[why: string, lines: readonly string[], reasons: readonly string[], options?: Partial<Load>]>([
    [
      "values that a cast would change, of each column counted",
      [
        record({ id: 1, price: "x", ratio: "1.5", active: 1 }),
        record({ id: 1.5, price: 1e30 }),
        record({ id: "2", name: 3 }),
      ],
      [
        '1 values of "id" are not NUMBER(38,0) as they are written',
        '1 values of "name" are not VARCHAR as they are written',
        '2 values of "price" are not NUMBER(38,9) as they are written',
        '1 values of "ratio" are not FLOAT as they are written',
        '1 values of "active" are not BOOLEAN as they are written',
      ],
    ],
    [
      "a key that is missing or null",
      [record({}), record({ id: null }), record({ id: 1 })],
      ['2 values of "id" are null or missing, and it is a key'],
    ],
    [
      "lines that are no records",
      ["[1]", '"x"', "1", '{"name":"a"}'],
      ["3 lines have no value for any column, and may be no records"],
      { spec: { ...spec, keyProperties: [] }, root: "line" },
    ],
  ])("are refused: %s", async (_why, lines, reasons, options) => {
    const at = await place();
    expect(await load(at, { spec, files: [lines], ...options })).toEqual(reasons);
    expect(await at.snowflake.query(`SELECT COUNT(*) AS N FROM ${quoteTable(table)}`)).toEqual([{ N: 0n }]);
  });

  it.each([
    ["broken JSON", '{"record":{"id":1}'],
    ["a key that comes twice", '{"record":{"id":1,"id":2}}'],
    ["a byte order mark", '\uFEFF{"record":{"id":1}}'],
  ])("fail their COPY: %s", async (_why, line) => {
    const at = await place();
    await expect(load(at, { spec, files: [[record({ id: 0 }), line]] })).rejects.toMatchObject({
      action: "data",
    });
  });
});
