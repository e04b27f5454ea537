import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { UnitResult } from "../../src/run/run-result.ts";
import { openRunStore, type RunStoreOptions } from "../../src/store/open-run-store.ts";
import type { Lease, LeaseHolder, NewRun, RunStore } from "../../src/store/run-store.ts";
import { tempFolder } from "./temp-folder.ts";

const newRun = (runId: string, more: Partial<NewRun> = {}): NewRun => ({
  ...{ runId, stateId: "s", tap: "tap-x", target: "target-x", attempt: 1, version: "1.2.3" },
  ...{ job: undefined, schedule: undefined, parentRunId: undefined },
  ...more,
});

const resultOf = (runId: string, more: Partial<UnitResult> = {}): UnitResult => ({
  ...{ runId, stateId: "s", tap: "tap-x", target: "target-x", attempt: 1, status: "success", exitCode: 0 },
  ...{ reason: "ok", problems: [], guiltyLines: [], statesCommitted: 2 },
  counts: {
    streams: new Map([["users", { records: 3, bytes: 40, firstAt: 1000.4, lastAt: 2000 }]]),
    ...{ records: 3, states: 2, bytes: 50, tapWaitMs: 1.6, targetWaitMs: 2 },
  },
  startedAt: new Date(0),
  endedAt: new Date("2026-01-01T00:01:00Z"),
  ...more,
});

