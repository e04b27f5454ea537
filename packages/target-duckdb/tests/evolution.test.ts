import type { JsonSchema } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type TestSession, testSession } from "./duckdb-session.ts";

const integer: JsonSchema = { type: ["null", "integer"] };
const number: JsonSchema = { type: ["null", "number"] };
const string: JsonSchema = { type: ["null", "string"] };
const boolean: JsonSchema = { type: ["null", "boolean"] };
const dateTime: JsonSchema = { type: "string", format: "date-time" };
const date: JsonSchema = { type: "string", format: "date" };
const time: JsonSchema = { type: "string", format: "time" };
const object: JsonSchema = { type: ["null", "object"] };
const wide: JsonSchema = { type: "integer", maximum: 1e37 };
const decimal = (precision: number, scale: number): JsonSchema => ({
  type: "string",
  format: "x-singer.decimal",
  precision,
  scale,
});

async function columns(test: TestSession): Promise<readonly (readonly unknown[])[]> {
  return await test.query(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'users' ORDER BY column_index",
  );
}

async function evolve(
  test: TestSession,
  steps: readonly (readonly [schema: JsonSchema, value: string])[],
): Promise<readonly unknown[]> {
  for (const [id, [schema, value]] of steps.entries()) {
    const shape = await test.prepare({ properties: { id: integer, v: schema }, keys: ["id"] });
    await test.load(shape, {
      texts: [`{"id":${id},"v":${value}}`],
      rewritten: shape.lane.rewriteAll !== undefined,
    });
  }
  const rows = await test.query('SELECT CAST(v AS VARCHAR) FROM "users" ORDER BY id');
  return rows.map(([value]) => value);
}

