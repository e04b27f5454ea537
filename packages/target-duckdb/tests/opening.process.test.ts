import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { testFolder, testSession } from "./duckdb-session.ts";

const holderScript = `
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(process.argv[1]);
  process.stdout.write("open");
  process.stdin.resume().on("end", () => instance.closeSync());
`;
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** Starts a process that holds the database until its stdin ends. */
async function holdDatabase(folder: string): Promise<ChildProcess> {
  const path = join(folder, "test.duckdb");
  const child = spawn(process.execPath, ["--input-type=module", "-e", holderScript, path], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}

describe("a database that another process holds", () => {
  it("is waited for, and then opened", async () => {
    const folder = await testFolder();
    const holder = await holdDatabase(folder);
    const opening = testSession({ lock_timeout_seconds: 20 }, { folder });
    holder.stdin?.end();
    const test = await opening;
    expect(await test.query("SELECT 1")).toEqual([[1]]);
  });

  it("is given up after lock_timeout_seconds, with its holder's name", async () => {
    const folder = await testFolder();
    const holder = await holdDatabase(folder);
    const opening = testSession({ lock_timeout_seconds: 0.2 }, { folder });
    await expect(opening).rejects.toMatchObject({
      name: "LoadError",
      exitCode: 75,
      message: `cannot open ${join(folder, "test.duckdb")}: process ${holder.pid} (${process.execPath}) still holds it after 0.2 s. Close it there, or raise lock_timeout_seconds.`,
    });
  });

  it("is given up at once with lock_timeout_seconds 0", async () => {
    const folder = await testFolder();
    await holdDatabase(folder);
    await expect(testSession({ lock_timeout_seconds: 0 }, { folder })).rejects.toMatchObject({
      exitCode: 75,
    });
  });

  it("is not waited for any more when the run is stopped", async () => {
    const folder = await testFolder();
    await holdDatabase(folder);
    const stop = new AbortController();
    const opening = testSession({ lock_timeout_seconds: 60 }, { folder, signal: stop.signal });
    const reason = new Error("stopped");
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  it("opens again after its holder was killed, with what was committed", async () => {
    const folder = await testFolder();
    const first = await testSession({}, { folder });
    const shape = await first.prepare({ properties: { id: { type: "integer" } }, keys: ["id"] });
    await first.load(shape, { texts: ['{"id":1}'] });
    await first.close();
    const holder = await holdDatabase(folder);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const second = await testSession({ lock_timeout_seconds: 0 }, { folder });
    expect(await second.query('SELECT id FROM "users"')).toEqual([["1"]]);
  });
});

describe("opening", () => {
  it("two runs of one process on one database go one after the other", async () => {
    const folder = await testFolder();
    const first = await testSession({}, { folder });
    await expect(testSession({ lock_timeout_seconds: 0, threads: 1 }, { folder })).rejects.toMatchObject({
      exitCode: 75,
      message: expect.stringContaining(`another run in this process (${process.pid}) still holds it`),
    });
    const waiting = testSession({ lock_timeout_seconds: 20, threads: 1 }, { folder });
    await first.close();
    expect(await (await waiting).query("SELECT 1")).toEqual([[1]]);
  });

  it("takes a database in memory", async () => {
    const test = await testSession({ path: ":memory:" });
    const shape = await test.prepare({ properties: { id: { type: "integer" } } });
    await test.load(shape, { texts: ['{"id":1}'] });
    expect(await test.query('SELECT id FROM "users"')).toEqual([["1"]]);
  });

  it.each([
    [
      "in a folder that is not there",
      "missing/x.duckdb",
      /^cannot open .*: IO Error: Cannot open file .*No such file or directory\. Check/,
    ],
    [
      "that is no database",
      "notes.txt",
      /^cannot open .*: IO Error: The file .* exists, but it is not a valid DuckDB database file\. Check/,
    ],
    ["that is a folder", ".", /^cannot open .*: IO Error: .*Is a directory\. Check/],
    ["with a question mark", "a?b.duckdb", /^cannot open .*: a path may not have a "\?"\. Rename it\.$/],
  ])("a path %s is a ConfigError", async (_name, path, message) => {
    const folder = await testFolder();
    await writeFile(join(folder, "notes.txt"), "no database".repeat(2000));
    const opening = testSession({ path: join(folder, path) });
    await expect(opening).rejects.toMatchObject({ name: "ConfigError", exitCode: 78 });
    await expect(opening).rejects.toThrow(message);
  });

  it.each([
    ["memory_limit", "lots"],
    ["memory_limit", "10 %"],
    ["threads", 0],
    ["threads", 1.5],
    ["lock_timeout_seconds", -1],
    ["path", 7],
  ])("%s %j is refused by the settings", async (name, value) => {
    await expect(testSession({ [name]: value })).rejects.toMatchObject({ name: "ConfigError" });
    await expect(testSession({ [name]: value })).rejects.toThrow(name);
  });

  it("closing ends what is at work, and a second run goes on", async () => {
    const folder = await testFolder();
    const test = await testSession({}, { folder });
    const shape = await test.prepare({ properties: { id: { type: "integer" } } });
    const texts = Array.from({ length: 200_000 }, (_, id) => `{"id":${id}}`);
    const staging = test.stage(shape, { texts }).catch((error: unknown) => error);
    const preparing = test
      .prepare({ stream: "others", properties: { id: { type: "integer" } } })
      .catch(() => undefined);
    await test.close();
    await Promise.all([staging, preparing]);
    const again = await testSession({ lock_timeout_seconds: 0 }, { folder });
    expect(await again.query('SELECT count(*) FROM "users"')).toEqual([["0"]]);
  });

  it("a stop while a batch is staged rejects with its reason", async () => {
    const stop = new AbortController();
    const test = await testSession({}, { signal: stop.signal });
    const shape = await test.prepare({ properties: { id: { type: "integer" } } });
    const reason = new Error("stopped");
    stop.abort(reason);
    await expect(test.stage(shape, { texts: ['{"id":1}'] })).rejects.toBe(reason);
    await expect(test.prepare({ properties: { id: { type: "integer" } } })).rejects.toBe(reason);
  });
});
