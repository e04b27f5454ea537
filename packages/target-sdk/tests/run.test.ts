import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type LogFields, ProtocolError, SchemaError, silentLogger } from "@chorale/singer";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, feed, gate, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";
import { loadsOf } from "./unit-steps.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({ temp_dir: folder.path, ...more });

describe("a run", () => {
  it("loads records, then hands out the state as it was received", async () => {
    const warehouse = new MemoryWarehouse();
    const input = [
      bytes(
        schema("users"),
        record("users", { id: 1 }),
        record("users", { id: 2 }),
        '{"type":"STATE","value":{"b":1.0,"a":9007199254740993,"__proto__":[]}}',
      ),
    ];
    const { states, summary, error } = await runWith(warehouse, input, { config: config() });
    expect(error).toBeUndefined();
    expect(warehouse.records("users")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(states).toEqual(['{"b":1.0,"a":9007199254740993,"__proto__":[]}']);
    expect(summary).toEqual({
      streams: new Map([
        ["users", { records: 2, loaded: 2, skipped: 0, quarantined: 0, nulled: {}, dropped: {} }],
      ]),
      state: '{"b":1.0,"a":9007199254740993,"__proto__":[]}',
    });
    expect(warehouse.closed).toBe(1);
  });

  it.each([
    ["nothing", [], []],
    ["an empty chunk", [Buffer.alloc(0)], []],
    ["blank lines", [Buffer.from("\n\r\n  \n")], []],
    ["a state alone", [bytes(state({ token: 7 }))], ['{"token":7}']],
    ["an empty state", [bytes(state({}))], ["{}"]],
    ["a state of null", [bytes(state(null))], ["null"]],
    ["the same state twice", [bytes(state(1), state(1))], ["1"]],
  ])("takes an input of %s", async (_name, input, expected) => {
    const { states, error } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect({ states, error }).toEqual({ states: expected, error: undefined });
  });

  it("prints of several states that are due at once only the last", async () => {
    const input = [
      bytes(schema("a"), record("a", { id: 1 }), state(1), state(2), record("a", { id: 2 }), state(3)),
    ];
    const { states } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect(states).toEqual(["3"]);
  });

  it("commits the records after the last state, and invents no state for them", async () => {
    const warehouse = new MemoryWarehouse();
    const input = [bytes(schema("a"), record("a", { id: 1 }), state(1), record("a", { id: 2 }))];
    const { states, error } = await runWith(warehouse, input, { config: config() });
    expect({ states, error }).toEqual({ states: ["1"], error: undefined });
    expect(warehouse.records("a")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])("ends up the same with batches of %i rows", async (rows) => {
    const warehouse = new MemoryWarehouse();
    const values = [1, 2, 1, 3, 2, 1];
    const input = [
      bytes(schema("a", ["id", "n"]), ...values.map((id, n) => record("a", { id, n })), state("end")),
    ];
    const { states } = await runWith(warehouse, input, { config: config({ batch_size_rows: rows }) });
    expect(states.at(-1)).toBe('"end"');
    expect(
      warehouse.records("a").toSorted((left, right) => Number(left["id"]) - Number(right["id"])),
    ).toEqual([
      { id: 1, n: 5 },
      { id: 2, n: 4 },
      { id: 3, n: 3 },
    ]);
    expect(warehouse.commits.map((unit) => loadsOf(unit).map(({ batch }) => batch.rows))).toEqual(
      Array.from({ length: Math.ceil(6 / rows) }, (_, index) => [Math.min(rows, 6 - index * rows)]),
    );
  });

  it("closes a batch at its size in bytes", async () => {
    const warehouse = new MemoryWarehouse();
    const line = JSON.stringify(record("a", { id: 1 }));
    const input = [bytes(schema("a"), line, line, line, line, line)];
    await runWith(warehouse, input, { config: config({ batch_size_bytes: 2 * (line.length + 1) }) });
    expect(warehouse.commits.map((unit) => loadsOf(unit)[0]?.batch.rows)).toEqual([2, 2, 1]);
  });

  it("stages what was not rewritten as the bytes it came in", async () => {
    const warehouse = new MemoryWarehouse();
    const odd = '{"type":"RECORD", "stream":"a","record" :  {"id": 1e0},"x":[1, 2]}';
    await runWith(warehouse, [bytes(schema("a"), odd)], {
      config: config(),
    });
    const [loaded] = warehouse.commits.flatMap(loadsOf);
    expect(loaded?.batch).toMatchObject({ rewritten: false, root: "record", rows: 1 });
  });

  it("takes messages as it takes bytes", async () => {
    const messages = [
      schema("a", ["id", "n"]),
      record("a", { id: 1, n: 2 }),
      record("a", { id: 3 }),
      state({ a: 1 }),
    ];
    const fromBytes = new MemoryWarehouse();
    const fromMessages = new MemoryWarehouse();
    const one = await runWith(fromBytes, [bytes(...messages)], { config: config() });
    const other = await runWith(fromMessages, messages, { config: config() });
    expect(other.summary).toEqual(one.summary);
    expect(fromMessages.tables).toEqual(fromBytes.tables);
  });

  it("takes messages of an asynchronous source, 10 000 of them", async () => {
    const warehouse = new MemoryWarehouse();
    async function* messages() {
      yield schema("a");
      for (let id = 0; id < 10_000; id += 1) yield record("a", { id });
      yield state("end");
    }
    const { states } = await runWith(warehouse, messages(), { config: config({ batch_size_rows: 999 }) });
    expect(warehouse.records("a")).toHaveLength(10_000);
    expect(states.at(-1)).toBe('"end"');
  });

  it.each([
    ["NaN", Number.NaN],
    ["an infinity", Number.POSITIVE_INFINITY],
  ])("refuses a message that holds %s", async (_name, value) => {
    const { error } = await runWith(
      new MemoryWarehouse(),
      [schema("a"), record("a", { id: 1, n: [value] })],
      {
        config: config(),
      },
    );
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty("message", expect.stringContaining("a: a message holds NaN or an infinity"));
  });

  it("reads the same from any split of its bytes", async () => {
    const lines = [
      schema("ü"),
      ...Array.from({ length: 12 }, (_, id) => ({ ...record("ü", { id }), note: "€\u{1f600}".repeat(id) })),
      state({ "\u2028": "é" }),
    ];
    const whole = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
    const expected = new MemoryWarehouse();
    const plain = await runWith(expected, [whole], { config: config({ batch_size_rows: 5 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: whole.length }), { maxLength: 12 }),
        fc.boolean(),
        async (cuts, validate) => {
          const ends = [...cuts.toSorted((left, right) => left - right), whole.length];
          const chunks = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
          const warehouse = new MemoryWarehouse();
          const options = { config: config({ batch_size_rows: 5, validate_records: validate }) };
          const split = await runWith(warehouse, chunks, options);
          expect(warehouse.tables).toEqual(expected.tables);
          expect(split.states.at(-1)).toBe(plain.states.at(-1));
          expect(split.summary?.streams).toEqual(plain.summary?.streams);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads a last line that nothing ends", async () => {
    const warehouse = new MemoryWarehouse();
    const input = [bytes(schema("a"), record("a", { id: 1 })).subarray(0, -1)];
    await runWith(warehouse, input, { config: config() });
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
  });

  it.each(["__proto__", "constructor", "a/b", "..", "toString", "ü.☃", "*"])(
    "takes a stream and a property named %s",
    async (name) => {
      const warehouse = new MemoryWarehouse();
      const lines = [
        `{"type":"SCHEMA","stream":"${name}","schema":{"properties":{"${name}":{"type":"integer"}}},"key_properties":["${name}"]}`,
        `{"type":"RECORD","stream":"${name}","record":{"${name}":7}}`,
      ];
      const { error, summary } = await runWith(warehouse, [bytes(...lines)], { config: config() });
      expect(error).toBeUndefined();
      expect(JSON.stringify(warehouse.records(name))).toBe(`[{"${name}":7}]`);
      expect(summary?.streams.get(name)?.loaded).toBe(1);
    },
  );
});

describe("a line that cannot be taken", () => {
  const start = schema("users", ["id", "n"]);

  it.each([
    ["no JSON", "nonsense", /^line 2: not a Singer message: .*nonsense$/],
    [
      "a truncated record",
      '{"type":"RECORD","stream":"users","record":{"id":1',
      /^line 2: not a Singer message/,
    ],
    [
      "a record with rubbish behind it",
      '{"type":"RECORD","stream":"users","record":{"id":1}}x}',
      /^line 2: /,
    ],
    [
      "an array as record",
      '{"type":"RECORD","stream":"users","record":[1]}',
      /^line 2: .*no object "record"/,
    ],
    ["no type", '{"stream":"users","record":{"id":1}}', /^line 2: .*no "type"/],
    ["a list", "[1]", /^line 2: .*no JSON object/],
    ["a STATE without a value", '{"type":"STATE"}', /^line 2: .*a STATE has no "value"/],
    ["a truncated STATE", '{"type":"STATE","value":{"a":', /^line 2: not a Singer message/],
    [
      "a record before its schema",
      '{"type":"RECORD","stream":"orders","record":{"id":1}}',
      /^line 2: a RECORD of orders comes before the SCHEMA of orders/,
    ],
    [
      "an activation before its schema",
      '{"type":"ACTIVATE_VERSION","stream":"orders","version":1}',
      /^line 2: a ACTIVATE_VERSION of orders comes before the SCHEMA/,
    ],
    [
      "a schema without properties",
      '{"type":"SCHEMA","stream":"orders","schema":{"type":"object"},"key_properties":[]}',
      /^line 2: the SCHEMA of orders has no "properties"/,
    ],
  ])("names the line of %s", async (_name, line, message) => {
    const warehouse = new MemoryWarehouse();
    const { error, states } = await runWith(warehouse, [bytes(start, line, state(1))], { config: config() });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty("message", expect.stringMatching(message));
    expect(error).toHaveProperty("exitCode", 65);
    expect(states).toEqual([]);
  });

  it.each([
    ["is missing", { n: 1 }],
    ["is null", { id: null, n: 1 }],
  ])("names stream, key and line where the key %s", async (what, value) => {
    const input = [bytes(start, record("users", { id: 1 }), record("users", value))];
    const { error } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ stream: "users", key: "id", exitCode: 65 });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining(`line 3: users: the key property "id" ${what}`),
    );
  });

  it.each([0, "", false])("takes %j as a key", async (id) => {
    const warehouse = new MemoryWarehouse();
    const open = { ...start, schema: { properties: { id: {} } } };
    const { error } = await runWith(warehouse, [bytes(open, record("users", { id }))], { config: config() });
    expect(error).toBeUndefined();
    expect(warehouse.records("users")).toEqual([{ id }]);
  });

  it("names the line of a value that breaks its schema", async () => {
    const input = [bytes(start, record("users", { id: 1, n: "x" }))];
    const { error } = await runWith(new MemoryWarehouse(), input, { config: config() });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ stream: "users", key: "n" });
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^line 2: users: a record does not fit its schema: \/n must be/),
    );
  });

  it("refuses a key that is no property", async () => {
    const { error } = await runWith(new MemoryWarehouse(), [bytes(schema("users", ["id"], ["uid"]))], {
      config: config(),
    });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining('line 1: the key property "uid" of users'),
    );
  });

  it("names the line of a truncated record also where lines are not parsed", async () => {
    const first = record("users", { id: 0 });
    const input = [
      bytes(start, first, first, '{"type":"RECORD","stream":"users","record":{"id":1', state(1)),
    ];
    const { error } = await runWith(new MemoryWarehouse(), input, {
      config: config({ validate_records: false }),
    });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty("message", expect.stringMatching(/^line 4: not a Singer message/));
  });

  it("says in one line what is nested too deeply", async () => {
    const deep = `${"[".repeat(100_000)}1e0${"]".repeat(100_000)}`;
    const row = `{"type":"RECORD","stream":"users","record":{"id":1,"n":${deep}}}`;
    const refused = await runWith(new MemoryWarehouse(), [bytes(start, row)], { config: config() });
    expect(refused.error).toMatchObject({ exitCode: 65 });
    expect(refused.error).toHaveProperty("message", expect.stringMatching(/^line 2: /));
    const states = [bytes(`{"type":"STATE","value":${deep}}`)];
    const { error } = await runWith(new MemoryWarehouse(), states, { config: config() });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty("message", expect.stringMatching(/^line 1: /));
  });

  it("refuses a line that is too long, and names its stream", async () => {
    const input = [bytes(start, record("users", { id: 1, text: "x".repeat(5000) }))];
    const { error } = await runWith(new MemoryWarehouse(), input, {
      config: config({ max_line_bytes: 4096 }),
    });
    expect(error).toHaveProperty("message", expect.stringMatching(/^line 2 of stream users is too long/));
  });

  it("leaves messages of unknown types out and warns once", async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (text: string, _fields?: LogFields) => void warnings.push(text) };
    const input = [bytes(start, '{"type":"PING"}', '{"type":"PING"}', state(1), '{"type":"PONG"}')];
    const { states, error } = await runWith(new MemoryWarehouse(), input, { config: config(), log });
    expect({ states, error }).toEqual({ states: ["1"], error: undefined });
    expect(warnings).toEqual([
      'messages of the type "PING" are not known and left out',
      'messages of the type "PONG" are not known and left out',
    ]);
  });

  it("counts keys without a column and names them in one line", async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (text: string, _fields?: LogFields) => void warnings.push(text) };
    const input = [bytes(start, record("users", { id: 1, x: 1, y: 2 }), record("users", { id: 2, x: 1 }))];
    const { summary } = await runWith(new MemoryWarehouse(), input, { config: config(), log });
    expect(summary?.streams.get("users")?.dropped).toEqual({ x: 2, y: 1 });
    expect(warnings).toEqual(["keys that no schema names were left out: users.x (2), users.y (1)"]);
  });
});

