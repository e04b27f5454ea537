import { LoadError, SchemaError } from "@chorale/singer";
import type { CommitUnit, RefusedCommit, WarehouseSession } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { type MemoryOptions, MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, feed, gate, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { loadsOf, streamsOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({
  temp_dir: folder.path,
  load_method: "append-only",
  ...more,
});
const refusal = new LoadError("b: it could not be loaded", { stream: "b" });
const table = { state_table: "states", state_id: "x" };

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("commits at the same time", () => {
  /** Waits until so many commits run. */
  const full = (parallelCommits: number): MemoryWarehouse => {
    const all = gate();
    const warehouse: MemoryWarehouse = new MemoryWarehouse({
      parallelCommits,
      hooks: {
        beforeCommit: async () => {
          if (warehouse.running.commit === parallelCommits) all.open();
          await all.opened;
          await turns(3);
        },
      },
    });
    return warehouse;
  };

  it.each([1, 2, 3, 5])("are %i of different streams at most", async (parallel) => {
    const warehouse = full(parallel);
    const streams = ["a", "b", "c", "d", "e"];
    const records = [1, 2, 3].flatMap((id) => streams.map((stream) => record(stream, { id })));
    const input = [bytes(...streams.map((stream) => schema(stream)), ...records, state("end"))];
    const { error, states } = await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect({ error, states: states.at(-1) }).toEqual({ error: undefined, states: '"end"' });
    expect(warehouse.greatest.commit).toBe(parallel);
    for (const stream of streams) {
      expect(warehouse.records(stream)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    }
  });

  it("are none of one stream", async () => {
    const warehouse = new MemoryWarehouse({ parallelCommits: 4, hooks: { beforeCommit: () => turns(3) } });
    const input = [bytes(schema("a"), ...[1, 2, 3, 4].map((id) => record("a", { id })))];
    const { error } = await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect(error).toBeUndefined();
    expect(warehouse.greatest.commit).toBe(1);
    expect(warehouse.records("a").map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  it("are none with a state table, and have the order of their states", async () => {
    const warehouse = new MemoryWarehouse({ parallelCommits: 4, hooks: { beforeCommit: () => turns(3) } });
    const lines = ["a", "b", "c", "d"].flatMap((stream, id) => [record(stream, { id }), state(id)]);
    const input = [bytes(...["a", "b", "c", "d"].map((stream) => schema(stream)), ...lines)];
    const { error, states } = await runWith(warehouse, input, {
      config: config({ ...table, batch_size_rows: 1 }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.greatest.commit).toBe(1);
    expect(warehouse.commits.map(({ state: written }) => written?.value)).toEqual(["0", "1", "2", "3"]);
    expect(states).toEqual(["0", "1", "2", "3"]);
  });

  it("wait for those of their own stream alone, and hold back the states behind them", async () => {
    const blocked = gate();
    const others = gate();
    const warehouse: MemoryWarehouse = new MemoryWarehouse({
      parallelCommits: 2,
      hooks: {
        beforeCommit: async (unit) => {
          if (streamsOf(unit).includes("a")) await blocked.opened;
        },
        afterCommit: () => {
          if (warehouse.records("b").length === 2) others.open();
        },
      },
    });
    const printed: string[] = [];
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, {
      config: config({ batch_size_rows: 1 }),
      onState: (text) => void printed.push(text),
    });
    const lines = [
      record("b", { id: 1 }),
      state(1),
      record("a", { id: 1 }),
      state(2),
      record("a", { id: 2 }),
    ];
    await push(bytes(schema("a"), schema("b"), ...lines, record("b", { id: 2 }), state(3)));
    await others.opened;
    await turns(5);
    expect(warehouse.records("a")).toEqual([]);
    expect(printed).toEqual(["1"]);
    blocked.open();
    end();
    expect((await run).states.at(-1)).toBe("3");
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([1, 2])(
    "are no reason for another stream's table to wait, %i at a time",
    async (parallelCommits) => {
      const blocked = gate();
      const prepared = gate();
      const warehouse = new MemoryWarehouse({
        parallelCommits,
        hooks: {
          prepare: ({ stream, columns }) => {
            if (stream === "b" && columns.length === 2) prepared.open();
          },
          beforeCommit: () => blocked.opened,
        },
      });
      const { input, push, end } = feed();
      const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
      await push(bytes(schema("a"), schema("b"), record("a", { id: 1 }), schema("b", ["id", "n"])));
      await prepared.opened;
      expect(warehouse.commits).toEqual([]);
      blocked.open();
      await push(bytes(record("b", { id: 1, n: 1 })));
      end();
      expect((await run).error).toBeUndefined();
      expect(warehouse.records("b")).toEqual([{ id: 1, n: 1 }]);
    },
  );

  it("come before a change of their table also while they wait for others", async () => {
    const blocked = gate();
    const events: string[] = [];
    const warehouse = new MemoryWarehouse({
      hooks: {
        prepare: ({ stream, columns }) => void events.push(`prepare ${stream} ${columns.length}`),
        beforeCommit: async (unit) => {
          await blocked.opened;
          events.push(`commit ${streamsOf(unit).join()}`);
        },
      },
    });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    await push(bytes(schema("a"), schema("b"), record("b", { id: 1 })));
    await push(bytes(record("a", { id: 1 }), schema("a", ["id", "n"])));
    await expect.poll(() => warehouse.staged.length).toBe(2);
    await turns(10);
    expect(events).toEqual(["prepare a 1", "prepare b 1"]);
    blocked.open();
    end();
    expect((await run).error).toBeUndefined();
    expect(events).toEqual(["prepare a 1", "prepare b 1", "commit b", "commit a", "prepare a 2"]);
  });

  it("end when one fails: those in flight finish, their states are printed, and no other begins", async () => {
    const committing = gate();
    const failed = gate();
    const warehouse = new MemoryWarehouse({
      parallelCommits: 2,
      hooks: {
        beforeCommit: async (unit) => {
          if (streamsOf(unit).includes("b")) {
            await committing.opened;
            failed.open();
            throw refusal;
          }
          committing.open();
          await failed.opened;
          await turns(10);
        },
      },
    });
    const lines = [
      record("a", { id: 1 }),
      state(1),
      record("b", { id: 1 }),
      state(2),
      record("c", { id: 1 }),
      record("a", { id: 2 }),
      state(3),
    ];
    const input = [bytes(...["a", "b", "c"].map((stream) => schema(stream)), ...lines)];
    const { error, states } = await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect(error).toBe(refusal);
    expect(states).toEqual(["1"]);
    expect(warehouse.commits.map((unit) => streamsOf(unit))).toEqual([["a"]]);
  });

  it("stop the reading while too many wait", async () => {
    const first = gate();
    const warehouse = new MemoryWarehouse({
      parallelCommits: 3,
      hooks: { beforeCommit: () => first.opened },
    });
    const streams = ["a", "b", "c", "d"];
    let read = 0;
    function* input() {
      yield bytes(...streams.map((stream) => schema(stream)));
      for (let id = 0; id < 100; id += 1) {
        read = id + 1;
        yield bytes(record(streams[id % 4] ?? "", { id }), state(id));
      }
    }
    const run = runWith(warehouse, input(), { config: config({ batch_size_rows: 1 }) });
    await expect.poll(() => warehouse.running.commit).toBe(3);
    await turns(50);
    expect(read).toBe(9);
    first.open();
    expect((await run).states.at(-1)).toBe("99");
    expect(streams.flatMap((stream) => warehouse.records(stream))).toHaveLength(100);
  });
});

describe("a batch that a commit refuses", () => {
  const guarded = (more: MemoryOptions = {}) =>
    new MemoryWarehouse({
      ...more,
      hooks: { refuseInCommit: ({ rewritten }) => (rewritten ? undefined : "a guard saw it"), ...more.hooks },
    });
  const unchecked = (more: Readonly<Record<string, unknown>> = {}) =>
    config({ validate_records: false, ...more });

  it("is rewritten, staged again, and committed in another unit", async () => {
    const warehouse = guarded();
    const input = [bytes(schema("a"), record("a", { id: 1 }), record("a", { id: 2 }), state(1))];
    const { error, states, summary } = await runWith(warehouse, input, { config: unchecked() });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.records("a")).toEqual([{ id: "1" }, { id: "2" }]);
    expect(summary?.streams.get("a")).toMatchObject({ records: 2, loaded: 2 });
    const [refused] = warehouse.refused;
    const [committed] = warehouse.commits;
    expect([warehouse.refused.length, warehouse.commits.length]).toEqual([1, 1]);
    expect(committed?.id).not.toBe(refused?.id);
    expect(warehouse.staged.map(({ rewritten }) => rewritten)).toEqual([false, true]);
    expect(warehouse.discarded).toEqual([warehouse.staged[0]?.id]);
  });

  it("goes back to its place among the others of its unit, which stay as they are staged", async () => {
    const isSecond = (rows: readonly { record: Readonly<Record<string, unknown>> }[]) =>
      rows.some(({ record: { id } }) => id === 2);
    const warehouse = guarded({
      hooks: {
        refuseInCommit: ({ rewritten }, rows) => (!rewritten && isSecond(rows) ? "a guard saw 2" : undefined),
      },
    });
    const input = [bytes(schema("a"), ...[1, 2, 3].map((id) => record("a", { id })), state(1))];
    const { error, states } = await runWith(warehouse, input, {
      config: unchecked({ ...table, batch_size_rows: 1 }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: "2" }, { id: 3 }]);
    expect(warehouse.commits.map((unit) => loadsOf(unit).map(({ batch }) => batch.rewritten))).toEqual([
      [false, true, false],
    ]);
    expect(warehouse.staged).toHaveLength(4);
    expect(warehouse.states.get("x")).toBe("1");
  });

  it("may be refused one after the other", async () => {
    const warehouse = guarded({
      hooks: {
        refuseInCommit: ({ rewritten }, rows) => {
          const [row] = rows;
          const isNext = String(row?.record["id"]) === String(warehouse.refused.length + 1);
          return !rewritten && isNext ? "not yet" : undefined;
        },
      },
    });
    const input = [bytes(schema("a"), ...[1, 2, 3].map((id) => record("a", { id })), state(1))];
    const { error } = await runWith(warehouse, input, {
      config: unchecked({ ...table, batch_size_rows: 1 }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.refused).toHaveLength(3);
    expect(warehouse.commits).toHaveLength(1);
    expect(warehouse.records("a")).toEqual([{ id: "1" }, { id: "2" }, { id: "3" }]);
  });

  it("keeps the order of its stream: what came later waits", async () => {
    const warehouse = guarded({ parallelCommits: 4 });
    const values = [1, 2, 3, 4];
    const input = [
      bytes(schema("a", ["id", "n"]), ...values.map((n) => record("a", { id: 1, n })), state(1)),
    ];
    const { error } = await runWith(warehouse, input, {
      config: unchecked({ batch_size_rows: 1, load_method: "upsert" }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: "1", n: "4" }]);
    expect(warehouse.commits).toHaveLength(4);
  });

  it("names the record whose value its column cannot hold", async () => {
    const warehouse = guarded();
    const input = [bytes(schema("a"), record("a", { id: 1 }), record("a", { id: "x" }), state(1))];
    const { error, states } = await runWith(warehouse, input, { config: unchecked() });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^a batch of a, line 2: a: "id" cannot be stored/),
    );
    expect(states).toEqual([]);
    expect(warehouse.commits).toEqual([]);
    expect(warehouse.discarded).toEqual(warehouse.staged.map(({ id }) => id));
  });

  it("frees its state when no record of it remains", async () => {
    const warehouse = guarded();
    const input = [bytes(schema("a"), record("a", { id: "x" }), state(1))];
    const { error, states, summary } = await runWith(warehouse, input, {
      config: unchecked({ on_invalid_record: "skip" }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.commits).toEqual([]);
    expect(summary?.streams.get("a")).toMatchObject({ records: 1, loaded: 0, skipped: 1 });
  });

  it("may not be refused after it was rewritten", async () => {
    const warehouse = guarded({ hooks: { refuseInCommit: () => "never" } });
    const input = [bytes(schema("a"), record("a", { id: 1 }), state(1))];
    const { error, states } = await runWith(warehouse, input, { config: unchecked() });
    expect(error).toMatchObject({
      name: "LoadError",
      stream: "a",
      rowCount: 1,
      message:
        "a: a batch was refused after every value in it had been rewritten: never. This is a fault of the target: report it.",
    });
    expect(states).toEqual([]);
    expect(warehouse.refused).toHaveLength(2);
    expect(warehouse.commits).toEqual([]);
  });

  it("may not be refused after its files are gone", async () => {
    const input = [bytes(schema("a"), record("a", { id: 1 }), state(1))];
    const { error } = await runWith(guarded({ copied: true }), input, { config: unchecked() });
    expect(error).toMatchObject({
      name: "LoadError",
      message:
        "a: a batch was refused after its files were let go of: a guard saw it. This is a fault of the target: report it.",
    });
  });

  it("is not rewritten any more when the run has ended meanwhile", async () => {
    const committing = gate();
    const failed = gate();
    const warehouse = guarded({
      parallelCommits: 2,
      hooks: {
        beforeCommit: async (unit) => {
          if (streamsOf(unit).includes("b")) {
            await committing.opened;
            failed.open();
            throw refusal;
          }
          committing.open();
          await failed.opened;
          await turns(10);
        },
      },
    });
    const input = [bytes(schema("a"), schema("b"), record("a", { id: 1 }), record("b", { id: 1 }), state(1))];
    const { error, states } = await runWith(warehouse, input, { config: unchecked({ batch_size_rows: 1 }) });
    expect(error).toBe(refusal);
    expect(states).toEqual([]);
    expect(warehouse.refused).toHaveLength(1);
    expect(warehouse.staged).toHaveLength(2);
  });
});

describe("a commit that is refused for nothing", () => {
  class Vague extends MemoryWarehouse {
    override async connect(...args: Parameters<MemoryWarehouse["connect"]>): Promise<WarehouseSession> {
      const session = await super.connect(...args);
      session.commit = async ({ steps }: CommitUnit): Promise<RefusedCommit> => ({
        refused: steps.flatMap((step) =>
          step.kind === "load"
            ? [{ staged: { ...step.staged, batch: { ...step.staged.batch, id: "another" } }, reason: "no" }]
            : [],
        ),
      });
      return session;
    }
  }

  it("is an error, and not tried for ever", async () => {
    const input = [bytes(schema("a"), record("a", { id: 1 }))];
    const { error } = await runWith(new Vague(), input, { config: config() });
    expect(error).toMatchObject({
      name: "LoadError",
      message: "a commit was refused for none of its batches. This is a fault of the target: report it.",
    });
  });
});
