import { LoadError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { activate, bytes, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { activationsOf, loadsOf, replacedOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({ temp_dir: folder.path, ...more });

/** A warehouse whose table holds a row of version 1 and one without a version. */
function oldRows(stream = "a"): MemoryWarehouse {
  const warehouse = new MemoryWarehouse();
  warehouse.tables.set(stream, [
    { record: { id: 1, old: true }, version: 1 },
    { record: { id: 2, old: true }, version: undefined },
  ]);
  return warehouse;
}

const appending = { load_method: "append-only" };

describe.each([
  ["validated", true],
  ["unparsed", false],
])("ACTIVATE_VERSION among %s records", (_name, validate) => {
  const settings = (more: Readonly<Record<string, unknown>> = {}) =>
    config({ ...appending, validate_records: validate, ...more });

  it.each([1, 2, 3, 10])(
    "removes old rows with the last batch of the new version, by %i rows",
    async (rows) => {
      const warehouse = oldRows();
      const input = [
        bytes(schema("a"), ...[1, 2, 3].map((id) => record("a", { id }, 2)), activate("a", 2), state(1)),
      ];
      const { error, states } = await runWith(warehouse, input, {
        config: settings({ batch_size_rows: rows }),
      });
      expect({ error, states: states.at(-1) }).toEqual({ error: undefined, states: "1" });
      expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
      const activating = warehouse.commits.filter((unit) => activationsOf(unit).length > 0);
      expect(activating).toHaveLength(1);
      expect(activating[0]).toBe(warehouse.commits.at(-1));
      expect(activating.flatMap(activationsOf)).toMatchObject([{ version: 2, hardDelete: false }]);
    },
  );

  it("needs no STATE at the end when records of the version came before", async () => {
    const warehouse = oldRows();
    const input = [bytes(schema("a"), record("a", { id: 1 }, 2), activate("a", 2))];
    const { error } = await runWith(warehouse, input, { config: settings() });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
  });

  it("waits for the end of the input when it comes before the records", async () => {
    const warehouse = oldRows();
    const lines = [
      activate("a", 2),
      record("a", { id: 1 }, 2),
      state(1),
      record("a", { id: 2 }, 2),
      state(2),
    ];
    const input = [bytes(schema("a"), ...lines)];
    const { error, states } = await runWith(warehouse, input, { config: settings({ batch_size_rows: 1 }) });
    expect({ error, states: states.at(-1) }).toEqual({ error: undefined, states: "2" });
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(warehouse.commits.map((unit) => activationsOf(unit).length)).toEqual([0, 0, 1]);
  });

  it("keeps the old rows when the input ends without a STATE, and says so by exit code 65", async () => {
    const warehouse = oldRows();
    const lines = [activate("a", 2), record("a", { id: 3 }, 2), state(1), record("a", { id: 4 }, 2)];
    const { error, states } = await runWith(warehouse, [bytes(schema("a"), ...lines)], {
      config: settings(),
    });
    expect(error).toMatchObject({ exitCode: 65 });
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/ended without a STATE: the former rows of a stay/),
    );
    expect(states).toEqual(["1"]);
    expect(warehouse.records("a")).toEqual([
      { id: 1, old: true },
      { id: 2, old: true },
      { id: 3 },
      { id: 4 },
    ]);
  });

  it("happens once when it comes before and after the records", async () => {
    const warehouse = oldRows();
    const lines = [activate("a", 2), record("a", { id: 1 }, 2), activate("a", 2), record("a", { id: 2 }, 2)];
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: settings() });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(warehouse.commits.map((unit) => activationsOf(unit).length)).toEqual([1, 0]);
  });

  it("keeps records without a version that come behind it", async () => {
    const warehouse = oldRows();
    const lines = [record("a", { id: 1 }, 2), activate("a", 2), record("a", { id: 9 })];
    await runWith(warehouse, [bytes(schema("a"), ...lines, state(1))], { config: settings() });
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 9 }]);
  });

  it("empties the table when the version has no record", async () => {
    const warehouse = oldRows();
    const { error } = await runWith(warehouse, [bytes(schema("a"), activate("a", 2), state(1))], {
      config: settings({ hard_delete: true }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([]);
    expect(warehouse.commits.flatMap(activationsOf)[0]?.hardDelete).toBe(true);
  });

  it("is a barrier of its own stream alone", async () => {
    const warehouse = oldRows();
    const lines = [
      record("a", { id: 1 }, 2),
      record("b", { id: 1 }),
      activate("a", 2),
      record("b", { id: 2 }),
    ];
    await runWith(warehouse, [bytes(schema("a"), schema("b"), ...lines)], { config: settings() });
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
    const batches = warehouse.commits.map((unit) =>
      loadsOf(unit).map(({ batch }) => [batch.shape.spec.stream, batch.rows]),
    );
    expect(batches).toEqual([[["a", 1]], [["b", 2]]]);
  });

  it("holds back the state behind it until it is durable", async () => {
    const refusal = new LoadError("no");
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: (unit) => {
          if (activationsOf(unit).length > 0) throw refusal;
        },
      },
    });
    const lines = [record("a", { id: 1 }, 2), state(1)];
    const input = [bytes(schema("a"), ...lines, activate("a", 2), state(2))];
    const { error, states } = await runWith(warehouse, input, { config: settings({ batch_size_rows: 1 }) });
    expect(error).toBe(refusal);
    expect(states).toEqual(["1"]);
  });
});

