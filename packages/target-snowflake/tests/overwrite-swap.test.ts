import type { SnowflakeFault, SnowflakeMatch } from "@chorale/sandbox";
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
  type TestSchema,
  testAccount,
  text,
  withoutIds,
} from "./loads.ts";

const account = testAccount();
const overwriting = { load_method: "overwrite", add_record_metadata: false };
const changed = schema("users", { id: integer, code: text, note: text }, ["id"]);
const changedLines = [changed, record("users", { id: 1, code: "x" }), record("users", { id: 2 }), state(2)];
const formerRows = ["[1,7]"];
const changedRows = ['[1,"x",null]', "[2,null,null]"];
const changedColumns = ["ID NUMBER(38,0)", "CODE VARCHAR(16777216)", "NOTE VARCHAR(16777216)"];

/** A schema whose table cannot become in place what the next load needs. */
async function withFormerTable(settings: object = {}): Promise<TestSchema> {
  const test = await account.schema({ ...overwriting, ...settings });
  await test.query('CREATE TABLE RAW.$.USERS ("ID" NUMBER(38,0), "CODE" NUMBER(38,0))');
  await test.query("INSERT INTO RAW.$.USERS SELECT 1, 7");
  return test;
}

async function expectSwapped(test: TestSchema): Promise<void> {
  expect(await test.tables()).toEqual(["USERS"]);
  expect(await test.columns("USERS")).toEqual(changedColumns);
  expect(await test.rows("USERS")).toEqual(changedRows);
}

async function expectFormer(test: TestSchema): Promise<void> {
  expect(await test.rows("USERS")).toEqual(formerRows);
  expect(await test.columns("USERS")).toEqual(["ID NUMBER(38,0)", "CODE NUMBER(38,0)"]);
}

interface TypedTable {
  readonly stream: string;
  /** The type of its column CODE now, and a value of it. */
  readonly type: string;
  readonly given?: string;
  /** What the stream says of it, and a value that is loaded. */
  readonly schemaOf: object;
  readonly value?: unknown;
}

/** Makes a table for each, and answers the lines of a load into all of them. */
async function typedTables(test: TestSchema, tables: readonly TypedTable[]): Promise<readonly string[]> {
  for (const { stream, type, given = "NULL" } of tables) {
    await test.query(`CREATE TABLE RAW.$.${stream} ("ID" NUMBER(38,0), "CODE" ${type})`);
    await test.query(`INSERT INTO RAW.$.${stream} SELECT 5, ${given}`);
  }
  const lines = tables.flatMap(({ stream, schemaOf, value }) => [
    schema(stream, { id: integer, code: schemaOf }, ["id"]),
    ...(value === undefined ? [] : [record(stream, { id: 1, code: value })]),
  ]);
  return [...lines, state(1)];
}

