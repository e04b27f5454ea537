import { describe, expect, it } from "vitest";
import {
  beginning,
  expectFailure,
  integer,
  moment,
  number,
  record,
  schema,
  state,
  testAccount,
  testSchema,
  text,
} from "./loads.ts";

const account = testAccount({
  world: {
    databases: [{ name: "RAW", schemas: ["PUBLIC", "PPW", "ML"] }],
    warehouses: ["LOADING"],
    roles: { LOADER: { lacks: [] } },
  },
});
const properties = { id: integer, name: text, price: number, at: moment, tags: { type: ["null", "array"] } };
const extracted = { time_extracted: "2024-05-01T00:00:00Z" };

describe("a pipeline of PipelineWise's loader", () => {
  it("goes on in its tables: names, defaults, and columns as they are", async () => {
    const { sandbox } = account;
    await sandbox.query(
      `CREATE TABLE RAW.PPW."ORDER LINES" ("ID" NUMBER, "NAME" TEXT, "PRICE" FLOAT, "AT" TIMESTAMP_NTZ, "TAGS" VARIANT, PRIMARY KEY("ID"))`,
    );
    await sandbox.query(
      `INSERT INTO RAW.PPW."ORDER LINES" SELECT 1, 'old', 1.5, '2024-01-01', PARSE_JSON('[1]') UNION ALL SELECT 2, 'kept', NULL, NULL, NULL`,
    );
    const test = testSchema(sandbox, {
      name: "PPW",
      settings: {
        compat: "pipelinewise",
        default_target_schema: "not used",
        schema_mapping: { shop: { target_schema: "ppw" } },
        dbname: "RAW",
        database: undefined,
        file_format: "RAW.PUBLIC.CSV",
        no_compression: true,
      },
    });
    const stream = "shop-order lines";
    const { statements, log } = await test.load([
      schema(stream, properties, ["id"]),
      record(stream, { id: 1, name: "new", price: 2, at: "2024-02-01T00:00:00+01:00", tags: ["a"] }),
      record(stream, { id: 3, name: "" }),
      JSON.stringify({ type: "ACTIVATE_VERSION", stream, version: 5 }),
      state(1),
    ]);
    expect(beginning(statements, 'CREATE TABLE "RAW"', "ALTER TABLE")).toEqual([]);
    // The stage and the ledger are where nothing else is.
    expect(beginning(statements, "CREATE SCHEMA")).toEqual(['CREATE SCHEMA IF NOT EXISTS "RAW"."NOT USED"']);
    expect(await test.rows("ORDER LINES")).toEqual([
      String.raw`[1,"new",2,"2024-01-31T23:00:00.000000","[\"a\"]"]`,
      '[2,"kept",null,null,null]',
      '[3,"",null,null,null]',
    ]);
    expect(beginning(statements, "PUT")[0]).toMatch(/0001\.json'/);
    expect(log.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^file_format is not needed: /),
    );
    const keyless = await test.run([schema("shop-logs", properties), state(1)]);
    expectFailure(keyless, 65, /^line 1: shop-logs has no key_properties, and primary_key_required is set/);
  });

  it("goes on with its metadata columns, of which one is a text", async () => {
    const test = await account.schema({
      compat: "pipelinewise",
      add_metadata_columns: true,
      hard_delete: true,
    });
    await test.query(
      'CREATE TABLE RAW.$.USERS ("ID" NUMBER, "NAME" VARCHAR(16777216), "_SDC_EXTRACTED_AT" TIMESTAMP_NTZ, "_SDC_BATCHED_AT" TIMESTAMP_NTZ, "_SDC_DELETED_AT" TEXT, PRIMARY KEY("ID"))',
    );
    await test.query(
      "INSERT INTO RAW.$.USERS SELECT column1, column2, '2024-01-01', '2024-01-01', NULL FROM VALUES (1, 'a'), (2, 'b')",
    );
    const described = schema("shop-users", { id: integer, name: text, _sdc_deleted_at: text }, ["id"]);
    const { statements } = await test.load([
      described,
      record("shop-users", { id: 1, name: "c" }, extracted),
      record("shop-users", { id: 2, _sdc_deleted_at: "2024-05-01T00:00:00Z" }, extracted),
      state(1),
    ]);
    expect((await test.columns("USERS")).slice(0, 5)).toEqual([
      "ID NUMBER(38,0)",
      "NAME VARCHAR(16777216)",
      "_SDC_EXTRACTED_AT TIMESTAMP_NTZ(9)",
      "_SDC_BATCHED_AT TIMESTAMP_NTZ(9)",
      "_SDC_DELETED_AT VARCHAR(16777216)",
    ]);
    expect(beginning(statements, "ALTER TABLE")).toEqual([
      `ALTER TABLE "RAW"."${test.name}"."USERS" ADD COLUMN "_SDC_RECEIVED_AT" TIMESTAMP_NTZ, "_SDC_SEQUENCE" NUMBER(38,0), "_SDC_TABLE_VERSION" NUMBER(38,0), "_SDC_SYNC_STARTED_AT" NUMBER(38,0)`,
    ]);
    expect(await test.query("SELECT ID, NAME, _SDC_EXTRACTED_AT FROM RAW.$.USERS")).toEqual([
      { ID: 1n, NAME: "c", _SDC_EXTRACTED_AT: "2024-05-01T00:00:00.000000" },
    ]);
  });
});