/** A store with a clock that the test sets. */
async function setUp(options: Partial<RunStoreOptions> = {}) {
  const root = options.root ?? tempFolder();
  let time = Date.parse("2026-01-01T00:00:00Z");
  const store = await openRunStore({ root, clock: () => new Date(time), ...options });
  onTestFinished(() => store.close());
  return {
    ...{ store, root },
    advance: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}

async function lease(store: RunStore, runId: string, more = {}): Promise<Lease> {
  const answer: Lease | LeaseHolder = await store.acquireLease({
    stateId: "s",
    runId,
    takeOver: false,
    ...more,
  });
  if (!("release" in answer)) throw new Error(`held by ${answer.runId}`);
  return answer;
}

describe("leases", () => {
  it("tells who holds one, until it is released", async () => {
    const { store } = await setUp();
    const first = await lease(store, "a");
    expect(await store.acquireLease({ stateId: "s", runId: "b", takeOver: false })).toEqual({
      runId: "a",
      host: expect.any(String),
      pid: process.pid,
      acquiredAt: new Date("2026-01-01T00:00:00Z"),
      expiresAt: new Date("2026-01-01T00:01:00Z"),
    });
    await first.release();
    const second = await lease(store, "b");
    expect([first.fence, second.fence]).toEqual([1, 2]);
    await expect(first.exclusively(() => undefined)).rejects.toMatchObject({ exitCode: 19 });
    await first.release();
    await second.exclusively(() => undefined);
  });

  it("gives one away when it has expired, and not a moment before", async () => {
    const { store, advance } = await setUp();
    const first = await lease(store, "a");
    await store.startRun(newRun("a"));
    advance(59.999);
    await expect(lease(store, "b")).rejects.toThrow("held by a");
    advance(0.001);
    const second = await lease(store, "b");
    expect(second.fence).toBe(2);
    await expect(first.exclusively(() => expect.unreachable())).rejects.toMatchObject({ exitCode: 19 });
    expect(first.lost.reason).toMatchObject({ exitCode: 19 });
    expect(await store.findRun("a")).toMatchObject({
      status: "lost",
      endedAt: new Date("2026-01-01T00:01:00Z"),
    });
  });

  it("renews one that is held, and notices when it was taken over", async () => {
    const { store, advance } = await setUp({ leaseSeconds: 0.15 });
    const first = await lease(store, "a");
    advance(0.1);
    const holder = async () => {
      const answer = await store.acquireLease({ stateId: "s", runId: "b", takeOver: false });
      return "expiresAt" in answer ? answer.expiresAt : undefined;
    };
    await expect.poll(holder).toEqual(new Date("2026-01-01T00:00:00.250Z"));
    const lost = new Promise((resolve) => first.lost.addEventListener("abort", resolve));
    await lease(store, "c", { takeOver: true });
    await lost;
    expect(first.lost.reason).toMatchObject({ exitCode: 19 });
  });

  it("undoes nothing of a write that threw, and holds on", async () => {
    const { store } = await setUp();
    const held = await lease(store, "a");
    await expect(
      held.exclusively(() => {
        throw new Error("no room");
      }),
    ).rejects.toThrow("no room");
    let written = 0;
    await held.exclusively(() => {
      written += 1;
    });
    expect(written).toBe(1);
  });

  it("waits for another connection's write without blocking this process", async () => {
    const { store, root } = await setUp();
    const held = await lease(store, "a");
    const other = new DatabaseSync(join(root, ".chorale", "chorale.db"));
    other.exec("BEGIN IMMEDIATE");
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
      if (turns === 5) other.exec("COMMIT");
    }, 10);
    await held.exclusively(() => undefined);
    clearInterval(turning);
    other.close();
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

describe("runs", () => {
  it("are kept with what they came to", async () => {
    const { store, advance } = await setUp();
    await lease(store, "run-1");
    await store.startRun(
      newRun("run-1", { job: "daily", schedule: "at-four", attempt: 2, parentRunId: "run-0" }),
    );
    expect(await store.findRun("run-1")).toMatchObject({
      status: "running",
      exitCode: undefined,
      endedAt: undefined,
    });
    advance(60);
    await store.finishRun(
      resultOf("run-1", { status: "failed", exitCode: 10, reason: "tap_failed", problems: ["a", "b"] }),
    );
    expect(await store.findRun("run-1")).toEqual({
      ...newRun("run-1", { job: "daily", schedule: "at-four", attempt: 2, parentRunId: "run-0" }),
      ...{ status: "failed", exitCode: 10, reason: "tap_failed", problems: ["a", "b"] },
      startedAt: new Date("2026-01-01T00:00:00Z"),
      endedAt: new Date("2026-01-01T00:01:00Z"),
      ...{ host: expect.any(String), pid: process.pid, records: 3, bytes: 50, tapWaitMs: 2, targetWaitMs: 2 },
      statesCommitted: 2,
    });
    expect(await store.streamsOf("run-1")).toEqual(
      new Map([["users", { records: 3, bytes: 40, firstAt: 1000, lastAt: 2000 }]]),
    );
    expect(await store.streamsOf("run-2")).toEqual(new Map());
  });

  it("are listed from the newest, and found by the beginning of an id", async () => {
    const { store, advance } = await setUp();
    for (const [runId, stateId] of [
      ["ab1", "s"],
      ["ab2", "t"],
      ["ac", "s"],
      ["a", "s"],
    ] as const) {
      await store.startRun(newRun(runId, { stateId }));
      await store.finishRun(resultOf(runId, runId === "ac" ? { status: "skipped" } : {}));
      if (runId === "ab1") advance(1);
    }
    const ids = async (filter: Parameters<RunStore["listRuns"]>[0]) =>
      (await store.listRuns(filter)).map(({ runId }) => runId);
    expect(await ids({ limit: 10 })).toEqual(["a", "ac", "ab2", "ab1"]);
    expect(await ids({ limit: 2 })).toEqual(["a", "ac"]);
    expect(await ids({ limit: 10, stateId: "t" })).toEqual(["ab2"]);
    expect(await ids({ limit: 10, stateId: "s", status: "skipped" })).toEqual(["ac"]);
    expect((await store.findRun("a"))?.runId).toBe("a");
    expect((await store.findRun("ac"))?.runId).toBe("ac");
    expect((await store.findRun("ab2"))?.runId).toBe("ab2");
    expect(await store.findRun("ab")).toBeUndefined();
    expect(await store.findRun("x")).toBeUndefined();
  });

  it("count as lost when nobody renews their lease, and as running again when somebody does", async () => {
    const { store, advance } = await setUp({ leaseSeconds: 60 });
    const held = await lease(store, "a");
    await store.startRun(newRun("a"));
    advance(60);
    expect((await store.listRuns({ limit: 1, status: "lost" })).map(({ runId }) => runId)).toEqual(["a"]);
    expect(await store.listRuns({ limit: 1, status: "running" })).toEqual([]);
    await store.finishRun(resultOf("a"));
    expect((await store.findRun("a"))?.status).toBe("success");
    await held.release();
  });

  it("keep the processes that they started", async () => {
    const { store } = await setUp();
    const started = { plugin: "tap-x", pid: 123, startTime: "456" };
    await store.processStarted("a", started);
    await store.processStarted("a", started);
    await store.processStarted("a", { ...started, pid: 124 });
    expect(await store.processesOf("a")).toEqual([started, { ...started, pid: 124 }]);
    expect(await store.processesOf("b")).toEqual([]);
  });
});

describe("the history of states", () => {
  const add = (store: RunStore, writtenBy: string, state: string | undefined) =>
    store.addStateVersion({ stateId: "s", writtenBy, state });

  it("numbers what is stored, and what is cleared", async () => {
    const { store } = await setUp();
    expect(await add(store, "a", '{"lsn":9007199254740993}')).toBe(1);
    expect(await add(store, "b", undefined)).toBe(2);
    await store.addStateVersion({ stateId: "t", writtenBy: "c", state: "{}" });
    const at = new Date("2026-01-01T00:00:00Z");
    expect(await store.stateVersions("s", 10)).toEqual([
      { version: 2, stateId: "s", writtenBy: "b", at, state: undefined },
      { version: 1, stateId: "s", writtenBy: "a", at, state: '{"lsn":9007199254740993}' },
    ]);
    expect(await store.stateVersions("s", 1)).toHaveLength(1);
  });

  it("keeps fifty, and what each run ended with before what it replaced itself", async () => {
    const { store } = await setUp();
    for (const run of ["a", "b", "c"]) for (const state of ["1", "2"]) await add(store, run, state);
    for (let state = 0; state < 100; state += 1) await add(store, "long", String(state));
    const versions = await store.stateVersions("s", 1000);
    expect(versions).toHaveLength(50);
    expect(versions.slice(-4).map(({ writtenBy, state }) => [writtenBy, state])).toEqual([
      ["long", "53"],
      ["c", "2"],
      ["b", "2"],
      ["a", "2"],
    ]);
    expect(versions[0]).toMatchObject({ version: 106, state: "99" });
  });

  it("forgets what is older than thirty days, and never the newest", async () => {
    const { store, advance } = await setUp();
    await add(store, "a", "1");
    await add(store, "b", "2");
    advance(31 * 24 * 3600);
    expect((await store.stateVersions("s", 10)).map(({ version }) => version)).toEqual([2, 1]);
    expect(await add(store, "c", "3")).toBe(3);
    expect((await store.stateVersions("s", 10)).map(({ version }) => version)).toEqual([3]);
    advance(31 * 24 * 3600);
    expect((await store.stateVersions("s", 10)).map(({ version }) => version)).toEqual([3]);
  });
});

describe("opening a store", () => {
  it("refuses one of a newer runner", async () => {
    const { store, root } = await setUp();
    await store.close();
    const database = new DatabaseSync(join(root, ".chorale", "chorale.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openRunStore({ root })).rejects.toMatchObject({
      exitCode: 17,
      message: expect.stringMatching(
        /chorale\.db: a newer runner made it: its schema is 99, .* Update the runner\.$/,
      ),
    });
  });

  it("refuses a file that is no database", async () => {
    const root = tempFolder();
    mkdirSync(join(root, ".chorale"));
    writeFileSync(join(root, ".chorale", "chorale.db"), "x".repeat(5000));
    await expect(openRunStore({ root })).rejects.toMatchObject({ exitCode: 17 });
  });

  it("is done by many at once", async () => {
    const root = tempFolder();
    const stores = await Promise.all(Array.from({ length: 10 }, () => openRunStore({ root })));
    await Promise.all(stores.map((store, index) => store.startRun(newRun(String(index)))));
    expect(await stores[0]?.listRuns({ limit: 100 })).toHaveLength(10);
    await Promise.all(stores.map((store) => store.close()));
  });
});
