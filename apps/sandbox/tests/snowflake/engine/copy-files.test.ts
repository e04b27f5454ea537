import { describe, expect, it } from "vitest";
import { json, withStage } from "./staged-files.ts";

describe("COPY INTO and its files", () => {
  it("takes the files of a list, a path or a pattern", async () => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": "1", "2.json": "2", "b/3.json": "3", "4.txt": "4" });
      const of = async (rest: string): Promise<readonly (string | null | undefined)[]> =>
        (await rows(`copy into j from ${rest} ${json} force = true`)).map(([file]) => file);
      expect(await of("@st/a files = ('2.json', '1.json')")).toEqual(["a/2.json", "a/1.json"]);
      expect(await of("@st/a/b")).toEqual(["a/b/3.json"]);
      expect(await of("'@raw.public.\"ST\"/a/' pattern = '.*/[12][.]json'")).toEqual([
        "a/1.json",
        "a/2.json",
      ]);
      expect(await of("@st size_limit = 2")).toEqual(["a/1.json", "a/2.json"]);
      expect(await of("@st/none")).toEqual(["Copy executed with 0 files processed."]);
    });
  });

  it.each([
    ["a file that is not there", "files = ('1.json', 'none.json')", "100016 (22000)"],
    [
      "more than 1,000 files",
      `files = (${Array.from({ length: 1001 }, (_, index) => `'${index}'`).join(",")})`,
      "001409 (22023)",
    ],
    ["an unknown option", "purgee = true", "001420 (22023)"],
    ["an unknown format option", "file_format = (type = json colour = 'red')", "001420 (22023)"],
    ["a value that is none", "on_error = 'MAYBE'", "001008 (22023)"],
    ["a boolean that is none", "purge = 1", "001008 (22023)"],
    ["an option twice", "purge = true purge = true", "001424 (22023)"],
    ["a pattern that is none", "pattern = '('", "001008 (22023)"],
    ["VALIDATION_MODE", "validation_mode = return_errors", "000002 (0A000)"],
  ])("refuses %s", async (_name, options, code) => {
    await withStage(async (asker, put) => {
      await put({ "1.json": "1" });
      const format = options.startsWith("file_format") ? "" : json;
      expect(await asker.code(`copy into j from @st/a ${format} ${options}`)).toBe(code);
    });
  });

  it.each([
    ["WHERE", "copy into j from (select $1 from @st/a where $1 = 1)", "002199 (0A000)"],
    ["WHERE behind an alias", "copy into j from (select $1 from @st/a s where $1 = 1)", "002199 (0A000)"],
    ["GROUP BY", "copy into j from (select $1 from @st/a s group by 1)", "002199 (0A000)"],
    ["JOIN", "copy into j from (select $1 from @st/a join t)", "002199 (0A000)"],
    ["DISTINCT", "copy into j from (select distinct $1 from @st/a)", "002199 (0A000)"],
    ["a subquery", "copy into j from (select (select 1) from @st/a)", "002128 (0A000)"],
    ["an aggregate", "copy into j from (select max($1) from @st/a)", "002128 (0A000)"],
    ["a window", "copy into j from (select row_number() over (order by 1) from @st/a)", "002128 (0A000)"],
    ["an unknown column", "copy into j from (select nope from @st/a)", "000904 (42000)"],
    ["too many items", "copy into j from (select $1, $1 from @st/a)", "002020 (21S01)"],
    ["a missing stage", "copy into j from @nope/a", "002003 (02000)"],
    ["a missing table", "copy into nope from @st/a", "002003 (42S02)"],
    ["a location to write to", "copy into @st/a from j", "000002 (0A000)"],
    [
      "MATCH_BY_COLUMN_NAME with a SELECT",
      "copy into j from (select $1 from @st/a) match_by_column_name = case_sensitive",
      "002208 (0A000)",
    ],
    ["an external stage", "copy into j from @ext", "000002 (0A000)"],
  ])("refuses %s", async (_name, statement, code) => {
    await withStage(async (asker) => {
      await asker.rows("create stage ext url = 's3://bucket/x'");
      expect(await asker.code(`${statement} ${json}`)).toBe(code);
    });
  });

  it("reads the user's and the tables' stages", async () => {
    await withStage(async (asker, _put, account) => {
      await account.stage(asker, "@~/x", { "1.json": "1" });
      await account.stage(asker, "@%j", { "2.json": "2" });
      await asker.rows(`copy into j from @~/x ${json}`);
      await asker.rows(`copy into j from @%j ${json}`);
      expect(await asker.rows("select v from j order by v")).toEqual([["1"], ["2"]]);
    });
  });

  it("removes what it loaded with PURGE", async () => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": "1", "2.txt": "2" });
      await rows(`copy into j from @st/a/1 ${json} purge = true`);
      expect((await rows("list @st")).map(([name]) => name)).toEqual(["st/a/2.txt"]);
    });
  });
});
