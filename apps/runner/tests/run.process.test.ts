import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { projectFolder } from "./project-folder.ts";

const schema = {
  type: "SCHEMA",
  stream: "users",
  schema: { type: "object", properties: {} },
  key_properties: [],
};
const record = (id: number) => ({ type: "RECORD", stream: "users", record: { id } });
const state = (id: number) => ({ type: "STATE", value: { bookmarks: { users: { id } } } });
const ndjson = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("chorale run", () => {
  it("copies the tap's output, counts it exactly and keeps the target's last state", async () => {
    const lines = [schema, record(1), record(2), state(2), record(3), state(3)];
    const project = projectFolder({ tap: { lines }, target: { copy: "@folder/copy" } });
    const { code, stdout } = await project.run(["run", "tap-x", "target-x"]);
    expect(code).toBe(0);
    expect(project.read("copy")).toBe(ndjson(...lines));
    expect(project.read(".chorale/state/tap-x-to-target-x/state.json")).toBe(
      '{"completed":{"singer_state":{"bookmarks":{"users":{"id":3}}}},"partial":{}}\n',
    );
    expect(stdout).toMatch(/^tap-x → target-x succeeded in [\d.]+ s: 0\.0 MB, 2 states sent, 2 committed$/m);
    expect(stdout).toMatch(/^ {2}users +3$/m);
  });

  it("hands the kept state to the next run, digits and all, and none on --full-refresh", async () => {
    const big = '{"bookmarks":{"users":{"lsn":9007199254740993}}}';
    const project = projectFolder({
      tap: { lines: [schema, `{"type":"STATE","value":${big}}`], seen: "@folder/seen.json" },
      tapEntry: { select: ["users.*"] },
    });
    await project.run(["run", "all"]);
    expect(JSON.parse(project.read("seen.json")).state).toBeNull();
    await project.run(["run", "all"]);
    expect(JSON.parse(project.read("seen.json")).state).toBe(big);
    await project.run(["run", "all", "--full-refresh"]);
    expect(JSON.parse(project.read("seen.json")).state).toBeNull();
  });

  it("selects streams by the project's rules and warns of one that matches nothing", async () => {
    const project = projectFolder({
      tap: { lines: [], seen: "@folder/seen.json" },
      tapEntry: { select: ["users.*", "nothing.*"] },
    });
    const { stderr } = await project.run(["run", "all"]);
    const { catalog } = JSON.parse(project.read("seen.json"));
    const selected = catalog.streams.map(
      (entry: { stream: string; metadata: { breadcrumb: string[]; metadata: object }[] }) => [
        entry.stream,
        entry.metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata,
      ],
    );
    expect(selected).toMatchObject([
      ["users", { selected: true }],
      ["orders", { selected: false }],
    ]);
    expect(stderr).toContain("nothing.*");
  });

  it("counts 150,000 small lines and large ones exactly, whatever the chunks", async () => {
    const project = projectFolder({
      tap: {
        repeat: [
          { name: "a", times: 120_000 },
          { name: "b", times: 30_001 },
        ],
        raw: [`{"type":"RECORD","stream":"c","record":{"t":"${"x".repeat(5_000_000)}"}}\n`],
      },
    });
    const { stdout, code } = await project.run(["run", "all"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}a +120,000$/m);
    expect(stdout).toMatch(/^ {2}b +30,001$/m);
    expect(stdout).toMatch(/^ {2}c +1$/m);
    expect(stdout).toMatch(/^ {2}all +150,002$/m);
  });
});

