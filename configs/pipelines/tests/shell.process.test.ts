import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changeAccount, minute } from "./support/account-changes.ts";
import { binPath, endOf, ownEnvironment } from "./support/processes.ts";
import { selectArguments, streams } from "./support/streams.ts";
import { differencesOf } from "./support/values.ts";
import { duckdbWarehouse, snowflake, snowflakeWarehouse } from "./support/warehouses.ts";
import { type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

async function shell(files: TestFolder, script: string): Promise<void> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: files.path("."),
    env: {
      ...ownEnvironment(),
      NODE: process.execPath,
      TAP: binPath("tap-zendesk"),
      SNOWFLAKE: binPath("target-snowflake"),
      DUCKDB: binPath("target-duckdb"),
      TARGET_SNOWFLAKE_PASSWORD: "password",
    },
  });
  const { code, stderr } = await endOf(child);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('"password"');
}

/** How many records of each stream a file of messages holds. */
function recordsIn(path: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { type, stream }: { type: string; stream: string } = JSON.parse(line);
    if (type === "RECORD") counts.set(stream, (counts.get(stream) ?? 0) + 1);
  }
  return counts;
}

const intoSnowflake = '"$NODE" "$SNOWFLAKE" --config snowflake.json --config ENV';
const intoDuckdb = '"$NODE" "$DUCKDB" --config duckdb.json';

describe("tap-zendesk into target-snowflake in a plain shell", () => {
  it("loads streams of every kind, then only what changed, with the values that DuckDB gets of the same messages", {
    timeout: 90_000,
  }, async () => {
    let now = Date.now() - 60 * minute;
    const sandbox = await zendesk({ clock: () => now });
    const files = testFolder();
    const standIn = await snowflake();
    const warehouses = { snowflake: snowflakeWarehouse(standIn), duckdb: duckdbWarehouse(files) };
    files.json("tap.json", tapConfig(sandbox));
    for (const [name, { config }] of Object.entries(warehouses))
      files.json(`${name}.json`, { ...config, default_target_schema: "zendesk" });

    const select = selectArguments(streams).map((argument) => `'${argument}'`);
    const tap = `"$NODE" "$TAP" --config tap.json ${select.join(" ")}`;
    await shell(files, `${tap} | tee first.jsonl | ${intoSnowflake} > state.jsonl`);
    now += 30 * minute;
    changeAccount(sandbox);
    now += 30 * minute;
    const state = "--state <(tail -n 1 state.jsonl)";
    await shell(files, `${tap} ${state} | tee second.jsonl | ${intoSnowflake} >> state.jsonl`);
    await shell(
      files,
      `${intoDuckdb} < first.jsonl > duckdb.jsonl; ${intoDuckdb} < second.jsonl >> duckdb.jsonl`,
    );

    const [first, second] = [recordsIn(files.path("first.jsonl")), recordsIn(files.path("second.jsonl"))];
    expect([...first.keys()].sort()).toEqual([...streams].sort());
    expect(Object.fromEntries(second)).toMatchObject({ tickets: 1, users: 1 });
    for (const stream of streams) {
      const contents = await warehouses.snowflake.contents(`zendesk.${stream}`);
      expect(contents.rows, stream).not.toEqual([]);
      const expected = await warehouses.duckdb.contents(`zendesk.${stream}`);
      expect(differencesOf(contents, expected), stream).toEqual([]);
    }
    expect(lastLine(files, "state.jsonl")).toEqual(lastLine(files, "duckdb.jsonl"));
    expect(await standIn.stagedFiles()).toEqual([]);
    expect(standIn.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
  });
});

function lastLine(files: TestFolder, name: string): unknown {
  return JSON.parse(readFileSync(files.path(name), "utf8").trim().split("\n").at(-1) ?? "");
}
