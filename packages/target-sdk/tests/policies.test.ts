import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type LogFields, ProtocolError, SchemaError, silentLogger } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const config = (more: Readonly<Record<string, unknown>> = {}) => ({ temp_dir: folder.path, ...more });
const users = {
  type: "SCHEMA",
  stream: "users",
  schema: {
    type: "object",
    required: ["id", "name"],
    properties: {
      id: { type: "integer" },
      name: { type: "string", maxLength: 5 },
      at: { type: ["null", "string"], format: "date-time" },
      tags: { type: "array", items: { type: "string" } },
      size: { type: "string", enum: ["S", "M"] },
    },
  },
  key_properties: ["id"],
};
const good = { id: 1, name: "Ada" };

describe("on_invalid_value: null", () => {
  const settings = (more: Readonly<Record<string, unknown>> = {}) =>
    config({ on_invalid_value: "null", ...more });

  it.each([
    ["a wrong type", { name: 7 }, ["name"]],
    ["a text too long", { name: "Charles" }, ["name"]],
    ["no date-time", { name: "Ada", at: "yesterday" }, ["at"]],
    ["no member of a list", { name: "Ada", size: "XXL" }, ["size"]],
    ["several values", { name: 7, at: 8, tags: 9 }, ["at", "name", "tags"]],
  ])("nulls %s, and counts it", async (_name, value, nulled) => {
    const warehouse = new MemoryWarehouse();
    const input = [
      bytes(users, record("users", { id: 1, ...value }), record("users", { id: 2, name: "Bob" })),
    ];
    const { error, summary } = await runWith(warehouse, input, { config: settings() });
    expect(error).toBeUndefined();
    const expected = { ...value, ...Object.fromEntries(nulled.map((name) => [name, null])) };
    expect(warehouse.records("users")[0]).toEqual({ id: "1", ...expected });
    expect(warehouse.records("users")[1]).toEqual({ id: 2, name: "Bob" });
    expect(summary?.streams.get("users")?.nulled).toEqual(
      Object.fromEntries(nulled.map((name) => [name, 1])),
    );
  });

  it.each([
    ["a key", { id: "x", name: "Ada" }, "/id must be an integer"],
    ["a missing property", { id: 1 }, 'the record must have "name"'],
    ["a value within a value", { id: 1, name: "Ada", tags: ["a", 7] }, "/tags/1 must be a text"],
  ])("is of no help for %s", async (_name, value, said) => {
    const { error } = await runWith(new MemoryWarehouse(), [bytes(users, record("users", value))], {
      config: settings(),
    });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining(`line 2: users: a record does not fit its schema: ${said}`),
    );
  });
});

describe("on_invalid_record", () => {
  const bad = [
    record("users", { id: "x", name: "Ada" }),
    record("users", { name: "Ada" }),
    record("users", { id: null, name: "Ada" }),
    record("users", { id: 4 }),
  ];
  const input = () => [
    bytes(users, record("users", good), ...bad, record("users", { id: 5, name: "Eve" }), state(1)),
  ];

  it("skip leaves records out and counts them", async () => {
    const warehouse = new MemoryWarehouse();
    const { error, states, summary } = await runWith(warehouse, input(), {
      config: config({ on_invalid_record: "skip" }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.records("users")).toEqual([good, { id: 5, name: "Eve" }]);
    expect(summary?.streams.get("users")).toMatchObject({
      records: 6,
      loaded: 2,
      skipped: 4,
      quarantined: 0,
    });
  });

  it("quarantine writes them to a file that stays", async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (text: string, _fields?: LogFields) => void warnings.push(text) };
    const warehouse = new MemoryWarehouse();
    const { error, summary } = await runWith(warehouse, input(), {
      config: config({ on_invalid_record: "quarantine" }),
      clock: () => new Date("2026-01-02T03:04:05.678Z"),
      log,
    });
    expect(error).toBeUndefined();
    expect(summary?.streams.get("users")).toMatchObject({
      records: 6,
      loaded: 2,
      skipped: 0,
      quarantined: 4,
    });
    const name = `chorale-quarantine-20260102T030405Z-${process.pid}`;
    expect(await readdir(folder.path)).toEqual([name]);
    folder.remains([/^chorale-quarantine-/]);
    const path = join(folder.path, name, "users.jsonl");
    const entries = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(entries.map((entry): unknown => JSON.parse(entry))).toMatchObject(
      bad.map((message, index) => ({
        stream: "users",
        line_number: index + 3,
        line: JSON.stringify(message),
      })),
    );
    expect(entries[1]).toContain('the key property \\"id\\" is missing');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, name))).mode & 0o777).toBe(0o700);
    expect(warnings).toEqual([`users: records that do not fit their schema go to ${path}`]);
  });

  it.each(["../x", "a/b", ".", "CON:*?"])("quarantines a stream named %j in its folder", async (stream) => {
    const input = [bytes(schema(stream), record(stream, { id: "x" }))];
    const { error } = await runWith(new MemoryWarehouse(), input, {
      config: config({ on_invalid_record: "quarantine" }),
    });
    expect(error).toBeUndefined();
    const [name = ""] = await readdir(folder.path);
    folder.remains([/^chorale-quarantine-/]);
    expect(await readdir(join(folder.path, name))).toHaveLength(1);
  });

  it("is no pardon for a line that is no JSON", async () => {
    const { error } = await runWith(
      new MemoryWarehouse(),
      [bytes(users, '{"type":"RECORD","stream":"users","record":{')],
      {
        config: config({ on_invalid_record: "skip" }),
      },
    );
    expect(error).toBeInstanceOf(ProtocolError);
  });
});

