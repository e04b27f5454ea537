import type { JsonSchema } from "@chorale/singer";
import { parseSource } from "@chorale/singer";
import { columnsOf, convertValue } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { testSession } from "./duckdb-session.ts";

const integer: JsonSchema = { type: ["null", "integer"] };
const wide: JsonSchema = { type: "integer", maximum: 1e37 };
const number: JsonSchema = { type: ["null", "number"] };
const boolean: JsonSchema = { type: ["null", "boolean"] };
const string: JsonSchema = { type: ["null", "string"] };
const dateTime: JsonSchema = { type: ["null", "string"], format: "date-time" };
const date: JsonSchema = { type: ["null", "string"], format: "date" };
const time: JsonSchema = { type: ["null", "string"], format: "time" };
const json: JsonSchema = { type: ["null", "object", "array"] };
const decimal: JsonSchema = { type: "string", format: "x-singer.decimal", precision: 38, scale: 9 };

/** Values that are staged from the line as it came, and the text that DuckDB has of them. */
const kept: readonly [name: string, schema: JsonSchema, value: string, stored: string | null][] = [
  ["an integer", integer, "42", "42"],
  ["a negative integer", integer, "-7", "-7"],
  ["the least 64-bit integer", integer, "-9223372036854775808", "-9223372036854775808"],
  ["the greatest 64-bit integer", integer, "9223372036854775807", "9223372036854775807"],
  ["an integer beyond 2^53", integer, "9007199254740993", "9007199254740993"],
  [
    "38 digits in a wide column",
    wide,
    "12345678901234567890123456789012345678",
    "12345678901234567890123456789012345678",
  ],
  [
    "a wide negative",
    wide,
    "-12345678901234567890123456789012345678",
    "-12345678901234567890123456789012345678",
  ],
  ["a double", number, "0.1", "0.1"],
  ["a double's last digit", number, "0.30000000000000004", "0.30000000000000004"],
  ["a double with an exponent", number, "1e300", "1e+300"],
  ["the greatest double", number, "1.7976931348623157e308", "1.7976931348623157e+308"],
  ["the least double", number, "5e-324", "5e-324"],
  ["minus zero", number, "-0.0", "-0.0"],
  ["an integer in a double column", number, "3", "3.0"],
  ["true", boolean, "true", "true"],
  ["false", boolean, "false", "false"],
  ["a text", string, '"héllo ☃ 😀"', "héllo ☃ 😀"],
  ["an empty text", string, '""', ""],
  ["null", string, "null", null],
  ["a text that says null", string, '"null"', "null"],
  ["a text of two characters, backslash and N", string, '"\\\\N"', "\\N"],
  ["quotes and breaks", string, '"\\"a\\"\\n\\t\\/"', '"a"\n\t/'],
  ["an escaped surrogate pair", string, '"\\ud83d\\ude00"', "😀"],
  ["NUL in a text", string, '"a\\u0000b"', "a\u0000b"],
  ["a line separator", string, '"a\u2028b"', "a\u2028b"],
  ["a text that looks like a number", string, '"1.10"', "1.10"],
  ["a moment", dateTime, '"2024-05-01T10:00:00Z"', "2024-05-01 10:00:00"],
  ["a moment with microseconds", dateTime, '"2024-05-01T10:00:00.123456Z"', "2024-05-01 10:00:00.123456"],
  ["nanoseconds, cut", dateTime, '"2024-05-01T10:00:00.999999999Z"', "2024-05-01 10:00:00.999999"],
  ["an offset", dateTime, '"2024-05-01T10:00:00+05:30"', "2024-05-01 04:30:00"],
  ["an offset without a colon", dateTime, '"2024-05-01T10:00:00-0700"', "2024-05-01 17:00:00"],
  ["a moment without an offset", dateTime, '"2024-05-01T10:00:00"', "2024-05-01 10:00:00"],
  ["a moment with a space", dateTime, '"2024-05-01 10:00:00"', "2024-05-01 10:00:00"],
  ["a day in a moment's column", dateTime, '"2024-05-01"', "2024-05-01 00:00:00"],
  ["the first moment", dateTime, '"0001-01-01T00:00:00Z"', "0001-01-01 00:00:00"],
  ["the last moment", dateTime, '"9999-12-31T23:59:59.999999Z"', "9999-12-31 23:59:59.999999"],
  ["a day", date, '"2024-02-29"', "2024-02-29"],
  ["the first day", date, '"0001-01-01"', "0001-01-01"],
  ["a time", time, '"23:59:59.5"', "23:59:59.5"],
  ["a decimal text", decimal, '"12345678901234567890.123456789"', "12345678901234567890.123456789"],
  ["a negative decimal text", decimal, '"-0.5"', "-0.500000000"],
  ["an object", json, '{"b":[1,2,{"c":null}],"a":"x"}', '{"b":[1,2,{"c":null}],"a":"x"}'],
  ["an empty object", json, "{}", "{}"],
  ["a mixed array", json, '[1,"a",true,null,{"b":[]}]', '[1,"a",true,null,{"b":[]}]'],
  ["a text in an untyped column", {}, '"x"', '"x"'],
  ["a big integer within JSON", json, '{"n":12345678901234567890123}', '{"n":12345678901234567890123}'],
  ["a text within JSON that says NaN", json, '{"n":"NaN"}', '{"n":"NaN"}'],
];

