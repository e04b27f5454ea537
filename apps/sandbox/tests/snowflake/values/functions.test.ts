import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

describe("functions", () => {
  it.each([
    ["LENGTH('äb😀')", "3"],
    ["OCTET_LENGTH('äb😀')", "7"],
    ["LENGTH('5AFF'::BINARY)", "2"],
    ["UPPER('ß')", "SS"],
    ["LOWER('ABC')", "abc"],
    ["TRIM('  a ')", "a"],
    ["LTRIM('xxaxx', 'x')", "axx"],
    ["RTRIM('a\\t ', ' \\t')", "a"],
    ["REPLACE('abcb', 'b')", "ac"],
    ["SUBSTR('hello', 2, 3)", "ell"],
    ["SUBSTR('hello', -3)", "llo"],
    ["SUBSTR('😀ab', 2, 1)", "a"],
    ["LEFT('hello', 2)", "he"],
    ["RIGHT('hello', 2)", "lo"],
    ["CONCAT('a', NULL)", null],
    ["'\uFEFFa'", "\uFEFFa"],
    ["UPPER('\uFEFFß')", "\uFEFFSS"],
    ["LENGTH('\uFEFFa')", "2"],
    ["'a' || 1 || TRUE", "a1true"],
    ["LPAD('7', 3, '0')", "007"],
    ["RPAD('7', 3)", "7  "],
    ["SPLIT_PART('a.b.c', '.', -1)", "c"],
    ["SPLIT_PART('a.b.c', '.', 9)", ""],
    ["STARTSWITH('abc', 'ab')", "1"],
    ["ENDSWITH('abc', 'ab')", "0"],
    ["CONTAINS('abc', 'b')", "1"],
    ["POSITION('b', 'abc')", "2"],
    ["SHA2('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["MD5('a')", "0cc175b9c0f1b6a831c399e269772661"],
    ["HEX_ENCODE('Z')", "5A"],
    ["HEX_DECODE_STRING('5A')", "Z"],
    ["HEX_DECODE_BINARY('5a')", "5A"],
    ["REGEXP_LIKE('abc', 'b')", "0"],
    ["REGEXP_LIKE('abc', 'A.C', 'i')", "1"],
    ["REGEXP_LIKE('a\\nc', 'a.c')", "0"],
    ["REGEXP_LIKE('a\\nc', 'a.c', 's')", "1"],
    ["'12' RLIKE '[[:digit:]]+'", "1"],
    ["'1-2' NOT RLIKE '\\\\d\\\\-\\\\d'", "0"],
    ["REGEXP_REPLACE('2024-01', '(\\\\d+)-(\\\\d+)', '\\\\2/\\\\1')", "01/2024"],
    ["REGEXP_REPLACE('aaa', 'a', 'b', 1, 2)", "aba"],
    ["REGEXP_REPLACE('aaa', 'a')", ""],
    ["REGEXP_SUBSTR('a1b22', '[0-9]+', 1, 2)", "22"],
    ["REGEXP_SUBSTR('a1', '([a-z])([0-9])', 1, 1, 'e', 2)", "1"],
    ["REGEXP_COUNT('a1b22', '[0-9]')", "3"],
    ["'a%c' LIKE 'a\\\\%c' ESCAPE '\\\\'", "1"],
    ["'abc' LIKE 'a\\\\%c' ESCAPE '\\\\'", "0"],
    ["'ABC' LIKE 'a%'", "0"],
    ["'ABC' ILIKE 'a%'", "1"],
    ["'abc' LIKE ANY ('x%', 'a%')", "1"],
    ["ABS(-1.5)", "1.5"],
    ["ROUND(2.5)", "3"],
    ["ROUND(-2.5)", "-3"],
    ["ROUND(1234.567, -2)", "1200"],
    ["ROUND(1.005, 2)", "1.01"],
    ["TRUNC(-1.59, 1)", "-1.5"],
    ["FLOOR(-1.5)", "-2"],
    ["FLOOR(-0.5)", "-1"],
    ["CEIL(1.2)", "2"],
    ["CEIL(-1.2)", "-1"],
    ["MOD(-7, 3)", "-1"],
    ["1 / 3", "0.333333"],
    ["2.50 * 4.0", "10.000"],
    ["0.1 + 0.2", "0.3"],
    ["'3' + 4", "7"],
    ["GREATEST(1, 2.5)", "2.5"],
    ["GREATEST(1, NULL)", null],
    ["LEAST('b', 'a')", "a"],
    ["IFF(1 > 2, 'x', NULL)", null],
    ["NVL(NULL, 3)", "3"],
    ["COALESCE(NULL, NULL, 'x')", "x"],
    ["NULLIF('a', 'a')", null],
    ["ZEROIFNULL(NULL)", "0"],
    ["DECODE(NULL, 1, 'one', NULL, 'none', 'other')", "none"],
    ["DECODE(3, 1, 'one')", null],
    ["EQUAL_NULL(NULL, NULL)", "1"],
    ["EQUAL_NULL(1, NULL)", "0"],
    ["1 IS DISTINCT FROM NULL", "1"],
    ["NULL IS NOT DISTINCT FROM NULL", "1"],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"],
    ["1 IN (1, NULL)", "1"],
    ["2 IN (1, NULL)", null],
    ["(1, 'a') IN ((1, 'a'), (2, 'b'))", "1"],
    ["2 BETWEEN 1 AND 3", "1"],
    ["NOT TRUE", "0"],
    ["TRUE IS FALSE", "0"],
    ["CURRENT_USER()", "ADA"],
    ["CURRENT_ROLE()", "LOADER"],
    ["CURRENT_DATABASE()", "DB"],
    ["CURRENT_SCHEMA()", "PUBLIC"],
    ["CURRENT_WAREHOUSE()", null],
    ["LENGTH(UUID_STRING())", "36"],
    ["LENGTH(PARSE_JSON('\"abc\"'))", "3"],
    ["$$it's \\n$$", "it's \\n"],
    ["'a\\'b\\x41\\u00e9\\101\\z'", "a'bAéAz"],
    ["'a''b'", "a'b"],
  ])("%s is %s", async (expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it.each([
    ["1", "NUMBER(1,0)"],
    ["1.50", "NUMBER(3,2)"],
    ["1e3", "FLOAT"],
    ["'abc'", "VARCHAR(3)"],
    ["TRUE", "BOOLEAN"],
    ["1 / 3", "NUMBER(7,6)"],
    ["1.5 * 2.25", "NUMBER(5,3)"],
    ["1.5 + 2", "NUMBER(3,1)"],
    ["PARSE_JSON('1'):a", "VARIANT"],
    ["COALESCE(1, 2.5)", "NUMBER(2,1)"],
    ["COUNT(*)", "NUMBER(18,0)"],
    ["SUM(1.5)", "NUMBER(38,1)"],
    ["IFF(TRUE, CURRENT_DATE, CURRENT_TIMESTAMP)", "TIMESTAMP_LTZ(9)"],
  ])("%s is of type %s", (expression, expected) => {
    expect(harness.typeOf(expression)).toBe(expected);
  });

  it.each([
    ["NO_SUCH(1)", "002140", "SQL compilation error:\nUnknown function NO_SUCH"],
    ["json_extract('1', '$')", "002140", "SQL compilation error:\nUnknown function JSON_EXTRACT"],
    ["read_csv('x')", "002140", "SQL compilation error:\nUnknown function READ_CSV"],
    ["sf_number('1', 1, 0, 'try')", "002140", "SQL compilation error:\nUnknown function SF_NUMBER"],
    ["constructor(1)", "002140", "SQL compilation error:\nUnknown function CONSTRUCTOR"],
    [
      "UPPER()",
      "000938",
      "SQL compilation error: error line 1 at position 7\nnot enough arguments for function [UPPER] expected 1, got 0",
    ],
    [
      "UPPER('a', 'b')",
      "000939",
      "SQL compilation error: error line 1 at position 7\ntoo many arguments for function [UPPER] expected 1, got 2",
    ],
    [
      "ROW_NUMBER()",
      "002303",
      "SQL compilation error:\nWindow function type [ROW_NUMBER] requires OVER clause to be specified",
    ],
    ["REGEXP_LIKE('a', '(?=a)')", "100048", "Invalid regular expression: '(?=a)'"],
    ["REGEXP_LIKE('a', '(')", "100048", "Invalid regular expression: '('"],
    ["OBJECT_CONSTRUCT('a', 1, 'a', 2)", "100098", "Duplicate field key in object"],
    [
      "TYPEOF(1)",
      "001044",
      "SQL compilation error: error line 1 at position 7\nInvalid argument types for function 'TYPEOF': (NUMBER(1,0))",
    ],
    [
      "'a':b",
      "001044",
      "SQL compilation error: error line 1 at position 10\nInvalid argument types for function 'GET': (VARCHAR(1))",
    ],
    [
      "DATEADD(fortnight, 1, CURRENT_DATE)",
      "001009",
      "SQL compilation error:\n'FORTNIGHT' is not a valid date/time component for function.",
    ],
  ])("refuses %s", async (expression, code, message) => {
    const [foundCode, , foundMessage] = await harness.refusal(`SELECT ${expression}`);
    expect([foundCode, foundMessage]).toEqual([code, message]);
  });
});