describe("types that change", () => {
  const changes: readonly [
    name: string,
    steps: readonly (readonly [JsonSchema, string])[],
    type: string,
    values: readonly string[],
  ][] = [
    [
      "integer, number",
      [
        [integer, "1"],
        [number, "1.5"],
      ],
      "DOUBLE",
      ["1.0", "1.5"],
    ],
    [
      "integer beyond 2^53, number: a double would lose digits",
      [
        [integer, "9007199254740993"],
        [number, '"1.5"'],
      ],
      "VARCHAR",
      ["9007199254740993", "1.5"],
    ],
    [
      "integer, number, integer: never back",
      [
        [integer, "1"],
        [number, "1.5"],
        [integer, "2"],
      ],
      "DOUBLE",
      ["1.0", "1.5", "2.0"],
    ],
    [
      "integer, string, integer: never back",
      [
        [integer, "1"],
        [string, '"x"'],
        [integer, '"2"'],
      ],
      "VARCHAR",
      ["1", "x", "2"],
    ],
    [
      "string, integer: stays",
      [
        [string, '"x"'],
        [integer, '"2"'],
      ],
      "VARCHAR",
      ["x", "2"],
    ],
    [
      "integer, wide integer",
      [
        [integer, "1"],
        [wide, "12345678901234567890123"],
      ],
      "HUGEINT",
      ["1", "12345678901234567890123"],
    ],
    [
      "wide integer, integer: stays",
      [
        [wide, "12345678901234567890123"],
        [integer, "1"],
      ],
      "HUGEINT",
      ["12345678901234567890123", "1"],
    ],
    [
      "integer, decimal",
      [
        [integer, "9223372036854775807"],
        [decimal(38, 9), '"0.5"'],
      ],
      "DECIMAL(38,9)",
      ["9223372036854775807.000000000", "0.500000000"],
    ],
    [
      "integer, decimal of few digits",
      [
        [integer, "7"],
        [decimal(10, 2), '"0.5"'],
      ],
      "DECIMAL(21,2)",
      ["7.00", "0.50"],
    ],
    [
      "decimal, more digits",
      [
        [decimal(10, 2), '"1.25"'],
        [decimal(12, 4), '"0.0001"'],
      ],
      "DECIMAL(12,4)",
      ["1.2500", "0.0001"],
    ],
    [
      "decimal, fewer digits: stays",
      [
        [decimal(12, 4), '"0.0001"'],
        [decimal(10, 2), '"1.25"'],
      ],
      "DECIMAL(12,4)",
      ["0.0001", "1.2500"],
    ],
    [
      "decimals that need more than 38 digits together",
      [
        [decimal(38, 0), '"99999999999999999999999999999999999999"'],
        [decimal(38, 38), '"0.5"'],
      ],
      "VARCHAR",
      ["99999999999999999999999999999999999999", "0.5"],
    ],
    [
      "decimal, number",
      [
        [decimal(10, 2), '"1.25"'],
        [number, "0.1"],
      ],
      "DOUBLE",
      ["1.25", "0.1"],
    ],
    [
      "decimal of many digits, number: a double would lose digits",
      [
        [decimal(38, 9), '"12345678901234567890.123456789"'],
        [number, '"0.1"'],
      ],
      "VARCHAR",
      ["12345678901234567890.123456789", "0.1"],
    ],
    [
      "boolean, integer",
      [
        [boolean, "true"],
        [integer, '"7"'],
      ],
      "VARCHAR",
      ["true", "7"],
    ],
    [
      "date, date-time",
      [
        [date, '"2024-05-01"'],
        [dateTime, '"2024-05-02T10:00:00+02:00"'],
      ],
      "TIMESTAMP",
      ["2024-05-01 00:00:00", "2024-05-02 08:00:00"],
    ],
    [
      "date-time, date: stays",
      [
        [dateTime, '"2024-05-01T10:00:00Z"'],
        [date, '"2024-05-02"'],
      ],
      "TIMESTAMP",
      ["2024-05-01 10:00:00", "2024-05-02 00:00:00"],
    ],
    [
      "date-time, string: moments are spelled as JSON spells them",
      [
        [dateTime, '"2024-05-01T10:00:00.5+02:00"'],
        [string, '"x"'],
      ],
      "VARCHAR",
      ["2024-05-01T08:00:00.500000Z", "x"],
    ],
    [
      "the first moment, string",
      [
        [dateTime, '"0001-01-01T00:00:00Z"'],
        [string, '"x"'],
      ],
      "VARCHAR",
      ["0001-01-01T00:00:00.000000Z", "x"],
    ],
    [
      "time, string",
      [
        [time, '"10:00:00.5"'],
        [string, '"x"'],
      ],
      "VARCHAR",
      ["10:00:00.5", "x"],
    ],
    [
      "date, time",
      [
        [date, '"2024-05-01"'],
        [time, '"10:00:00"'],
      ],
      "VARCHAR",
      ["2024-05-01", "10:00:00"],
    ],
    [
      "integer, object",
      [
        [integer, "7"],
        [object, '{"a":1}'],
      ],
      "JSON",
      ["7", '{"a":1}'],
    ],
    [
      "string, object, string: never back",
      [
        [string, '"a \\"b\\""'],
        [object, '{"a":1}'],
        [string, '"x"'],
      ],
      "JSON",
      ['"a \\"b\\""', '{"a":1}', '"x"'],
    ],
    [
      "date-time, object",
      [
        [dateTime, '"2024-05-01T10:00:00Z"'],
        [object, "{}"],
      ],
      "JSON",
      ['"2024-05-01T10:00:00.000000Z"', "{}"],
    ],
    [
      "decimal, object",
      [
        [decimal(38, 9), '"12345678901234567890.123456789"'],
        [object, "{}"],
      ],
      "JSON",
      ["12345678901234567890.123456789", "{}"],
    ],
    [
      "boolean, object",
      [
        [boolean, "false"],
        [object, "{}"],
      ],
      "JSON",
      ["false", "{}"],
    ],
  ];

  it.each(changes)("%s", async (_name, steps, type, values) => {
    const test = await testSession();
    expect(await evolve(test, steps)).toEqual(values);
    expect(await columns(test)).toEqual([
      ["id", "BIGINT"],
      ["v", type],
    ]);
  });

  it("an integer that a widened column of doubles cannot keep is an error, and no other integer", async () => {
    const test = await testSession();
    await evolve(test, [
      [integer, "1"],
      [number, "1.5"],
    ]);
    const shape = await test.prepare({ properties: { id: integer, v: integer }, keys: ["id"] });
    await test.load(shape, { texts: ['{"id":5,"v":9007199254740992}', '{"id":6,"v":-3}'] });
    const batch = { texts: ['{"id":7,"v":9007199254740993}'] };
    expect(await test.stage(shape, batch)).toHaveProperty("refused");
    await expect(test.stage(shape, { ...batch, rewritten: true })).rejects.toMatchObject({
      name: "LoadError",
    });
  });
});

