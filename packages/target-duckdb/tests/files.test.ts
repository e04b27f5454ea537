import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder, testSession } from "./duckdb-session.ts";

const properties = { id: { type: "integer" }, v: { type: ["null", "string"] } };
const good = (id: number): string => `{"type":"RECORD","stream":"users","record":{"id":${id},"v":"x"}}`;
const line = (record: string): string => `{"type":"RECORD","stream":"users","record":${record}}`;

function bytesOf(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([...part]))),
  );
}

describe("files that may not be loaded as they came", () => {
  const files: readonly [name: string, bytes: string | Uint8Array][] = [
    ["a line that breaks off", `${good(1)}\n{"type":"RECORD","stream":"users","rec\n`],
    ["a file that breaks off", `${good(1)}\n{"type":"RECORD","stream":"users","record":{"id":2`],
    ["two records on a line", `${good(1)}${good(2)}\n`],
    ["text after the record", `${good(1)}\n${good(2)} x\n`],
    ["a record that is an array", `${good(1)}\n${line("[1]")}\n`],
    ["a record that is a text", `${good(1)}\n${line('"x"')}\n`],
    ["a record that is null", `${good(1)}\n${line("null")}\n`],
    ["a line without a record", `${good(1)}\n{"type":"RECORD","stream":"users"}\n`],
    ["a line that is an array", `${good(1)}\n[${good(2)}]\n`],
    ["a line that is a number", `${good(1)}\n7\n`],
    ["a line that is null", `${good(1)}\nnull\n`],
    ["a byte order mark", `\uFEFF${good(1)}\n${good(2)}\n`],
    ["a duplicate key", `${good(1)}\n${line('{"id":2,"v":"a","v":"b"}')}\n`],
    ["invalid UTF-8", bytesOf(`${good(1)}\n`, '{"record":{"id":2,"v":"', [0xff], '"}}\n')],
    ["an overlong NUL", bytesOf(`${good(1)}\n`, '{"record":{"id":2,"v":"', [0xc0, 0x80], '"}}\n')],
    ["a surrogate in UTF-8", bytesOf(`${good(1)}\n`, '{"record":{"id":2,"v":"', [0xed, 0xa0, 0x80], '"}}\n')],
    ["a raw NUL", bytesOf(`${good(1)}\n`, '{"record":{"id":2,"v":"', [0], '"}}\n')],
    ["a raw line break in a text", bytesOf(`${good(1)}\n`, '{"record":{"id":2,"v":"', [0x0d], 'x"}}\n')],
    ["half a surrogate pair in a key that has no column", `${good(1)}\n${line('{"id":2,"z":"\\udc00"}')}\n`],
    ["a comment", `${good(1)}\n${line('{"id":2 /* two */}')}\n`],
    ["a leading zero", `${good(1)}\n${line('{"id":02}')}\n`],
    ["single quotes", `${good(1)}\n${line("{'id':2}")}\n`],
    ["a missing key", `${good(1)}\n${line('{"v":"x"}')}\n`],
    ["a null key", `${good(1)}\n${line('{"id":null}')}\n`],
    ["fewer rows than were counted", `${good(1)}\n`],
    ["more rows than were counted", `${good(1)}\n${good(2)}\n${good(3)}\n`],
    ["a time_extracted that is no moment", `${good(1)}\n{"record":{"id":2},"time_extracted":"soon"}\n`],
    ["a version that is no integer", `${good(1)}\n{"record":{"id":2},"version":1.5}\n`],
  ];

  it.each(files)("%s is refused, and nothing of it stays", async (_name, bytes) => {
    const test = await testSession();
    const shape = await test.prepare({ properties, keys: ["id"], metadata: true });
    const answer = await test.stage(shape, { files: [{ bytes, rows: 2 }] });
    expect(answer).toHaveProperty("refused");
    expect(
      await test.query("SELECT table_name FROM duckdb_tables() WHERE database_name LIKE '% staging'"),
    ).toEqual([]);
  });

  it.each(["null", "[1]", '"x"', "7"])(
    "a record that is %s is refused where there is no key to miss",
    async (record) => {
      const test = await testSession();
      const shape = await test.prepare({ properties });
      const lines = `${good(1)}\n${line(record)}\n`;
      expect(await test.stage(shape, { files: [{ bytes: lines, rows: 2 }] })).toHaveProperty("refused");
      const without = `${good(1)}\n{"type":"RECORD"}\n`;
      expect(await test.stage(shape, { files: [{ bytes: without, rows: 2 }] })).toHaveProperty("refused");
    },
  );

  it("a refusal does not show the record's values", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties, keys: ["id"] });
    const answers: unknown[] = [];
    for (const record of ['{"id":"secret"}', '{"id":1,"id":2,"z":"secret"}', '["secret"]', '"secret"']) {
      const answer = await test.stage(shape, { files: [{ bytes: `${line(record)}\n`, rows: 1 }] });
      answers.push("refused" in answer ? answer.refused : answer);
    }
    expect(answers).toEqual([
      'a value of "id" is not BIGINT as it is written',
      "JSON transform error in line 1: a record has a duplicate key",
      "JSON transform error in line 1: Expected OBJECT, but got ARRAY",
      "JSON transform error in line 1: Expected OBJECT, but got VARCHAR",
    ]);
  });

  // A version is written by the rewriting lane as an integer, or not at all.
  it.each(files.filter(([name]) => name !== "a version that is no integer"))(
    "%s in a rewritten batch is an error of one line",
    async (_name, bytes) => {
      const test = await testSession();
      const shape = await test.prepare({ properties, keys: ["id"], metadata: true });
      const staged = test.stage(shape, { files: [{ bytes, rows: 2 }], rewritten: true });
      await expect(staged).rejects.toMatchObject({ name: "LoadError", exitCode: 70, stream: "users" });
      await expect(staged).rejects.toThrow(/^[^\n]+$/);
    },
  );
});

