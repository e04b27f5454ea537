import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSchemaCompiler } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type DataSpec, generateMessages, writeDataFile } from "../src/data/data-set.ts";

const spec: DataSpec = { size: "wide", records: 2_500, streams: 3, seed: 7 };

function textOf(overrides: Partial<DataSpec> = {}): string {
  return [...generateMessages({ ...spec, ...overrides }).texts].join("");
}

function linesOf(overrides: Partial<DataSpec> = {}): readonly string[] {
  return textOf(overrides).trimEnd().split("\n");
}

describe("generateMessages", () => {
  it("gives the same bytes for the same seed, today and tomorrow", () => {
    const sha256 = createHash("sha256").update(textOf()).digest("hex");
    expect(textOf()).toBe(textOf());
    expect(sha256).toMatchInlineSnapshot(
      `"1dcc6c6cadd23298f20bc42dbf61fc2a235ab4c9128a9747ac670ebfdd88b9c1"`,
    );
  });

  it("gives other bytes for another seed", () => {
    expect(textOf({ seed: 8 })).not.toBe(textOf());
  });

  it.each([
    { size: "narrow", low: 364, high: 400, properties: 10 },
    { size: "wide", low: 620, high: 646, properties: 20 },
  ] as const)("writes $size records of $low to $high bytes", ({ size, low, high, properties }) => {
    const records = linesOf({ size }).filter((line) => line.startsWith('{"type":"RECORD"'));
    const bytes = records.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) / records.length;
    expect(bytes).toBeGreaterThan(low);
    expect(bytes).toBeLessThan(high);
    expect(Object.keys(JSON.parse(records[0] ?? "").record)).toHaveLength(properties);
  });

  it.each(["narrow", "wide"] as const)("writes %s records that fit their schema", async (size) => {
    const compile = await createSchemaCompiler();
    const [schemaLine = "", ...lines] = linesOf({ size, streams: 1 });
    const isValid = compile(JSON.parse(schemaLine).schema);
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.type === "RECORD") expect(isValid(message.record), line).toBe(true);
    }
  });

  it("writes a state after every 1,000 records and at the end, and each schema first", () => {
    const types = linesOf().map((line) => JSON.parse(line).type);
    const states = types.flatMap((type, index) => (type === "STATE" ? [index] : []));
    expect(types.slice(0, 4)).toEqual(["SCHEMA", "SCHEMA", "SCHEMA", "RECORD"]);
    expect(states).toEqual([1_003, 2_004, 2_505]);
    expect(types).toHaveLength(2_506);
  });

  it("writes no second state where the last record had one", () => {
    expect(linesOf({ records: 1_000, streams: 1 }).filter((line) => line.includes('"STATE"'))).toHaveLength(
      1,
    );
  });

  it("interleaves the streams in runs, and counts each", () => {
    const { texts, recordsByStream } = generateMessages(spec);
    const streams = [...texts]
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .flatMap(({ type, stream }) => (type === "RECORD" ? [stream] : []));
    const changes = streams.filter((stream, index) => index > 0 && stream !== streams[index - 1]).length;
    expect(changes).toBeGreaterThan(3);
    expect(changes).toBeLessThan(60);
    expect(recordsByStream()).toEqual(
      Object.fromEntries(
        ["orders_1", "orders_2", "orders_3"].map((name) => [
          name,
          streams.filter((it) => it === name).length,
        ]),
      ),
    );
  });

  it("sends some records again, as newer versions", () => {
    const ids = linesOf({ streams: 1 })
      .map((line) => JSON.parse(line))
      .flatMap(({ type, record }) => (type === "RECORD" ? [record.id] : []));
    expect(new Set(ids).size).toBeLessThan(ids.length);
    expect(Math.max(...ids)).toBe(new Set(ids).size);
  });
});

describe("writeDataFile", () => {
  it("writes what is generated and answers its size", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-data-"));
    try {
      const file = await writeDataFile(join(folder, "data.jsonl"), spec);
      const written = await readFile(file.path);
      expect(written.toString()).toBe(textOf());
      expect(file).toMatchObject({ records: 2_500, bytes: written.length });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
