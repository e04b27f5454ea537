import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { runError } from "../../src/exit-codes.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import type { RunPolicy } from "../../src/run/unit.ts";
import { createFileBackend } from "../../src/state/file-backend.ts";
import { createKeeper, type KeeperPace } from "../../src/state/keeper.ts";
import type { StateBackend, StoredState } from "../../src/state/state-backend.ts";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { tempFolder } from "../store/temp-folder.ts";

const policy: RunPolicy = {
  fullRefresh: "none",
  retries: 0,
  retryDelaySeconds: 1,
  timeoutSeconds: undefined,
  idleTimeoutSeconds: undefined,
  graceSeconds: 1,
  allowRegression: false,
  acceptUnacknowledged: false,
  updatesState: true,
  refreshCatalog: false,
  takesOver: false,
};
const fast: KeeperPace = { betweenWritesMs: 20, firstRetryMs: 1, unsavedMaxMs: 60_000 };

interface Setup {
  stored?: StoredState;
  policy?: Partial<RunPolicy>;
  selected?: readonly string[];
  pace?: KeeperPace;
  /** Called before each write; what it throws fails the write. */
  onWrite?: (nth: number) => void | Promise<void>;
}

/** A keeper on a real store and real files, whose writes can be made to fail. */
async function setUp(setup: Setup = {}) {
  const root = tempFolder();
  const store = await openRunStore({ root });
  onTestFinished(() => store.close());
  const files = createFileBackend({ folder: root });
  let writes = 0;
  const backend: StateBackend = {
    ...files,
    async write(stateId, state, guard) {
      writes += 1;
      await setup.onWrite?.(writes);
      await files.write(stateId, state, guard);
    },
  };
  const lease = await store.acquireLease({ stateId: "s", runId: "run", takeOver: false });
  if (!("release" in lease)) throw new Error("the lease is held");
  const events: RunEvent[] = [];
  const keeper = createKeeper({
    ...{ backend, store, lease, stateId: "s", runId: "run", stored: setup.stored },
    policy: { ...policy, ...setup.policy },
    selected: setup.selected ?? [],
    emit: (event) => events.push(event),
    pace: setup.pace ?? fast,
  });
  return {
    ...{ keeper, store, lease, events, root },
    writes: () => writes,
    stored: async () => (await files.read("s"))?.completed,
    versions: async () => (await store.stateVersions("s", 100)).map(({ state }) => state).reverse(),
    warnings: () => events.flatMap((event) => (event.event === "warning" ? [event.message] : [])),
  };
}

const users = (id: number) => `{"bookmarks":{"users":{"id":${id}}}}`;