describe("load_method overwrite", () => {
  const settings = (more: Readonly<Record<string, unknown>> = {}) =>
    config({ load_method: "overwrite", ...more });

  it.each([1, 2, 100])("replaces all rows in one commit at the end, by %i rows", async (rows) => {
    const warehouse = oldRows();
    const input = [bytes(schema("a"), record("a", { id: 5 }), state(1), record("a", { id: 6 }), state(2))];
    const { error, states } = await runWith(warehouse, input, {
      config: settings({ batch_size_rows: rows }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["2"] });
    expect(warehouse.records("a")).toEqual([{ id: 5 }, { id: 6 }]);
    expect(warehouse.commits).toHaveLength(1);
    expect(warehouse.commits.flatMap(replacedOf).map(({ table }) => table)).toEqual(["a"]);
  });

  it("holds back only the states behind its own first record", async () => {
    const warehouse = new MemoryWarehouse();
    const overrides = { stream_overrides: { o: { load_method: "overwrite" } } };
    const lines = [
      record("a", { id: 1 }),
      state(1),
      record("o", { id: 1 }),
      state(2),
      record("a", { id: 2 }),
    ];
    const input = [bytes(schema("a"), schema("o"), ...lines)];
    const { error, states } = await runWith(warehouse, input, {
      config: config({ ...overrides, batch_size_rows: 1 }),
    });
    expect(error).toMatchObject({ exitCode: 65 });
    expect(error).toHaveProperty("message", expect.stringContaining("the former rows of o stay"));
    expect(states).toEqual(["1"]);
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(warehouse.records("o")).toEqual([]);
  });

  it.each([
    ["a record", record("a", { id: 7 })],
    ["a SCHEMA", schema("a")],
  ])("keeps the old rows when the last message is %s", async (_name, last) => {
    const warehouse = oldRows();
    const before = warehouse.records("a");
    const input = [bytes(schema("a"), record("a", { id: 5 }), state(1), last)];
    const { error, states } = await runWith(warehouse, input, { config: settings({ batch_size_rows: 1 }) });
    expect(error).toMatchObject({ exitCode: 65 });
    expect(states).toEqual([]);
    expect(warehouse.records("a")).toEqual(before);
    expect(warehouse.discarded).toHaveLength(warehouse.staged.length);
  });

  it("keeps the old rows of an input that says nothing but SCHEMA", async () => {
    const warehouse = oldRows();
    const { error } = await runWith(warehouse, [bytes(schema("a"))], { config: settings() });
    expect(error).toMatchObject({ exitCode: 65 });
    expect(warehouse.records("a")).toHaveLength(2);
  });

  it("empties the table of a stream without records when a STATE ends the input", async () => {
    const warehouse = oldRows();
    const { error } = await runWith(warehouse, [bytes(schema("a"), state(1))], { config: settings() });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([]);
  });

  it("does not stop the reading, however many batches wait", async () => {
    const warehouse = oldRows();
    const lines = Array.from({ length: 50 }, (_, id) => record("a", { id }));
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines, state(1))], {
      config: settings({ batch_size_rows: 1 }),
    });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toHaveLength(50);
    expect(warehouse.commits).toHaveLength(1);
  });

  it("goes on in a table that changed", async () => {
    const warehouse = oldRows();
    const lines = [record("a", { id: 5 }), schema("a", ["id", "n"]), record("a", { id: 6, n: 1 }), state(1)];
    const { error } = await runWith(warehouse, [bytes(schema("a"), ...lines)], { config: settings() });
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 5 }, { id: 6, n: 1 }]);
    expect(warehouse.commits.flatMap(replacedOf)[0]?.columns).toHaveLength(2);
  });
});
