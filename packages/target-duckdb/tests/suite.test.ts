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
  async config() {
    databases += 1;
    const temporary = join(folder, `temporary-${databases}`);
    await mkdir(temporary);
    return { path: join(folder, `${databases}.duckdb`), temp_dir: temporary, lock_timeout_seconds: 1 };
  },
  readRows,
  readColumns,
  createTable,
  limits: { exactNumbersInJson: false, looseJson: true },
});