describe("spool files", () => {
  it.each([
    ["stay until the commit", false],
    ["go as soon as they were copied", true],
  ])("%s", async (_name, copied) => {
    const seen: boolean[] = [];
    const warehouse = new MemoryWarehouse({
      copied,
      hooks: {
        beforeCommit: (unit) => {
          for (const { batch } of loadsOf(unit))
            seen.push(...batch.files.map(({ path }) => existsSync(path)));
        },
      },
    });
    const input = [bytes(schema("a"), record("a", { id: 1 }), record("a", { id: 2 }))];
    await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    expect(seen).toEqual([!copied, !copied]);
  });

  it("go with the commit, and not with the run", async () => {
    const left: number[] = [];
    const { input, push, end } = feed();
    const committed = [gate(), gate()];
    const warehouse = new MemoryWarehouse({
      hooks: {
        beforeCommit: async (unit, count) => {
          if (count === 1) return;
          const path = loadsOf(unit)[0]?.batch.files[0]?.path ?? "";
          left.push((await readdir(dirname(path))).filter((name) => name.includes(".jsonl")).length);
        },
        afterCommit: (_unit, count) => committed[count - 1]?.open(),
      },
    });
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    for (const [id, gateOf] of committed.entries()) {
      await push(bytes(schema("a"), record("a", { id })));
      await gateOf.opened;
    }
    end();
    await run;
    expect(left).toEqual([1]);
  });
});

