import { describe, expect, it } from "vitest";
import {
  anything,
  beginning,
  day,
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
} from "./loads.ts";

const account = testAccount();
const flag = { type: ["null", "boolean"] } as const;
const decimal = (precision: number, scale: number): object => ({
  ...{ type: ["null", "string", "number"], format: "singer.decimal" },
  ...{ precision, scale },
});

/** The changes of tables that a run made, with `@` for the schema. */
function changesOf(statements: readonly string[], { name }: TestSchema): readonly string[] {
  return beginning(statements, "ALTER TABLE", "UPDATE").map((sql) =>
    sql.replaceAll(`"RAW"."${name}".`, "@."),
  );
}

describe("new properties", () => {
  it("are added in one statement, with their comments, and rows before them have null there", async () => {
    const test = await account.schema({ add_record_metadata: false });
    const first = { id: integer };
    const second = { id: integer, b: text, 'weird "c"': { ...number, description: "It's new" }, d: anything };
    const { statements, states } = await test.load([
      schema("users", first, ["id"]),
      record("users", { id: 1 }),
      state(1),
      schema("users", second, ["id"]),
      record("users", { id: 2, b: "b", 'weird "c"': 1.5, d: { x: 1 } }),
      state(2),
    ]);
    expect(changesOf(statements, test)).toEqual([
      `ALTER TABLE @."USERS" ADD COLUMN "B" VARCHAR, "WEIRD ""C""" FLOAT COMMENT 'It''s new', "D" VARIANT`,
    ]);
    expect(states.at(-1)).toBe(2);
    expect(await test.rows("USERS")).toEqual(["[1,null,null,null]", String.raw`[2,"b",1.5,"{\"x\":1}"]`]);
  });
});

interface Change {
  readonly stream: string;
  readonly type: string;
  readonly given: string;
  readonly schemaOf: object;
  readonly value: unknown;
  readonly changed: string;
  readonly rows: readonly string[];
}

/** Changes that Snowflake makes itself, and those for which a column is copied. */
const changes: readonly Change[] = [
  {
    stream: "LENGTHENED",
    type: "VARCHAR(3)",
    given: "'abc'",
    schemaOf: text,
    value: "abcd",
    changed: "VARCHAR(16777216)",
    rows: ['[1,"abcd"]', '[5,"abc"]'],
  },
  {
    stream: "DIGITS",
    type: "NUMBER(5,0)",
    given: "12345",
    schemaOf: integer,
    value: 123456,
    changed: "NUMBER(38,0)",
    rows: ["[1,123456]", "[5,12345]"],
  },
  {
    stream: "PRECISE",
    type: "NUMBER(10,2)",
    given: "12.34",
    schemaOf: decimal(20, 2),
    value: "123456789012.34",
    changed: "NUMBER(20,2)",
    rows: ['[1,"123456789012.34"]', '[5,"12.34"]'],
  },
  {
    stream: "SCALED",
    type: "NUMBER(10,2)",
    given: "12.34",
    schemaOf: decimal(20, 4),
    value: "1.2345",
    changed: "NUMBER(20,4)",
    rows: ['[1,"1.2345"]', '[5,"12.3400"]'],
  },
  {
    stream: "LONG_NUMBERS",
    type: "NUMBER(38,0)",
    given: "9007199254740993",
    schemaOf: number,
    value: 1.5,
    changed: "VARCHAR(16777216)",
    rows: ['[1,"1.5"]', '[5,"9007199254740993"]'],
  },
  {
    stream: "NUMBERS",
    type: "NUMBER(38,0)",
    given: "7",
    schemaOf: number,
    value: 1.5,
    changed: "FLOAT",
    rows: ["[1,1.5]", "[5,7]"],
  },
  {
    stream: "TEXTS",
    type: "NUMBER(38,0)",
    given: "7",
    schemaOf: text,
    value: "x",
    changed: "VARCHAR(16777216)",
    rows: ['[1,"x"]', '[5,"7"]'],
  },
  {
    stream: "FLAGS",
    type: "BOOLEAN",
    given: "TRUE",
    schemaOf: text,
    value: "x",
    changed: "VARCHAR(16777216)",
    rows: ['[1,"x"]', '[5,"true"]'],
  },
  {
    stream: "MOMENTS",
    type: "DATE",
    given: "'2024-02-29'",
    schemaOf: moment,
    value: "2024-01-02T00:00:00Z",
    changed: "TIMESTAMP_NTZ(9)",
    rows: ['[1,"2024-01-02T00:00:00.000000"]', '[5,"2024-02-29T00:00:00.000000"]'],
  },
  {
    stream: "WRITTEN",
    type: "TIMESTAMP_TZ",
    given: "'2024-01-02 03:04:05.5 +0200'",
    schemaOf: text,
    value: "x",
    changed: "VARCHAR(16777216)",
    rows: ['[1,"x"]', '[5,"2024-01-02T01:04:05.500000Z"]'],
  },
  {
    stream: "OPENED",
    type: "VARCHAR",
    given: "'a'",
    schemaOf: anything,
    value: { x: 1 },
    changed: "VARIANT",
    rows: [String.raw`[1,"{\"x\":1}"]`, String.raw`[5,"\"a\""]`],
  },
];