describe("on_type_change", () => {
  it("new_column: values of another type get a column of their own, and keep it", async () => {
    const test = await testSession({ on_type_change: "new_column" });
    for (const [id, schema, value] of [
      [1, integer, "1"],
      [2, string, '"x"'],
      [3, integer, '"3"'],
      [4, string, '"y"'],
    ] as const) {
      const shape = await test.prepare({ properties: { id: integer, v: schema }, keys: ["id"] });
      await test.load(shape, {
        texts: [`{"id":${id},"v":${value}}`],
        rewritten: shape.lane.rewriteAll !== undefined,
      });
    }
    expect(await test.query('SELECT id, v, "v__string" FROM "users" ORDER BY id')).toEqual([
      ["1", "1", null],
      ["2", null, "x"],
      ["3", null, "3"],
      ["4", null, "y"],
    ]);
  });

  it("new_column: a column of the same kind is widened, and so is a key", async () => {
    const test = await testSession({ on_type_change: "new_column" });
    await test.prepare({ properties: { id: integer, v: decimal(10, 2) }, keys: ["id"] });
    await test.prepare({ properties: { id: string, v: decimal(12, 4) }, keys: ["id"] });
    expect(await columns(test)).toEqual([
      ["id", "VARCHAR"],
      ["v", "DECIMAL(12,4)"],
    ]);
  });

  it("new_column: takes a table whose column can hold nothing", async () => {
    const test = await testSession({ on_type_change: "new_column" });
    await test.query('CREATE TABLE "users" (id BIGINT, v UUID)');
    const shape = await test.prepare({ properties: { id: integer, v: string }, keys: ["id"] });
    await test.load(shape, { texts: ['{"id":1,"v":"x"}'] });
    expect(await test.query('SELECT id, v, "v__string" FROM "users"')).toEqual([["1", null, "x"]]);
  });

  it("fail: says what changed and what to do, and changes nothing", async () => {
    const test = await testSession({ on_type_change: "fail" });
    await test.prepare({ properties: { id: integer, v: integer } });
    await test.prepare({ properties: { id: integer, v: integer, w: string } });
    await expect(test.prepare({ properties: { id: integer, v: number, x: string } })).rejects.toMatchObject({
      name: "ConfigError",
      message:
        'users: the type of "v" changed: its column in main.users is BIGINT and would have to be DOUBLE. Set on_type_change to widen or new_column, or correct the schema.',
    });
    expect(await columns(test)).toEqual([
      ["id", "BIGINT"],
      ["v", "BIGINT"],
      ["w", "VARCHAR"],
    ]);
  });
});

