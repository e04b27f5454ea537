import { ConfigError, LoadError } from "@chorale/singer";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryWarehouse, memoryTarget } from "./memory-warehouse.ts";
import { activate, bytes, feed, gate, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { activationsOf, loadsOf, streamsOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({
  temp_dir: folder.path,
  state_table: "states",
  state_id: "pipeline",
  load_method: "append-only",
  ...more,
});

/** What each commit held: the rows of each batch, and the state. */
function committed({ commits }: MemoryWarehouse) {
  return commits.map((unit) => [
    loadsOf(unit)
      .map(({ batch }) => `${batch.shape.spec.stream}:${batch.rows}`)
      .join(" "),
    unit.state?.value,
  ]);
}

describe("with a state table", () => {
  it("commits all streams up to a STATE together with it", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = [
      ...[1, 2].map((id) => record("a", { id })),
      record("b", { id: 1 }),
      state(1),
      ...[3, 4, 5].map((id) => record("a", { id })),
      record("b", { id: 2 }),
      state(2),
      record("b", { id: 3 }),
      state(3),
    ];
    const input = [bytes(schema("a"), schema("b"), ...lines)];
    const { error, states } = await runWith(warehouse, input, { config: config({ batch_size_rows: 2 }) });
    expect(error).toBeUndefined();
    expect(committed(warehouse)).toEqual([
      ["a:2 b:1", "1"],
      ["a:2 a:1 b:1", "2"],
      ["b:1", "3"],
    ]);
    expect(states).toEqual(["1", "2", "3"]);
    expect(warehouse.states).toEqual(new Map([["pipeline", "3"]]));
    const target = memoryTarget(warehouse);
    expect(await target.readState(config())).toBe("3");
    expect(await target.readState(config({ state_id: "another" }))).toBeUndefined();
  });

  it("commits one unit at the end when no limit is reached", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = [record("a", { id: 1 }), state(1), record("a", { id: 2 }), state(2)];
    const { states } = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: config() });
    expect(committed(warehouse)).toEqual([["a:2", "2"]]);
    expect(states).toEqual(["2"]);
  });

  it.each([1, 2, 3, 5, 100])("leaves the records after the last STATE, by %i rows", async (rows) => {
    const warehouse = new MemoryWarehouse();
    const lines = [
      ...[1, 2, 3, 4].map((id) => record("a", { id })),
      record("b", { id: 1 }),
      state(1),
      ...[5, 6].map((id) => record("a", { id })),
      record("c", { id: 1 }),
    ];
    const input = [bytes(schema("a"), schema("b"), schema("c"), ...lines)];
    const { error, states } = await runWith(warehouse, input, { config: config({ batch_size_rows: rows }) });
    expect(error).toMatchObject({ exitCode: 75, kind: "transient" });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining("3 records after the last one are not committed"),
    );
    expect(states).toEqual(["1"]);
    expect(warehouse.records("a")).toEqual([1, 2, 3, 4].map((id) => ({ id })));
    expect(warehouse.records("b")).toEqual([{ id: 1 }]);
    expect(warehouse.records("c")).toEqual([]);
  });

  it("cuts a spool file of several in the middle", async () => {
    const warehouse = new MemoryWarehouse({ spool: { compression: "none", maxFileBytes: 1 } });
    const text = "x".repeat(300_000);
    const wide = { ...schema("a"), schema: { properties: { id: {}, text: {} } } };
    const rows = [1, 2, 3, 4, 5].map((id) => record("a", { id, text }));
    const input = [bytes(wide, ...rows.slice(0, 3), state(1), ...rows.slice(3))];
    const { error } = await runWith(warehouse, input, { config: config() });
    expect(error).toMatchObject({ exitCode: 75 });
    expect(warehouse.records("a").map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(warehouse.staged[0]?.files.length).toBeGreaterThan(1);
  });

  it("commits nothing when no STATE comes", async () => {
    const warehouse = new MemoryWarehouse();
    const { error } = await runWith(warehouse, [bytes(schema("a"), record("a", { id: 1 }))], {
      config: config(),
    });
    expect(error).toMatchObject({ exitCode: 75 });
    expect(warehouse.commits).toEqual([]);
  });

  it("commits a STATE without records", async () => {
    const warehouse = new MemoryWarehouse();
    const { error, states } = await runWith(warehouse, [bytes(state(1), state(2))], { config: config() });
    expect({ error, states }).toEqual({ error: undefined, states: ["2"] });
    expect(warehouse.states.get("pipeline")).toBe("2");
  });

  it("stages batches before the unit is committed, and only those before a STATE", async () => {
    const committing = gate();
    const finish = gate();
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: async (_unit, count) => {
          if (count > 1) return;
          committing.open();
          await finish.opened;
        },
      },
    });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    await push(bytes(schema("a"), record("a", { id: 1 }), state(1), record("a", { id: 2 }), state(2)));
    await committing.opened;
    await push(bytes(record("a", { id: 3 })));
    await expect.poll(() => warehouse.staged.length).toBe(2);
    finish.open();
    end();
    expect((await run).states).toEqual(["1", "2"]);
    expect(warehouse.staged).toHaveLength(2);
  });

  it("prints no state of a unit that failed", async () => {
    const refusal = new LoadError("no");
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: (_unit, count) => {
          if (count === 2) throw refusal;
        },
      },
    });
    const lines = [1, 2, 3].flatMap((id) => [record("a", { id }), state(id)]);
    const { error, states } = await runWith(warehouse, [bytes(schema("a"), ...lines)], {
      config: config({ batch_size_rows: 1 }),
    });
    expect(error).toBe(refusal);
    expect(states).toEqual(["1"]);
    expect(warehouse.states.get("pipeline")).toBe("1");
  });

  it("keeps the order of records around a table that changes within a unit", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = [record("a", { id: 1 }), schema("a", ["id", "n"]), record("a", { id: 2, n: 2 }), state(1)];
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: config() });
    expect(error).toBeUndefined();
    expect(committed(warehouse)).toEqual([["a:1 a:1", "1"]]);
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2, n: 2 }]);
  });

  it("activates a version with the unit that it came in", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
    const lines = [
      record("a", { id: 1 }, 2),
      activate("a", 2),
      state(1),
      record("a", { id: 2 }, 2),
      state(2),
    ];
    await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: config({ batch_size_rows: 1 }) });
    expect(warehouse.commits.map((unit) => activationsOf(unit).length)).toEqual([1, 0]);
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([1, 2, 100])(
    "keeps records without a version that come behind ACTIVATE_VERSION, by %i rows",
    async (rows) => {
      const warehouse = new MemoryWarehouse();
      warehouse.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
      const lines = [
        record("a", { id: 1 }),
        record("a", { id: 2 }, 2),
        activate("a", 2),
        record("b", { id: 1 }),
        record("a", { id: 3 }),
        record("a", { id: 4 }, 3),
        activate("a", 3),
        record("a", { id: 5 }),
        state(1),
      ];
      const { error } = await runWith(warehouse, [bytes(schema("a"), schema("b"), ...lines)], {
        config: config({ batch_size_rows: rows }),
      });
      expect(error).toBeUndefined();
      expect(warehouse.records("a")).toEqual([{ id: 4 }, { id: 5 }]);
      expect(warehouse.commits).toHaveLength(1);
    },
  );

  it("applies loads and activations of a stream in the order of their messages", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = [
      record("a", { id: 1 }, 2),
      record("b", { id: 1 }, 5),
      activate("a", 2),
      record("a", { id: 2 }),
      activate("b", 5),
      record("b", { id: 2 }),
      state(1),
    ];
    await runWith(warehouse, [bytes(schema("a"), schema("b"), ...lines)], { config: config() });
    const kinds = warehouse.commits.map((unit) =>
      unit.steps.map(({ kind }, index) => `${kind} ${streamsOf(unit)[index]}`),
    );
    expect(kinds).toEqual([["load a", "activate a", "load b", "activate b", "load a", "load b"]]);
  });

  it("takes an activation that a STATE parts from its records with the next unit", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
    const lines = [
      ...[1, 2].map((id) => record("a", { id }, 2)),
      state(1),
      record("a", { id: 3 }, 2),
      activate("a", 2),
      record("a", { id: 4 }),
    ];
    const first = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: config() });
    expect(first.error).toMatchObject({ exitCode: 75 });
    expect(first.error).toHaveProperty("message", expect.stringContaining("2 records after the last one"));
    expect(warehouse.records("a")).toEqual([0, 1, 2].map((id) => ({ id })));
    const next = new MemoryWarehouse();
    next.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
    await runWith(next, [bytes(schema("a"), ...lines, state(2))], { config: config() });
    expect(next.records("a")).toEqual([1, 2, 3, 4].map((id) => ({ id })));
  });

  it("does not activate what came after the last STATE", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
    const lines = [record("a", { id: 1 }, 2), state(1), activate("a", 2)];
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: config() });
    expect(error).toMatchObject({ exitCode: 75 });
    expect(warehouse.records("a")).toEqual([{ id: 0 }, { id: 1 }]);
  });

  it("activates at the end what came before its records, with the last unit", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 0 }, version: 1 }]);
    const lines = [
      activate("a", 2),
      record("a", { id: 1 }, 2),
      state(1),
      record("a", { id: 2 }, 2),
      state(2),
    ];
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines)], {
      config: config({ batch_size_rows: 1 }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(warehouse.commits.at(-1)?.state?.value).toBe("2");
    expect(warehouse.commits.map((unit) => activationsOf(unit).length).at(-1)).toBe(1);
  });

  it("commits an overwrite stream and everything behind its first record at the end", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("o", [{ record: { id: 0 }, version: undefined }]);
    const lines = [
      ...[1, 2].map((id) => record("a", { id })),
      state(1),
      record("a", { id: 3 }),
      record("o", { id: 1 }),
      state(2),
      record("o", { id: 2 }),
      state(3),
    ];
    const input = [bytes(schema("a"), schema("o"), ...lines)];
    const overrides = { stream_overrides: { o: { load_method: "overwrite" } } };
    const { error, states } = await runWith(warehouse, input, {
      config: config({ ...overrides, batch_size_rows: 1 }),
    });
    expect(error).toBeUndefined();
    expect(states).toEqual(["1", "3"]);
    expect(committed(warehouse)).toEqual([
      ["a:1 a:1", "1"],
      ["a:1 o:1 o:1", "3"],
    ]);
    expect(warehouse.records("o")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("stages what waits for the end of the input while it is read", async () => {
    const warehouse = new MemoryWarehouse();
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, {
      config: config({ load_method: "overwrite", batch_size_rows: 1 }),
    });
    await push(bytes(schema("a"), record("a", { id: 1 }), record("a", { id: 2 }), state(1)));
    await expect.poll(() => warehouse.staged.length).toBe(2);
    await push(bytes(record("a", { id: 3 }), state(2)));
    end();
    expect((await run).states).toEqual(["2"]);
    expect(warehouse.records("a")).toHaveLength(3);
  });

  it("commits what came before an overwrite stream when the input ends without a STATE", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("o", [{ record: { id: 0 }, version: undefined }]);
    const lines = [
      record("a", { id: 1 }),
      state(1),
      record("a", { id: 2 }),
      record("o", { id: 1 }),
      state(2),
      record("a", { id: 3 }),
    ];
    const input = [bytes(schema("a"), schema("o"), ...lines)];
    const overrides = { stream_overrides: { o: { load_method: "overwrite" } } };
    const { error, states } = await runWith(warehouse, input, { config: config(overrides) });
    expect(error).toMatchObject({ exitCode: 65 });
    expect(states).toEqual(["1"]);
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
    expect(warehouse.records("o")).toEqual([{ id: 0 }]);
  });

  it("needs a state_id", async () => {
    const { error } = await runWith(new MemoryWarehouse(), [], {
      config: { temp_dir: folder.path, state_table: "s" },
    });
    expect(error).toBeInstanceOf(ConfigError);
    await expect(memoryTarget(new MemoryWarehouse()).readState({})).rejects.toThrow(
      "state_table and state_id",
    );
  });
});

