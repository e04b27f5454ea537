import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { json, lines, loaded, transform, withStage } from "./staged-files.ts";

describe("COPY INTO of JSON", () => {
  it.each([
    ["gzip", "1.json.gz", gzipSync],
    ["zstd", "1.json.zst", zstdCompressSync],
    ["no compression", "1.json", (text: string) => text],
  ])("reads %s, and finds it out by itself", async (name, file, pack) => {
    await withStage(async ({ rows }, put) => {
      await put({ [file]: pack(lines('{"record":{"id":1,"s":"x"}}', "", '{"record":{"id":2}}')) });
      expect(await rows(`${transform} files = ('${file}') ${json}`)).toEqual([loaded(`a/${file}`, 2)]);
      expect(await rows("select f, r, a, b from t order by r")).toEqual([
        [`a/${file}`, "1", "1", '"x"'],
        [`a/${file}`, "2", "2", null],
      ]);
      const compression = name === "no compression" ? "none" : name;
      expect(
        await rows(
          `${transform} files = ('${file}') file_format = (type = json compression = ${compression}) force = true`,
        ),
      ).toEqual([loaded(`a/${file}`, 2)]);
    });
  });

  it("answers with Snowflake's columns", async () => {
    await withStage(async ({ run }, put) => {
      await put({ "1.json": "{}" });
      const { columns, statementTypeId } = await run(`${transform} ${json}`);
      expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
        "file text",
        "status text",
        "rows_parsed fixed",
        "rows_loaded fixed",
        "error_limit fixed",
        "errors_seen fixed",
        "first_error text",
        "first_error_line fixed",
        "first_error_character fixed",
        "first_error_column_name text",
      ]);
      expect(statementTypeId).toBe(0x3600);
    });
  });

  it.each([
    ["a big integer", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    ["a long fraction", "0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"],
    ["a negative zero", "-0", "0"],
    ["a true", "true", "true"],
    ["a null", "null", "null"],
    ["a text", '"caf\\u00e9 \\ud83d\\ude00"', '"café 😀"'],
    ["a nested value", '{"b": [1, {"d": 2, "c": 3}], "a": 1.50}', '{"a":1.50,"b":[1,{"c":3,"d":2}]}'],
  ])("keeps %s as it is", async (_name, written, kept) => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": `{"record":{"id":${written}}}` });
      await rows(`${transform} ${json}`);
      const [[value] = []] = await rows("select a from t");
      expect(value?.replaceAll(/\s/gu, "").replaceAll("café😀", "café 😀")).toBe(kept);
    });
  });

  it.each([
    [
      "a key that stands twice",
      '{"a":1,"a":2}',
      '100069 (22P02) Error parsing JSON: duplicate object attribute "a", pos 8',
    ],
    ["NaN", '{"a":NaN}', '100069 (22P02) Error parsing JSON: unknown keyword "NaN", pos 9'],
    [
      "a comma too many",
      '{"a":1,}',
      "100069 (22P02) Error parsing JSON: object attribute name expected, pos 8",
    ],
    [
      "half a surrogate pair",
      '{"a":"\\ud800"}',
      "100069 (22P02) Error parsing JSON: incomplete surrogate pair, pos 7",
    ],
    [
      "a raw control character",
      '{"a":"\u0001"}',
      "100069 (22P02) Error parsing JSON: unescaped control character in a string, pos 7",
    ],
    ["an unfinished document", '{"a":1', "100069 (22P02) Error parsing JSON: incomplete object value, pos 7"],
    ["an unfinished text", '{"a":"x', "100069 (22P02) Error parsing JSON: unfinished string, pos 8"],
    ["a number with a zero before it", '{"a":01}', "100069 (22P02) Error parsing JSON: bad number, pos 6"],
    ["text that is no JSON", "hello", '100069 (22P02) Error parsing JSON: unknown keyword "hello", pos 6'],
    [
      "a document that is too large",
      `"${"x".repeat(16_777_216)}"`,
      "100069 (22P02) Max LOB size (16777216) exceeded, actual size of parsed column is 16777218",
    ],
    [
      "bytes that are no UTF-8",
      Buffer.from([0x22, 0xff, 0x22]),
      "100146 (22000) Invalid UTF8 detected in string '\"\uFFFD\"'",
    ],
  ])("refuses %s", async (_name, document, expected) => {
    await withStage(async ({ problem, rows }, put) => {
      await put({ "1.json": Buffer.concat([Buffer.from("{}\n"), Buffer.from(document)]) });
      const { code, sqlState, message } = await problem(`copy into j from @st/a ${json}`);
      const [first = ""] = message.split("\n");
      expect(`${code} (${sqlState}) ${first}`).toBe(expected);
      expect(message).toContain("File 'a/1.json', line 2,");
      expect(await rows("select count(*) from j")).toEqual([["0"]]);
    });
  });

  it.each([
    ["REPLACE_INVALID_CHARACTERS = TRUE", Buffer.from([0x22, 0xff, 0x22]), '"\uFFFD"'],
    ["IGNORE_UTF8_ERRORS = TRUE", Buffer.from([0x22, 0xff, 0x22]), '"\uFFFD"'],
    ["ALLOW_DUPLICATE = TRUE", '{"a":1,"a":{"b":1,"b":2}}', '{"a":{"b":2}}'],
    ["STRIP_OUTER_ARRAY = TRUE", "[ 1 ]", "1"],
    ["STRIP_NULL_VALUES = TRUE", '{"a":null,"b":{"c":null},"d":[1,null]}', '{"b":{},"d":[1]}'],
    ["SKIP_BYTE_ORDER_MARK = TRUE", "\uFEFF1", "1"],
  ])("reads with %s", async (option, document, expected) => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": document });
      await rows(`copy into j from @st/a file_format = (type = json ${option})`);
      const found = await rows("select v from j");
      expect(found.map(([value]) => value?.replaceAll(/\s/gu, ""))).toEqual([expected]);
    });
  });

  it("takes an outer array apart, and documents over several lines and on one", async () => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": '[{"a":1},\n {"a":2}]\n', "2.json": '{\n"a": 3\n}\n{"a":4} {"a":5}' });
      await rows("copy into j from @st/a file_format = (type = json strip_outer_array = true)");
      expect(await rows("select v:a from j order by 1")).toEqual([["1"], ["2"], ["3"], ["4"], ["5"]]);
    });
  });

  it.each([
    ["a gzip file as zstd", "zstd", gzipSync("{}")],
    ["plain text as gzip", "gzip", Buffer.from("{}")],
    ["a gzip file without its end", "gzip", gzipSync("{}".repeat(100)).subarray(0, 20)],
  ])("refuses %s", async (_name, compression, bytes) => {
    await withStage(async ({ code }, put) => {
      await put({ "1.json": bytes });
      expect(
        await code(`copy into j from @st/a file_format = (type = json compression = ${compression})`),
      ).toBe("100142 (22000)");
    });
  });

  it("casts what a transformation reads to the columns' types", async () => {
    await withStage(async ({ rows, problem }, put) => {
      await rows("create table c (n number(5,2), s varchar(3), d date, ts timestamp_tz, w int default 5)");
      await put({
        "1.json": '{"n":"1.5","s":123,"d":"2024-02-29","ts":"2024-01-01T00:00:00+02:00"}',
        "2.json": '{"s":"long"}',
      });
      const items =
        "copy into c (n, s, d, ts) from (select t.$1:n, t.$1:s, $1:d::date, to_timestamp_tz($1:ts::varchar) from @st/a t)";
      await rows(`${items} files = ('1.json') ${json}`);
      expect(await rows("select * from c")).toEqual([
        ["1.50", "123", "19782", "1704060000.000000000 1560", "5"],
      ]);
      expect((await problem(`${items} files = ('2.json') ${json}`)).code).toBe("100078");
      await rows(`${items} files = ('2.json') ${json} truncatecolumns = true`);
      expect(await rows("select s from c order by s")).toEqual([["123"], ["lon"]]);
    });
  });

  it.each([
    ["CASE_SENSITIVE", [["1", null]]],
    ["CASE_INSENSITIVE", [["1", "2"]]],
  ])("matches columns by name: %s", async (match, expected) => {
    await withStage(async ({ rows, code }, put) => {
      await rows("create table c (a number, b number)");
      await put({ "1.json": '{"A":1,"b":2}' });
      await rows(`copy into c from @st/a ${json} match_by_column_name = ${match}`);
      expect(await rows("select a, b from c")).toEqual(expected);
      expect(await code(`copy into c from @st/a ${json} force = true`)).toBe("002019 (0A000)");
    });
  });
});