describe("tables of other loaders", () => {
  it("are taken over, and small types are widened", async () => {
    const test = await testSession();
    await test.query(
      'CREATE TABLE "Users" ("ID" INTEGER, tiny UTINYINT, f FLOAT, ts TIMESTAMP_S, tz TIMESTAMPTZ, s VARCHAR, extra DATE DEFAULT DATE \'2020-01-01\', "_SDC_DELETED_AT" VARCHAR)',
    );
    await test.query(
      "INSERT INTO \"Users\" VALUES (1, 255, 0.5, '2024-05-01', '2024-05-01 00:00:00+00', 'a', NULL, NULL)",
    );
    const shape = await test.prepare({
      properties: {
        id: integer,
        tiny: integer,
        f: number,
        ts: dateTime,
        tz: dateTime,
        s: integer,
        n: integer,
      },
      keys: ["id"],
      metadata: true,
    });
    expect(shape.columns.map(({ name }) => name)).toEqual(["ID", "tiny", "f", "ts", "tz", "s", "n"]);
    await test.load(shape, {
      texts: [
        '{"id":"3000000000","tiny":"-1","f":0.1,"ts":"2024-05-01T10:00:00.000001Z","tz":"2024-05-01T08:00:00.000000Z","s":"7","n":"1","_sdc_deleted_at":"2024-05-01T00:00:00.000000Z"}',
      ],
      rewritten: true,
    });
    expect(
      await test.query(
        'SELECT id, tiny, f, ts, epoch_us(tz), s, n, extra, _sdc_deleted_at FROM "users" ORDER BY id',
      ),
    ).toEqual([
      ["1", "255", 0.5, "2024-05-01 00:00:00", "1714521600000000", "a", null, null, null],
      [
        "3000000000",
        "-1",
        0.1,
        "2024-05-01 10:00:00.000001",
        "1714550400000000",
        "7",
        "1",
        "2020-01-01",
        "2024-05-01T00:00:00.000000Z",
      ],
    ]);
  });

  it.each([
    [
      "a type that holds nothing of the stream's",
      'CREATE TABLE "users" (id BIGINT, v UUID)',
      'users: the table main.users is there and its column "v" of type UUID cannot hold "v", which needs VARCHAR. Set on_type_change to new_column, or load into another table with stream_overrides.',
    ],
    [
      "a column that may not be null and that the stream has not",
      'CREATE TABLE "users" (id BIGINT, v VARCHAR, must INTEGER NOT NULL)',
      'users: the table main.users is there and its column "must" may not be null, but the stream has no such property. Drop its NOT NULL, or load into another table with stream_overrides.',
    ],
    [
      "a primary key that would have to be wider",
      'CREATE TABLE "users" (id INTEGER PRIMARY KEY, v VARCHAR)',
      "cannot prepare the table of users: Binder Error: Cannot change the type of a column that has a UNIQUE or PRIMARY KEY constraint specified. Nothing of it was committed.",
    ],
    [
      "a view",
      "CREATE VIEW \"users\" AS SELECT 1 AS id, 'a' AS v",
      'cannot prepare the table of users: Catalog Error: View with name "users" already exists. Nothing of it was committed.',
    ],
  ])("are refused for %s", async (_name, sql, message) => {
    const test = await testSession();
    await test.query(sql);
    await expect(test.prepare({ properties: { id: integer, v: string }, keys: ["id"] })).rejects.toThrow(
      expect.objectContaining({ message }),
    );
  });

  it("keep a NOT NULL column that has a default", async () => {
    const test = await testSession();
    await test.query('CREATE TABLE "users" (id BIGINT, v VARCHAR, must INTEGER NOT NULL DEFAULT 7)');
    const shape = await test.prepare({ properties: { id: integer, v: string }, keys: ["id"] });
    await test.load(shape, { texts: ['{"id":1,"v":"x"}'] });
    expect(await test.query('SELECT * FROM "users"')).toEqual([["1", "x", 7]]);
  });
});

describe("columns that come and go", () => {
  it("a new property becomes a column, a property that is gone keeps its column", async () => {
    const test = await testSession();
    const first = await test.prepare({ properties: { id: integer, a: string }, keys: ["id"] });
    await test.load(first, { texts: ['{"id":1,"a":"x"}', '{"id":2,"a":"y"}'] });
    const second = await test.prepare({ properties: { b: object, id: integer }, keys: ["id"] });
    await test.load(second, { texts: ['{"id":2,"b":{}}', '{"id":3,"b":[1]}'] });
    expect(await test.query('SELECT id, a, b FROM "users" ORDER BY id')).toEqual([
      ["1", "x", null],
      ["2", "y", "{}"],
      ["3", null, "[1]"],
    ]);
  });

  it("nothing is changed for a schema that was seen before", async () => {
    const test = await testSession();
    const spec = { properties: { id: integer, v: string }, keys: ["id"], metadata: true };
    const first = await test.prepare(spec);
    const before = await test.query("SELECT table_oid FROM duckdb_tables()");
    expect(await test.prepare(spec)).toEqual(first);
    expect(await test.query("SELECT table_oid FROM duckdb_tables()")).toEqual(before);
  });

  it("a change that fails half way leaves the table as it was", async () => {
    const test = await testSession();
    await test.query('CREATE TABLE "users" (id INTEGER PRIMARY KEY)');
    await expect(test.prepare({ properties: { id: integer, v: string } })).rejects.toThrow(/PRIMARY KEY/);
    expect(await columns(test)).toEqual([["id", "INTEGER"]]);
  });
});
