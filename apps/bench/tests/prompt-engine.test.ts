import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSnowflake } from "@chorale/sandbox";
import { targetSnowflake } from "@chorale/target-snowflake";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type DataFile, writeDataFile } from "../src/data/data-set.ts";
import { createPromptEngine } from "../src/snowflake/prompt-engine.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const batchRows = 400;

async function dataFile(): Promise<DataFile> {
  return await writeDataFile(join(folder, "data.jsonl"), {
    size: "wide",
    records: 1_500,
    streams: 2,
    seed: 5,
  });
}

/** Loads the file from an account that expects `recordsByStream`. */
async function load(file: DataFile, recordsByStream: DataFile["recordsByStream"]) {
  const prompt = createPromptEngine({ recordsByStream, batchRows });
  const snowflake = await startSnowflake({ engine: prompt.open });
  onTestFinished(() => snowflake.close());
  const config = {
    account: "sandbox",
    access_url: snowflake.url,
    user: "LOADER",
    password: "password",
    database: "RAW",
    default_target_schema: "PUBLIC",
    temp_dir: folder,
    batch_size_rows: batchRows,
    retries: 0,
  };
  const run = targetSnowflake.run([readFileSync(file.path)], { config });
  return { run, prompt, snowflake };
}

describe("createPromptEngine", () => {
  it("takes all batches of a target, and counts what was put into the stage", async () => {
    const file = await dataFile();
    const { run, prompt, snowflake } = await load(file, file.recordsByStream);
    const { streams, state } = await run;
    const loaded = [...streams].map(([stream, counts]) => [stream, counts.loaded]);
    expect(Object.fromEntries(loaded)).toEqual(file.recordsByStream);
    expect(state).toContain("bookmarks");
    expect(await prompt.stagedRows()).toBe(1_500);
    const copies = snowflake.statements.filter(({ sql }) => sql.startsWith("COPY "));
    const batches = Object.values(file.recordsByStream).map((records) => Math.ceil(records / batchRows));
    expect(copies).toHaveLength(batches.reduce((sum, count) => sum + count, 0));
  });

  it("lets a target fail that has other batches than are expected", async () => {
    const file = await dataFile();
    const { run } = await load(file, { ...file.recordsByStream, orders_2: 3 });
    await expect(run).rejects.toThrow(/^cannot copy 400 rows of orders_2: 3 rows were read/);
  });
});