describe("the age of a unit", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("cuts it at its last STATE while the input is idle, and the rest goes on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const commits = [gate(), gate()];
    const warehouse = new MemoryWarehouse({
      hooks: { afterCommit: (_unit, count) => commits[count - 1]?.open() },
    });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_wait_limit_seconds: 30 }) });
    const [one, two, three] = [1, 2, 3].map((id) => record("a", { id }));
    await push(
      bytes(schema("a"), schema("b"), one ?? "", two ?? "", state(1), three ?? "", record("b", { id: 1 })),
    );
    vi.advanceTimersByTime(30_000);
    await commits[0]?.opened;
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(warehouse.records("b")).toEqual([]);
    await push(bytes(record("a", { id: 4 }), state(2)));
    await commits[1]?.opened;
    await push(bytes(record("b", { id: 2 }), state(3)));
    end();
    const { error, states } = await run;
    expect({ error, states }).toEqual({ error: undefined, states: ["1", "2", "3"] });
    expect(warehouse.records("a")).toEqual([1, 2, 3, 4].map((id) => ({ id })));
    expect(warehouse.records("b")).toEqual([1, 2].map((id) => ({ id })));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for a STATE where none came yet", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const committed1 = gate();
    const warehouse = new MemoryWarehouse({ hooks: { afterCommit: () => committed1.open() } });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_wait_limit_seconds: 30 }) });
    await push(bytes(schema("a"), record("a", { id: 1 })));
    vi.advanceTimersByTime(100_000);
    expect(warehouse.staged).toEqual([]);
    await push(bytes(state(1)));
    await committed1.opened;
    end();
    expect((await run).states).toEqual(["1"]);
  });
});
