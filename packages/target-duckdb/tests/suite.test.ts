import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { targetTestSuite } from "@chorale/target-sdk/testing";
import { afterAll } from "vitest";
import { targetDuckdb } from "../src/index.ts";
import { createTable, readColumns, readRows } from "./stored-tables.ts";

const folder = await mkdtemp(join(tmpdir(), "target-duckdb-suite-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
let databases = 0;

targetTestSuite({
  target: targetDuckdb,
  async config(testId) {
    databases += 1;
    const temporary = join(folder, `temporary-${databases}`);
    await mkdir(temporary);
    // Only files of a BATCH are small and many, and read beside one another; one thread waits for no other.
    const threads = testId.startsWith("batches ") ? 2 : 1;
    return {
      path: join(folder, `${databases}.duckdb`),
      temp_dir: temporary,
      lock_timeout_seconds: 1,
      threads,
    };
  },
  readRows,
  readColumns,
  createTable,
  limits: { exactNumbersInJson: false, looseJson: true },
});
