import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSnowflake } from "@chorale/sandbox";
import { type TargetSuiteOptions, targetTestSuite } from "@chorale/target-sdk/testing";
import { afterAll } from "vitest";
import { targetSnowflake } from "../src/index.ts";
import { snowflakeTarget } from "../src/target.ts";
import { keptThreads } from "./kept-threads.ts";
import { loaderSettings } from "./snowflake-settings.ts";
import { createTable, readColumns, readRows } from "./stored-tables.ts";

/** What the suite is told of the target, wherever it runs. */
export const suiteOptions: Omit<TargetSuiteOptions, "config"> = {
  target: targetSnowflake,
  readRows,
  readColumns,
  createTable,
  tableName: (stream) => stream.replaceAll(/[.\- ]/g, "_").toUpperCase(),
  columnName: (property) => property.toUpperCase(),
  limits: { wideIntegers: true, signedZero: false },
};

/** Declares one part of the conformance suite, on a stand-in of its own: two files run at the same time. */
export async function declareSuite(
  choice: Required<Pick<TargetSuiteOptions, "part" | "modes">>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "target-snowflake-suite-"));
  const snowflake = await startSnowflake();
  afterAll(async () => {
    await snowflake.close();
    await rm(folder, { recursive: true, force: true });
  });
  let schemas = 0;
  targetTestSuite({
    ...suiteOptions,
    target: snowflakeTarget(keptThreads()),
    async config() {
      schemas += 1;
      const temporary = join(folder, `temporary-${schemas}`);
      await mkdir(temporary);
      return {
        ...loaderSettings(snowflake.url),
        account: "sandbox",
        database: "RAW",
        default_target_schema: `SUITE_${schemas}`,
        temp_dir: temporary,
        retry_delay_seconds: 0.01,
      };
    },
    ...choice,
  });
}