describe("overwrite of a table whose columns cannot be changed in place", () => {
  it("loads a table beside, and swaps the two after the commit", async () => {
    const test = await withFormerTable();
    const { statements, states } = await test.load(changedLines);
    await expectSwapped(test);
    expect(states).toEqual([2]);
    const verbs = ["DROP", "CREATE TABLE", "ALTER TABLE", "UPDATE", "BEGIN", "INSERT", "COMMIT", "REMOVE"];
    const sent = withoutIds(beginning(statements, ...verbs)).map((sql) =>
      sql.replace(/^(INSERT OVERWRITE INTO \S+).*/s, "$1").replaceAll(`"RAW"."${test.name}"`, "@"),
    );
    expect(sent).toEqual([
      'DROP TABLE IF EXISTS @."_CHORALE_NEW_USERS"',
      'CREATE TABLE @."_CHORALE_NEW_USERS" ("ID" NUMBER(38,0), "CODE" VARCHAR, "NOTE" VARCHAR)',
      'CREATE TABLE IF NOT EXISTS @."_CHORALE_COMMITS" ("COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      "BEGIN TRANSACTION",
      'INSERT OVERWRITE INTO @."_CHORALE_NEW_USERS"',
      "COMMIT",
      'DROP TABLE IF EXISTS @."_CHORALE_STAGED_1"',
      'ALTER TABLE @."USERS" SWAP WITH @."_CHORALE_NEW_USERS"',
      'DROP TABLE IF EXISTS @."_CHORALE_NEW_USERS"',
      'REMOVE @@."_CHORALE_STAGE"/chorale/users/<id>/',
    ]);
  });

  it("swaps where a column had to be copied, or cannot hold the values, and a table that becomes empty", async () => {
    const test = await account.schema(overwriting);
    const tables: readonly TypedTable[] = [
      { stream: "UNFIT", type: "BINARY", given: "TO_BINARY('ff')", schemaOf: text, value: "x" },
      { stream: "OPENED", type: "VARCHAR", given: "'a'", schemaOf: { type: "object" }, value: { a: 1 } },
      { stream: "NUMBERS", type: "NUMBER(38,0)", given: "1", schemaOf: number, value: 1.5 },
      { stream: "MOMENTS", type: "TIMESTAMP_NTZ(3)", schemaOf: moment, value: "2024-01-02T03:04:05.123456Z" },
      { stream: "EMPTY", type: "BOOLEAN", given: "TRUE", schemaOf: text },
    ];
    const { statements } = await test.load(await typedTables(test, tables));
    expect(beginning(statements, "UPDATE")).toEqual([]);
    expect(beginning(statements, "ALTER TABLE").map((sql) => sql.replace(/.* (SWAP) .*/, "$1"))).toEqual(
      tables.map(() => "SWAP"),
    );
    const stored = tables.map(async ({ stream }) => [await test.columns(stream), await test.rows(stream)]);
    expect(await Promise.all(stored)).toEqual([
      [["ID NUMBER(38,0)", "CODE VARCHAR(16777216)"], ['[1,"x"]']],
      [["ID NUMBER(38,0)", "CODE VARIANT"], [String.raw`[1,"{\"a\":1}"]`]],
      [["ID NUMBER(38,0)", "CODE FLOAT"], ["[1,1.5]"]],
      [["ID NUMBER(38,0)", "CODE TIMESTAMP_NTZ(9)"], ['[1,"2024-01-02T03:04:05.123456"]']],
      [["ID NUMBER(38,0)", "CODE VARCHAR(16777216)"], []],
    ]);
    expect((await test.tables()).toSorted()).toEqual(tables.map(({ stream }) => stream).toSorted());
  });

  it("does not swap where the column holds the values, is lengthened in place, or rows are appended", async () => {
    const stream_overrides = { APPENDED: { load_method: "append-only" } };
    const test = await account.schema({ ...overwriting, stream_overrides });
    const tables: readonly TypedTable[] = [
      { stream: "WIDE", type: "VARCHAR", schemaOf: integer, value: 1 },
      { stream: "LENGTHENED", type: "VARCHAR(5)", schemaOf: text, value: "longer than five" },
      { stream: "APPENDED", type: "BOOLEAN", given: "TRUE", schemaOf: text, value: "x" },
    ];
    const { statements } = await test.load(await typedTables(test, tables));
    expect(statements.filter((sql) => sql.includes("SWAP"))).toEqual([]);
    expect(await test.columns("WIDE")).toEqual(["ID NUMBER(38,0)", "CODE VARCHAR(16777216)"]);
    expect(await test.rows("LENGTHENED")).toEqual(['[1,"longer than five"]']);
    expect(await test.rows("APPENDED")).toEqual(['[1,"x"]', '[5,"true"]']);
  });

  it("with on_type_change new_column adds a column for the type", async () => {
    const test = await withFormerTable({ on_type_change: "new_column" });
    await test.load(changedLines);
    expect(await test.columns("USERS")).toEqual([
      "ID NUMBER(38,0)",
      "CODE NUMBER(38,0)",
      "CODE__STRING VARCHAR(16777216)",
      "NOTE VARCHAR(16777216)",
    ]);
    expect(await test.rows("USERS")).toEqual(['[1,null,"x",null]', "[2,null,null,null]"]);
  });

  it("with on_type_change fail refuses the change, and leaves the table", async () => {
    const test = await withFormerTable();
    const run = await test.run(changedLines, { on_type_change: "fail" });
    expectFailure(run, 78, /^users: the type of "code" changed: its column in S\d+\.USERS is NUMBER\(38,0\)/);
    await expectFormer(test);
  });

  it("is refused where a state table is set", async () => {
    const test = await withFormerTable();
    const run = await test.run(changedLines, { state_table: "states", state_id: "shop" });
    expectFailure(
      run,
      78,
      /^users: the column CODE of S\d+\.USERS is NUMBER\(38,0\), which cannot become in place what the stream needs, and the table is not swapped for another while state_table is set\. Drop the table/,
    );
    expect(await test.tables()).toEqual(["USERS"]);
    await expectFormer(test);
  });

  it("keeps all rows of an input whose SCHEMA changes back, or once more", async () => {
    const test = await account.schema(overwriting);
    const tables = ["BACK", "FURTHER"].map((stream) => ({
      stream,
      type: "NUMBER(38,0)",
      schemaOf: text,
      value: "x",
    }));
    const lines = await typedTables(test, tables);
    await test.load([
      ...lines.slice(0, -1),
      schema("BACK", { id: integer, code: integer }, ["id"]),
      record("BACK", { id: 2, code: 9 }),
      schema("FURTHER", { id: integer, code: { type: "object" } }, ["id"]),
      record("FURTHER", { id: 2, code: { a: 1 } }),
      state(1),
    ]);
    expect(await test.rows("BACK")).toEqual(['[1,"x"]', '[2,"9"]']);
    expect(await test.rows("FURTHER")).toEqual([String.raw`[1,"\"x\""]`, String.raw`[2,"{\"a\":1}"]`]);
    expect(await test.tables()).toEqual(["BACK", "FURTHER"]);
  });

  it("refuses two streams that become one table, swapped or not", async () => {
    const test = await withFormerTable();
    const others = schema("Users", { id: integer });
    const run = await test.run([changed, others, state(2)]);
    expectFailure(run, 78, /^the streams "users" and "Users" become one table/);
    expectFailure(
      await test.run([others, changed, state(2)]),
      78,
      /^the streams "Users" and "users" become one table/,
    );
    await expectFormer(test);
  });

  it("says which statement drops the former table where it may not", async () => {
    const test = await withFormerTable();
    const problem = { code: "003001", sqlState: "42501", message: "Insufficient privileges" };
    account.sandbox.faults.add({ match: drop, nth: 2, fault: { kind: "problem", problem } });
    const { log, states } = await test.load(changedLines);
    expect(states).toEqual([2]);
    expect(await test.rows("USERS")).toEqual(changedRows);
    expect(log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      {
        message: `the former table of users could not be dropped: DROP TABLE IF EXISTS "RAW"."${test.name}"."_CHORALE_NEW_USERS" does it`,
      },
    ]);
  });
});

