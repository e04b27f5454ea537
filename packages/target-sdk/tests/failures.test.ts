import { ConfigError, ConnectorError, InterruptedError, LoadError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, feed, gate, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { streamsOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({ temp_dir: folder.path, ...more });
const refusal = new LoadError("a: it could not be loaded", { stream: "a" });

/** One record and one state after another. */
function pairs(count: number): Buffer {
  const lines = Array.from({ length: count }, (_, id) => [record("a", { id }), state(id)]).flat();
  return bytes(schema("a"), ...lines);
}

describe("a failure", () => {
  it.each([1, 2, 5])("of commit %i ends the run after what was committed before", async (failing) => {
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: (_unit, count) => {
          if (count === failing) throw refusal;
        },
      },
    });
    const { error, states } = await runWith(warehouse, [pairs(8)], {
      config: config({ batch_size_rows: 1 }),
    });
    expect(error).toBe(refusal);
    expect(warehouse.records("a")).toHaveLength(failing - 1);
    expect(states.at(-1)).toBe(failing === 1 ? undefined : String(failing - 2));
    expect(warehouse.commits).toHaveLength(failing - 1);
    expect(warehouse.closed).toBe(1);
  });

  it("of a stage lets the commit in flight finish and prints its state", async () => {
    const committing = gate();
    const failed = gate();
    const warehouse = new MemoryWarehouse({
      hooks: {
        stage: async ([row]) => {
          if (row?.record["id"] === 0) return;
          await committing.opened;
          failed.open();
          throw refusal;
        },
        beforeCommit: async () => {
          committing.open();
          await failed.opened;
        },
      },
    });
    const { error, states } = await runWith(warehouse, [pairs(3)], {
      config: config({ batch_size_rows: 1 }),
    });
    expect(error).toBe(refusal);
    expect(states).toEqual(["0"]);
    expect(warehouse.records("a")).toEqual([{ id: 0 }]);
  });

  it("of a load stops the reading of an idle input", async () => {
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: () => {
          throw refusal;
        },
      },
    });
    const { input, push } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    void push(pairs(1));
    expect((await run).error).toBe(refusal);
  });

  it("of prepare ends the run", async () => {
    const clash = new ConfigError("A-B and A.B become one table. Rename one.");
    const warehouse = new MemoryWarehouse({
      hooks: {
        prepare: ({ stream }) => {
          if (stream === "b") throw clash;
        },
      },
    });
    const { error } = await runWith(warehouse, [bytes(schema("a"), schema("b"), record("a", { id: 1 }))], {
      config: config(),
    });
    expect(error).toBe(clash);
    expect(warehouse.commits).toEqual([]);
  });

  it("of connect is the run's", async () => {
    class Unreachable extends MemoryWarehouse {
      override async connect(): Promise<never> {
        throw refusal;
      }
    }
    const { error } = await runWith(new Unreachable(), [], { config: config() });
    expect(error).toBe(refusal);
  });

  it("of the one who takes states ends the run, and nothing is printed any more", async () => {
    const closed = new ConnectorError("stdout was closed", { exitCode: 74 });
    const warehouse = new MemoryWarehouse();
    const { input, push } = feed();
    const run = runWith(warehouse, input, {
      config: config({ batch_size_rows: 1 }),
      onState: () => {
        throw closed;
      },
    });
    void push(pairs(2));
    const { error, states } = await run;
    expect(error).toBe(closed);
    expect(states).toEqual([]);
  });

  it("of the input is the run's", async () => {
    const broken = new Error("read ECONNRESET");
    async function* input() {
      yield bytes(schema("a"), record("a", { id: 1 }), state(1));
      throw broken;
    }
    const { error, states } = await runWith(new MemoryWarehouse(), input(), { config: config() });
    expect(error).toBe(broken);
    expect(states).toEqual([]);
  });

  it("closes the input", async () => {
    let isClosed = false;
    function* input() {
      try {
        yield bytes("nonsense");
        yield bytes("never read");
      } finally {
        isClosed = true;
      }
    }
    await runWith(new MemoryWarehouse(), input(), { config: config() });
    expect(isClosed).toBe(true);
  });

  it("of close is only logged: what was committed stays", async () => {
    class Clinging extends MemoryWarehouse {
      override async connect(...args: Parameters<MemoryWarehouse["connect"]>) {
        const session = await super.connect(...args);
        session.close = () => Promise.reject(new Error("no answer"));
        return session;
      }
    }
    const { error, states } = await runWith(new Clinging(), [pairs(1)], { config: config() });
    expect({ error, states }).toEqual({ error: undefined, states: ["0"] });
  });

  it("refuses temp_dir where no folder can be made", async () => {
    const { error } = await runWith(new MemoryWarehouse(), [], { config: { temp_dir: "/dev/null/x" } });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining("temp_dir: no folder could be made in /dev/null/x"),
    );
  });

  it("names every setting that is wrong before it connects", async () => {
    const warehouse = new MemoryWarehouse();
    const { error } = await runWith(warehouse, [], { config: { batch_size_rows: 0, load_method: "merge" } });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/batch_size_rows.*load_method|load_method.*batch_size_rows/),
    );
    expect(warehouse.sessions).toBe(0);
  });
});

