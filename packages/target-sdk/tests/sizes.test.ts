import { type JsonSchema, SchemaError } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnType } from "../src/columns.ts";
import type { LaneRules, TableShape } from "../src/index.ts";
import { createRewriter } from "../src/rewrite.ts";
import { createSizeCheck, cutText, harmlessLineBytes, type SizeRules } from "../src/sizes.ts";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, record, runWith, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const string: ColumnType = { kind: "string" };
const json: ColumnType = { kind: "json" };

describe("cutText", () => {
  it.each<[string, string, number, string]>([
    ["a text that fits", "abc", 3, "abc"],
    ["one byte too many", "abcd", 3, "abc"],
    ["nothing in no bytes", "abc", 0, ""],
    ["before a character of two bytes", "aé", 2, "a"],
    ["behind a character of two bytes", "aéb", 3, "aé"],
    ["before a character of three bytes", "a€", 3, "a"],
    ["behind a character of three bytes", "a€b", 4, "a€"],
    ["before a surrogate pair, one byte short", "a😀", 4, "a"],
    ["before a surrogate pair, three bytes short", "a😀", 2, "a"],
    ["behind a surrogate pair", "a😀b", 5, "a😀"],
    ["no pair in two", "😀😀", 7, "😀"],
    ["a lone half as the three bytes it becomes", "\uD83Dab", 4, "\uD83Da"],
    ["before a lone half", "a\uDE00", 3, "a"],
  ])("keeps %s", (_name, text, max, expected) => {
    expect(cutText(text, max)).toBe(expected);
  });

  it("is the longest beginning that fits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, max) => {
        const cut = cutText(text, max);
        const next = [...text.slice(cut.length)][0];
        expect(text.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(next === undefined || Buffer.byteLength(cut + next) > max).toBe(true);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
    );
  });
});

describe("createSizeCheck", () => {
  const rules: SizeRules = { maxStringBytes: 4, maxJsonBytes: 8, onOversize: "error" };
  it.each<[string, ColumnType, unknown, string, unknown]>([
    ["a text that fits", string, "abcd", '"abcd"', undefined],
    ["a text that is escaped", string, "\n\n\n\n", String.raw`"\n\n\n\n"`, undefined],
    [
      "a text",
      string,
      "abcde",
      '"abcde"',
      { invalid: "the text has 5 bytes, more than max_string_bytes (4)", cut: '"abcd"' },
    ],
    [
      "characters of several bytes",
      string,
      "€€",
      '"€€"',
      { invalid: "the text has 6 bytes, more than max_string_bytes (4)", cut: '"€"' },
    ],
    [
      "a number in a text",
      string,
      12345,
      '"12345"',
      { invalid: "the text has 5 bytes, more than max_string_bytes (4)", cut: undefined },
    ],
    [
      "an object in a text",
      string,
      { a: 1 },
      String.raw`"{\"a\":1}"`,
      { invalid: "the text has 7 bytes, more than max_string_bytes (4)", cut: undefined },
    ],
    ["JSON that fits", json, { a: 12 }, '{"a":12}', undefined],
    [
      "JSON",
      json,
      { a: 123 },
      '{"a":123}',
      { invalid: "the JSON value has 9 bytes, more than max_json_bytes (8)", cut: undefined },
    ],
    [
      "JSON of characters of several bytes",
      json,
      ["€€"],
      '["€€"]',
      { invalid: "the JSON value has 10 bytes, more than max_json_bytes (8)", cut: undefined },
    ],
    ["a lone half that becomes three bytes", json, ["\uD83D"], String.raw`["\ud83d"]`, undefined],
  ])("judges %s", (_name, type, value, written, expected) => {
    expect(createSizeCheck(type, rules)?.(value, written)).toEqual(expected);
  });

  it.each<[string, ColumnType, SizeRules]>([
    ["a text without a limit", string, { maxJsonBytes: 1, onOversize: "null" }],
    ["JSON without a limit", json, { maxStringBytes: 1, onOversize: "null" }],
    ["a number", { kind: "double" }, { maxJsonBytes: 1, maxStringBytes: 1, onOversize: "null" }],
  ])("is not made for %s", (_name, type, given) => {
    expect(createSizeCheck(type, given)).toBeUndefined();
  });

  it.each<[string, readonly ColumnType[], SizeRules, number]>([
    ["both", [string, json], { maxStringBytes: 9, maxJsonBytes: 5, onOversize: "null" }, 5],
    ["texts alone", [string], { maxStringBytes: 9, maxJsonBytes: 5, onOversize: "null" }, 9],
    [
      "neither",
      [{ kind: "date" }],
      { maxStringBytes: 9, maxJsonBytes: 5, onOversize: "null" },
      Number.POSITIVE_INFINITY,
    ],
    ["no limits", [string, json], { onOversize: "null" }, Number.POSITIVE_INFINITY],
    ["no columns", [], { maxStringBytes: 9, onOversize: "null" }, Number.POSITIVE_INFINITY],
  ])("knows the lines that are harmless for %s", (_name, types, given, expected) => {
    expect(harmlessLineBytes(types, given)).toBe(expected);
  });
});

function shapeOf(types: Readonly<Record<string, ColumnType>>, keyProperties: readonly string[]): TableShape {
  const columns = Object.entries(types).map(([property, type]) => ({ property, name: property, type }));
  return {
    spec: { stream: "users", keyProperties, columns, addRecordMetadata: true },
    table: "users",
    columns,
    lane: { unsafeBytes: [] },
  };
}