describe("a run that fails", () => {
  it("never shows the target of a failed tap an input that ends in a STATE", async () => {
    const project = projectFolder({
      tap: {
        lines: [schema, record(1), state(1), record(2), state(2)],
        raw: ['{"type":"REC'],
        exit: 70,
        complain: "the API is down",
      },
      target: { copy: "@folder/copy" },
    });
    const { code, stdout } = await project.run(["run", "all"]);
    expect(code).toBe(10);
    expect(project.read("copy")).toBe(ndjson(schema, record(1), state(1), record(2)));
    expect(stdout).toContain("! tap-x ended with exit code 70: the API is down");
    expect(
      JSON.parse(project.read(".chorale/state/tap-x-to-target-x/state.json")).completed.singer_state,
    ).toEqual(state(1).value);
  });

  it.each([
    {
      name: "the target fails",
      target: { exit: 70, complain: "no space" },
      tap: {},
      code: 11,
      line: "! target-x ended with exit code 70: no space",
    },
    {
      name: "both fail",
      target: { exit: 70 },
      tap: { exit: 75 },
      code: 12,
      line: "! tap-x ended with exit code 75",
    },
    {
      name: "the target ends early with exit code 0",
      target: { exit_at_once: 0 },
      tap: { repeat: [{ name: "a", times: 100_000 }] },
      code: 14,
      line: "! target-x ended before its input did. What followed was not loaded.",
    },
    {
      name: "the target dies early",
      target: { exit_after: 3, exit: 65 },
      tap: { repeat: [{ name: "a", times: 100_000 }] },
      code: 11,
      line: "! target-x ended with exit code 65",
    },
  ])("says so when $name", async ({ tap, target, code, line }) => {
    const project = projectFolder({ tap: { lines: [schema], ...tap }, target });
    const end = await project.run(["run", "all"]);
    expect(end.stdout).toContain(line);
    expect(end.code).toBe(code);
  });

  it("stops before anything runs when discovery fails", async () => {
    const project = projectFolder({ tap: { discovery_fails: true }, target: { copy: "@folder/copy" } });
    const { code, stderr } = await project.run(["run", "all"]);
    expect(code).toBe(16);
    expect(stderr).toContain("tap-x: discovery ended with exit code 77: no such account");
    expect(existsSync(project.path("copy"))).toBe(false);
  });

  it("does not run the second pair after the first failed", async () => {
    const project = projectFolder({
      tap: { exit: 1 },
      target: { copy: "@folder/copy" },
      extra: { jobs: [{ name: "twice", tasks: ["tap-x target-x", "tap-x target-x"] }] },
    });
    const { stdout } = await project.run(["run", "twice"]);
    expect(stdout.match(/tap-x → target-x/g)).toHaveLength(1);
  });

  it("fails with 17 when the state cannot be read or written", async () => {
    const project = projectFolder({ tap: { lines: [schema, state(1)] } });
    project.write(".chorale/state/tap-x-to-target-x/state.json", "{broken");
    const { code, stderr } = await project.run(["run", "all"]);
    expect(code).toBe(17);
    expect(stderr).toContain("state.json: the state cannot be kept");
    const blocked = projectFolder({ tap: { lines: [schema, state(1)] } });
    blocked.write(".chorale/state", "a file where a folder should be");
    expect((await blocked.run(["run", "all"])).code).toBe(17);
  });

  it("ends both in order on SIGTERM, keeps the states so far, and says 143", async () => {
    const project = projectFolder({
      tap: { lines: [schema, record(1), state(1), record(2)], complain: "waiting", hang: true },
      target: { copy: "@folder/copy" },
    });
    let sent = false;
    const { code, stdout } = await project.run(["run", "all"], {
      onStderr(text, pid) {
        if (sent || !text.includes("tap-x | waiting")) return;
        sent = true;
        process.kill(pid, "SIGTERM");
      },
    });
    expect(code).toBe(143);
    expect(stdout).toContain("! stopped by SIGTERM");
    expect(project.read("copy")).toBe(ndjson(schema, record(1), state(1), record(2)));
    expect(
      JSON.parse(project.read(".chorale/state/tap-x-to-target-x/state.json")).completed.singer_state,
    ).toEqual(state(1).value);
  });
});