const make: SnowflakeMatch = { sql: /^CREATE TABLE \S+"_CHORALE_NEW_USERS"/ };
const swap: SnowflakeMatch = { sql: /SWAP WITH/ };
const drop: SnowflakeMatch = { sql: /^DROP TABLE IF EXISTS \S+"_CHORALE_NEW_USERS"/ };
const gone: SnowflakeFault = { kind: "session-gone" };
const goneAfterwards: SnowflakeFault = { kind: "session-gone", executed: true };

describe("a swap whose answer is lost", () => {
  it.each<[name: string, match: SnowflakeMatch, nth: number, fault: SnowflakeFault]>([
    ["the session after the table beside was made", make, 1, goneAfterwards],
    ["the answer to the swap, which is found again", swap, 1, { kind: "lost-answer" }],
    ["the answer to the swap, and the session with it", swap, 1, { kind: "lost-answer", forget: true }],
    ["the session before the swap", swap, 1, gone],
    ["the session after the swap", swap, 1, goneAfterwards],
    ["the session after the drop", drop, 2, goneAfterwards],
  ])("is done once: %s", async (_name, match, nth, fault) => {
    const test = await withFormerTable();
    account.sandbox.faults.add({ match, nth, fault });
    const { states } = await test.load(changedLines);
    await expectSwapped(test);
    expect(states).toEqual([2]);
  });

  it("is an error where somebody else changed the table meanwhile", async () => {
    const test = await withFormerTable();
    const { faults, requests } = account.sandbox;
    const played = (): number => requests.filter(({ fault }) => fault !== undefined).length;
    const before = played();
    faults.add({ match: swap, nth: 1, fault: gone });
    const changing = expect
      .poll(played, { timeout: 20_000, interval: 5 })
      .toBe(before + 1)
      .then(() => test.query("ALTER TABLE RAW.$.USERS ADD COLUMN MINE VARCHAR"));
    const run = await test.run(changedLines, { retry_delay_seconds: 1 });
    await changing;
    expectFailure(run, 70, /^users: somebody else changed S\d+\.USERS while it was replaced/);
    expect(run.states).toEqual([]);
    expect(await test.rows("USERS")).toEqual(["[1,7,null]"]);
  });
});

describe("a run that is broken off", () => {
  it.each<[name: string, match: SnowflakeMatch, fault: SnowflakeFault, rows: readonly string[]]>([
    ["before the commit", { sql: /^COMMIT/ }, gone, formerRows],
    ["between commit and swap", swap, gone, formerRows],
    ["after the swap, which nobody knows of", swap, goneAfterwards, changedRows],
  ])("%s prints no state, and the next one makes it good", async (_name, match, fault, rows) => {
    const test = await withFormerTable();
    account.sandbox.faults.add({ match, nth: 1, fault });
    const run = await test.run(changedLines, { retries: 0 });
    expect(run.error).toMatchObject({ exitCode: 75 });
    expect(run.states).toEqual([]);
    expect(await test.rows("USERS")).toEqual(rows);
    await test.load(changedLines);
    await expectSwapped(test);
  });

  it.each([
    ["before its swap", "USERS"],
    ["after its swap", "_CHORALE_NEW_USERS"],
  ])("by a kill %s leaves a table beside, which the next one removes", async (_name, formerTable) => {
    const test = await account.schema(overwriting);
    const newTable = formerTable === "USERS" ? "_CHORALE_NEW_USERS" : "USERS";
    await test.query(`CREATE TABLE RAW.$.${formerTable} ("ID" NUMBER(38,0), "CODE" NUMBER(38,0))`);
    await test.query(`CREATE TABLE RAW.$.${newTable} ("ID" NUMBER(38,0), "CODE" VARCHAR, "NOTE" VARCHAR)`);
    await test.query(`INSERT INTO RAW.$.${newTable} SELECT 99, 'of the run before', NULL`);
    await test.load(changedLines);
    await expectSwapped(test);
  });

  it("by an input that ends without a STATE leaves the former table, and the next one begins again", async () => {
    const test = await withFormerTable();
    expect((await test.run(changedLines.slice(0, -1))).error).toMatchObject({ exitCode: 65 });
    await expectFormer(test);
    await test.load(changedLines);
    await expectSwapped(test);
  });
});