describe("SCHEMA", () => {
  it("makes the table although no record comes", async () => {
    const warehouse = new MemoryWarehouse();
    await runWith(warehouse, [bytes(schema("a", ["id", "n"]))], { config: config() });
    expect(warehouse.prepared).toMatchObject([
      { stream: "a", keyProperties: ["id"], columns: [{ property: "id" }, { property: "n" }] },
    ]);
    expect(warehouse.commits).toEqual([]);
  });

  it("changes and flushes nothing when it is repeated 10 000 times", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = Array.from({ length: 10_000 }, (_, id) => [schema("a"), record("a", { id })]).flat();
    const { error } = await runWith(warehouse, [bytes(...lines, state(1))], { config: config() });
    expect(error).toBeUndefined();
    expect(warehouse.prepared).toHaveLength(1);
    expect(warehouse.commits).toHaveLength(1);
    expect(warehouse.records("a")).toHaveLength(10_000);
  });

  it("flushes nothing when only its spelling or its checks change", async () => {
    const warehouse = new MemoryWarehouse();
    const stricter = {
      ...schema("a", ["id", "n"]),
      schema: { properties: { id: { type: "integer", maximum: 5 }, n: { type: ["null", "integer"] } } },
    };
    const lines = [schema("a", ["id", "n"]), record("a", { id: 1 }), stricter, record("a", { id: 2 })];
    const { error } = await runWith(warehouse, [bytes(...lines)], { config: config() });
    expect(error).toBeUndefined();
    expect(warehouse.prepared).toHaveLength(1);
    expect(warehouse.commits).toHaveLength(1);
    const refused = await runWith(new MemoryWarehouse(), [bytes(...lines, record("a", { id: 6 }))], {
      config: config(),
    });
    expect(refused.error).toHaveProperty(
      "message",
      expect.stringContaining("line 5: a: a record does not fit"),
    );
  });

  it("commits the records before it first when it changes the table", async () => {
    const events: string[] = [];
    const warehouse = new MemoryWarehouse({
      hooks: {
        prepare: (spec) => void events.push(`prepare ${spec.columns.length}`),
        beforeCommit: (unit) => void events.push(`commit ${loadsOf(unit)[0]?.batch.rows}`),
      },
    });
    const input = [
      bytes(
        schema("a"),
        record("a", { id: 1 }),
        record("a", { id: 2 }),
        schema("a", ["id", "n"]),
        record("a", { id: 3, n: 1 }),
        schema("a", ["n", "id"]),
        record("a", { id: 3, n: 2 }),
      ),
    ];
    const { error } = await runWith(warehouse, input, { config: config() });
    expect(error).toBeUndefined();
    expect(events).toEqual(["prepare 1", "commit 2", "prepare 2", "commit 1", "prepare 2", "commit 1"]);
    expect(warehouse.prepared.map(({ keyProperties }) => keyProperties)).toEqual([["id"], ["id"], ["n"]]);
    expect(warehouse.records("a")).toContainEqual({ id: 3, n: 2 });
  });

  it("lets other streams go on while a table is prepared", async () => {
    const prepared = gate();
    const loaded = gate();
    const warehouse = new MemoryWarehouse({
      hooks: {
        prepare: ({ stream }) => (stream === "slow" ? prepared.opened : undefined),
        afterCommit: () => loaded.open(),
      },
    });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, { config: config({ batch_size_rows: 1 }) });
    await push(bytes(schema("fast"), record("fast", { id: 1 })));
    await loaded.opened;
    const last = push(
      bytes(schema("slow"), schema("fast"), record("fast", { id: 2 }), record("slow", { id: 1 })),
    );
    prepared.open();
    await last;
    end();
    expect((await run).error).toBeUndefined();
    expect(warehouse.records("slow")).toEqual([{ id: 1 }]);
    expect(warehouse.greatest.prepare).toBe(1);
  });

  it("takes key_properties that are missing, null or a text", async () => {
    const warehouse = new MemoryWarehouse();
    const lines = [
      '{"type":"SCHEMA","stream":"a","schema":{"properties":{"id":{}},"key_properties":["id"]}}',
      '{"type":"SCHEMA","stream":"b","schema":{"properties":{"id":{}}},"key_properties":null}',
      '{"type":"SCHEMA","stream":"c","schema":{"properties":{"id":{}}},"key_properties":"id"}',
    ];
    await runWith(warehouse, [bytes(...lines)], { config: config() });
    expect(warehouse.prepared.map(({ keyProperties }) => keyProperties)).toEqual([[], [], ["id"]]);
  });

  it.each([
    ["upsert where keys exist", {}, ["id"], "upsert"],
    ["append-only where none do", {}, [], "append-only"],
    ["append-only when it is set", { load_method: "append-only" }, ["id"], "append-only"],
    ["the stream's own", { stream_overrides: { a: { load_method: "append-only" } } }, ["id"], "append-only"],
    [
      "upsert by keys of the configuration",
      { stream_overrides: { a: { key_properties: ["id"] } } },
      [],
      "upsert",
    ],
  ])("loads by %s", async (_name, settings, keys, loadMethod) => {
    const warehouse = new MemoryWarehouse();
    await runWith(warehouse, [bytes(schema("a", ["id"], keys), record("a", { id: 1 }))], {
      config: config(settings),
    });
    expect(warehouse.staged[0]).toMatchObject({ loadMethod, hardDelete: false });
  });
});

