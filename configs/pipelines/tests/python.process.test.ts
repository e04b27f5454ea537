import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { ZendeskSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { minute } from "./support/account-changes.ts";
import { binPath, endOf, start } from "./support/processes.ts";
import { pythonProgram } from "./support/python.ts";
import { query, type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const runProgram = promisify(execFile);

const programs = await Promise.all([
  pythonProgram({ program: "tap-jsonl", requirement: "tap-jsonl==0.3.1" }),
  pythonProgram({ program: "target-jsonl", requirement: "target-jsonl==0.1.4" }),
  pythonProgram({ program: "meltano", requirement: "meltano==4.4.1" }),
]);
const [tapJsonl = "", targetJsonl = "", meltanoProgram = ""] = programs;
const needed = programs.every((program) => program !== undefined)
  ? ""
  : " [needs Python with pip, and a package index that it reaches]";

/** An account whose users grow, one at a time. */
interface Account {
  readonly sandbox: ZendeskSandbox;
  /** Adds a user, lets half an hour go by, and answers the user's id. */
  addUser(): number;
}

async function growingAccount(): Promise<Account> {
  let now = Date.now() - 600 * minute;
  const sandbox = await zendesk({ clock: () => now });
  now += 30 * minute;
  return {
    sandbox,
    addUser() {
      const user = sandbox.store.users.add({ name: "new" });
      now += 30 * minute;
      return Number(user["id"]);
    },
  };
}

/** A project that Meltano and the runner read: a tap and a target of ours, and a tap and a target that are not. */
interface BothWorlds {
  readonly files: TestFolder;
  chorale(...words: readonly string[]): Promise<string>;
  meltano(...words: readonly string[]): Promise<string>;
  /** What target-jsonl wrote of a stream. */
  written(stream: string): Record<string, unknown>[];
}

function bothWorlds({ account, states }: { account?: Account; states?: string } = {}): BothWorlds {
  const files = testFolder();
  for (const folder of ["data", "out"]) mkdirSync(files.path(folder));
  files.json("meltano.yml", {
    version: 1,
    default_environment: "dev",
    project_id: "5d0f0f0e-0000-4000-8000-000000000000",
    send_anonymous_usage_stats: false,
    environments: [{ name: "dev" }],
    ...(states !== undefined && { state_backend: { uri: `file://${files.path(states)}` } }),
    plugins: pluginsOf(files, account),
  });
  const cwd = files.path(".");
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, NO_COLOR: "1" };
  return {
    files,
    async chorale(...words) {
      const ended = await endOf(start("chorale", words, { env, cwd }));
      expect(ended.code, ended.stderr).toBe(0);
      return ended.stdout;
    },
    meltano: async (...words) => (await runProgram(meltanoProgram, words, { env, cwd })).stdout,
    written: (stream) => linesOf(files.path(`out/${stream}.jsonl`)),
  };
}

function pluginsOf(files: TestFolder, account: Account | undefined) {
  const capabilities = ["catalog", "discover", "state"];
  const setting = (name: string, kind = "string") => ({ name, kind });
  const zendeskTap = account && {
    name: "tap-zendesk",
    namespace: "tap_zendesk",
    executable: binPath("tap-zendesk"),
    capabilities,
    config: tapConfig(account.sandbox),
    select: ["users.*"],
  };
  const jsonlTap = {
    name: "tap-jsonl",
    namespace: "tap_jsonl",
    executable: tapJsonl,
    capabilities,
    settings: [setting("path"), setting("stream_name"), setting("primary_keys", "array")],
    config: { path: files.path("data/*.jsonl"), stream_name: "animals", primary_keys: ["id"] },
  };
  const jsonlTarget = {
    name: "target-jsonl",
    namespace: "target_jsonl",
    executable: targetJsonl,
    settings: [setting("destination_path"), setting("do_timestamp_file", "boolean")],
    config: { destination_path: files.path("out"), do_timestamp_file: false },
  };
  const duckdbTarget = {
    name: "target-duckdb",
    namespace: "target_duckdb",
    executable: binPath("target-duckdb"),
    config: { path: files.path("w.duckdb") },
  };
  return {
    extractors: zendeskTap === undefined ? [jsonlTap] : [jsonlTap, zendeskTap],
    loaders: [jsonlTarget, duckdbTarget],
  };
}

function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

const stateId = "dev:tap-zendesk-to-target-jsonl";
const pair = ["tap-zendesk", "target-jsonl"];

describe.skipIf(needed !== "")(`with programs of the Python package index${needed}`, () => {
  it("runs a tap that is not ours into our target", async () => {
    const { files, chorale } = bothWorlds();
    writeFileSync(files.path("data/a.jsonl"), '{"id": 1, "name": "cat"}\n{"id": 2, "name": "dög 🐕"}\n');
    await chorale("run", "tap-jsonl", "target-duckdb");
    const rows = await query(files.path("w.duckdb"), "SELECT id, name FROM tap_jsonl.animals ORDER BY id");
    expect(rows.map(({ id, name }) => [Number(id), name])).toEqual([
      [1, "cat"],
      [2, "dög 🐕"],
    ]);
  });

  it("runs our tap into a target that is not ours", async () => {
    const account = await growingAccount();
    const { chorale, written } = bothWorlds({ account });
    await chorale("run", ...pair);
    const named = (users: readonly Record<string, unknown>[]) =>
      new Map(users.map(({ id, name, email }) => [id, { name, email }]));
    expect(named(written("users"))).toEqual(named(account.sandbox.store.users.all()));
  });

  it("runs a tap into a target when neither is ours", async () => {
    const { files, chorale, written } = bothWorlds();
    writeFileSync(files.path("data/a.jsonl"), '{"id": 1, "name": "cat"}\n');
    await chorale("run", "tap-jsonl", "target-jsonl");
    expect(written("animals")).toMatchObject([{ id: 1, name: "cat" }]);
  });

  it.each([
    { name: "its folder of states", states: "states" },
    { name: "its database", states: undefined },
  ])("takes turns with Meltano on $name", { timeout: 180_000 }, async ({ states }) => {
    const account = await growingAccount();
    const { chorale, meltano, written } = bothWorlds({ account, ...(states !== undefined && { states }) });
    const turns = [meltano, chorale, meltano, chorale];
    const expected = account.sandbox.store.users.all().map(({ id }) => Number(id));
    for (const [turn, run] of turns.entries()) {
      if (turn > 0) expected.push(account.addUser());
      await run("run", ...(run === meltano ? ["--no-install"] : []), ...pair);
      // Each takes up where the other ended: nothing is missing, and nothing came twice.
      const ids = written("users").map(({ id }) => Number(id));
      expect(ids.toSorted(), `turn ${turn}`).toEqual(expected.toSorted());
    }
    const state: unknown = JSON.parse(await chorale("state", "get", stateId));
    expect(JSON.parse(await meltano("state", "get", stateId))).toEqual(state);
  });

  it("hands Meltano a state with digits that no double holds", { timeout: 60_000 }, async () => {
    const { chorale, meltano } = bothWorlds();
    const stateOf = (id: string): string => `{"singer_state":{"bookmarks":{"s":{"id":${id}}}}}`;
    await meltano("state", "set", "--force", stateId, stateOf("1"));
    const exact = stateOf("12345678901234567890123");
    await chorale("state", "set", "--force", stateId, exact);
    expect((await meltano("state", "get", stateId)).replaceAll(" ", "").trim()).toBe(exact);
    expect((await chorale("state", "get", stateId)).trim()).toBe(exact);
  });
});
