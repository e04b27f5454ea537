import { describe, expect, it } from "vitest";
import { withStage } from "./staged-files.ts";

describe("COPY INTO of CSV", () => {
  const csv = "type = csv field_optionally_enclosed_by = '\"'";
  it.each<readonly [string, string, string, readonly (readonly (string | null)[])[]]>([
    [
      "quotes",
      '"a ""b""","c,d"\n"e\nf",g\n',
      csv,
      [
        ['a "b"', "c,d"],
        ["e\nf", "g"],
      ],
    ],
    [
      "nulls",
      ',""\n\\N,x\n',
      csv,
      [
        [null, ""],
        [null, "x"],
      ],
    ],
    ["nulls of its own", "NULL,x\n", `${csv} null_if = ('NULL', 'x')`, [[null, null]]],
    ["empty fields as texts", ",x\n", `${csv} empty_field_as_null = false null_if = ()`, [["", "x"]]],
    ["delimiters and a header", "h|i\na|b\r\n", `${csv} field_delimiter = '|' skip_header = 1`, [["a", "b"]]],
    ["escapes", 'a\\,b,"c"\n', csv, [["a,b", "c"]]],
    ["no escapes", "a\\n,c\n", `${csv} escape_unenclosed_field = none null_if = ()`, [["a\\n", "c"]]],
    ["spaces", ' a , "b" \n', `${csv} trim_space = true`, [["a", "b"]]],
    ["no last line end", "a,b", csv, [["a", "b"]]],
  ])("reads %s", async (_name, text, format, expected) => {
    await withStage(async ({ rows }, put) => {
      await rows("create table c (a varchar, b varchar)");
      await put({ "1.csv": text });
      await rows(`copy into c from @st/a file_format = (${format})`);
      expect(await rows("select a, b from c order by a nulls first")).toEqual(expected);
    });
  });

  it.each([
    ["a row with too few fields", "a\n", csv, "100080 (22000)"],
    ["a row with too many fields", "a,b,c\n", csv, "100080 (22000)"],
    ["a quote that does not end", '"a,b\n', csv, "100066 (22000)"],
    ["text behind a quote", '"a"x,b\n', csv, "100066 (22000)"],
    ["text that is no UTF-8", Buffer.from([0x61, 0xff, 0x2c, 0x0a]), csv, "100144 (22000)"],
    ["an unknown option", "a,b\n", `${csv} colour = red`, "001420 (22023)"],
    ["JSON's option", "a,b\n", `${csv} strip_outer_array = true`, "001420 (22023)"],
    ["another format", "", "type = parquet", "000002 (0A000)"],
    ["another encoding", "", `${csv} encoding = 'ISO-8859-1'`, "000002 (0A000)"],
  ])("refuses %s", async (_name, text, format, code) => {
    await withStage(async (asker, put) => {
      await asker.rows("create table c (a varchar, b varchar)");
      await put({ "1.csv": text });
      expect(await asker.code(`copy into c from @st/a file_format = (${format})`)).toBe(code);
    });
  });

  it("reads a named format, fields by number and files of different lengths", async () => {
    await withStage(async ({ rows, code }, put) => {
      await rows('create file format sales."f 1" type = csv skip_header = 1');
      await rows("create table c (a number, b variant, c varchar)");
      await put({ "1.csv": "h\n1,[2]\n", "2.csv": "h\n3,4,5\n" });
      await rows(
        "copy into c from (select $1, parse_json($2), $3 from @st/a) file_format = (format_name = 'sales.\"f 1\"')",
      );
      expect(await rows("select a, b, c from c order by a")).toEqual([
        ["1", "[\n  2\n]", null],
        ["3", "4", "5"],
      ]);
      expect(await code("copy into c from @st/a file_format = (format_name = nope)")).toBe("002003 (02000)");
    });
  });
});