describe("the age of a batch", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("loads it while the input is idle, and frees the state", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const committed = gate();
    const printed = gate();
    const warehouse = new MemoryWarehouse({ hooks: { afterCommit: () => committed.open() } });
    const { input, push, end } = feed();
    const run = runWith(warehouse, input, {
      config: config({ batch_wait_limit_seconds: 30 }),
      onState: () => printed.open(),
    });
    await push(bytes(schema("a"), record("a", { id: 1 }), state(1)));
    vi.advanceTimersByTime(29_999);
    expect(warehouse.staged).toEqual([]);
    vi.advanceTimersByTime(1);
    await committed.opened;
    await printed.opened;
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
    await push(bytes(record("a", { id: 2 }), state(2)));
    end();
    expect((await run).states).toEqual(["1", "2"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the times of a batch", () => {
  it("order the batches of a stream, however fast they come", async () => {
    const clock = () => new Date(1000);
    const warehouse = new MemoryWarehouse();
    const input = [bytes(schema("a"), ...[1, 2, 3].map((id) => record("a", { id })))];
    await runWith(warehouse, input, { config: config({ batch_size_rows: 1 }), clock });
    const loaded = warehouse.commits.flatMap(loadsOf);
    expect(loaded.map(({ batch }) => batch.times.batchedAt.getTime())).toEqual([1000, 1001, 1002]);
  });

  it("are those of the clock: start, first record, close", async () => {
    let seconds = 0;
    const clock = () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++));
    const warehouse = new MemoryWarehouse();
    await runWith(warehouse, [bytes(schema("a"), record("a", { id: 1 }))], { config: config(), clock });
    const times = warehouse.staged[0]?.times;
    expect(times?.syncStartedAt.getTime()).toBeLessThan(times?.receivedAt.getTime() ?? 0);
    expect(times?.receivedAt.getTime()).toBeLessThan(times?.batchedAt.getTime() ?? 0);
  });
});
