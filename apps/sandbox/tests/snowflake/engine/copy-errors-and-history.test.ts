import { zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Asker } from "./account.ts";
import { json, lines, loaded, transform, withStage } from "./staged-files.ts";

describe("COPY INTO and errors", () => {
  const broken = lines("1", '{"a":1,"a":2}', "3", "nope", "5");

  it("skips rows with CONTINUE", async () => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": broken });
      const [[, ...answer] = []] = await rows(`copy into j from @st/a ${json} on_error = continue`);
      expect(answer).toEqual([
        "PARTIALLY_LOADED",
        "5",
        "3",
        "5",
        "2",
        'Error parsing JSON: duplicate object attribute "a", pos 8',
        "2",
        "8",
        null,
      ]);
      expect(await rows("select v from j order by v")).toEqual([["1"], ["3"], ["5"]]);
    });
  });

  it("skips files with SKIP_FILE", async () => {
    await withStage(async ({ rows }, put) => {
      await put({ "1.json": broken, "2.json": "7", "3.json.gz": "no gzip" });
      const answer = await rows(`copy into j from @st/a ${json} on_error = 'skip_file'`);
      expect(answer.map((row) => row.slice(0, 6))).toEqual([
        ["a/1.json", "LOAD_FAILED", "5", "0", "1", "2"],
        ["a/2.json", "LOADED", "1", "1", "1", "0"],
        ["a/3.json.gz", "LOAD_FAILED", "1", "0", "1", "1"],
      ]);
      expect(await rows("select v from j")).toEqual([["7"]]);
      const failed = await rows(
        `copy into j from @st/a ${json} on_error = skip_file return_failed_only = true`,
      );
      expect(failed.map(([file]) => file)).toEqual(["a/1.json", "a/3.json.gz"]);
    });
  });

  it("finds the rows whose values do not fit", async () => {
    await withStage(async ({ rows, code }, put) => {
      await rows("create table n (a number not null)");
      await put({
        "1.json": lines(
          ...Array.from({ length: 40 }, (_, index) => `{"a":${index}}`),
          '{"a":"x"}',
          "{}",
          '{"a":9}',
        ),
      });
      const load = `copy into n from (select $1:a from @st/a) ${json}`;
      expect(await code(load)).toBe("100071 (22000)");
      const [row] = await rows(`${load} on_error = continue`);
      expect(row?.slice(1, 8)).toEqual([
        "PARTIALLY_LOADED",
        "43",
        "41",
        "43",
        "2",
        expect.stringContaining("x"),
        "41",
      ]);
      expect(await rows("select count(*), sum(a) from n")).toEqual([["41", "789"]]);
    });
  });

  it("says where the row is that made it stop", async () => {
    await withStage(async ({ rows, problem }, put) => {
      await rows("create table n (a number not null)");
      await put({
        "1.json": lines('{"a":1}', '{"a":2}'),
        "2.json": lines('{"a":3}', '{"a":4}', "{}", '{"a":"x"}'),
      });
      const { code, message } = await problem(`copy into n from (select $1:a from @st/a) ${json}`);
      expect([code, ...message.split("\n").slice(0, 3)]).toEqual([
        "100072",
        "NULL result in a non-nullable column",
        "  File 'a/2.json', line 3, character 1",
        "  Row 3",
      ]);
    });
  });

  it("loads nothing of any file when one is broken", async () => {
    await withStage(async ({ rows, code }, put) => {
      await put({ "1.json": "1", "2.json": broken });
      expect(await code(`copy into j from @st/a ${json}`)).toBe("100069 (22P02)");
      expect(await rows("select count(*) from j")).toEqual([["0"]]);
      expect(await rows(`copy into j from @st/a ${json} files = ('1.json')`)).toEqual([
        loaded("a/1.json", 1),
      ]);
    });
  });
});

describe("COPY INTO and its history", () => {
  const load = `copy into j from @st/a files = ('1.json') ${json}`;
  const status = async ({ rows }: Asker): Promise<string | null | undefined> => (await rows(load))[0]?.[1];

  it("skips what the table holds, and loads what changed", async () => {
    await withStage(async (asker, put) => {
      await put({ "1.json": "1" });
      expect(await status(asker)).toBe("LOADED");
      expect(await asker.rows(load)).toEqual([
        ["a/1.json", "LOAD_SKIPPED", "0", "0", "1", "0", "File was loaded before.", null, null, null],
      ]);
      await put({ "1.json": "2" });
      expect(await status(asker)).toBe("LOADED");
      expect((await asker.rows(`${load} force = true`))[0]?.[1]).toBe("LOADED");
      expect(await asker.rows("select v from j order by v")).toEqual([["1"], ["2"], ["2"]]);
      expect(await asker.rows("select file_name, row_count from information_schema.load_history")).toEqual([
        ["a/1.json", "1"],
      ]);
    });
  });

  it.each([
    ["TRUNCATE", ["truncate table j"]],
    ["CREATE OR REPLACE", ["create or replace table j (v variant)"]],
    ["DROP", ["drop table j", "create table j (v variant)"]],
    ["another stage of its name", ["create or replace stage st"]],
  ])("forgets with %s", async (_name, statements) => {
    await withStage(async (asker, put) => {
      await put({ "1.json": "1" });
      await asker.rows(load);
      for (const statement of statements) await asker.rows(statement);
      await put({ "1.json": "1" });
      expect(await status(asker)).toBe("LOADED");
    });
  });

  it("keeps it with DELETE and over a rename", async () => {
    await withStage(async (asker, put) => {
      await put({ "1.json": "1" });
      await asker.rows(load);
      await asker.rows("delete from j");
      expect(await status(asker)).toBe("LOAD_SKIPPED");
    });
  });

  it.each([
    [true, "LOADED"],
    [false, "LOAD_SKIPPED"],
  ])("rolls back with its transaction: %s", async (historyRollsBack, after) => {
    await withStage(
      async (asker, put) => {
        await put({ "1.json": "1" });
        await asker.rows("begin");
        expect(await status(asker)).toBe("LOADED");
        expect(await asker.rows("select count(*) from j")).toEqual([["1"]]);
        await asker.rows("rollback");
        expect(await asker.rows("select count(*) from j")).toEqual([["0"]]);
        expect(await status(asker)).toBe(after);
      },
      { historyRollsBack },
    );
  });
});

describe("COPY INTO of many rows", () => {
  it("streams, and can be canceled", async () => {
    await withStage(async ({ rows, code }, put) => {
      const count = 50_000;
      await put({
        "1.json.zst": zstdCompressSync(
          lines(
            ...Array.from({ length: count }, (_, index) => `{"record":{"id":${index},"s":"text ${index}"}}`),
          ),
        ),
      });
      const cancel = new AbortController();
      const running = code(`${transform} ${json}`, { signal: cancel.signal });
      setImmediate(() => cancel.abort());
      expect(await running).toBe("000604 (57014)");
      expect(await rows("select count(*) from t")).toEqual([["0"]]);
      expect(await rows(`${transform} ${json}`)).toEqual([loaded("a/1.json.zst", count)]);
      expect(await rows("select count(distinct r), sum(a::number), max(r) from t")).toEqual([
        [String(count), String((count * (count - 1)) / 2), String(count)],
      ]);
    });
  });
});
