import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "@chorale/singer";
import type { SpooledBatch, SpoolFile, TableShape } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { snowflakeWarehouse } from "../src/warehouse.ts";
import { beginning, integer, record, schema, state, testAccount, text } from "./loads.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What each COPY found under way when it began. */
const copies: { readonly table: string; readonly meanwhile: readonly string[] }[] = [];

function copiedTable(sql: string): string | undefined {
  return /^COPY INTO (\S+) .*\/chorale\/(\w+)\//.exec(sql)?.[2];
}

const account = testAccount({
  statementDelayMs(sql) {
    const table = copiedTable(sql);
    if (table === undefined) return 0;
    const running = account.sandbox.statements.filter(({ outcome }) => outcome === undefined);
    const meanwhile = running.flatMap((other) => copiedTable(other.sql) ?? []);
    // The statement itself is among those that run.
    meanwhile.splice(meanwhile.indexOf(table), 1);
    copies.push({ table, meanwhile });
    return 40;
  },
});

describe("load methods", () => {
  it("append, replace by key or replace all, with keys and without", async () => {
    const methods = ["append-only", "upsert", "overwrite"];
    const streams = methods.flatMap((load_method) => [
      { stream: `keyed ${load_method}`, load_method, keys: ["id"] },
      { stream: `keyless ${load_method}`, load_method, keys: [] },
    ]);
    const stream_overrides = Object.fromEntries(
      streams.map(({ stream, load_method }) => [stream, { load_method }]),
    );
    const test = await account.schema({ stream_overrides, batch_size_rows: 2 });
    const tables = streams.map(({ stream }) => stream.replaceAll(/[ -]/g, "_").toUpperCase());
    for (const table of tables) {
      await test.query(`CREATE TABLE RAW.$.${table} (ID NUMBER(38,0), NAME VARCHAR)`);
      await test.query(`INSERT INTO RAW.$.${table} SELECT 1, 'old' UNION ALL SELECT 9, 'old'`);
    }
    const lines = streams.flatMap(({ stream, keys }) => [
      schema(stream, { id: integer, name: text }, keys),
      record(stream, { id: 1, name: "a" }),
      record(stream, { id: 2, name: "b" }),
      record(stream, { id: 1, name: "c" }),
    ]);
    await test.load([...lines, state(1)]);
    const rows = await Promise.all(tables.map(async (table) => [table, await test.rows(table)]));
    const appended = ['[1,"a"]', '[1,"c"]', '[1,"old"]', '[2,"b"]', '[9,"old"]'];
    expect(Object.fromEntries(rows)).toEqual({
      KEYED_APPEND_ONLY: appended,
      KEYLESS_APPEND_ONLY: appended,
      KEYED_UPSERT: ['[1,"c"]', '[2,"b"]', '[9,"old"]'],
      KEYLESS_UPSERT: appended,
      KEYED_OVERWRITE: ['[1,"c"]', '[2,"b"]'],
      KEYLESS_OVERWRITE: ['[1,"a"]', '[1,"c"]', '[2,"b"]'],
    });
  });
});