/** Changes for which nothing is done: the column holds the values as it is. */
const kept: readonly Change[] = [
  {
    stream: "STILL_TEXT",
    type: "VARCHAR",
    given: "'a'",
    schemaOf: integer,
    value: 7,
    changed: "VARCHAR(16777216)",
    rows: ['[1,"7"]', '[5,"a"]'],
  },
  {
    stream: "STILL_JSON",
    type: "VARIANT",
    given: "PARSE_JSON('[1]')",
    schemaOf: flag,
    value: true,
    changed: "VARIANT",
    rows: ['[1,"true"]', '[5,"[1]"]'],
  },
  {
    stream: "STILL_MOMENT",
    type: "TIMESTAMP_NTZ",
    given: "'2024-01-01'",
    schemaOf: day,
    value: "2024-01-02",
    changed: "TIMESTAMP_NTZ(9)",
    rows: ['[1,"2024-01-02T00:00:00.000000"]', '[5,"2024-01-01T00:00:00.000000"]'],
  },
  {
    stream: "STILL_LONG",
    type: "NUMBER(38,0)",
    given: "1",
    schemaOf: integer,
    value: 2,
    changed: "NUMBER(38,0)",
    rows: ["[1,2]", "[5,1]"],
  },
];

async function tablesOf(test: TestSchema, cases: readonly Change[]): Promise<readonly string[]> {
  for (const { stream, type, given } of cases) {
    await test.query(`CREATE TABLE RAW.$.${stream} ("ID" NUMBER(38,0), "V" ${type})`);
    await test.query(`INSERT INTO RAW.$.${stream} SELECT 5, ${given}`);
  }
  const lines = cases.flatMap(({ stream, schemaOf, value }) => [
    schema(stream, { id: integer, v: schemaOf }, ["id"]),
    record(stream, { id: 1, v: value }),
  ]);
  return [...lines, state(1)];
}