describe("createRewriter with sizes", () => {
  const shape = shapeOf({ id: string, name: string, extra: json }, ["id"]);
  const rewriter = (onOversize: SizeRules["onOversize"]) =>
    createRewriter({
      shape,
      root: "line",
      onInvalidValue: "error",
      sizes: { maxStringBytes: 4, maxJsonBytes: 8, onOversize },
    });
  const long = JSON.stringify({ id: "i", name: "a😀b", extra: { a: 123 } });

  it("refuses what is too long, by default", () => {
    expect(() => rewriter("error").rewrite(long)).toThrow(SchemaError);
    expect(() => rewriter("error").rewrite(long)).toThrow(
      'users: "name" cannot be stored: the text has 6 bytes, more than max_string_bytes (4). Leave it out of the selection, or set on_oversize to null or truncate.',
    );
  });

  it("makes it null", () => {
    expect(rewriter("null").rewrite(long)).toEqual({
      line: '{"id":"i","name":null,"extra":null}',
      nulled: ["name", "extra"],
      truncated: [],
      dropped: [],
      replaced: false,
    });
  });

  it("cuts texts, and makes JSON null", () => {
    expect(rewriter("truncate").rewrite(long)).toEqual({
      line: '{"id":"i","name":"a","extra":null}',
      nulled: ["extra"],
      truncated: ["name"],
      dropped: [],
      replaced: false,
    });
  });

  it("makes a long number of a text column null, because a part of it is another number", () => {
    expect(rewriter("truncate").rewrite('{"id":"i","name":12345}')).toMatchObject({
      line: '{"id":"i","name":null}',
      nulled: ["name"],
      truncated: [],
    });
  });

  it("writes a cut line again as it is", () => {
    const { line } = rewriter("truncate").rewrite(long);
    expect(rewriter("truncate").rewrite(line)).toMatchObject({ line, nulled: [], truncated: [] });
  });

  it.each(["error", "null", "truncate"] as const)(
    "never cuts a key or makes it null, with %s",
    (onOversize) => {
      expect(() => rewriter(onOversize).rewrite('{"id":"abcde"}')).toThrow(
        'users: "id" cannot be stored: the text has 5 bytes, more than max_string_bytes (4). A key is never cut or set to null: correct the tap\'s data or its schema.',
      );
    },
  );

  it("leaves values alone without rules", () => {
    const plain = createRewriter({ shape, root: "line", onInvalidValue: "error" });
    expect(plain.rewrite(long).line).toBe(long);
  });
});

const properties: Record<string, JsonSchema> = {
  id: { type: "integer" },
  name: { type: ["null", "string"] },
  extra: {},
};
const users = {
  type: "SCHEMA",
  stream: "users",
  schema: { type: "object", properties },
  key_properties: ["id"],
};

async function run(values: readonly object[], settings: object, lane?: LaneRules) {
  const warehouse = new MemoryWarehouse(lane === undefined ? {} : { lane });
  const input = bytes(users, ...values.map((value) => record("users", { ...value })), state(1));
  const outcome = await runWith(warehouse, [input], { config: { temp_dir: folder.path, ...settings } });
  const { nulled, truncated, skipped } = outcome.summary?.streams.get("users") ?? {};
  return { ...outcome, rows: warehouse.records("users"), nulled, truncated, skipped };
}

describe("a run with sizes", () => {
  const name = "€".repeat(400);
  const values = [
    { id: 1, name: "short" },
    { id: 2, name, extra: [1] },
    { id: 3, extra: "x".repeat(1200) },
  ];

  it.each([true, false])(
    "cuts and counts, and stages short lines as they came, with validate_records %s",
    async (validate) => {
      const settings = {
        max_string_bytes: 1000,
        max_json_bytes: 1100,
        on_oversize: "truncate",
        validate_records: validate,
      };
      const { rows, nulled, truncated, error } = await run(values, settings);
      expect(error).toBeUndefined();
      expect(rows).toEqual([
        { id: 1, name: "short" },
        { id: "2", name: "€".repeat(333), extra: [1] },
        { id: "3", extra: null },
      ]);
      expect({ nulled, truncated }).toEqual({ nulled: { extra: 1 }, truncated: { name: 1 } });
    },
  );

  it("says nothing of texts that were cut when none was", async () => {
    const { summary } = await run(values, {});
    expect(summary?.streams.get("users")).not.toHaveProperty("truncated");
  });

  it.each<[string, object, string | undefined, number | undefined]>([
    [
      "an error that names the line",
      {},
      'line 3: users: "name" cannot be stored: the text has 1200 bytes',
      undefined,
    ],
    ["a record that is left out", { on_invalid_record: "skip" }, undefined, 1],
  ])("makes of it %s", async (_name, settings, said, count) => {
    const { error, skipped } = await run(values, { max_string_bytes: 1000, ...settings });
    expect(skipped).toBe(count);
    if (said === undefined) expect(error).toBeUndefined();
    else expect(error).toHaveProperty("message", expect.stringContaining(said));
  });

  it.each([true, false])(
    "rewrites the lines that a warehouse calls long, with validate_records %s",
    async (validate) => {
      const line = JSON.stringify(record("users", { id: 1, name: "12345" }));
      const lane = { unsafeBytes: [], longLineBytes: line.length };
      const { rows } = await run(
        [
          { id: 1, name: "12345" },
          { id: 2, name: "123456" },
        ],
        { validate_records: validate },
        lane,
      );
      expect(rows).toEqual([
        { id: 1, name: "12345" },
        { id: "2", name: "123456" },
      ]);
    },
  );
});