describe("files that are loaded as they came", () => {
  const files: readonly [name: string, bytes: string, rows: readonly (readonly unknown[])[]][] = [
    [
      "no line break at the end",
      `${good(1)}\n${good(2)}`,
      [
        ["1", "x"],
        ["2", "x"],
      ],
    ],
    [
      "keys in any order and blanks",
      '{ "record" : { "v" : "a", "id" : 1 } , "type":"RECORD" }\n{"record":{"id":2}}\n',
      [
        ["1", "a"],
        ["2", null],
      ],
    ],
    [
      "an escaped key",
      '{"record":{"i\\u0064":1}}\n{"record":{"id":2}}\n',
      [
        ["1", null],
        ["2", null],
      ],
    ],
    [
      "keys without a column, duplicate ones too",
      '{"record":{"id":1,"z":1,"z":2}}\n{"record":{"id":2,"Z":[{}]}}\n',
      [
        ["1", null],
        ["2", null],
      ],
    ],
    [
      "keys that differ from the column's by case",
      '{"record":{"id":1,"V":"a"}}\n{"record":{"id":2,"V":"b","v":"c"}}\n',
      [
        ["1", null],
        ["2", "c"],
      ],
    ],
    [
      "another type and other keys of the message",
      '{"a":[1],"type":"record","type":"RECORD","record":{"id":1}}\n{"record":{"id":2}}\n',
      [
        ["1", null],
        ["2", null],
      ],
    ],
  ];

  it.each(files)("%s", async (_name, bytes, rows) => {
    const test = await testSession();
    const shape = await test.prepare({ properties, keys: ["id"] });
    await test.load(shape, { files: [{ bytes, rows: 2 }] });
    expect(await test.query('SELECT id, v FROM "users" ORDER BY id')).toEqual(rows);
  });

  it("bare records of a BATCH message's files, with their version and no moment of extraction", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties, keys: ["id"], metadata: true });
    await test.load(shape, { texts: ['{"id":1,"v":"a"}', '{"id":2}'], root: "line", version: 7 });
    expect(
      await test.query('SELECT id, v, _sdc_table_version, _sdc_extracted_at FROM "users" ORDER BY id'),
    ).toEqual([
      ["1", "a", "7", null],
      ["2", null, "7", null],
    ]);
  });

  it("several files keep the order of files and lines", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { id: { type: "integer" } } });
    const files = [3, 1, 2].map((file) => ({
      rows: 20_000,
      bytes: Array.from(
        { length: 20_000 },
        (_, index) => `${line(`{"id":${file * 100_000 + index}}`)}\n`,
      ).join(""),
    }));
    await test.load(shape, { files });
    const rows = await test.query('SELECT id FROM "users" ORDER BY rowid');
    const ids = [3, 1, 2].flatMap((file) =>
      Array.from({ length: 20_000 }, (_, index) => file * 100_000 + index),
    );
    expect(rows.map(([id]) => Number(id))).toEqual(ids);
  });

  it("a folder whose name reads as a pattern, and no folder that the pattern fits", async () => {
    const parent = await testFolder();
    const spoolFolder = join(parent, "[a]*?'b=c");
    const other = join(parent, "axy'b=c");
    for (const folder of [spoolFolder, other]) await mkdir(folder);
    await writeFile(join(other, "spool-1-0.jsonl"), '{"record":{"id":2}}\n');
    const test = await testSession({}, { spoolFolder });
    const shape = await test.prepare({ properties });
    await test.load(shape, { texts: ['{"id":1,"v":"x"}'] });
    expect(await test.query('SELECT id, v FROM "users"')).toEqual([["1", "x"]]);
  });

  it("texts of ten megabytes, and lines longer than the reader's usual buffers", async () => {
    const test = await testSession({ memory_limit: "1GB" });
    const shape = await test.prepare({ properties });
    const lengths = [10 * 1024 * 1024, 40 * 1024 * 1024];
    await test.load(shape, {
      texts: lengths.map((length, id) => `{"id":${id},"v":"${"x".repeat(length)}"}`),
    });
    expect(await test.query('SELECT id, length(v) FROM "users" ORDER BY id')).toEqual([
      ["0", String(lengths[0])],
      ["1", String(lengths[1])],
    ]);
  });
});