describe("lines that are not safe", () => {
  const lane = { unsafeBytes: ["invalid-utf8", "unicode-escape", "nul"] as const };
  const plain = '{"type":"RECORD","stream":"users","record":{"id":1,"name":"Ada"}}';

  it.each([
    [
      "invalid UTF-8",
      Buffer.concat([Buffer.from(plain.slice(0, -3)), Buffer.from([0xff]), Buffer.from('"}}')]),
      "Ada\uFFFD",
    ],
    ["an escape", Buffer.from(plain.replace("Ada", "\\u0041da")), "Ada"],
    ["half a surrogate pair", Buffer.from(plain.replace("Ada", "A\\ud800")), "A\uFFFD"],
  ])("are rewritten: %s", async (_name, line, name) => {
    const warehouse = new MemoryWarehouse({ lane });
    const chunk = Buffer.concat([bytes(users, plain), line, Buffer.from("\n"), bytes(plain)]);
    const { error } = await runWith(warehouse, [chunk], { config: config({ load_method: "append-only" }) });
    expect(error).toBeUndefined();
    expect(warehouse.records("users")).toEqual([good, { id: "1", name }, good]);
    expect(warehouse.staged[0]?.rewritten).toBe(false);
  });

  it("are found in any chunk, whole or cut in two", async () => {
    const warehouse = new MemoryWarehouse({ lane });
    const bad = Buffer.from(`${plain.replace("Ada", "\\u0041da")}\n`);
    const chunks = [bytes(users, plain), bad, bytes(plain), bad.subarray(0, 60), bad.subarray(60)];
    const { error } = await runWith(warehouse, chunks, { config: config({ load_method: "append-only" }) });
    expect(error).toBeUndefined();
    const ids = warehouse.records("users").map(({ id }) => id);
    expect(ids).toEqual([1, "1", 1, "1"]);
  });

  it("are not looked for where the warehouse does not mind", async () => {
    const warehouse = new MemoryWarehouse();
    await runWith(warehouse, [bytes(users, plain.replace("Ada", "\\u0041da"))], { config: config() });
    expect(warehouse.records("users")).toEqual([{ id: 1, name: "Ada" }]);
  });

  it("are all rewritten where the warehouse wants it", async () => {
    const warehouse = new MemoryWarehouse({ lane: { unsafeBytes: [], rewriteAll: "decimals" } });
    await runWith(warehouse, [bytes(users, plain)], { config: config() });
    expect(warehouse.records("users")).toEqual([{ id: "1", name: "Ada" }]);
    expect(warehouse.staged[0]?.rewritten).toBe(true);
  });

  it("are found by the warehouse's own rule", async () => {
    const warehouse = new MemoryWarehouse({
      lane: { unsafeBytes: [], unsafeRecord: (row) => row["id"] === 2 },
    });
    await runWith(warehouse, [bytes(users, record("users", good), record("users", { id: 2, name: "Bob" }))], {
      config: config(),
    });
    expect(warehouse.records("users")).toEqual([good, { id: "2", name: "Bob" }]);
  });

  it("are rewritten when they are spelled oddly", async () => {
    const warehouse = new MemoryWarehouse();
    const odd = '{"record":{"id":1,"name":"Ada"},"stream":"users","type":"record"}';
    await runWith(warehouse, [bytes(users, odd)], { config: config() });
    expect(warehouse.records("users")).toEqual([{ id: "1", name: "Ada" }]);
  });
});

