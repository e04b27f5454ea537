import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { record, schema, state, texts } from "./attempt-lab.ts";
import { ProjectFolder, type ProjectParts } from "./project-folder.ts";

const lines = [schema, record(1), record(2), state(2)];
const tap = { steps: [{ lines }] };
const file = (project: ProjectFolder, name = "result.json") => JSON.parse(project.read(name));

describe("chorale run", () => {
  it("runs a tap into a target, prints a table, and writes the result as one line of JSON", async () => {
    const project = new ProjectFolder({ tap });
    const { code, stdout } = await project.spawn(["run", "tap-x", "target-x", "--result", "out/result.json"]);
    expect(code).toBe(0);
    expect(project.read("copy")).toBe(`${texts(...lines).join("\n")}\n`);
    expect(project.read(".chorale/state/tap-x-to-target-x/state.json")).toContain(
      '{"completed":{"singer_state":{"bookmarks":{"users":{"id":2}}}}',
    );
    expect(stdout).toContain("tap-x → target-x succeeded");
    expect(stdout).toMatch(/users\W+2\W/);
    expect(project.read("out/result.json").trimEnd().split("\n")).toHaveLength(1);
    expect(file(project, "out/result.json")).toMatchObject({
      exit_code: 0,
      problems: [],
      units: [
        {
          ...{ state_id: "tap-x-to-target-x", tap: "tap-x", target: "target-x", attempt: 1 },
          ...{
            status: "success",
            exit_code: 0,
            reason: "ok",
            records: 2,
            states_sent: 1,
            states_committed: 1,
          },
          streams: { users: { records: 2, bytes: texts(record(1), record(2)).join("").length + 2 } },
        },
      ],
    });
  });

  it.each<{ name: string; parts: ProjectParts; args?: string[]; code: number; says: string }>([
    {
      name: "the tap fails",
      parts: { tap: { exit: 3, steps: [{ stderr: "the API is down" }] } },
      code: 10,
      says: "! tap-x ended with exit code 3: the API is down",
    },
    {
      name: "the target fails",
      parts: { tap, target: { exit: 4 } },
      code: 11,
      says: "! target-x ended with exit code 4",
    },
    {
      name: "both fail",
      parts: { tap: { exit: 3 }, target: { exit: 4 } },
      code: 12,
      says: "! tap-x ended with exit code 3",
    },
    {
      name: "the target exits early",
      parts: { tap: { steps: [{ records: { stream: "a", times: 1e8 } }] }, target: { exit_after: 2 } },
      code: 14,
      says: "! target-x ended before its input did",
    },
    {
      name: "a line is no message",
      parts: { tap: { steps: [{ raw: "oops\n" }] }, target: { strict: true } },
      code: 15,
      says: "! tap-x: line 1 is no Singer message: oops",
    },
    { name: "discovery fails", parts: { tap: { discovery: "fail" } }, code: 16, says: "no such account" },
    {
      name: "the time is over",
      parts: { tap: { steps: [{ hang: true }] } },
      args: ["--timeout", "1"],
      code: 20,
      says: "! stopped after 1 s, the timeout.",
    },
    {
      name: "nothing moves",
      parts: { tap: { steps: [{ hang: true }] } },
      args: ["--idle-timeout", "0.5"],
      code: 20,
      says: "! stopped: neither bytes nor log lines moved for 0.5 s",
    },
    {
      name: "the last state does not come back",
      parts: { tap, target: { echo: "none" } },
      code: 14,
      says: "never handed back the last",
    },
  ])("says why and ends with $code when $name", async ({ parts, args = [], code, says }) => {
    const project = new ProjectFolder(parts);
    const end = await project.run(["run", "all", "--result", "result.json", ...args]);
    expect(end.stdout).toContain(says);
    expect(end.code).toBe(code);
    expect(file(project)).toMatchObject({ exit_code: code, units: [{ exit_code: code }] });
  });

  it("accepts a target without states when it is told to", async () => {
    const project = new ProjectFolder({ tap, target: { echo: "none" } });
    expect((await project.run(["run", "all", "--accept-unacked"])).code).toBe(0);
  });

  it("ends with 13 when a mapper fails, and passes the data through one that works", async () => {
    const mapper = (config: object) => ({
      plugins: {
        mappers: [
          {
            ...{ name: "map-x", namespace: "map_x", executable: "@plugin" },
            mappings: [{ name: "people", config: { role: "mapper", ...config } }],
          },
        ],
      },
    });
    const make = (config: object) => {
      const project = new ProjectFolder({ tap, ...mapper(config) });
      const { executable } = JSON.parse(project.read("chorale.yml")).plugins.extractors[0];
      project.write("chorale.yml", project.read("chorale.yml").replace("@plugin", executable));
      return project;
    };
    const working = make({ rename: "people" });
    expect((await working.run(["run", "tap-x", "people", "target-x"])).code).toBe(0);
    expect(working.read("copy")).toContain('"stream":"people"');
    const failing = make({ exit_at_once: 9 });
    expect((await failing.run(["run", "tap-x", "people", "target-x"])).code).toBe(13);
  });

  it("ends in order on SIGTERM with 143, and at once on a second", async () => {
    const steps = [{ lines: [...lines, record(3)] }, { stderr: "waiting" }, { hang: true }];
    const project = new ProjectFolder({ tap: { steps, on_term: [{ stderr: "ignored" }, { hang: true }] } });
    let signals = 0;
    const { code, stdout } = await project.spawn(["run", "all"], {
      onStderr(text, pid) {
        const due = Number(text.includes("waiting")) + Number(text.includes("ignored"));
        for (; signals < due; signals += 1) process.kill(pid, "SIGTERM");
      },
    });
    expect(code).toBe(143);
    expect(stdout).toContain("! stopped by SIGTERM");
  });

  it("hands the kept state on, and refreshes all streams or those behind the equals sign", async () => {
    const project = new ProjectFolder({ tap });
    await project.run(["run", "all"]);
    await project.run(["run", "--full-refresh", "all"]);
    await project.run(["run", "--full-refresh=orders", "all"]);
    await project.run(["run", "all", "--full-refresh=users,orders"]);
    const kept = '{"bookmarks":{"users":{"id":2}}}';
    expect(project.seen.map((run) => run.state)).toEqual([null, null, kept, '{"bookmarks":{}}']);
  });

  it("reads the streams that are chosen", async () => {
    const project = new ProjectFolder({ tap: {} });
    await project.run(["run", "all", "--select", "users"]);
    await project.run(["run", "all", "--exclude", "users"]);
    const chosen = project.seen.map(({ catalog }) =>
      JSON.parse(catalog)
        .streams.filter(
          ({ metadata }: { metadata: { breadcrumb: string[]; metadata: { selected: boolean } }[] }) =>
            metadata.some((each) => each.breadcrumb.length === 0 && each.metadata.selected),
        )
        .map(({ stream }: { stream: string }) => stream),
    );
    expect(chosen).toEqual([["users"], ["orders"]]);
  });

  it("tells the plan on --dry-run and starts nothing", async () => {
    const project = new ProjectFolder({ tap, tapEntry: { select: ["users.*"] } });
    const told = await project.run(["run", "all", "--dry-run"]);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain("state_id       tap-x-to-target-x");
    expect(told.stdout).toContain("select         users.*");
    expect(told.stdout).toContain("state          none");
    const json = await project.run(["run", "all", "--dry-run", "--log-format", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { task: 1, state_id: "tap-x-to-target-x", state: "none" },
    ]);
    expect(project.seen).toEqual([]);
    expect(project.has("copy")).toBe(false);
    expect(project.has(".chorale")).toBe(false);
  });

  it("takes the retries, and no update of the state, from the command line", async () => {
    const project = new ProjectFolder({ tap: { ...tap, exit: 1 } });
    const extra = ["--retries", "1", "--result", "result.json"];
    const slow = JSON.parse(project.read("chorale.yml"));
    slow.annotations.chorale.retry_delay = 0;
    project.write("chorale.yml", JSON.stringify(slow));
    expect((await project.run(["run", "all", ...extra])).code).toBe(10);
    expect(file(project).units[0].attempt).toBe(2);
    const other = new ProjectFolder({ tap });
    expect((await other.run(["run", "all", "--no-state-update"])).code).toBe(0);
    expect(other.has(".chorale/state/tap-x-to-target-x/state.json")).toBe(false);
  });

  it("puts a suffix behind the state ids, or takes a whole one", async () => {
    const project = new ProjectFolder({ tap });
    await project.run(["run", "all", "--state-id-suffix", "eu", "--result", "result.json"]);
    expect(file(project).units[0].state_id).toBe("tap-x-to-target-x:eu");
    await project.run(["run", "all", "--state-id", "own", "--result", "result.json"]);
    expect(file(project).units[0].state_id).toBe("own");
  });

  it("says 17 when the store cannot be used, and starts nothing", async () => {
    const project = new ProjectFolder({ tap });
    project.write(
      ".chorale/chorale.db",
      "this is no database, and long enough not to look like an empty one ".repeat(20),
    );
    const { code, stderr } = await project.run(["run", "all", "--result", "result.json"]);
    expect(code).toBe(17);
    expect(stderr).toContain("chorale.db");
    expect(file(project)).toMatchObject({ exit_code: 17, units: [] });
    expect(project.has("copy")).toBe(false);
  });

  it("says 18 for a pipeline that is being run", async () => {
    const project = new ProjectFolder({ tap: { steps: [{ stderr: "waiting" }, { hang: true }] } });
    const second = Promise.withResolvers<number | null>();
    let started = false;
    const first = project.spawn(["run", "all"], {
      onStderr(text, pid) {
        if (started || !text.includes("waiting")) return;
        started = true;
        void project.run(["run", "all"]).then(({ code }) => {
          second.resolve(code);
          process.kill(pid, "SIGTERM");
        });
      },
    });
    expect(await second.promise).toBe(18);
    expect((await first).code).toBe(143);
  });

  it("writes events as lines of JSON", async () => {
    const project = new ProjectFolder({ tap });
    const { stderr } = await project.run(["run", "all", "--log-format", "json"]);
    const events = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events[0]).toBe("run_started");
    expect(events.at(-1)).toBe("run_finished");
  });

  it.each([
    { name: "an unknown name", args: ["run", "tap-y", "target-x"], says: "tap-y" },
    { name: "nothing to run", args: ["run"], says: "missing required argument" },
    { name: "a bad number", args: ["run", "all", "--retries", "many"], says: "Write a whole number" },
    { name: "a bad time", args: ["run", "all", "--timeout", "-1"], says: "Write a number of seconds" },
    {
      name: "a result that cannot be written",
      args: ["run", "all", "--result", "chorale.yml/x"],
      says: "chorale.yml/x",
    },
  ])("refuses $name with exit code 2", async ({ args, says }) => {
    const { code, stderr } = await new ProjectFolder({ tap }).run(args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});

describe("chorale schedule run", () => {
  const pairSchedule = {
    schedules: [{ name: "daily", interval: "@daily", extractor: "tap-x", loader: "target-x" }],
  };
  const jobSchedule = { schedules: [{ name: "daily", interval: "@daily", job: "all" }] };

  it("refuses to read everything again when a schedule runs a job that named tap and target itself", async () => {
    const project = new ProjectFolder({ tap, extra: pairSchedule });
    expect((await project.run(["schedule", "run", "daily"])).code).toBe(0);
    expect(project.has(".chorale/state/daily/state.json")).toBe(true);

    const text = project.read("chorale.yml");
    const { schedules, ...rest } = JSON.parse(text);
    expect(schedules).toEqual(pairSchedule.schedules);
    project.write("chorale.yml", JSON.stringify({ ...rest, ...jobSchedule }));
    const refused = await project.run(["schedule", "run", "daily"]);
    expect(refused.code).toBe(17);
    expect(refused.stdout).toContain("chorale state move daily tap-x-to-target-x");
    expect(project.seen).toHaveLength(1);

    expect((await project.run(["state", "move", "daily", "tap-x-to-target-x"])).code).toBe(0);
    expect((await project.run(["schedule", "run", "daily"])).code).toBe(0);
    expect(JSON.parse(project.seen[1]?.state ?? "{}")).toEqual({ bookmarks: { users: { id: 2 } } });
  });

  it("asks nothing of the kind of a schedule that always ran a job", async () => {
    const project = new ProjectFolder({ tap, extra: jobSchedule });
    expect((await project.run(["schedule", "run", "daily"])).code).toBe(0);
    expect(project.has(".chorale/state/tap-x-to-target-x/state.json")).toBe(true);
  });
});

describe("chorale el", () => {
  it("keeps the state under an id of one's own", async () => {
    const project = new ProjectFolder({ tap });
    const args = ["el", "tap-x", "target-x", "--state-id", "mine"];
    expect((await project.run(args)).code).toBe(0);
    expect(project.has(".chorale/state/mine/state.json")).toBe(true);
    await project.run(args);
    expect(project.seen.map((run) => run.state)).toEqual([null, '{"bookmarks":{"users":{"id":2}}}']);
    expect((await project.run([...args, "--dump", "state"])).stdout).toBe(
      '{"bookmarks":{"users":{"id":2}}}\n',
    );
  });

  it("reads everything under a new id each time, and says so", async () => {
    const project = new ProjectFolder({ tap });
    await project.run(["el", "tap-x", "target-x"]);
    const { stderr, code } = await project.run(["el", "tap-x", "target-x", "--result", "result.json"]);
    expect(code).toBe(0);
    expect(stderr).toContain("without --state-id");
    expect(project.seen.map((run) => run.state)).toEqual([null, null]);
    expect(file(project).units[0].state_id).toMatch(/^\d{8}T\d{9}--tap-x-to-target-x$/);
  });

  it("takes the catalog and the state from files of the folder that it is run in", async () => {
    const project = new ProjectFolder({ tap });
    mkdirSync(project.path("below"));
    const catalog = '{"streams": [{"tap_stream_id":"users","stream":"users","schema":{},"metadata":[]}]}';
    writeFileSync(project.path("below/catalog.json"), catalog);
    writeFileSync(project.path("below/state.json"), '{"bookmarks":{"users":{"id":7}}}');
    const files = ["--catalog", "catalog.json", "--state", "state.json", "--state-id", "mine"];
    const { code } = await project.run(["el", "tap-x", "target-x", ...files], { cwd: project.path("below") });
    expect(code).toBe(0);
    expect(project.seen[0]).toMatchObject({ catalog, state: '{"bookmarks":{"users":{"id":7}}}' });
  });

  it.each([
    ["extractor-config", (project: ProjectFolder) => ({ seen: project.path("seen"), ...tap })],
    ["loader-config", (project: ProjectFolder) => ({ role: "target", copy: project.path("copy") })],
  ])("prints %s and runs nothing", async (what, expected) => {
    const project = new ProjectFolder({ tap });
    const { stdout, code } = await project.run(["el", "tap-x", "target-x", "--dump", what]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(expected(project));
    expect(project.has("seen")).toBe(false);
  });

  it("prints the catalog with the rules in it", async () => {
    const project = new ProjectFolder({ tap });
    const args = ["el", "tap-x", "target-x", "--dump", "catalog", "--select", "users"];
    const { stdout } = await project.run(args);
    expect(JSON.parse(stdout).streams).toHaveLength(2);
    expect(project.has("copy")).toBe(false);
  });
});

describe("chorale invoke", () => {
  it("runs a plugin with its configuration, and ends with its exit code", async () => {
    const project = new ProjectFolder({ tap: { ...tap, exit: 42 } });
    const { stdout, code } = await project.spawn(["invoke", "tap-x"]);
    expect(stdout).toBe(`${texts(...lines).join("\n")}\n`);
    expect(code).toBe(42);
    expect(project.seen[0]?.args).toContain("--catalog");
    expect(project.seen[0]?.state).toBeNull();
  });

  it("gives it arguments as they are", async () => {
    const project = new ProjectFolder({ tap });
    const { stdout, code } = await project.spawn([
      "invoke",
      "tap-x",
      "--discover",
      "-p",
      "--environment",
      "x",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).streams).toHaveLength(2);
    expect(JSON.parse(project.read("seen")).args.slice(2)).toEqual([
      "--discover",
      "-p",
      "--environment",
      "x",
    ]);
  });

  it("runs a command of a plugin", async () => {
    const project = new ProjectFolder({
      plugins: {
        utilities: [
          {
            name: "sh",
            namespace: "sh",
            executable: "sh",
            commands: { say: "-c 'echo \"$0 $1\"; exit 5' hello" },
          },
        ],
      },
    });
    const { stdout, code } = await project.spawn(["invoke", "sh:say", "world"]);
    expect(stdout).toBe("hello world\n");
    expect(code).toBe(5);
  });

  it("refuses an unknown plugin with 2", async () => {
    const { code, stderr } = await new ProjectFolder().run(["invoke", "tap-y"]);
    expect(code).toBe(2);
    expect(stderr).toContain("tap-y: no such plugin. Did you mean tap-x?");
  });

  it("refuses an unknown command with 2, and does not run the plugin without one", async () => {
    const commands = { say: "-c 'echo hello'" };
    const project = new ProjectFolder({
      plugins: { utilities: [{ name: "sh", namespace: "sh", executable: "sh", commands }] },
    });
    const { code, stdout, stderr } = await project.spawn(["invoke", "sh:sya"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/sh:sya: the plugin has no such command\. Did you mean say\?\n$/);
  });
});