describe("types that change", () => {
  it("are widened in place or by a copy, no value is lost, and nothing is changed back in the next run", async () => {
    const test = await account.schema({ add_record_metadata: false });
    const cases = [...changes, ...kept];
    const lines = await tablesOf(test, cases);
    const { statements } = await test.load(lines);
    for (const { stream, changed, rows } of cases) {
      expect
        .soft([stream, await test.columns(stream), await test.rows(stream)])
        .toEqual([stream, ["ID NUMBER(38,0)", `V ${changed}`], rows]);
    }
    const made = changesOf(statements, test);
    const of = (stream: string): readonly string[] => made.filter((sql) => sql.includes(`"${stream}"`));
    expect(of("LENGTHENED")).toEqual(['ALTER TABLE @."LENGTHENED" ALTER COLUMN "V" SET DATA TYPE VARCHAR']);
    expect(of("DIGITS")).toEqual(['ALTER TABLE @."DIGITS" ALTER COLUMN "V" SET DATA TYPE NUMBER(38,0)']);
    expect(of("PRECISE")).toEqual(['ALTER TABLE @."PRECISE" ALTER COLUMN "V" SET DATA TYPE NUMBER(20,2)']);
    expect(of("NUMBERS")).toEqual([
      'ALTER TABLE @."NUMBERS" ADD COLUMN "V__widened" FLOAT',
      'UPDATE @."NUMBERS" SET "V__widened" = CAST("V" AS FLOAT)',
      'ALTER TABLE @."NUMBERS" DROP COLUMN "V"',
      'ALTER TABLE @."NUMBERS" RENAME COLUMN "V__widened" TO "V"',
    ]);
    for (const { stream } of kept) expect(of(stream)).toEqual([]);
    const again = await test.load(lines);
    expect(changesOf(again.statements, test)).toEqual([]);
  });

  it("get a column of their own with on_type_change new_column, which is found again", async () => {
    const test = await account.schema({ add_record_metadata: false, on_type_change: "new_column" });
    await test.query('CREATE TABLE RAW.$.USERS ("ID" NUMBER(38,0), "V" NUMBER(38,0))');
    await test.query("INSERT INTO RAW.$.USERS SELECT 5, 7");
    const lines = [
      schema("users", { id: integer, v: text }, ["id"]),
      record("users", { id: 1, v: "x" }),
      state(1),
    ];
    const first = await test.load(lines);
    const second = await test.load(lines);
    expect([first, second].map(({ statements }) => changesOf(statements, test))).toEqual([
      ['ALTER TABLE @."USERS" ADD COLUMN "V__STRING" VARCHAR'],
      [],
    ]);
    expect(await test.rows("USERS")).toEqual(['[1,null,"x"]', "[5,7,null]"]);
  });

  it("are refused with on_type_change fail, before a row is loaded", async () => {
    const test = await account.schema({ on_type_change: "fail" });
    await test.query('CREATE TABLE RAW.$.USERS ("ID" NUMBER(38,0), "V" NUMBER(38,0))');
    const run = await test.run([
      schema("users", { id: integer, v: text }),
      record("users", { id: 1, v: "x" }),
      state(1),
    ]);
    expectFailure(
      run,
      78,
      /^users: the type of "v" changed: its column in S\d+\.USERS is NUMBER\(38,0\) and would have to be VARCHAR\. Set on_type_change/,
    );
    expect(beginning(run.statements, "ALTER TABLE", "PUT", "COPY")).toEqual([]);
    expect(run.states).toEqual([]);
  });

  it("by a copy that was broken off are taken up again", async () => {
    const test = await account.schema({ add_record_metadata: false });
    // One was broken off before the copy was full, the other when only its name was left to change.
    await test.query('CREATE TABLE RAW.$.HALF ("ID" NUMBER(38,0), "V" NUMBER(38,0), "V__widened" VARCHAR)');
    await test.query("INSERT INTO RAW.$.HALF SELECT 5, 7, NULL");
    await test.query('CREATE TABLE RAW.$.NEARLY ("ID" NUMBER(38,0), "V__widened" VARCHAR)');
    await test.query("INSERT INTO RAW.$.NEARLY SELECT 5, '7'");
    const lines = ["HALF", "NEARLY"].flatMap((stream) => [
      schema(stream, { id: integer, v: text }, ["id"]),
      record(stream, { id: 1, v: "x" }),
    ]);
    await test.load([...lines, state(1)]);
    for (const stream of ["HALF", "NEARLY"]) expect(await test.rows(stream)).toEqual(['[1,"x"]', '[5,"7"]']);
  });
});
