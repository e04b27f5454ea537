import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logicalName, physicalName } from "../../../src/snowflake/engine/values/names.ts";
import { EngineError } from "../../../src/snowflake/engine/values/problem.ts";
import { tokenize } from "../../../src/snowflake/engine/values/tokens.ts";
import { parseType, physicalType, typeName } from "../../../src/snowflake/engine/values/types.ts";
import { canonicalVariant } from "../../../src/snowflake/engine/values/variant-text.ts";

const anyName = fc.string({ unit: "binary", minLength: 1 });

describe("physical names", () => {
  it.each([
    ["ID", "ID"],
    ["id", "^I^D"],
    ["Id", "I^D"],
    ["a b", "^A^{20}^B"],
    ["^", "^{5E}"],
    ["$1", "$1"],
    ["é", "^{E9}"],
    ["😀", "^{D83D}^{DE00}"],
  ])("keeps %s as %s", (name, physical) => {
    expect(physicalName(name)).toBe(physical);
    expect(logicalName(physical)).toBe(name);
  });

  it("stand for one name each, also without regard to case", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const physical = physicalName(name);
        expect(logicalName(physical)).toBe(name);
        expect(physical).toBe(physical.toUpperCase());
        expect(physical).not.toContain('"');
      }),
    );
  });
});

describe("tokens", () => {
  const shown = (sql: string) => tokenize(sql).map(({ kind, value }) => `${kind} ${value}`);

  it.each([
    ["select Ab", ["word SELECT", "word AB"]],
    ['"A""b".c', ['quoted A"b', "operator .", "word C"]],
    ["a::b:c", ["word A", "operator ::", "word B", "operator :", "word C"]],
    ["1.5e-3 .5 2.", ["number 1.5e-3", "number .5", "number 2."]],
    ["? :1 ?", ["bind :1", "bind :1", "bind :2"]],
    ["$1 $name", ["variable $1", "variable $NAME"]],
    ["@~/a/b.gz", ["stage @~/a/b.gz"]],
    ["@db.s.st/a-b/c=1/", ["stage @db.s.st/a-b/c=1/"]],
    ['@"d b"."s"."st"/x)', ['stage @"d b"."s"."st"/x', "operator )"]],
    ["@%t", ["stage @%t"]],
    ["@s.%t/p", ["stage @s.%t/p"]],
    ["'@st/a b'", ["string @st/a b"]],
    ["METADATA$FILENAME", ["word METADATA$FILENAME"]],
    ["'\\n\\t\\\\\\'\\0'", ["string \n\t\\'\0"]],
    ["a<>b!=c=>d", ["word A", "operator <>", "word B", "operator !=", "word C", "operator =>", "word D"]],
    ["$$a'b$$", ["string a'b"]],
    ["-- only a comment", []],
  ])("cuts %s", (sql, expected) => {
    expect(shown(sql)).toEqual(expected);
  });

  it.each(["'a", '"a', "/* a", "$$a", '""', "a ^ b", "@ b", "é", "#", "'a\\'"])("refuses %s", (sql) => {
    expect(() => tokenize(sql)).toThrow(EngineError);
  });

  it("places tokens by lines", () => {
    const [, , third] = tokenize("a\n  b\r\n\n c");
    expect(third).toMatchObject({ line: 4, column: 1, start: 9, end: 10 });
  });

  it("read back every text that is escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const doubled = `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
        const slashed = `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
        expect(tokenize(`${doubled} ${slashed}`).map(({ value }) => value)).toEqual([text, text]);
      }),
    );
  });

  it("cut a long text without recursion", () => {
    const text = "a''\\\\".repeat(300_000);
    expect(tokenize(`'${text}'`)[0]?.value.length).toBe(900_000);
  });
});

describe("types", () => {
  it.each([
    ["INT", "NUMBER(38,0)", "DECIMAL(38,0)"],
    ["number", "NUMBER(38,0)", "DECIMAL(38,0)"],
    ["DECIMAL(10, 2)", "NUMBER(10,2)", "DECIMAL(10,2)"],
    ["NUMERIC(5)", "NUMBER(5,0)", "DECIMAL(5,0)"],
    ["DOUBLE PRECISION", "FLOAT", "DOUBLE"],
    ["FLOAT8", "FLOAT", "DOUBLE"],
    ["STRING", "VARCHAR(16777216)", "VARCHAR"],
    ["TEXT(10)", "VARCHAR(10)", "VARCHAR"],
    ["CHAR", "VARCHAR(1)", "VARCHAR"],
    ["CHAR VARYING(7)", "VARCHAR(7)", "VARCHAR"],
    ["VARBINARY", "BINARY(8388608)", "BLOB"],
    ["TIMESTAMP", "TIMESTAMP_NTZ(9)", "HUGEINT"],
    ["DATETIME(3)", "TIMESTAMP_NTZ(3)", "HUGEINT"],
    ["TIMESTAMPTZ", "TIMESTAMP_TZ(9)", "HUGEINT"],
    ["TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(6)", "HUGEINT"],
    ["TIME", "TIME(9)", "BIGINT"],
    ["VARIANT", "VARIANT", "VARCHAR"],
  ])("%s is %s, kept as %s", (written, name, physical) => {
    const tokens = tokenize(written);
    const { type, next } = parseType(tokens, 0);
    expect([typeName(type), physicalType(type), next]).toEqual([name, physical, tokens.length]);
  });

  it.each([
    "NUMBER(39,0)",
    "NUMBER(0)",
    "NUMBER(10,11)",
    "NUMBER(38,38)",
    "NUMBER(1,2,3)",
    "VARCHAR(0)",
    "VARCHAR(134217729)",
    "TIME(10)",
    "NUMBER(-1)",
    "NUMBER(",
    "HUGEINT",
    "JSON",
    "'VARCHAR'",
  ])("refuses %s", (written) => {
    expect(() => parseType(tokenize(written), 0)).toThrow(EngineError);
  });
});

describe("kept JSON", () => {
  it("keeps the digits of numbers", () => {
    const digits = fc.tuple(
      fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }),
      fc.bigInt({ min: 1n, max: 10n ** 18n }),
    );
    fc.assert(
      fc.property(digits, fc.boolean(), ([whole, fraction], isNegative) => {
        const number = `${isNegative ? "-" : ""}${whole}.${fraction}`;
        expect(canonicalVariant(` [ ${number} ] `)).toBe(`[${number}]`);
      }),
    );
  });

  it("says what JSON.parse reads, with its keys sorted", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (json) => {
        const kept = canonicalVariant(json) ?? "";
        expect(JSON.parse(kept)).toEqual(JSON.parse(json));
        expect(canonicalVariant(kept)).toBe(kept);
      }),
    );
  });
});