describe("a signal", () => {
  it("finishes the commit in flight, prints what is then due, and drops the rest", async () => {
    const committing = gate();
    const finish = gate();
    const stop = new AbortController();
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: async () => {
          committing.open();
          await finish.opened;
        },
      },
    });
    const { input, push } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 2 }), signal: stop.signal });
    void push(
      bytes(
        schema("a"),
        ...[1, 2].map((id) => record("a", { id })),
        state(2),
        record("a", { id: 3 }),
        state(3),
      ),
    );
    await committing.opened;
    stop.abort(new InterruptedError("SIGTERM"));
    finish.open();
    const { error, states } = await run;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toHaveProperty("exitCode", 143);
    expect(states).toEqual(["2"]);
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("prints no state when the commit in flight fails", async () => {
    const committing = gate();
    const stop = new AbortController();
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: async () => {
          committing.open();
          await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
          throw refusal;
        },
      },
    });
    const run = runWith(warehouse, [pairs(1)], { config: config(), signal: stop.signal });
    await committing.opened;
    stop.abort("SIGINT");
    const { error, states } = await run;
    expect(error).toMatchObject({ name: "InterruptedError", exitCode: 130 });
    expect(states).toEqual([]);
  });

  it("tells the session only when no commit runs", async () => {
    const committing = gate();
    const staging = gate();
    const stop = new AbortController();
    const warehouse: MemoryWarehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: async () => {
          committing.open();
          await staging.opened;
          for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        },
        stage: async ([row]) => {
          if (row?.record["id"] === 0) return;
          staging.open();
          // A stage that only the session's signal can end.
          const signal = warehouse.contexts[0]?.signal;
          await new Promise((_resolve, reject) =>
            signal?.addEventListener("abort", () => reject(signal.reason)),
          );
        },
      },
    });
    const { input, push } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }), signal: stop.signal });
    void push(pairs(2));
    await committing.opened;
    await staging.opened;
    stop.abort(new InterruptedError("SIGTERM"));
    const { error, states } = await run;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(states).toEqual(["0"]);
    expect(warehouse.records("a")).toEqual([{ id: 0 }]);
  });

  it.each([
    ["before the run", true],
    ["while it connects", false],
  ])("%s ends it at once", async (_name, before) => {
    const connecting = gate();
    const stop = new AbortController();
    let aborted = false;
    class Slow extends MemoryWarehouse {
      override async connect(...[, { signal }]: Parameters<MemoryWarehouse["connect"]>): Promise<never> {
        connecting.open();
        return await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(new Error("aborted"));
          });
        });
      }
    }
    if (before) stop.abort(new InterruptedError("SIGINT"));
    const run = runWith(new Slow(), [pairs(1)], { config: config(), signal: stop.signal });
    if (!before) {
      await connecting.opened;
      stop.abort(new InterruptedError("SIGINT"));
    }
    expect((await run).error).toMatchObject({ exitCode: 130 });
    expect(aborted).toBe(!before);
  });

  it("waits for a table that is being prepared before it closes the session", async () => {
    const preparing = gate();
    const stop = new AbortController();
    const warehouse: MemoryWarehouse = new MemoryWarehouse({
      hooks: {
        prepare: async () => {
          preparing.open();
          await new Promise((resolve) => warehouse.contexts[0]?.signal.addEventListener("abort", resolve));
          for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        },
      },
    });
    const { input, push } = feed();
    const run = runWith(warehouse, input, { config: config(), signal: stop.signal });
    void push(pairs(1));
    await preparing.opened;
    stop.abort("SIGTERM");
    expect((await run).error).toMatchObject({ exitCode: 143 });
  });

  it("reaches a run whose input never pauses", async () => {
    const stop = new AbortController();
    function* input() {
      yield bytes(schema("a"));
      setImmediate(() => stop.abort(new InterruptedError("SIGTERM")));
      // Nothing that would ever make the reader wait.
      for (;;) yield schema("a");
    }
    const { error } = await runWith(new MemoryWarehouse(), input(), {
      config: config(),
      signal: stop.signal,
    });
    expect(error).toBeInstanceOf(InterruptedError);
  });
});

describe("back-pressure", () => {
  it("stops the reading while commits wait, and goes on when they end", async () => {
    const first = gate();
    const warehouse = new MemoryWarehouse({
      hooks: { beforeCommit: (_unit, count) => (count === 1 ? first.opened : undefined) },
    });
    let read = 0;
    function* input() {
      yield bytes(schema("a"));
      for (let id = 0; id < 100; id += 1) {
        read = id + 1;
        yield bytes(record("a", { id }), state(id));
      }
    }
    const run = runWith(warehouse, input(), { config: config({ batch_size_rows: 1 }) });
    await expect.poll(() => warehouse.staged.length).toBeGreaterThan(7);
    // Nothing moves any more: nine batches wait, and the reader with them.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBe(9);
    expect(warehouse.commits).toEqual([]);
    first.open();
    const { error, states } = await run;
    expect(error).toBeUndefined();
    expect(states.at(-1)).toBe("99");
    expect(warehouse.records("a")).toHaveLength(100);
  });

  it("stages in parallel, four batches at most, and commits one unit at a time, in order", async () => {
    const four = gate();
    const order: unknown[] = [];
    const warehouse: MemoryWarehouse = new MemoryWarehouse({
      hooks: {
        stage: async (_rows, count) => {
          if (warehouse.running.stage === 4) four.open();
          if (count <= 4) await four.opened;
          // The first to begin is the last to end.
          for (let turn = 0; turn < 20 - count; turn += 1)
            await new Promise((resolve) => setImmediate(resolve));
        },
        beforeCommit: async (unit) => {
          order.push(...streamsOf(unit));
          await new Promise((resolve) => setImmediate(resolve));
        },
      },
    });
    const streams = ["a", "b", "c", "d", "e", "f", "a", "b"];
    const schemas = [...new Set(streams)].map((stream) => schema(stream));
    const input = [bytes(...schemas, ...streams.map((stream, id) => record(stream, { id })), state("end"))];
    const { error, states } = await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect({ error, states: states.at(-1) }).toEqual({ error: undefined, states: '"end"' });
    expect(warehouse.greatest).toEqual({ prepare: 1, stage: 4, commit: 1 });
    expect(order).toEqual(streams);
  });
});
