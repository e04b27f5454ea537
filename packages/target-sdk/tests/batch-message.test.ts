import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { ProtocolError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { activate, bytes, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { loadsOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({
  temp_dir: join(folder.path, "spool"),
  ...more,
});

async function file(name: string, content: string | Buffer): Promise<string> {
  folder.remains([/^batches$/, /^spool$/]);
  await mkdir(join(folder.path, "batches"), { recursive: true });
  const path = join(folder.path, "batches", name);
  await writeFile(path, content);
  return pathToFileURL(path).href;
}

function batch(manifest: readonly string[], encoding: object = { format: "jsonl", compression: "none" }) {
  return { type: "BATCH", stream: "a", encoding, manifest };
}

const lines = (...ids: readonly number[]) => ids.map((id) => `{"id":${id}}\n`).join("");

describe("a BATCH message", () => {
  it("loads the bare records of its files, plain or in gzip, in order", async () => {
    const warehouse = new MemoryWarehouse();
    const plain = await file("1 ü.jsonl", lines(1, 2).trimEnd());
    const second = await file("2.jsonl", `\n${lines(3)}\r\n`);
    const zipped = await file("3.jsonl.gz", gzipSync(lines(4, 5)));
    const input = [
      bytes(
        schema("a"),
        record("a", { id: 0 }),
        batch([plain, second], { format: "jsonl" }),
        batch([zipped], { format: "jsonl", compression: "gzip" }),
        record("a", { id: 6 }),
        state(1),
      ),
    ];
    const { error, states, summary } = await runWith(warehouse, input, {
      config: config({ load_method: "append-only" }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.records("a")).toEqual([0, 1, 2, 3, 4, 5, 6].map((id) => ({ id })));
    const loaded = warehouse.commits.flatMap(loadsOf);
    expect(loaded.map(({ batch: { root, rows } }) => [root, rows])).toEqual([
      ["record", 1],
      ["line", 5],
      ["record", 1],
    ]);
    expect(summary?.streams.get("a")?.records).toBe(7);
  });

  it("holds back the state until all of its records are committed", async () => {
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: (_unit, count) => {
          if (count === 3) throw new Error("no");
        },
      },
    });
    const address = await file("1.jsonl", lines(1, 2, 3));
    const input = [bytes(schema("a"), state(0), batch([address]), state(1))];
    const { states } = await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect(states).toEqual(["0"]);
  });

  it("gives its version to its records", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 9 }, version: 1 }]);
    const address = await file("1.jsonl", lines(1, 2));
    const input = [bytes(schema("a"), { ...batch([address]), version: 2 }, activate("a", 2))];
    const { error } = await runWith(warehouse, input, { config: config() });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([true, false])("names file and line of a record that is none (validated: %s)", async (validate) => {
    const address = await file("1.jsonl", `${lines(1)}nonsense\n${lines(2)}`);
    const { error } = await runWith(new MemoryWarehouse(), [bytes(schema("a"), batch([address]))], {
      config: config({ validate_records: validate }),
    });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/1\.jsonl, line 2: not a record of a in JSON: nonsense\. Look/),
    );
  });

  it("names file and line of a record that breaks the schema", async () => {
    const address = await file("1.jsonl", `${lines(1)}{"id":"x"}\n`);
    const { error } = await runWith(new MemoryWarehouse(), [bytes(schema("a"), batch([address]))], {
      config: config(),
    });
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/1\.jsonl, line 2: a: a record does not fit/),
    );
  });

  it("names the line of a record with a version that is none", async () => {
    const address = await file("1.jsonl", `${lines(1)}{"id":2}x\n`);
    const input = [bytes(schema("a"), { ...batch([address]), version: 1 })];
    const { error } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/1\.jsonl, line 2: not a record of a in JSON/),
    );
  });

  it.each([
    ["another format", ["file:///x"], { format: "parquet" }, 'its format is "parquet"'],
    [
      "another compression",
      ["file:///x"],
      { format: "jsonl", compression: "snappy" },
      'its compression is "snappy"',
    ],
    ["a bucket", ["s3://bucket/x"], { format: "jsonl" }, 'it names "s3://bucket/x"'],
    ["a web address", ["https://x/y"], { format: "jsonl" }, 'it names "https://x/y"'],
    ["a relative address", ["file://x/y"], { format: "jsonl" }, 'it names "file://x/y"'],
    ["a relative path in an address", ["file:x/y"], { format: "jsonl" }, 'it names "file:x/y"'],
    ["a plain path", ["/x/y"], { format: "jsonl" }, 'it names "/x/y"'],
    ["an escaped separator", ["file:///x%2Fy"], { format: "jsonl" }, 'it names "file:///x%2Fy"'],
    [
      "a file that is not there",
      ["file:///nowhere/x"],
      { format: "jsonl" },
      "/nowhere/x cannot be read: ENOENT",
    ],
    ["a folder", ["file:///"], { format: "jsonl" }, "/ cannot be read: EISDIR"],
  ])("refuses %s in one line", async (_name, manifest, encoding, reason) => {
    const { error } = await runWith(new MemoryWarehouse(), [bytes(schema("a"), batch(manifest, encoding))], {
      config: config(),
    });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining(`line 2: a BATCH of a cannot be taken: ${reason}`),
    );
    folder.remains([/^spool$/]);
  });

  it.each([
    ["that is no gzip", Buffer.from(lines(1))],
    ["that is cut off", gzipSync(lines(...Array.from({ length: 5000 }, (_, id) => id))).subarray(0, 200)],
  ])("refuses a gzip file %s", async (_name, content) => {
    const address = await file("1.jsonl.gz", content);
    const input = [bytes(schema("a"), batch([address], { format: "jsonl", compression: "gzip" }))];
    const { error } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty("message", expect.stringContaining("1.jsonl.gz cannot be read"));
  });

  it("must come after its SCHEMA", async () => {
    const { error } = await runWith(new MemoryWarehouse(), [bytes(batch(["file:///x"]))], {
      config: config(),
    });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining("line 1: a BATCH of a comes before the SCHEMA of a"),
    );
    folder.remains([/^spool$/]);
  });
});