describe("a batch of several files", () => {
  const fileCount = 12;

  it("loads the last row of each key by the order of files, beyond the ninth too", async () => {
    const test = await account.schema();
    const config = await snowflakeConfig({ ...test.settings, add_record_metadata: false });
    const tempDir = await temporaryFolder();
    const session = await snowflakeWarehouse().connect(config, {
      log: silentLogger,
      signal: new AbortController().signal,
      tempDir,
    });
    try {
      const type = { kind: "integer", wide: false } as const;
      const columns = ["id", "n", "row"].map((property) => ({ property, type }));
      const shape = await session.prepare({
        stream: "users",
        keyProperties: ["id"],
        columns,
        addRecordMetadata: false,
      });
      const batch = await batchOfFiles(shape, tempDir);
      const staged = await session.stage(batch);
      if ("refused" in staged) throw new Error(staged.refused);
      await session.commit({ id: "c1", steps: [{ kind: "load", staged }] });
    } finally {
      await session.close();
    }
    // Every file has key 1, each of two files a key of its own, which the second has last.
    const pairs = Array.from({ length: fileCount / 2 }, (_, pair) => `[${pair + 10},${pair * 2 + 2},2]`);
    expect(await test.rows("USERS")).toEqual([`[1,${fileCount},2]`, ...pairs]);
    expect(await account.sandbox.stagedFiles()).toEqual([]);
  });

  async function batchOfFiles(shape: TableShape, folder: string): Promise<SpooledBatch> {
    const files: SpoolFile[] = [];
    for (let number = 1; number <= fileCount; number += 1) {
      const path = join(folder, `file-${number}`);
      const own = 10 + Math.floor((number - 1) / 2);
      const rows = [1, 2].flatMap((row) => [
        { id: 1, n: number, row },
        { id: own, n: number, row },
      ]);
      const lines = rows.map((values) => `${record("users", values)}\n`).join("");
      await writeFile(path, lines);
      files.push({ path, compression: "none", rows: rows.length, bytes: Buffer.byteLength(lines) });
    }
    const now = new Date();
    return {
      ...{ id: "b1", shape, loadMethod: "upsert", hardDelete: false, files, rows: fileCount * 4 },
      ...{ root: "record", rewritten: false },
      times: { syncStartedAt: now, receivedAt: now, batchedAt: now },
    };
  }
});

describe("a run", () => {
  it("asks for a table once, however often its SCHEMA comes", async () => {
    const test = await account.schema();
    const described = schema("users", { id: integer }, ["id"]);
    const spelled = described.replace('"type":"SCHEMA"', '"type": "SCHEMA"');
    const lines = Array.from({ length: 500 }, (_, id) => [
      described,
      record("users", { id }),
      spelled,
      state(id),
    ]);
    const { statements, states } = await test.load(lines.flat());
    expect(states.at(-1)).toBe(499);
    expect(await test.query("SELECT COUNT(*) AS N FROM RAW.$.USERS")).toEqual([{ N: 500n }]);
    expect(beginning(statements, "DESCRIBE TABLE", "SHOW", "USE")).toEqual([
      `DESCRIBE TABLE "RAW"."${test.name}"."USERS"`,
      `USE SCHEMA "RAW"."${test.name}"`,
    ]);
    expect(statements.filter((sql) => sql.includes("INFORMATION_SCHEMA"))).toEqual([]);
    expect(beginning(statements, "COPY")).toHaveLength(1);
  });

  it.each([
    ["loads different tables at the same time, and one table in order", {}, true],
    ["loads one table after the other where parallelism is 1", { parallelism: 1 }, false],
  ])("%s", async (_name, settings, overlaps) => {
    const test = await account.schema({ batch_size_rows: 1, ...settings });
    const streams = ["a", "b", "c"];
    const ids = [1, 2, 3];
    copies.length = 0;
    await test.load([
      ...streams.map((stream) => schema(stream, { id: integer, n: integer }, ["id"])),
      ...ids.flatMap((n) => streams.map((stream) => record(stream, { id: 1, n }))),
      state(1),
    ]);
    expect(copies).toHaveLength(9);
    expect(copies.filter(({ table, meanwhile }) => meanwhile.includes(table))).toEqual([]);
    expect(copies.some(({ meanwhile }) => meanwhile.length > 0)).toBe(overlaps);
    for (const stream of ["A", "B", "C"]) expect(await test.rows(stream)).toEqual(["[1,3]"]);
  });

  it("leaves no staged file and no temporary table, and no session open", async () => {
    const test = await account.schema({ batch_size_rows: 1 });
    const lines = [1, 2, 3].map((id) => record("users", { id }));
    const { statements } = await test.load([schema("users", { id: integer }, ["id"]), ...lines, state(1)]);
    const names = (verb: RegExp): readonly string[] =>
      statements.flatMap((sql) => verb.exec(sql)?.[1] ?? []).toSorted();
    const made = names(/^CREATE TEMPORARY TABLE (\S+)/);
    expect(made).toHaveLength(3);
    expect(names(/^DROP TABLE IF EXISTS (\S+)/)).toEqual(made);
    expect(await account.sandbox.stagedFiles()).toEqual([]);
    expect(account.sandbox.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
  });
});
