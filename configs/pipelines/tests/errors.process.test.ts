import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { binPath, endOf, errorLines, type ProcessEnd, runBin, start } from "./support/processes.ts";
import { query, type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const schema = {
  type: "SCHEMA",
  stream: "users",
  schema: {
    type: "object",
    properties: { id: { type: "integer" }, name: { type: ["null", "string"] } },
    required: ["id"],
  },
  key_properties: ["id"],
};
const record = (id: unknown, more: Record<string, unknown> = {}) => ({
  type: "RECORD",
  stream: "users",
  record: { id, ...more },
});
const state = (value: number) => ({ type: "STATE", value: { seen: value } });
const lines = (...messages: unknown[]) =>
  messages.map((message) => `${typeof message === "string" ? message : JSON.stringify(message)}\n`).join("");

/** What came before the bad line: committed or not, its state must not be printed unless its rows are there. */
const before = [schema, record(1), state(1)];

async function load(
  files: TestFolder,
  input: string,
  config: Record<string, unknown> = {},
): Promise<ProcessEnd> {
  const path = files.json("target.json", { path: files.path("w.duckdb"), ...config });
  return runBin("target-duckdb", ["--config", path], { input });
}

async function expectNothingLost(files: TestFolder, { stdout }: ProcessEnd): Promise<void> {
  if (!stdout.includes('{"seen":1}')) return;
  expect(await query(files.path("w.duckdb"), "SELECT id FROM users WHERE id = 1")).toHaveLength(1);
}

describe("bad input to target-duckdb", () => {
  it.each([
    {
      name: "a malformed line",
      bad: '{"type":"RECORD","stream":"users","record":{"id":2,}}',
      says: ["line 4"],
      code: 65,
    },
    {
      name: "a line that is no JSON",
      bad: "Traceback (most recent call last):",
      says: ["line 4", "Traceback"],
      code: 65,
    },
    {
      name: "a record before its schema",
      bad: { type: "RECORD", stream: "orders", record: { id: 1 } },
      says: ["orders"],
      code: 65,
    },
    {
      name: "a missing key",
      bad: { type: "RECORD", stream: "users", record: { name: "x" } },
      says: ["users", "id"],
      code: 65,
    },
    { name: "a null key", bad: record(null), says: ["users", "id"], code: 65 },
    { name: "a wrong type", bad: record("seven"), says: ["users", "id", "integer"], code: 65 },
    {
      name: "a schema without properties",
      bad: { type: "SCHEMA", stream: "x", schema: {}, key_properties: [] },
      says: ["x", "properties"],
      code: 65,
    },
    {
      name: "a batch of another kind",
      bad: { type: "BATCH", stream: "users", encoding: { format: "parquet" }, manifest: ["file:///x"] },
      says: ["users", "parquet"],
      code: 65,
    },
  ])("$name is a one-line error with exit code $code", async ({ bad, says, code }) => {
    const files = testFolder();
    const end = await load(files, lines(...before, bad, state(2)));
    expect(end.code, end.stderr).toBe(code);
    const errors = errorLines(end);
    expect(errors).toHaveLength(1);
    for (const word of says) expect(errors[0]).toContain(word);
    expect(errors[0]).not.toContain("\n");
    expect(end.stdout).not.toContain('{"seen":2}');
    await expectNothingLost(files, end);
  });

  it("a configuration that cannot work names the setting and what it wants", async () => {
    const files = testFolder();
    const end = await load(files, lines(...before), { batch_size_rows: "many" });
    expect(end.code).toBe(78);
    expect(errorLines(end)).toEqual([expect.stringContaining("batch_size_rows")]);
  });

  it("a full disk names the folder and loses nothing that was promised", async () => {
    const files = testFolder();
    const path = files.json("target.json", { path: files.path("w.duckdb"), temp_dir: files.path(".") });
    const many = Array.from({ length: 60_000 }, (_, id) =>
      record(id, { name: `${id}-${Math.sin(id)}`.repeat(10) }),
    );
    // A limit on the size of files stands in for a full disk: writing beyond it fails in the same place.
    const child = spawn(
      "bash",
      ["-c", `ulimit -f 1024; exec "$0" "$@"`, process.execPath, binPath("target-duckdb"), "--config", path],
      {
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(lines(schema, ...many, state(9)));
    const end = await endOf(child);
    expect(end.code, end.stderr).not.toBe(0);
    expect(errorLines(end)).toHaveLength(1);
    expect(end.stdout).not.toContain('{"seen":9}');
  });

  it("a locked database names its holder after lock_timeout_seconds, with exit code 75", async () => {
    const files = testFolder();
    const config = files.json("target.json", { path: files.path("w.duckdb"), lock_timeout_seconds: 0.2 });
    const holder = start("target-duckdb", ["--config", config]);
    const holderEnd = endOf(holder);
    holder.stdin.write(lines(schema));
    await untilOpen(files.path("w.duckdb"), holder);
    const end = await runBin("target-duckdb", ["--config", config], { input: lines(...before) });
    holder.stdin.end();
    expect((await holderEnd).code).toBe(0);
    expect(end.code, end.stderr).toBe(75);
    const errors = errorLines(end);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(String(holder.pid));
    expect(errors[0]).toContain("w.duckdb");
  });

  it("a reader of the states that went away ends the run, with everything committed", async () => {
    const files = testFolder();
    const config = files.json("target.json", { path: files.path("w.duckdb") });
    const target = start("target-duckdb", ["--config", config]);
    const end = endOf(target);
    target.stdout.destroy();
    target.stdin.on("error", () => undefined);
    target.stdin.end(lines(...before));
    const { code, stderr } = await end;
    expect(code, stderr).toBe(74);
    expect(errorLines({ code, signal: null, stdout: "", stderr })).toHaveLength(1);
    expect(await query(files.path("w.duckdb"), "SELECT id FROM users")).toEqual([{ id: "1" }]);
  });
});

/** Waits until the process holds the database's file open, which Linux tells under /proc. */
async function untilOpen(path: string, child: { pid?: number | undefined }): Promise<void> {
  const { readdir, readlink } = await import("node:fs/promises");
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const folder = `/proc/${child.pid}/fd`;
    const links = await Promise.all(
      (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")),
    );
    if (links.includes(path)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${path} was not opened`);
}

describe("bad input to tap-zendesk", () => {
  it.each([
    { name: "a bad setting", config: { start_date: "yesterday" }, args: [], says: ["start_date"], code: 78 },
    {
      name: "no credentials",
      config: { access_token: undefined },
      args: [],
      says: ["access_token", "api_token"],
      code: 78,
    },
    {
      name: "a refused credential",
      config: { access_token: "wrong-secret-token" },
      args: [],
      says: ["401"],
      code: 77,
    },
  ])("$name is a one-line error with exit code $code", async ({ config, args, says, code }) => {
    const sandbox = await zendesk();
    const files = testFolder();
    const end = await runBin("tap-zendesk", [
      "--config",
      files.json("tap.json", tapConfig(sandbox, config)),
      ...args,
    ]);
    expect(end.code, end.stderr).toBe(code);
    const errors = errorLines(end);
    expect(errors).toHaveLength(1);
    for (const word of says) expect(errors[0]).toContain(word);
    expect(end.stderr + end.stdout).not.toContain("wrong-secret-token");
  });

  it("an unknown stream in the catalog is named, with exit code 78", async () => {
    const sandbox = await zendesk();
    const files = testFolder();
    const catalog = files.json("catalog.json", {
      streams: [
        {
          tap_stream_id: "tikets",
          stream: "tikets",
          schema: { type: "object", properties: {} },
          metadata: [{ breadcrumb: [], metadata: { selected: true } }],
        },
      ],
    });
    const end = await runBin("tap-zendesk", [
      "--config",
      files.json("tap.json", tapConfig(sandbox)),
      "--catalog",
      catalog,
    ]);
    expect(end.code, end.stderr).toBe(78);
    expect(errorLines(end)).toEqual([expect.stringContaining("tikets")]);
    expect(sandbox.requests).toEqual([]);
  });

  it("a closed stdout ends the tap with exit code 74 and one line", async () => {
    const sandbox = await zendesk();
    const files = testFolder();
    const tap = start("tap-zendesk", ["--config", files.json("tap.json", tapConfig(sandbox))]);
    const end = endOf(tap);
    tap.stdin.end();
    tap.stdout.destroy();
    const { code, stderr } = await end;
    expect(code, stderr).toBe(74);
    expect(errorLines({ code, signal: null, stdout: "", stderr })).toHaveLength(1);
  });

  it("a full disk behind stdout ends the tap with exit code 74 and one line", async () => {
    const sandbox = await zendesk();
    const files = testFolder();
    const full = openSync("/dev/full", "w");
    const tap = spawn(
      process.execPath,
      [binPath("tap-zendesk"), "--config", files.json("tap.json", tapConfig(sandbox))],
      {
        stdio: ["ignore", full, "pipe"],
      },
    );
    closeSync(full);
    const end = await endOf(tap);
    expect(end.code, end.stderr).toBe(74);
    expect(errorLines(end)).toHaveLength(1);
  });
});