describe("a pipeline of MeltanoLabs' loader", () => {
  it("goes on in its tables: names, defaults, and columns as they are", async () => {
    const { sandbox } = account;
    const metadata =
      "_SDC_EXTRACTED_AT TIMESTAMP_NTZ, _SDC_RECEIVED_AT TIMESTAMP_NTZ, _SDC_BATCHED_AT TIMESTAMP_NTZ, _SDC_DELETED_AT TIMESTAMP_NTZ, _SDC_SEQUENCE NUMBER(38,0), _SDC_TABLE_VERSION NUMBER(38,0), _SDC_SYNC_STARTED_AT NUMBER(38,0)";
    await sandbox.query(
      `CREATE TABLE RAW.ML.B_USERS (ID DECIMAL NOT NULL, NAME VARCHAR(16777216), PRICE DOUBLE, AT TIMESTAMP_NTZ, TAGS VARIANT, ${metadata}, PRIMARY KEY (ID))`,
    );
    await sandbox.query(
      "INSERT INTO RAW.ML.B_USERS (ID, NAME, _SDC_SEQUENCE) SELECT 1, 'old', 1714521600000",
    );
    const test = testSchema(sandbox, {
      name: "ML",
      settings: { compat: "meltanolabs", default_target_schema: undefined, schema: "public" },
    });
    const stream = "ml-1_users!";
    const { statements } = await test.load([
      schema(stream, properties, ["id"]),
      record(stream, { id: 1, name: "new", tags: [1] }, extracted),
      state(1),
    ]);
    expect(beginning(statements, 'CREATE TABLE "RAW"', "ALTER TABLE")).toEqual([]);
    expect(await test.rows("B_USERS")).toEqual(['[1,"new",null,null,"[1]"]']);
    const [row] = await sandbox.query("SELECT _SDC_EXTRACTED_AT, _SDC_RECEIVED_AT FROM RAW.ML.B_USERS");
    expect(row).toEqual({
      _SDC_EXTRACTED_AT: "2024-05-01T00:00:00.000000",
      _SDC_RECEIVED_AT: expect.stringMatching(/^\d{4}-/),
    });
  });
});

describe("a table of somebody else's", () => {
  it.each([
    [
      "cannot hold the values",
      '"NAME" BINARY',
      /its column "NAME" of type BINARY\(8388608\) cannot hold "name", which needs VARCHAR/,
    ],
    [
      "wants a value that the stream lacks",
      '"NAME" VARCHAR, "OWNER" VARCHAR NOT NULL',
      /its column "OWNER" may not be null/,
    ],
  ])("that %s is refused by column, and stays as it is", async (_name, columns, message) => {
    const test = await account.schema();
    await test.query(`CREATE TABLE RAW.$.USERS ("ID" NUMBER(38,0), ${columns})`);
    const before = await test.columns("USERS");
    const run = await test.run([
      schema("users", { id: integer, name: text }),
      record("users", { id: 1 }),
      state(1),
    ]);
    expectFailure(run, 78, message);
    expect(await test.columns("USERS")).toEqual(before);
  });
});