describe("configuration", () => {
  it("fills $VAR from the environment and from .env, and keeps those variables from the children", async () => {
    const project = projectFolder({
      tap: {
        token: "$TAP_TOKEN",
        path: "${base}/x",
        price: "\\$PRICE",
        env_file: "@folder/env.json",
        config_file: "@folder/config.json",
      },
    });
    project.write(".env", 'TAP_TOKEN="from the file"\nbase=root\n');
    const { code } = await project.run(["run", "all"], {
      env: { TAP_TOKEN: "from the environment", OTHER: "1" },
    });
    expect(code).toBe(0);
    expect(JSON.parse(project.read("config.json"))).toMatchObject({
      token: "from the environment",
      path: "root/x",
      price: "$PRICE",
    });
    const environment = JSON.parse(project.read("env.json"));
    expect(environment).toMatchObject({ OTHER: "1" });
    expect(environment).not.toHaveProperty("TAP_TOKEN");
    expect(environment).not.toHaveProperty("base");
  });

  it("gives the target a schema called after the tap, unless it names one", async () => {
    const project = projectFolder({ target: { config_file: "@folder/config.json" } });
    await project.run(["run", "all"]);
    expect(JSON.parse(project.read("config.json"))).toMatchObject({ default_target_schema: "tap_x" });
    const named = projectFolder({
      target: {
        config_file: "@folder/config.json",
        default_target_schema: "raw_$MELTANO_EXTRACT__LOAD_SCHEMA",
      },
    });
    await named.run(["run", "all"]);
    expect(JSON.parse(named.read("config.json"))).toMatchObject({ default_target_schema: "raw_tap_x" });
  });

  it("lets a plugin inherit, key by key", async () => {
    const project = projectFolder({
      tap: { a: 1, b: 2, config_file: "@folder/config.json" },
      tapEntry: { select: ["orders.*"] },
    });
    const content = JSON.parse(project.read("chorale.yml"));
    content.plugins.extractors.push({ name: "tap-x--eu", inherit_from: "tap-x", config: { b: 3 } });
    project.write("chorale.yml", JSON.stringify(content));
    const { code, stdout } = await project.run(["run", "tap-x--eu", "target-x"]);
    expect(code).toBe(0);
    expect(JSON.parse(project.read("config.json"))).toMatchObject({ a: 1, b: 3 });
    expect(stdout).toContain("tap-x--eu → target-x");
  });

  it("leaves no file with a secret behind", async () => {
    const before = new Set(readdirSync(tmpdir()));
    const project = projectFolder({ tap: { token: "s3cret", exit: 1 } });
    await project.run(["run", "all"]);
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith("chorale-run-") && !before.has(name));
    expect(left).toEqual([]);
  });

  it.each([
    {
      name: "an unset variable",
      parts: { tap: { token: "$NOT_SET" } },
      args: ["run", "all"],
      says: "plugins.extractors.tap-x.config.token: the variable NOT_SET is not set",
    },
    {
      name: "an unknown tap",
      parts: {},
      args: ["run", "tap-y", "target-x"],
      says: "tap-y: no such tap. The project knows tap-x, target-x, all",
    },
    { name: "a missing target", parts: {}, args: ["run", "tap-x"], says: "after tap-x: no such target" },
    {
      name: "a program that is not there",
      parts: { tapEntry: { executable: "./nope" } },
      args: ["run", "all"],
      says: "the program ./nope was not found",
    },
    {
      name: "a circle of inheritance",
      parts: { tapEntry: { inherit_from: "tap-x" } },
      args: ["run", "all"],
      says: "inherits from itself",
    },
    {
      name: "a project file that is not there",
      parts: {},
      args: ["run", "all", "-p", "no.yml"],
      says: "no.yml: cannot be read as a project file",
    },
    { name: "an unknown option", parts: {}, args: ["run", "all", "--nope"], says: "unknown option '--nope'" },
  ])("refuses $name with exit code 2 and one line", async ({ parts, args, says }) => {
    const { code, stderr } = await projectFolder(parts).run(args);
    expect(stderr).toContain(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});