describe("a batch that the warehouse refuses", () => {
  const refusing = () =>
    new MemoryWarehouse({
      hooks: { refuse: ({ rewritten }) => (rewritten ? undefined : "a guard saw 1.5") },
    });
  const unchecked = (more: Readonly<Record<string, unknown>> = {}) =>
    config({ validate_records: false, ...more });

  it("is rewritten and staged again, in order", async () => {
    const warehouse = refusing();
    const lines = Array.from({ length: 5 }, (_, id) => record("users", { id, name: "A", x: 1 }));
    const { error, states, summary } = await runWith(warehouse, [bytes(users, ...lines, state(1))], {
      config: unchecked({ batch_size_rows: 2, load_method: "append-only" }),
    });
    expect({ error, last: states.at(-1) }).toEqual({ error: undefined, last: "1" });
    expect(warehouse.records("users")).toEqual(
      Array.from({ length: 5 }, (_, id) => ({ id: `${id}`, name: "A" })),
    );
    expect(warehouse.staged.every(({ rewritten }) => rewritten)).toBe(true);
    expect(new Set(warehouse.staged.map(({ id }) => id)).size).toBe(3);
    expect(summary?.streams.get("users")).toMatchObject({ loaded: 5, dropped: { x: 5 } });
  });

  it("names the place of a value that its column cannot hold", async () => {
    const lines = [record("users", good), record("users", { id: 1.5, name: "A" })];
    const { error, states } = await runWith(refusing(), [bytes(users, ...lines, state(1))], {
      config: unchecked(),
    });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^a batch of users, line 2: users: "id" cannot be stored/),
    );
    expect(states).toEqual([]);
  });

  it("names the place in a batch of several files", async () => {
    const warehouse = new MemoryWarehouse({
      spool: { compression: "none", maxFileBytes: 1 },
      hooks: { refuse: ({ rewritten }) => (rewritten ? undefined : "always") },
    });
    const name = "x".repeat(200_000);
    const wide = { ...users, schema: { properties: { id: { type: "integer" }, name: {} } } };
    async function* input() {
      for (const message of [wide, ...[1, 2, 3, 4, 5, 6].map((id) => record("users", { id, name }))]) {
        yield bytes(message);
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      yield bytes(record("users", { id: 1.5 }));
    }
    const { error } = await runWith(warehouse, input(), { config: unchecked() });
    expect(error).toHaveProperty("message", expect.stringMatching(/^a batch of users, line 7: users: "id"/));
  });

  it("names the place of a line that is no JSON", async () => {
    const input = [
      bytes(users, record("users", good), '{"type":"RECORD","stream":"users","record":{"id":}}'),
    ];
    const { error } = await runWith(new MemoryWarehouse(), input, { config: unchecked() });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^a batch of users, line 2: not a record of users in JSON/),
    );
  });

  it.each([
    ["missing", { name: "A" }],
    ["null", { id: null, name: "A" }],
  ])("names the place of a key that is %s", async (what, value) => {
    const { error } = await runWith(
      refusing(),
      [bytes(users, record("users", good), record("users", value))],
      {
        config: unchecked(),
      },
    );
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ stream: "users", key: "id" });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining(`line 2: users: the key property "id" is ${what}`),
    );
  });

  it("is loaded without the records that are skipped", async () => {
    const warehouse = refusing();
    const input = [bytes(users, record("users", { id: 1.5 }), record("users", good), state(1))];
    const { error, states, summary } = await runWith(warehouse, input, {
      config: unchecked({ on_invalid_record: "skip" }),
    });
    expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
    expect(warehouse.records("users")).toEqual([{ id: "1", name: "Ada" }]);
    expect(summary?.streams.get("users")).toMatchObject({ records: 2, loaded: 1, skipped: 1 });
  });

  it("frees its state when no record of it remains", async () => {
    const warehouse = refusing();
    const input = [bytes(users, record("users", { id: 1.5 }), state(1))];
    const { states } = await runWith(warehouse, input, { config: unchecked({ on_invalid_record: "skip" }) });
    expect(states).toEqual(["1"]);
    expect(warehouse.commits).toEqual([]);
  });

  it("may not be refused again", async () => {
    class Stubborn extends MemoryWarehouse {
      override async connect(...args: Parameters<MemoryWarehouse["connect"]>) {
        const session = await super.connect(...args);
        session.stage = async () => ({ refused: "never" });
        return session;
      }
    }
    const { error } = await runWith(new Stubborn(), [bytes(users, record("users", good))], {
      config: unchecked(),
    });
    expect(error).toMatchObject({ name: "LoadError", stream: "users", rowCount: 1 });
  });
});
