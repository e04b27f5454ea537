import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryWarehouse, memoryTarget } from "./memory-warehouse.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chorale-run-test-"));
});
afterEach(async () => {
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

describe("a run", () => {
  it("loads records and hands out the state", async () => {
    const warehouse = new MemoryWarehouse();
    const states: string[] = [];
    const lines = [
      '{"type":"SCHEMA","stream":"users","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}',
      '{"type":"RECORD","stream":"users","record":{"id":1}}',
      '{"type":"RECORD","stream":"users","record":{"id":2}}',
      '{"type":"STATE","value":{"a":1.0}}',
    ];
    const summary = await memoryTarget(warehouse).run(
      [Buffer.from(`${lines.join("\n")}\n`)],
      { config: { temp_dir: folder }, onState: (state) => void states.push(state) },
    );
    expect(warehouse.records("users")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(states).toEqual(['{"a":1.0}']);
    expect(summary.streams.get("users")).toEqual({ records: 2, loaded: 2, skipped: 0, quarantined: 0, nulled: {}, dropped: {} });
  });
});
