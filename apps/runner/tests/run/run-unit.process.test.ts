import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { record, schema, state, texts } from "./attempt-lab.ts";
import { stateId, UnitLab } from "./unit-lab.ts";

const lines = [schema, record(1), state(1), record(2), state(2)];
const bookmark = (id: number) => state(id).value;

describe("a unit", () => {
  it("gives the tap what was stored, stores what the target hands back, and writes the history", async () => {
    const lab = new UnitLab();
    const unit = lab.unit({ tap: { steps: [{ count: { to: 5, stateEvery: 2, stream: "users" } }] } });
    const first = await lab.run(unit);
    expect(first).toMatchObject({
      status: "success",
      exitCode: 0,
      reason: "ok",
      attempt: 1,
      statesCommitted: 3,
      problems: [],
    });
    expect(await lab.state()).toEqual(bookmark(5));
    const second = await lab.run(
      lab.unit({ tap: { steps: [{ count: { to: 7, stateEvery: 2, stream: "users" } }] } }),
    );
    expect(second.counts.records).toBe(2);
    expect(lab.seen.map((run) => run.state)).toEqual([null, JSON.stringify(bookmark(5))]);
    expect(lab.loaded.filter((line) => line.includes('"RECORD"'))).toEqual(
      texts(...[1, 2, 3, 4, 5, 6, 7].map(record)),
    );
    const rows = await lab.history();
    expect(
      rows.map(({ status, exitCode, records, tap, target, attempt, version }) => ({
        status,
        exitCode,
        records,
        tap,
        target,
        attempt,
        version,
      })),
    ).toEqual([
      {
        status: "success",
        exitCode: 0,
        records: 2,
        tap: "tap-x",
        target: "target-x",
        attempt: 1,
        version: "1.2.3",
      },
      {
        status: "success",
        exitCode: 0,
        records: 5,
        tap: "tap-x",
        target: "target-x",
        attempt: 1,
        version: "1.2.3",
      },
    ]);
  });

  it("tells what happens, in order, to the view and to a file of the run", async () => {
    const lab = new UnitLab();
    const { runId } = await lab.run(
      lab.unit({ tap: { steps: [{ lines }, { stderr: "token s3cr3t-token" }] } }),
    );
    const names = lab.events.map(({ event }) => event).filter((name) => name !== "progress");
    expect(names.filter((name) => !["plugin_log", "state_committed"].includes(name))).toEqual([
      "run_started",
      "state_loaded",
      "discovery",
      "select_resolved",
      "run_finished",
    ]);
    expect(new Set(lab.events.map((event) => event.runId))).toEqual(new Set([runId]));
    const file = lab.path(`.chorale/runs/${runId}/events.ndjson`);
    const written = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(written.map(({ event }) => event)).toEqual(lab.events.map(({ event }) => event));
    expect(written.find(({ event }) => event === "plugin_log")).toMatchObject({
      plugin: "tap-x",
      line: "token [redacted]",
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("keeps its files private while it runs, and leaves none behind", async () => {
    const lab = new UnitLab();
    let folder = "";
    lab.onEvent = (event) => {
      if (event.event !== "state_loaded") return;
      folder = readFileSync(lab.path(`.chorale/runs/${event.runId}/private-folder`), "utf8");
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(`${folder}/target.config.json`).mode & 0o777).toBe(0o600);
    };
    const { runId, exitCode } = await lab.run(lab.unit({ tap: { steps: [{ lines }], exit: 1 } }));
    expect(exitCode).toBe(10);
    expect(folder).not.toBe("");
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(lab.path(`.chorale/runs/${runId}`))).toEqual(["events.ndjson"]);
  });

  it("keeps the records of the last hundred runs", async () => {
    const lab = new UnitLab();
    for (let run = 0; run < 105; run += 1)
      mkdirSync(lab.path(`.chorale/runs/0-${String(run).padStart(3, "0")}`), { recursive: true });
    const { runId } = await lab.run(lab.unit({ tap: { steps: [{ lines }] } }));
    const left = readdirSync(lab.path(".chorale/runs")).sort();
    expect(left).toHaveLength(100);
    expect(left.slice(-1)).toEqual([runId]);
    expect(left[0]).toBe("0-006");
  });
});

describe("the state that the tap is given", () => {
  const stored = { bookmarks: { users: { lsn: 1 }, orders: { id: 5 } } };
  const storedText = '{"bookmarks":{"users":{"lsn":9007199254740993},"orders":{"id":5}}}';

  async function labWithState(): Promise<UnitLab> {
    const lab = new UnitLab();
    const tap = { steps: [{ lines: [`{"type":"STATE","value":${storedText}}`] }] };
    const { exitCode } = await lab.run(lab.unit({ tap, target: { echo: "text" } }));
    expect(exitCode).toBe(0);
    return lab;
  }

  it("has every digit", async () => {
    const lab = await labWithState();
    await lab.run(lab.unit());
    expect(lab.seen[1]?.state).toBe(storedText);
  });

  it("is none on a full refresh, and the old one stays until the stream is read again", async () => {
    const lab = await labWithState();
    const policy = { fullRefresh: "all" as const };
    expect((await lab.run(lab.unit({ tap: { exit: 1 }, policy }))).exitCode).toBe(10);
    expect(lab.seen[1]?.state).toBeNull();
    expect(await lab.state()).toEqual(JSON.parse(storedText));
    const steps = [{ lines: [state(1)] }];
    expect((await lab.run(lab.unit({ tap: { steps }, policy }))).exitCode).toBe(0);
    expect(await lab.state()).toEqual({ bookmarks: { users: { id: 1 }, orders: { id: 5 } } });
  });

  it("lacks the streams that alone are refreshed", async () => {
    const lab = await labWithState();
    await lab.run(lab.unit({ policy: { fullRefresh: ["users"] } }));
    expect(lab.seen[1]?.state).toBe('{"bookmarks":{"orders":{"id":5}}}');
  });

  it("is the project's own file where it names one", async () => {
    const lab = await labWithState();
    lab.write("own.json", JSON.stringify(stored));
    await lab.run(lab.unit({ extras: { state: "own.json" } }));
    expect(lab.seen[1]?.state).toBe(JSON.stringify(stored));
    const missing = await lab.run(lab.unit({ extras: { state: "none.json" } }));
    expect(missing.exitCode).toBe(2);
    expect(missing.problems[0]).toContain("tap-x: the state file ");
  });

  it("is none for a tap that takes none, and that is said", async () => {
    const lab = await labWithState();
    await lab.run(
      lab.unit({ capabilities: ["catalog", "discover"], tap: { steps: [{ lines: [state(3)] }] } }),
    );
    expect(lab.seen[1]?.args).not.toContain("--state");
    expect(lab.warnings).toEqual([
      'tap-x: its capabilities lack "state": it is not given the stored state and reads everything again.',
      'tap-x: it writes states, but its capabilities lack "state": the next run will not be given them. Add "state" to "capabilities".',
    ]);
  });

  it("is said to be missing in the capabilities of a tap that writes one", async () => {
    const lab = new UnitLab();
    await lab.run(
      lab.unit({ capabilities: ["catalog", "discover"], tap: { steps: [{ lines: [state(3)] }] } }),
    );
    expect(lab.warnings).toEqual([
      'tap-x: it writes states, but its capabilities lack "state": the next run will not be given them. Add "state" to "capabilities".',
    ]);
  });

  it("is read but not stored anew without updates", async () => {
    const lab = await labWithState();
    const result = await lab.run(
      lab.unit({ tap: { steps: [{ lines: [state(9)] }] }, policy: { updatesState: false } }),
    );
    expect(result.exitCode).toBe(0);
    expect(lab.seen[1]?.state).toBe(storedText);
    expect(await lab.state()).toEqual(JSON.parse(storedText));
    expect((await lab.history()).length).toBe(2);
  });

  it("must not have vanished: 17 before anything is started", async () => {
    const lab = await labWithState();
    const services = await lab.services();
    await services.backend.remove(stateId, { exclusively: async (write) => write() });
    await services.close();
    const result = await lab.run(lab.unit());
    expect(result).toMatchObject({ status: "failed", exitCode: 17, reason: "state_store_failed" });
    expect(result.problems[0]).toContain(`${stateId}: .chorale/state has no state, but `);
    expect(result.problems[0]).toContain("--full-refresh");
    expect(lab.seen).toHaveLength(1);
    const refreshed = await lab.run(lab.unit({ policy: { fullRefresh: "all" } }));
    expect(refreshed.exitCode).toBe(0);
  });

  it("must be readable: 17 before anything is started, and no other attempt", async () => {
    const lab = await labWithState();
    const [folder = ""] = readdirSync(lab.path(".chorale/state"));
    writeFileSync(lab.path(`.chorale/state/${folder}/state.json`), "{broken");
    const result = await lab.run(lab.unit({ policy: { retries: 3 } }));
    expect(result).toMatchObject({ exitCode: 17, attempt: 1 });
    expect(lab.seen).toHaveLength(1);
  });
});

describe("attempts", () => {
  it("follow a failure until one succeeds, each with its row, and go on from the stored state", async () => {
    const lab = new UnitLab();
    const steps = [{ count: { to: 6, stateEvery: 1, stream: "users", dieAt: 4, once: lab.path("died") } }];
    const result = await lab.run(lab.unit({ tap: { steps }, policy: { retries: 1 } }));
    expect(result).toMatchObject({ exitCode: 0, attempt: 2 });
    const [second, first] = await lab.history();
    expect(first).toMatchObject({ status: "failed", exitCode: 10, attempt: 1, parentRunId: undefined });
    expect(second).toMatchObject({ status: "success", attempt: 2, parentRunId: first?.runId });
    expect(lab.seen[1]?.state).not.toBeNull();
    const rows = new Set(lab.loaded.filter((line) => line.includes('"RECORD"')));
    expect(rows).toEqual(new Set(texts(...[1, 2, 3, 4, 5, 6].map(record))));
    expect(await lab.state()).toEqual(bookmark(6));
  });

  it("wait twice as long each time, and end with the last failure", async () => {
    const lab = new UnitLab();
    const policy = { retries: 3, retryDelaySeconds: 0.01 };
    const result = await lab.run(lab.unit({ tap: { exit: 1 }, policy }));
    expect(result).toMatchObject({ exitCode: 10, attempt: 4 });
    expect(
      lab.events.flatMap((event) => (event.event === "retry" ? [[event.inSeconds, event.after]] : [])),
    ).toEqual([
      [0.01, "tap_failed"],
      [0.02, "tap_failed"],
      [0.04, "tap_failed"],
    ]);
  });

  it("are counted anew after one that went on, but not for ever", async () => {
    const lab = new UnitLab();
    const steps = [{ count: { to: 1000, stateEvery: 1, stream: "users", dieAfter: 3 } }];
    const result = await lab.run(lab.unit({ tap: { steps }, policy: { retries: 1 } }));
    expect(result).toMatchObject({ exitCode: 10, attempt: 11 });
    expect(await lab.state()).toEqual(bookmark(22));
  });

  it("of a full refresh go on with the streams that an earlier one has begun", async () => {
    const lab = new UnitLab();
    await lab.run(
      lab.unit({
        tap: {
          steps: [
            { lines: ['{"type":"STATE","value":{"bookmarks":{"users":{"id":50},"orders":{"id":9}}}}'] },
          ],
        },
      }),
    );
    const steps = [{ count: { to: 6, stateEvery: 1, stream: "users", dieAt: 4, once: lab.path("died") } }];
    const result = await lab.run(lab.unit({ tap: { steps }, policy: { retries: 1, fullRefresh: "all" } }));
    expect(result.exitCode).toBe(0);
    expect(lab.seen.slice(1).map((run) => run.state)).toEqual([null, '{"bookmarks":{"users":{"id":2}}}']);
    expect(await lab.state()).toEqual({ bookmarks: { users: { id: 6 }, orders: { id: 9 } } });
  });

  it.each([
    { name: "a program that cannot be started", parts: { tap: {} }, program: "/no/such/program", code: 2 },
    { name: "a tap that says that a person has to act", parts: { tap: { exit: 77 } }, code: 10 },
  ])("do not follow $name", async ({ parts, program, code }) => {
    const lab = new UnitLab();
    const unit = lab.unit({ ...parts, policy: { retries: 3 } });
    const result = await lab.run(
      program === undefined ? unit : { ...unit, target: { ...unit.target, program } },
    );
    expect(result).toMatchObject({ exitCode: code, attempt: 1 });
    expect(await lab.history()).toHaveLength(1);
  });

  it("follow a discovery that failed, 16", async () => {
    const lab = new UnitLab();
    const tap = { discovery: "fail", discovery_exit: 1 };
    const result = await lab.run(lab.unit({ tap, policy: { retries: 1 } }));
    expect(result).toMatchObject({ exitCode: 16, attempt: 2, reason: "discovery_failed" });
    expect(result.problems[0]).toContain("no such account");
    expect(lab.loaded).toEqual([]);
  });

  it("do not follow a discovery whose credentials were refused", async () => {
    const lab = new UnitLab();
    const result = await lab.run(lab.unit({ tap: { discovery: "fail" }, policy: { retries: 1 } }));
    expect(result).toMatchObject({ exitCode: 16, attempt: 1, reason: "discovery_failed" });
  });

  it("end while they are waited for when a signal comes", async () => {
    const lab = new UnitLab();
    lab.onEvent = (event) => event.event === "retry" && lab.signals.abort("SIGTERM");
    const result = await lab.run(
      lab.unit({ tap: { exit: 1 }, policy: { retries: 3, retryDelaySeconds: 500 } }),
    );
    expect(result).toMatchObject({ exitCode: 10, attempt: 1 });
  });
});

describe("the lease", () => {
  it("is held by one run: another is skipped with 18, and the history says so", async () => {
    const lab = new UnitLab();
    const services = await lab.services();
    const lease = await services.store.acquireLease({ stateId, runId: "other-run", takeOver: false });
    const result = await lab.run(lab.unit({ policy: { retries: 3 } }));
    expect(result).toMatchObject({ status: "skipped", exitCode: 18, reason: "already_running", attempt: 1 });
    expect(result.problems[0]).toContain("other-run");
    expect((await lab.history())[0]).toMatchObject({ status: "skipped", exitCode: 18 });
    expect(lab.loaded).toEqual([]);
    if ("release" in lease) await lease.release();
    await services.close();
    expect((await lab.run(lab.unit())).exitCode).toBe(0);
  });

  it("can be taken over: the run that had it ends with 19 and stores nothing more", async () => {
    const lab = new UnitLab();
    lab.leaseSeconds = 1;
    const other = Promise.withResolvers<number>();
    lab.onEvent = (event) => {
      if (event.event !== "plugin_log" || event.line !== "waiting") return;
      void lab
        .run(lab.unit({ tap: { steps: [{ lines }] }, policy: { takesOver: true } }))
        .then(({ exitCode }) => other.resolve(exitCode));
    };
    const steps = [
      { lines: [schema, record(8), state(8), record(9)] },
      { stderr: "waiting" },
      { hang: true },
    ];
    const shut = await lab.run(
      lab.unit({ tap: { steps, on_term: [{ lines: [state(9), record(10)] }] }, target: { echo: "last" } }),
    );
    expect(shut).toMatchObject({ status: "failed", exitCode: 19, reason: "lease_lost" });
    expect(await other.promise).toBe(0);
    expect(await lab.state()).toEqual(bookmark(2));
  });
});

describe("a stopped unit", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ])("ends its discovery at %s", async (signal, code) => {
    const lab = new UnitLab();
    lab.onEvent = (event) => event.event === "plugin_log" && lab.signals.abort(signal);
    const result = await lab.run(lab.unit({ tap: { discovery: "hang" }, policy: { retries: 3 } }));
    expect(result).toMatchObject({ status: "cancelled", exitCode: code, attempt: 1 });
    expect((await lab.history())[0]).toMatchObject({ status: "cancelled", exitCode: code });
  });

  it("ends its discovery when its time is over: 20", async () => {
    const lab = new UnitLab();
    const result = await lab.run(lab.unit({ tap: { discovery: "hang" }, policy: { timeoutSeconds: 0.5 } }));
    expect(result).toMatchObject({ status: "timed_out", exitCode: 20, reason: "timeout" });
  });

  it("keeps the states so far", async () => {
    const lab = new UnitLab();
    lab.onEvent = (event) => {
      if (event.event === "plugin_log" && event.line === "waiting") lab.signals.abort("SIGTERM");
    };
    const steps = [{ lines: [...lines, record(3)] }, { stderr: "waiting" }, { hang: true }];
    const result = await lab.run(lab.unit({ tap: { steps } }));
    expect(result).toMatchObject({ status: "cancelled", exitCode: 143, statesCommitted: 2 });
    expect(await lab.state()).toEqual(bookmark(2));
  });
});

describe("a store that fails", () => {
  it("fails the run with 17 though the data was loaded", async () => {
    const lab = new UnitLab();
    lab.onEvent = (event) => {
      if (event.event === "run_started")
        writeFileSync(lab.path(".chorale/state"), "a file where a folder should be");
    };
    const result = await lab.run(lab.unit({ tap: { steps: [{ lines }] } }));
    expect(result).toMatchObject({ status: "failed", exitCode: 17, reason: "state_store_failed" });
  });
});
