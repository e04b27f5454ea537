import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

describe("casts", () => {
  it.each([
    ["1.5::NUMBER(38,0)", "2"],
    ["(-1.5)::NUMBER(38,0)", "-2"],
    ["-2.5::INT", "-3"],
    ["1.005::NUMBER(10,2)", "1.01"],
    ["'1.005'::NUMBER(10,2)", "1.01"],
    ["' 12 '::NUMBER", "12"],
    ["'1e3'::NUMBER", "1000"],
    ["'-0.5'::NUMBER(38,0)", "-1"],
    [`'${"9".repeat(38)}'::NUMBER`, "9".repeat(38)],
    ["'12345678901234567890.123456789'::NUMBER(38,9)", "12345678901234567890.123456789"],
    ["'9007199254740993'::NUMBER", "9007199254740993"],
    ["TRUE::NUMBER", "1"],
    ["'1.5'::FLOAT", "1.5"],
    ["'inf'::FLOAT", "inf"],
    ["1.50::VARCHAR", "1.50"],
    ["1.5::FLOAT::VARCHAR", "1.5"],
    ["1e20::VARCHAR", "1e+20"],
    ["0.1::FLOAT::VARCHAR", "0.1"],
    ["TRUE::VARCHAR", "true"],
    ["'yes'::BOOLEAN", "1"],
    ["'OFF'::BOOLEAN", "0"],
    ["0::BOOLEAN", "0"],
    ["'2024-02-29'::DATE", "19782"],
    ["'0001-01-01'::DATE", "-719162"],
    ["'9999-12-31'::DATE", "2932896"],
    ["'2024-02-29'::DATE::VARCHAR", "2024-02-29"],
    ["'01:02:03.5'::TIME", "3723.500000000"],
    ["'01:02:03.5'::TIME::VARCHAR", "01:02:03"],
    ["'DEADbeef'::BINARY", "DEADBEEF"],
    ["'DEADbeef'::BINARY::VARCHAR", "DEADBEEF"],
    ["TRY_CAST('x' AS NUMBER)", null],
    ["TRY_CAST('1e400' AS FLOAT)", null],
    ["TRY_CAST('999' AS NUMBER(2,0))", null],
    ["TRY_CAST('12' AS NUMBER(2,0))", "12"],
    ["TRY_CAST('x' AS DATE)", null],
    ["TRY_CAST('x' AS TIMESTAMP_NTZ)", null],
    ["TRY_CAST('maybe' AS BOOLEAN)", null],
    ["TRY_CAST('xx' AS BINARY)", null],
    ["TRY_TO_NUMBER('1.55', 10, 1)", "1.6"],
    ["TRY_TO_NUMBER('x')", null],
    ["TO_NUMBER('1.55', 10, 1)", "1.6"],
    ["TO_DECIMAL('1.5')", "2"],
    ["TRY_TO_DOUBLE('x')", null],
    ["TRY_TO_DATE('2024-13-01')", null],
    ["TRY_TO_TIMESTAMP_TZ('nope')", null],
    ["CAST(NULL AS NUMBER)", null],
    ["TO_BINARY('5a', 'HEX')", "5A"],
    ["TO_BINARY('Wg==', 'BASE64')", "5A"],
    ["TO_BINARY('Z', 'UTF-8')", "5A"],
    ["TO_VARCHAR('5A'::BINARY, 'UTF-8')", "Z"],
    ["0.5::NUMBER(4,4)::VARCHAR", "0.5000"],
    ["TO_VARCHAR(-0.25::NUMBER(2,2))", "-0.25"],
    ["'x' || 0.5::NUMBER(1,1)", "x0.5"],
    ["0.5::NUMBER(37,37)::VARCHAR", `0.${"5".padEnd(37, "0")}`],
    ["0.5::NUMBER(4,4)", "0.5000"],
    ["TO_JSON(TO_VARIANT(0.5::NUMBER(4,4)))", "0.5000"],
    ["0.1::FLOAT::VARCHAR", "0.1"],
    ["(0.1::FLOAT + 0.2::FLOAT)::VARCHAR", "0.3"],
    ["'abc'::VARCHAR(3)", "abc"],
    ["'äöü'::VARCHAR(3)", "äöü"],
    ["'😀😀'::VARCHAR(2)", "😀😀"],
  ])("%s is %s", async (expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it.each([
    ["'abc'::NUMBER", "100038", "22018", "Numeric value 'abc' is not recognized"],
    ["''::NUMBER", "100038", "22018", "Numeric value '' is not recognized"],
    ["'abc'::FLOAT", "100038", "22018", "Numeric value 'abc' is not recognized"],
    ["'1e400'::FLOAT", "100039", "22003", "Numeric value '1e400' is out of range"],
    ["'1000'::NUMBER(3,0)", "100039", "22003", "Numeric value '1000' is out of range"],
    [
      "1000::NUMBER(3,0)",
      "100132",
      "22003",
      "Number out of representable range: type FIXED[SB16](3,0){nullable}, value 1000",
    ],
    ["'maybe'::BOOLEAN", "100037", "22018", "Boolean value 'maybe' is not recognized"],
    ["'x'::DATE", "100040", "22007", "Date 'x' is not recognized"],
    ["'2023-02-29'::DATE", "100040", "22007", "Date '2023-02-29' is not recognized"],
    ["'20107-05-28'::DATE", "100040", "22007", "Date '20107-05-28' is not recognized"],
    ["'x'::TIMESTAMP_NTZ", "100035", "22007", "Timestamp 'x' is not recognized"],
    ["'25:00'::TIME", "100108", "22007", "Time '25:00' is not recognized"],
    ["'abc'::VARCHAR(2)", "100078", "22000", "String 'abc' is too long and would be truncated"],
    ["'😀a'::VARCHAR(1)", "100078", "22000", "String '😀a' is too long and would be truncated"],
    ["'xyz'::BINARY", "100115", "22000", "The following string is not a legal hex-encoded value: 'xyz'"],
    ["1 / 0", "100051", "22012", "Division by zero"],
    ["1.5::FLOAT / 0", "100051", "22012", "Division by zero"],
    ["MOD(1, 0)", "100051", "22012", "Division by zero"],
    [
      "TRY_CAST(1 AS VARCHAR)",
      "001065",
      "22023",
      "SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types NUMBER(1,0) and VARCHAR(16777216)",
    ],
    [
      "TRY_CAST(PARSE_JSON('1') AS NUMBER)",
      "001065",
      "22023",
      "SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types VARIANT and NUMBER(38,0)",
    ],
    [
      "TRY_TO_NUMBER(PARSE_JSON('1'))",
      "001044",
      "42P13",
      "SQL compilation error: error line 1 at position 7\nInvalid argument types for function 'TRY_TO_NUMBER': (VARIANT)",
    ],
    [
      "TRUE::DATE",
      "001065",
      "22023",
      "SQL compilation error:\nFunction CAST cannot be used with arguments of types BOOLEAN and DATE",
    ],
  ])("refuses %s", async (expression, ...problem) => {
    expect(await harness.refusal(`SELECT ${expression}`)).toEqual(problem);
  });

  it("evaluates no cast of a row that a CASE leaves out", async () => {
    const sql = `SELECT CASE WHEN COLUMN1 = 'bad' THEN 0 ELSE COLUMN1::NUMBER END FROM VALUES ('7'), ('bad'), (NULL)`;
    expect(await harness.rows(sql)).toEqual([["7"], ["0"], [null]]);
  });
});