/** Values that may not be staged as they came, because DuckDB would make something else of them. */
const refused: readonly [name: string, schema: JsonSchema, value: string][] = [
  ["1.5 in an integer column, which becomes 2", integer, "1.5"],
  ["1.0 in an integer column", integer, "1.0"],
  ["1e3 in an integer column", integer, "1e3"],
  ["true in an integer column, which becomes 1", integer, "true"],
  ["an empty text in an integer column", integer, '""'],
  ["a text with blanks in an integer column", integer, '" 1"'],
  ["1_000 in an integer column", integer, '"1_000"'],
  ["0x10 in an integer column", integer, '"0x10"'],
  ["007 in an integer column", integer, '"007"'],
  ["an integer beyond 64 bits", integer, "9223372036854775808"],
  ["an integer beyond 128 bits", wide, "999999999999999999999999999999999999999999"],
  ["1e400, which becomes infinite", number, "1e400"],
  ["-1e400", number, "-1e400"],
  ["NaN", number, "NaN"],
  ["Infinity", number, "-Infinity"],
  ["true in a double column, which becomes 1", number, "true"],
  ["a text in a double column", number, '"1.5"'],
  ["1 in a boolean column", boolean, "1"],
  ["a text in a boolean column", boolean, '"true"'],
  ["a number in a text column, whose spelling would change", string, "1.10"],
  ["true in a text column", string, "true"],
  ["an object in a text column", string, '{"a":1.10}'],
  ["an array in a text column", string, "[1]"],
  ["half a surrogate pair", string, '"\\ud800"'],
  ["second 60", dateTime, '"2016-12-31T23:59:60Z"'],
  ["24:00:00", dateTime, '"2024-05-01T24:00:00Z"'],
  ["lower-case t and z", dateTime, '"2024-05-01t10:00:00z"'],
  ["a day that does not exist", dateTime, '"2024-02-30T10:00:00Z"'],
  ["year 0000", dateTime, '"0000-00-00T00:00:00Z"'],
  ["year 0", dateTime, '"0000-01-01T00:00:00Z"'],
  ["year 10000", dateTime, '"10000-01-01T00:00:00Z"'],
  ["a year before 0001 by its offset", dateTime, '"0001-01-01T00:00:00+01:00"'],
  ["a year after 9999 by its offset", dateTime, '"9999-12-31T23:59:59-01:00"'],
  ["an offset of 24 hours", dateTime, '"2024-05-01T10:00:00+24:00"'],
  ["a moment without seconds", dateTime, '"2024-05-01T10:00Z"'],
  ["epoch seconds", dateTime, "1714557600"],
  ["the word infinity", dateTime, '"infinity"'],
  ["an empty moment", dateTime, '""'],
  ["a moment in a day's column", date, '"2024-05-01T00:00:00Z"'],
  ["a short day", date, '"2024-5-1"'],
  ["day 0000-00-00", date, '"0000-00-00"'],
  ["24:00:00 in a time column", time, '"24:00:00"'],
  ["a time with an offset", time, '"10:00:00+02:00"'],
  ["a decimal that is a number", decimal, "1.10"],
  ["more digits than the decimal's scale", decimal, '"1.0000000001"'],
  ["more digits than the decimal's precision", decimal, '"123456789012345678901234567890.1"'],
  ["a decimal with an exponent", decimal, '"1e3"'],
  ["NaN within JSON", json, '{"a":[1,NaN]}'],
  ["Infinity within JSON", json, '{"a":-Infinity}'],
];

