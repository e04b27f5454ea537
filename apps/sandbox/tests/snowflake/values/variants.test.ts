import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

const json = `PARSE_JSON('{"b": [1, {"c d": "x"}], "a": {"B": 2, "b": 3}, "n": null, "s": "t", "t": true}')`;

describe("VARIANT", () => {
  it.each([
    ["many digits", `PARSE_JSON('12345678901234567890.123456789')`, "12345678901234567890.123456789"],
    ["beyond a double's integers", `PARSE_JSON('9007199254740993')`, "9007199254740993"],
    ["38 digits", `PARSE_JSON('${"9".repeat(38)}')`, "9".repeat(38)],
    ["39 digits", `PARSE_JSON('1${"0".repeat(38)}')`, "1.000000000000000e+38"],
    ["an exponent", `PARSE_JSON('1.912e2')`, "1.912000000000000e+02"],
    ["a negative zero", `PARSE_JSON('-0')`, "0"],
    ["blank text", `PARSE_JSON(' ')`, null],
    ["JSON's null", `PARSE_JSON('null')`, "null"],
    ["an object, keys sorted", `PARSE_JSON('{"b":1,"a":[]}')`, '{\n  "a": [],\n  "b": 1\n}'],
    ["a path", `${json}:a.B`, "2"],
    ["a path with another case", `${json}:a.b`, "3"],
    ["a path whose column has another case", `${json}:A`, null],
    ["quoted keys", `${json}:"b"[1]."c d"`, '"x"'],
    ["keys in brackets", `${json}['b'][1]['c d']`, '"x"'],
    ["chained colons", `${json}:a:"b"`, "3"],
    ["a null at a path", `${json}:n`, "null"],
    ["an index beyond the end", `${json}:b[7]`, null],
    ["GET", `GET(${json}, 's')`, '"t"'],
    ["GET with an index", `GET(${json}:b, 0)`, "1"],
    ["GET_PATH", `GET_PATH(${json}, 'b[1]."c d"')`, '"x"'],
    ["a text's characters", `${json}:s::VARCHAR`, "t"],
    ["a null's text", `${json}:n::VARCHAR`, null],
    ["an object's text", `${json}:a::VARCHAR`, '{"B":2,"b":3}'],
    ["a number's text", `PARSE_JSON('9007199254740993')::VARCHAR`, "9007199254740993"],
    ["a double's text", `PARSE_JSON('1.912e2')::VARCHAR`, "191.2"],
    ["an escaped text", `PARSE_JSON('"\\\\u00e9\\\\n\\\\u0000"')::VARCHAR`, "é\n\0"],
    ["IS_NULL_VALUE of JSON's null", `IS_NULL_VALUE(${json}:n)`, "1"],
    ["IS_NULL_VALUE of a missing key", `IS_NULL_VALUE(${json}:zz)`, null],
    ["IS NULL of JSON's null", `${json}:n IS NULL`, "0"],
    ["STRIP_NULL_VALUE", `STRIP_NULL_VALUE(${json}:n)`, null],
    ["a number", `PARSE_JSON('1.5')::NUMBER(38,0)`, "2"],
    [
      "a number of many digits",
      `PARSE_JSON('12345678901234567890.123456789')::NUMBER(38,9)`,
      "12345678901234567890.123456789",
    ],
    ["a text that is a number", `PARSE_JSON('"12.5"')::NUMBER(5,1)`, "12.5"],
    ["a boolean as a number", `PARSE_JSON('true')::NUMBER`, "1"],
    ["a double", `PARSE_JSON('0.1')::FLOAT`, "0.1"],
    ["a boolean", `PARSE_JSON('true')::BOOLEAN`, "1"],
    ["a text that is a boolean", `PARSE_JSON('"FALSE"')::BOOLEAN`, "0"],
    ["a date", `PARSE_JSON('"2024-02-29"')::DATE`, "19782"],
    ["a timestamp", `PARSE_JSON('"2024-01-02T03:04:05.123456789Z"')::TIMESTAMP_NTZ`, "1704164645.123456789"],
    ["TO_VARIANT of text", `TO_VARIANT('a"b')`, '"a\\"b"'],
    ["TO_VARIANT of a double", "TO_VARIANT(1::FLOAT)", "1.000000000000000e+00"],
    [
      "OBJECT_CONSTRUCT drops nulls",
      "OBJECT_CONSTRUCT('b', 1, 'a', NULL, 'c', 'x')",
      '{\n  "b": 1,\n  "c": "x"\n}',
    ],
    ["OBJECT_CONSTRUCT_KEEP_NULL", "OBJECT_CONSTRUCT_KEEP_NULL('a', NULL)", '{\n  "a": null\n}'],
    ["ARRAY_CONSTRUCT", "ARRAY_CONSTRUCT(1, 'x', TRUE)", '[\n  1,\n  "x",\n  true\n]'],
    ["a NULL that an array was made with", "ARRAY_CONSTRUCT(NULL)[0] IS NULL", "1"],
    ["TO_JSON", `TO_JSON(PARSE_JSON('{"b": 1.50, "a": 1e2}'))`, '{"a":1.000000000000000e+02,"b":1.50}'],
    ["TO_ARRAY of a scalar", "TO_ARRAY(PARSE_JSON('1'))", "[\n  1\n]"],
    ["AS_INTEGER of a number", "AS_INTEGER(PARSE_JSON('7'))", "7"],
    ["AS_INTEGER of a text", `AS_INTEGER(PARSE_JSON('"7"'))`, null],
    ["a comparison with a number", "PARSE_JSON('1.0') = 1", "1"],
    ["a comparison with a text", `PARSE_JSON('"x"') = 'x'`, "1"],
    ["TRY_PARSE_JSON of JSON", "TRY_PARSE_JSON('[1]')", "[\n  1\n]"],
    ["TRY_PARSE_JSON of other text", "TRY_PARSE_JSON('{')", null],
    [
      "an empty object and array",
      `PARSE_JSON('{"a":{},"b":[[]]}')`,
      '{\n  "a": {},\n  "b": [\n    []\n  ]\n}',
    ],
  ])("answers %s", async (_, expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it.each([
    ["1", "INTEGER"],
    ["1.5", "DECIMAL"],
    ["1.0", "DECIMAL"],
    ["1e1", "DOUBLE"],
    ['"x"', "VARCHAR"],
    ["true", "BOOLEAN"],
    ["null", "NULL_VALUE"],
    ["[]", "ARRAY"],
    ["{}", "OBJECT"],
  ])("calls %s %s", async (text, expected) => {
    expect(await harness.value(`TYPEOF(PARSE_JSON('${text}'))`)).toBe(expected);
  });

  it("has no type for NULL", async () => {
    expect(await harness.value("TYPEOF(PARSE_JSON(NULL))")).toBe(null);
  });

  it.each([
    ["a key twice", `{"a":1,"a":2}`, 'Error parsing JSON: duplicate object attribute "a", pos 8'],
    ["half of a surrogate pair", `"\\\\ud800"`, "Error parsing JSON: invalid UTF-16 surrogate, pos 1"],
    ["NaN", "NaN", 'Error parsing JSON: unknown keyword "NaN", pos 1'],
    ["a number beyond doubles", "1e400", "Error parsing JSON: number 1e400 is out of range, pos 1"],
    ["an unfinished object", `{"a":1`, "Error parsing JSON: incomplete object value, pos 7"],
    ["an unfinished text", `"a`, "Error parsing JSON: unfinished string, pos 3"],
    ["two documents", "1 2", "Error parsing JSON: more than one document in the input, pos 3"],
    ["a line break in a text", `"a\nb"`, "Error parsing JSON: invalid character or escape in string, pos 1"],
    ["a leading zero", "01", "Error parsing JSON: more than one document in the input, pos 2"],
    ["deep nesting", "[".repeat(1001), "Error parsing JSON: document is nested too deeply, pos 1001"],
  ])("refuses %s", async (_, text, message) => {
    expect(await harness.refusal(`SELECT PARSE_JSON('${text}')`)).toEqual(["100069", "22P02", message]);
  });

  it.each([
    [`PARSE_JSON('"abc"')::NUMBER`, `Failed to cast variant value "abc" to FIXED`],
    [`PARSE_JSON('{"a":1}')::NUMBER`, `Failed to cast variant value {"a":1} to FIXED`],
    [`PARSE_JSON('"x"')::TIMESTAMP_NTZ`, `Failed to cast variant value "x" to TIMESTAMP_NTZ`],
    [`PARSE_JSON('[]')::DATE`, "Failed to cast variant value [] to DATE"],
    [`PARSE_JSON('"maybe"')::BOOLEAN`, `Failed to cast variant value "maybe" to BOOLEAN`],
    [`PARSE_JSON('1')::OBJECT`, "Failed to cast variant value 1 to OBJECT"],
  ])("refuses %s", async (expression, message) => {
    expect(await harness.refusal(`SELECT ${expression}`)).toEqual(["100071", "22000", message]);
  });
});
