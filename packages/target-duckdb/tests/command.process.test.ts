import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { testFolder, testSession } from "./duckdb-session.ts";

const bin = fileURLToPath(new URL("../bin/target-duckdb.js", import.meta.url));
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Start {
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  /** Runs before the target in a shell. */
  readonly shell?: string;
}

async function start({ folder, settings, args = [], shell = ":" }: Start) {
  const config = join(folder, "config.json");
  await writeFile(
    config,
    JSON.stringify({ path: join(folder, "test.duckdb"), temp_dir: folder, ...settings }),
  );
  const child = spawn(
    "bash",
    [
      "-c",
      `${shell}; exec "$0" "$@"`,
      process.execPath,
      "--conditions=@chorale/source",
      bin,
      "--config",
      config,
      ...args,
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  children.push(child);
  // A target that ended takes no more input.
  child.stdin.on("error", () => undefined);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const finished = once(child, "close").then(async (): Promise<Finished> => {
    const [stdout, stderr] = await output;
    return { code: child.exitCode, stdout, stderr };
  });
  return { child, finished };
}

async function run(input: string, options: Start): Promise<Finished> {
  const { child, finished } = await start(options);
  child.stdin.end(input);
  return await finished;
}

const schema =
  '{"type":"SCHEMA","stream":"users","key_properties":["id"],"schema":{"type":"object","properties":{"id":{"type":"integer"},"v":{"type":"string"}}}}\n';
const record = (id: number, v = "x"): string =>
  `{"type":"RECORD","stream":"users","record":{"id":${id},"v":"${v}"}}\n`;
const state = (value: number): string => `{"type":"STATE","value":${value}}\n`;

async function idsIn(folder: string): Promise<readonly unknown[]> {
  const test = await testSession({ lock_timeout_seconds: 0 }, { folder });
  const rows = await test.query('SELECT id FROM "users" ORDER BY id');
  await test.close();
  return rows.map(([id]) => Number(id));
}

describe("target-duckdb", () => {
  it("loads what comes on stdin and prints the state", async () => {
    const folder = await testFolder();
    const input = schema + record(1) + state(1) + record(2) + state(2);
    expect(await run(input, { folder })).toMatchObject({ code: 0, stdout: "2\n" });
    expect(await idsIn(folder)).toEqual([1, 2]);
  });

  it("prints the committed state, and no more than that", async () => {
    const folder = await testFolder();
    const settings = { state_table: "states", state_id: "shop" };
    const input = schema + record(1) + state(1) + record(2);
    expect(await run(input, { folder, settings })).toMatchObject({ code: 75, stdout: "1\n" });
    expect(await run("", { folder, settings, args: ["--print-state"] })).toMatchObject({
      code: 0,
      stdout: "1\n",
    });
    expect(await idsIn(folder)).toEqual([1]);
  });

  it("says in one line that another run holds the database, and exits with 75", async () => {
    const folder = await testFolder();
    const first = await start({ folder });
    first.child.stdin.write(schema + record(1));
    const opened = join(folder, "test.duckdb");
    await expect
      .poll(
        () =>
          readFile(opened).then(
            ({ length }) => length > 0,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    const second = await run(schema, { folder, settings: { lock_timeout_seconds: 0 } });
    expect(second).toMatchObject({ code: 75, stdout: "" });
    expect(second.stderr).toContain(`process ${first.child.pid} (`);
    first.child.stdin.end(state(1));
    expect(await first.finished).toMatchObject({ code: 0, stdout: "1\n" });
  });

  it("a full disk is one line and exit code 74, and what was committed stays", async () => {
    const folder = await testFolder();
    const batch = (from: number): string =>
      Array.from({ length: 1000 }, (_, index) =>
        record(from + index, `${Math.sin(from + index)}`.repeat(50)),
      ).join("");
    const batches = Array.from({ length: 40 }, (_, index) => batch(index * 1000) + state(index));
    const settings = { batch_size_rows: 1000 };
    const shell = "trap '' XFSZ; ulimit -f 4000";
    const { code, stdout, stderr } = await run(schema + batches.join(""), { folder, settings, shell });
    expect({ code, stderr }).toEqual({ code: 74, stderr: expect.stringContaining("the disk is full") });
    const printed = Number(stdout.trim().split("\n").at(-1) || -1);
    expect((await idsIn(folder)).length).toBeGreaterThanOrEqual((printed + 1) * 1000);
  });

  it("after SIGKILL the next run goes on, and the table is exactly right", async () => {
    const folder = await testFolder();
    const lines = Array.from({ length: 300 }, (_, id) => record(id) + state(id));
    const killed = await start({ folder, settings: { batch_size_rows: 1 } });
    killed.child.stdout.once("data", () => killed.child.kill("SIGKILL"));
    killed.child.stdin.end(schema + lines.join(""));
    const { stdout } = await killed.finished;
    const committed = await idsIn(folder);
    const last = Number(stdout.trim().split("\n").at(-1));
    expect(committed.slice(0, last + 1)).toEqual(Array.from({ length: last + 1 }, (_, id) => id));
    expect(await run(schema + lines.slice(last).join(""), { folder })).toMatchObject({
      code: 0,
      stdout: "299\n",
    });
    expect(await idsIn(folder)).toEqual(Array.from({ length: 300 }, (_, id) => id));
  });
});