describe("the keeper", () => {
  it("stores the newest of many states, and tells of each write", async () => {
    const { keeper, events, stored, versions, writes } = await setUp();
    for (let id = 1; id <= 100; id += 1) keeper.take(users(id));
    await keeper.flush();
    expect(await stored()).toBe(users(100));
    expect(await versions()).toEqual([users(100)]);
    expect(keeper.committed).toBe(100);
    expect(writes()).toBe(1);
    expect(events).toEqual([{ event: "state_committed", version: 1, bookmarks: { users: "100" } }]);
  });

  it("writes at most once in its interval, and at once at the end", async () => {
    const { keeper, writes, stored } = await setUp({ pace: { ...fast, betweenWritesMs: 3_600_000 } });
    keeper.take(users(1));
    await expect.poll(writes).toBe(1);
    await expect.poll(() => keeper.committed).toBe(1);
    for (let id = 2; id <= 50; id += 1) {
      keeper.take(users(id));
      await setImmediate();
    }
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 1, committed: 1 });
    await keeper.flush();
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 2, committed: 50 });
    expect(await stored()).toBe(users(50));
    keeper.take(users(51));
    await keeper.flush();
    expect(await stored()).toBe(users(51));
  });

  it("goes on by itself with what came during a write", async () => {
    const { keeper, versions } = await setUp();
    keeper.take(users(1));
    await expect.poll(() => keeper.committed).toBe(1);
    keeper.take(users(2));
    await expect.poll(() => keeper.committed).toBe(2);
    expect(await versions()).toEqual([users(1), users(2)]);
  });

  it("lays states over the stored one, and writes nothing that is stored already", async () => {
    const stored = {
      completed: '{"bookmarks":{"a":{"id":9007199254740993}}}',
      partial: '{"bookmarks":{"b":{"id":1}}}',
    };
    const { keeper, writes, stored: now, versions } = await setUp({ stored });
    keeper.take('{"bookmarks":{"b":{"id":1}}}');
    await keeper.flush();
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 0, committed: 1 });
    keeper.take('{"type":"STATE","value":{"bookmarks":{"b":{"id":2}}}}');
    await keeper.flush();
    expect(await now()).toBe('{"bookmarks":{"a":{"id":9007199254740993},"b":{"id":2}}}');
    keeper.take('{"bookmarks":{"b":{"id":3}}}');
    await keeper.flush();
    // What somebody else had stored is in the history, too.
    expect(await versions()).toEqual(
      [1, 2, 3].map((id) => `{"bookmarks":{"a":{"id":9007199254740993},"b":{"id":${id}}}}`),
    );
  });

  it.each(["", "{", "{}", "null", "[]", "5", '"text"', `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`])(
    "refuses %.20s once, and keeps what it has",
    async (state) => {
      const { keeper, warnings, writes } = await setUp();
      keeper.take(state);
      keeper.take(state);
      await keeper.flush();
      expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 0, committed: 0 });
      expect(warnings()).toEqual([
        "s: the target handed back what is no state, or an empty one. It is not stored.",
      ]);
    },
  );

  it("warns once of a stream that goes back, and stores the others", async () => {
    const { keeper, warnings, stored } = await setUp({ stored: { completed: users(5), partial: undefined } });
    keeper.take('{"bookmarks":{"users":{"id":4},"orders":{"id":1}}}');
    keeper.take('{"bookmarks":{"users":{"id":3},"orders":{"id":2}}}');
    await keeper.flush();
    expect(await stored()).toBe('{"bookmarks":{"users":{"id":5},"orders":{"id":2}}}');
    expect(warnings()).toEqual([
      "state_regression: s: users: id goes back from 5 to 4. Its old bookmark is kept; --allow-regression takes the new one.",
    ]);
  });

  it.each([
    [
      "all streams that are selected",
      { fullRefresh: "all" },
      ["users"],
      '{"bookmarks":{"users":{"id":1},"orders":{"id":9}}}',
    ],
    [
      "all streams without a catalog",
      { fullRefresh: "all" },
      [],
      '{"bookmarks":{"users":{"id":1},"orders":{"id":1}}}',
    ],
    [
      "the streams that are named",
      { fullRefresh: ["orders"] },
      ["users", "orders"],
      '{"bookmarks":{"users":{"id":9},"orders":{"id":1}}}',
    ],
    ["none", { fullRefresh: "none" }, [], '{"bookmarks":{"users":{"id":9},"orders":{"id":9}}}'],
    [
      "none, but regression is allowed",
      { allowRegression: true },
      [],
      '{"bookmarks":{"users":{"id":1},"orders":{"id":1}}}',
    ],
  ] as const)("reads %s again", async (_name, policyOf, selected, expected) => {
    const stored = { completed: '{"bookmarks":{"users":{"id":9},"orders":{"id":9}}}', partial: undefined };
    const { keeper, stored: now, writes } = await setUp({ stored, policy: policyOf, selected });
    keeper.take('{"bookmarks":{"users":{"id":1},"orders":{"id":1}}}');
    await keeper.flush();
    if (writes() > 0) expect(await now()).toBe(expected);
    else expect(expected).toBe(stored.completed);
  });

  it("stores nothing where states are not to be stored", async () => {
    const { keeper, writes } = await setUp({ policy: { updatesState: false } });
    keeper.take(users(1));
    await keeper.flush();
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 0, committed: 0 });
  });

  it("tries again while a store fails, and loses nothing", async () => {
    const { keeper, stored, writes } = await setUp({
      onWrite: (nth) => {
        if (nth <= 4) throw runError("stateStoreFailed", "down");
      },
    });
    keeper.take(users(1));
    keeper.take(users(2));
    await keeper.flush();
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 5, committed: 2 });
    expect(await stored()).toBe(users(2));
  });

  it("fails at the end after five tries", async () => {
    const { keeper, writes } = await setUp({
      onWrite: () => {
        throw runError("stateStoreFailed", "down");
      },
    });
    keeper.take(users(1));
    await expect(keeper.flush()).rejects.toMatchObject({ exitCode: 17, message: "down" });
    await expect(keeper.failed).rejects.toMatchObject({ exitCode: 17 });
    expect({ writes: writes(), committed: keeper.committed }).toEqual({ writes: 5, committed: 0 });
    keeper.take(users(2));
    await expect(keeper.flush()).rejects.toMatchObject({ exitCode: 17 });
    expect(writes()).toBe(5);
  });

  it("fails while the run goes on when the newest state is unsaved for too long, and not before", async () => {
    const { keeper, writes } = await setUp({
      pace: { ...fast, unsavedMaxMs: 200 },
      onWrite: () => {
        throw runError("stateStoreFailed", "down");
      },
    });
    const startedAt = performance.now();
    keeper.take(users(1));
    await expect(keeper.failed).rejects.toMatchObject({ exitCode: 17 });
    expect(performance.now() - startedAt).toBeGreaterThan(195);
    expect(writes()).toBeGreaterThan(5);
  });

  it("tries five times however short that is", async () => {
    const { keeper, writes } = await setUp({
      pace: { ...fast, unsavedMaxMs: 0 },
      onWrite: () => {
        throw runError("stateStoreFailed", "down");
      },
    });
    keeper.take(users(1));
    await expect(keeper.failed).rejects.toMatchObject({ exitCode: 17 });
    expect(writes()).toBe(5);
  });

  it("does not count what came during a write as safe", async () => {
    const committed: number[] = [];
    const { keeper } = await setUp({
      onWrite: (nth) => {
        committed.push(keeper.committed);
        if (nth === 1) keeper.take(users(2));
      },
    });
    keeper.take(users(1));
    await keeper.flush();
    expect([...committed, keeper.committed]).toEqual([0, 1, 2]);
  });

  it("fails at once when the lease is lost, and what it would write is not written", async () => {
    const { keeper, store, stored, lease, writes } = await setUp();
    keeper.take(users(1));
    await keeper.flush();
    await store.acquireLease({ stateId: "s", runId: "other", takeOver: true });
    keeper.take(users(2));
    await expect(keeper.failed).rejects.toMatchObject({ exitCode: 19 });
    await expect(keeper.flush()).rejects.toMatchObject({ exitCode: 19 });
    expect(lease.lost.aborted).toBe(true);
    expect(writes()).toBe(2);
    expect(await stored()).toBe(users(1));
  });
});