describe("staging lines as they came", () => {
  it.each(kept)("keeps %s", async (_name, schema, value, stored) => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { id: integer, v: schema } });
    expect(shape.lane.rewriteAll).toBeUndefined();
    await test.load(shape, { texts: [`{"id":1,"v":${value}}`] });
    expect(await test.query('SELECT CAST(v AS VARCHAR) FROM "users"')).toEqual([[stored]]);
  });

  it.each(refused)("refuses %s", async (_name, schema, value) => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { id: integer, v: schema } });
    const answer = await test.stage(shape, { texts: ['{"id":1,"v":null}', `{"id":2,"v":${value}}`] });
    expect(answer).toHaveProperty("refused");
    expect(
      await test.query("SELECT table_name FROM duckdb_tables() WHERE database_name LIKE '% staging'"),
    ).toEqual([]);
  });

  it("keeps null, an empty text and a missing key apart from each other, but not from each other's column", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { id: integer, v: string } });
    await test.load(shape, { texts: ['{"id":1,"v":""}', '{"id":2,"v":null}', '{"id":3}'] });
    expect(await test.query('SELECT id, v FROM "users" ORDER BY id')).toEqual([
      ["1", ""],
      ["2", null],
      ["3", null],
    ]);
  });
});

describe("staging rewritten lines", () => {
  it("looks for nothing in them that is no JSON", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { v: json } });
    const texts = ['{"v":{"a":"from:NaN"}}'];
    expect(await test.stage(shape, { texts })).toHaveProperty("refused");
    await test.load(shape, { texts, rewritten: true });
    expect(await test.query('SELECT CAST(v AS VARCHAR) FROM "users"')).toEqual([['{"a":"from:NaN"}']]);
  });

  const values: readonly [schema: JsonSchema, value: string][] = [
    ...kept.map(([, schema, value]): [JsonSchema, string] => [schema, value]),
    ...refused.flatMap(([, schema, value]): [JsonSchema, string][] => {
      try {
        parseSource(value);
      } catch {
        return [];
      }
      return [[schema, value]];
    }),
  ];

  it.each(values)("%j takes what the rewriting lane makes of %s", async (schema, value) => {
    const [column] = columnsOf({ properties: { v: schema } });
    const converted = convertValue(parseSource(value), column?.type ?? { kind: "json" });
    const test = await testSession();
    const shape = await test.prepare({ properties: { id: integer, v: schema } });
    if ("invalid" in converted) {
      expect(converted.invalid).not.toBe("");
      return;
    }
    await test.load(shape, { texts: [`{"id":"1","v":${converted.json}}`], rewritten: true });
    const [row] = await test.query('SELECT CAST(v AS VARCHAR) FROM "users"');
    expect(row?.[0] === null).toBe(value === "null");
  });
});
