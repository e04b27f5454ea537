import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@chorale/singer";
import { targetTestSuite } from "@chorale/target-sdk/testing";
import { afterAll, describe, expect, it } from "vitest";
import { connectSnowflake } from "../src/connection.ts";
import { targetSnowflake } from "../src/index.ts";
import { configuredName } from "../src/names.ts";
import { schemaOf } from "../src/set-up-statements.ts";
import { type AccountSettings, accountIn } from "./account-settings.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";
import { suiteOptions } from "./suite.ts";

const account = accountIn(process.env);

describe("the settings of a real account", () => {
  const complete = {
    ...{ SNOWFLAKE_ACCOUNT: "org-a", SNOWFLAKE_USER: "u", SNOWFLAKE_DATABASE: "d" },
    ...{ SNOWFLAKE_WAREHOUSE: "w", SNOWFLAKE_ROLE: "r" },
  };

  it("are those of the environment, with a password or a key", () => {
    const named = { account: "org-a", user: "u", database: "d", warehouse: "w", role: "r" };
    expect(accountIn({ ...complete, SNOWFLAKE_PASSWORD: "p" })).toEqual({ ...named, password: "p" });
    expect(accountIn({ ...complete, SNOWFLAKE_PRIVATE_KEY_PATH: "k" })).toEqual({
      ...named,
      private_key_path: "k",
    });
  });

  it("are none without an account, and an error where only some are there", () => {
    expect(accountIn({ SNOWFLAKE_USER: "u" })).toBeUndefined();
    expect(accountIn({ SNOWFLAKE_ACCOUNT: "" })).toBeUndefined();
    expect(() => accountIn(complete)).toThrow(/SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_PATH is not/);
    expect(() => accountIn({ ...complete, SNOWFLAKE_PASSWORD: "p", SNOWFLAKE_ROLE: "" })).toThrow(
      /SNOWFLAKE_ROLE is not/,
    );
  });
});

/** Each case has a schema of its own; all of a run begin with the same. */
const prefix = `CHORALE_SUITE_${Date.now().toString(36).toUpperCase()}`;

it.skipIf(account === undefined)(
  "[needs snowflake] the conformance suite runs on a real account, whose role may do what a load does",
  async () => {
    const { items } = await targetSnowflake.check({ ...account, default_target_schema: `${prefix}_0` });
    expect(items.filter(({ missing }) => missing !== undefined)).toEqual([]);
  },
);

if (account !== undefined) {
  const folder = await mkdtemp(join(tmpdir(), "target-snowflake-account-"));
  let schemas = 0;
  afterAll(async () => {
    const names = Array.from({ length: schemas }, (_, index) => `${prefix}_${index + 1}`);
    await dropSchemas(account, names);
    await rm(folder, { recursive: true, force: true });
  }, 600_000);

  targetTestSuite({
    ...suiteOptions,
    async config() {
      schemas += 1;
      const temporary = join(folder, `temporary-${schemas}`);
      await mkdir(temporary);
      return { ...account, default_target_schema: `${prefix}_${schemas}`, temp_dir: temporary };
    },
  });
}

async function dropSchemas(settings: AccountSettings, names: readonly string[]): Promise<void> {
  const config = await snowflakeConfig({ ...settings });
  const connection = await connectSnowflake(config, {
    log: silentLogger,
    signal: new AbortController().signal,
    purpose: "load",
  });
  const catalog = configuredName(settings.database, "database");
  try {
    for (const schema of names) {
      await connection.execute({ sql: `DROP SCHEMA IF EXISTS ${schemaOf({ catalog, schema })} CASCADE` });
    }
  } finally {
    await connection.close();
  }
}
