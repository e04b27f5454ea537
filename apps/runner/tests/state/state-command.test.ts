import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { commandLine } from "./command-line.ts";
import { makeMeltanoDb, meltanoRows } from "./meltano-db.ts";

const id = "dev:tap-a-to-target-b";
const big = '{"singer_state":{"bookmarks":{"a":{"lsn":9007199254740993,"f":1.0}}}}';

describe("chorale state", () => {
  it("sets, gets, lists and clears, as meltano state does", async () => {
    const { run, root } = commandLine();
    expect(await run(["state", "list"])).toMatchObject({ code: 0, stdout: "" });
    expect(await run(["state", "get", id])).toMatchObject({ code: 0, stdout: "{}\n" });
    expect(await run(["state", "set", id, big])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining(`${id}: its state was set.`),
    });
    await run(["state", "set", "prod:x-to-y", "-"], '{"bookmarks":{}}');
    expect(readFileSync(join(root, ".chorale", "state", id, "state.json"), "utf8")).toBe(
      `{"completed":${big},"partial":{}}\n`,
    );
    expect((await run(["state", "get", id])).stdout).toBe(`${big}\n`);
    expect((await run(["state", "get", id, "--format", "pretty"])).stdout).toBe(
      '{\n  "singer_state": {\n    "bookmarks": {\n      "a": {\n        "lsn": 9007199254740993,\n        "f": 1.0\n      }\n    }\n  }\n}\n',
    );
    expect((await run(["state", "list"])).stdout).toBe(`${id}\nprod:x-to-y\n`);
    expect((await run(["state", "list", "--pattern", "prod:*"])).stdout).toBe("prod:x-to-y\n");
    expect((await run(["state", "clear", id])).stderr).toContain(`${id}: it has no state any more.`);
    expect((await run(["state", "list"])).stdout).toBe("prod:x-to-y\n");
    expect((await run(["state", "clear", "--all"])).stderr).toContain("states cleared: 1");
    expect((await run(["state", "list"])).stdout).toBe("");
  });

  it.each(["get", "clear"])(
    "%s says so when there is no state, with the id that may have been meant",
    async (name) => {
      const { run } = commandLine();
      const said = async (stateId: string) => {
        const { code, stderr } = await run(["state", name, stateId]);
        expect(code).toBe(0);
        return stderr;
      };
      expect(await said("a-to-b")).toContain("a-to-b: it has no state. Look at `chorale state list`.");
      await run(["state", "set", "dev:tap-a-to-target-b", big]);
      expect(await said("tap-a-to-target-b")).toContain("Did you mean dev:tap-a-to-target-b?");
      expect(await said("prod:tap-a-to-target-b")).toContain("Did you mean dev:tap-a-to-target-b?");
      expect(await said("dev:nightly")).toContain("Look at");
      expect(await said("dev:tap-a-to-target-c")).toContain("Did you mean dev:tap-a-to-target-b?");
    },
  );

  it("merges deeply, into the half that is not completed", async () => {
    const { run, root, write } = commandLine();
    await run(["state", "set", id, '{"singer_state":{"bookmarks":{"a":{"x":1,"y":1}}}}']);
    write("more.json", '{"singer_state":{"bookmarks":{"a":{"y":2.0},"b":{"z":3}}}}');
    expect((await run(["state", "merge", id, "--input-file", "more.json"])).code).toBe(0);
    expect((await run(["state", "get", id])).stdout).toBe(
      '{"singer_state":{"bookmarks":{"a":{"x":1,"y":2.0},"b":{"z":3}}}}\n',
    );
    expect(readFileSync(join(root, ".chorale", "state", id, "state.json"), "utf8")).toBe(
      '{"completed":{"singer_state":{"bookmarks":{"a":{"x":1,"y":1}}}},"partial":{"singer_state":{"bookmarks":{"a":{"y":2.0},"b":{"z":3}}}}}\n',
    );
    await run(["state", "merge", "other", "--from-state-id", id]);
    expect((await run(["state", "get", "other"])).stdout).toBe((await run(["state", "get", id])).stdout);
  });

  it("copies and moves, over what is there", async () => {
    const { run } = commandLine();
    await run(["state", "set", "one", '{"singer_state":{"bookmarks":{"a":1}}}']);
    await run(["state", "set", "two", '{"singer_state":{"bookmarks":{"b":1}}}']);
    expect((await run(["state", "copy", "one", "two", "--force"])).code).toBe(0);
    expect((await run(["state", "get", "two"])).stdout).toBe('{"singer_state":{"bookmarks":{"a":1}}}\n');
    await run(["state", "move", "two", "three"]);
    expect((await run(["state", "list"])).stdout).toBe("one\nthree\n");
    await run(["state", "move", "one", "one"]);
    expect((await run(["state", "list"])).stdout).toBe("one\nthree\n");
    expect(await run(["state", "copy", "on", "two"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("on: it has no state."),
    });
  });

  it("exports both halves, and imports them again", async () => {
    const { run, root } = commandLine();
    await run(["state", "set", id, big]);
    await run(["state", "merge", id, '{"singer_state":{"bookmarks":{"b":1}}}']);
    const exported = `{"${id}":{"completed":${big},"partial":{"singer_state":{"bookmarks":{"b":1}}}}}\n`;
    expect((await run(["state", "export"])).stdout).toBe(exported);
    await run(["state", "export", "all.json"]);
    expect(readFileSync(join(root, "all.json"), "utf8")).toBe(exported);
    await run(["state", "clear", "--all"]);
    expect((await run(["state", "import", "all.json"])).stderr).toContain("states imported: 1");
    expect((await run(["state", "export"])).stdout).toBe(exported);
    await run(
      ["state", "import"],
      '{"from-meltano": {"completed": {"singer_state": {"a": 1}}, "partial": {}}}',
    );
    expect((await run(["state", "get", "from-meltano"])).stdout).toBe('{"singer_state":{"a":1}}\n');
  });

  it("keeps a history, and goes back in it", async () => {
    const { run } = commandLine();
    await run(["state", "set", id, '{"singer_state":{"bookmarks":{"a":{"id":1},"b":{}}}}']);
    await run(["state", "clear", id]);
    await run(["state", "rollback", id, "--to", "1"]);
    expect((await run(["state", "get", id])).stdout).toBe(
      '{"singer_state":{"bookmarks":{"a":{"id":1},"b":{}}}}\n',
    );
    const lines = (await run(["state", "history", id, "--format", "json"])).stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        version: 3,
        at: expect.any(String),
        written_by: "chorale state rollback",
        state: { bookmarks: { a: { id: 1 }, b: {} } },
      },
      { version: 2, at: expect.any(String), written_by: "chorale state clear", state: null },
      {
        version: 1,
        at: expect.any(String),
        written_by: "chorale state set",
        state: { bookmarks: { a: { id: 1 }, b: {} } },
      },
    ]);
    const text = (await run(["state", "history", id, "--limit", "2"])).stdout;
    expect(text).toMatch(
      /\| +3 \| \S+ \| chorale state rollback \| a 1, b +\|\n\| +2 \| \S+ \| chorale state clear +\| cleared +\|\n$/,
    );
    expect(await run(["state", "rollback", id, "--to", "9"])).toMatchObject({
      code: 2,
      stderr: `error: ${id}: the history has no version 9. There are 1 to 3: look at \`chorale state history\`.\n`,
    });
    await run(["state", "rollback", id, "--to", "2"]);
    expect((await run(["state", "list"])).stdout).toBe("");
  });

  it("keeps in its history what somebody else stored, and repairs what cannot be read", async () => {
    const { run, write } = commandLine();
    const path = join(".chorale", "state", id, "state.json");
    write(path, '{"completed": {"singer_state": {"by": "meltano", "f": 1.0}}, "partial": {}}');
    await run(["state", "set", id, big]);
    write(path, "{");
    expect((await run(["state", "get", id])).code).toBe(17);
    await run(["state", "rollback", id, "--to", "1"]);
    expect((await run(["state", "get", id])).stdout).toBe('{"singer_state":{"by":"meltano","f":1.0}}\n');
    write(path, "{");
    await run(["state", "clear", id]);
    expect((await run(["state", "get", id])).stdout).toBe("{}\n");
  });

  it("leaves a state alone that a run has, unless it is forced", async () => {
    const { run, root } = commandLine();
    await run(["state", "set", id, '{"singer_state":{"bookmarks":{"a":1}}}']);
    const store = await openRunStore({ root });
    const lease = await store.acquireLease({ stateId: id, runId: "run-1", takeOver: false });
    for (const words of [
      ["set", id, '{"bookmarks":{}}'],
      ["merge", id, '{"bookmarks":{}}'],
      ["clear", id],
      ["clear", "--all"],
      ["copy", id, id],
      ["rollback", id, "--to", "1"],
    ]) {
      expect(await run(["state", ...words])).toMatchObject({
        code: 18,
        stderr: expect.stringMatching(
          /run-1 is running on \S+, process \d+\. Wait for its end, or shut it out with --force\./,
        ),
      });
    }
    expect((await run(["state", "get", id])).stdout).toBe('{"singer_state":{"bookmarks":{"a":1}}}\n');
    expect((await run(["state", "set", id, '{"bookmarks":{"a":2}}', "--force"])).code).toBe(0);
    expect(
      "release" in lease && (await lease.exclusively(() => undefined).catch((error) => error.exitCode)),
    ).toBe(19);
    await store.close();
  });

  it.each([
    ["no JSON", ["set", id, "{"]],
    ["no state", ["set", id, "{}"]],
    ["a list", ["set", id, "[]"]],
    ["a state that is no object", ["set", id, '{"singer_state":5}']],
    ["nothing", ["set", id]],
    ["two states", ["set", id, "{}", "--input-file", "x"]],
    ["a file that is not there", ["set", id, "--input-file", "x"]],
    ["an id and all", ["clear", id, "--all"]],
    ["neither id nor all", ["clear"]],
    ["an import that is none", ["import"]],
  ])("refuses %s with 2, and stores nothing", async (_name, words) => {
    const { run } = commandLine();
    expect((await run(["state", ...words], '{"a":5}')).code).toBe(2);
    expect((await run(["state", "list"])).stdout).toBe("");
  });

  it("goes to the database that the project says", async () => {
    const { run, root } = commandLine(
      "version: 1\nstate_backend:\n  uri: systemdb\ndatabase_uri: sqlite:///db/m.db\n",
    );
    makeMeltanoDb(join(root, "db", "m.db"));
    await run(["state", "set", id, big]);
    expect(meltanoRows(join(root, "db", "m.db"))).toMatchObject([{ state_id: id, completed_state: big }]);
  });

  it("goes where the project says", async () => {
    const { run, root } = commandLine("version: 1\nstate_backend:\n  uri: my/states\n");
    await run(["state", "set", id, big]);
    expect(readFileSync(join(root, "my", "states", id, "state.json"), "utf8")).toContain("9007199254740993");
  });
});
