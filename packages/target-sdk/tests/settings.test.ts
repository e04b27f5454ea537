import {
  alias,
  ConfigError,
  checkConfig,
  type LogFields,
  object,
  SchemaError,
  silentLogger,
  withDefault,
} from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { overrideOf, targetSettings } from "../src/index.ts";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { activate, bytes, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const config = object(targetSettings);
const settle = (settings: object) => checkConfig(config, settings, { name: "x" });

describe("targetSettings", () => {
  it.each<[string, string, unknown]>([
    ["add_metadata_columns", "add_record_metadata", false],
    ["max_batch_rows", "batch_size_rows", 5],
    ["max_batch_size", "batch_size_bytes", 5],
    ["file_max_bytes", "batch_size_bytes", 5],
    ["batch_max_duration", "batch_wait_limit_seconds", 5],
    ["activate_version", "process_activate_version_messages", false],
  ])("take %s for %s", async (name, own, value) => {
    expect(await settle({ [name]: value })).toEqual(await settle({ [own]: value }));
    expect(await settle({ [name]: value })).toHaveProperty(own, value);
  });

  it("have these defaults", async () => {
    expect(await settle({})).toEqual({
      load_method: "upsert",
      add_record_metadata: true,
      validate_records: true,
      batch_size_rows: 500_000,
      batch_size_bytes: 134_217_728,
      batch_wait_limit_seconds: 300,
      flush_all_streams: false,
      hard_delete: false,
      process_activate_version_messages: true,
      primary_key_required: false,
      on_type_change: "widen",
      on_invalid_value: "error",
      on_invalid_record: "error",
      flattening_enabled: false,
      flattening_separator: "__",
      on_oversize: "error",
      max_line_bytes: 134_217_728,
    });
  });

  it("may be given more names and defaults by a connector", async () => {
    const own = object({
      ...targetSettings,
      batch_size_rows: alias(targetSettings.batch_size_rows, "rows"),
      max_string_bytes: withDefault(targetSettings.max_string_bytes, 16_777_216),
    });
    expect(await checkConfig(own, { rows: 7 }, { name: "x" })).toMatchObject({
      batch_size_rows: 7,
      max_string_bytes: 16_777_216,
    });
    expect(await checkConfig(own, { max_batch_rows: 8 }, { name: "x" })).toHaveProperty("batch_size_rows", 8);
    expect(own.json.properties?.["batch_size_rows"]?.description).toBe(
      targetSettings.batch_size_rows.json.description,
    );
  });

  it("may put a stream's table into another schema", async () => {
    const settings = await settle({ stream_overrides: { users: { schema: "s", table: "t" } } });
    expect(overrideOf(settings, "users")).toEqual({ schema: "s", table: "t" });
    await expect(settle({ stream_overrides: { users: { schema: "" } } })).rejects.toThrow(ConfigError);
  });
});

describe("primary_key_required", () => {
  const input = [bytes(schema("a"), schema("b", ["id"], []))];
  it("refuses a stream without keys by its name", async () => {
    const { error } = await runWith(new MemoryWarehouse(), input, {
      config: { temp_dir: folder.path, primary_key_required: true },
    });
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      "line 2: b has no key_properties, and primary_key_required is set. Name its key in stream_overrides, or set primary_key_required to false.",
    );
  });

  it.each<[string, object]>([
    ["it is not set", {}],
    [
      "keys are set for the stream",
      { primary_key_required: true, stream_overrides: { b: { key_properties: ["id"] } } },
    ],
  ])("lets it pass where %s", async (_name, settings) => {
    const { error } = await runWith(new MemoryWarehouse(), input, {
      config: { temp_dir: folder.path, ...settings },
    });
    expect(error).toBeUndefined();
  });
});

describe("process_activate_version_messages", () => {
  it("leaves versions alone, and says so once", async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (message: string, _fields?: LogFields) => warnings.push(message) };
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 9 }, version: 1 }]);
    const input = [
      bytes(schema("a"), activate("a", 2), record("a", { id: 1 }, 2), activate("a", 2), state(1)),
    ];
    const run = { config: { temp_dir: folder.path, activate_version: false }, log };
    const { error } = await runWith(warehouse, input, run);
    expect(error).toBeUndefined();
    expect(warehouse.records("a")).toEqual([{ id: 9 }, { id: 1 }]);
    expect(warnings).toEqual([
      "ACTIVATE_VERSION messages are left out: process_activate_version_messages is off",
    ]);
  });

  it("obeys them by default", async () => {
    const warehouse = new MemoryWarehouse();
    warehouse.tables.set("a", [{ record: { id: 9 }, version: 1 }]);
    const input = [bytes(schema("a"), record("a", { id: 1 }, 2), activate("a", 2), state(1))];
    await runWith(warehouse, input, { config: { temp_dir: folder.path } });
    expect(warehouse.records("a")).toEqual([{ id: 1 }]);
  });
});

describe("flush_all_streams", () => {
  const input = () => [
    bytes(schema("a"), schema("b"), record("b", { id: 1 }), record("a", { id: 1 }), record("a", { id: 2 })),
    bytes(record("b", { id: 2 }), state(1)),
  ];
  it.each<[boolean, object, readonly number[]]>([
    [true, {}, [1, 1]],
    [false, {}, [2]],
  ])("closes the batches of all streams when it is %s", async (flush, more, expected) => {
    const warehouse = new MemoryWarehouse();
    const settings = { temp_dir: folder.path, batch_size_rows: 2, flush_all_streams: flush, ...more };
    const { error, states } = await runWith(warehouse, input(), { config: settings });
    expect(error).toBeUndefined();
    expect(states).toEqual(["1"]);
    const rows = warehouse.staged.filter(({ shape }) => shape.spec.stream === "b").map((batch) => batch.rows);
    expect(rows).toEqual(expected);
    expect(warehouse.records("a")).toHaveLength(2);
  });
});
