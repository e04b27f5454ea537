import {
  ConfigError,
  checkConfig,
  isObject,
  type JsonSchema,
  object,
  SchemaError,
  type SchemaMessage,
} from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../src/columns-of.ts";
import type { Flattening } from "../src/flattening.ts";
import { type LaneRules, type TableShape, targetSettings } from "../src/index.ts";
import { withNullsAllowed } from "../src/nulls-allowed.ts";
import { columnsToNull } from "../src/repair.ts";
import { createRewriter, type RewriterOptions } from "../src/rewrite.ts";
import { tableSpecOf } from "../src/table-spec.ts";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, record, runWith, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const all: Flattening = { separator: "__", maxDepth: Number.POSITIVE_INFINITY };
/** Taps write `true` for a schema, too. */
const anything: JsonSchema = JSON.parse("true");
const text = { type: ["null", "string"] };
const nested = (properties: Readonly<Record<string, JsonSchema>>, more: object = {}) => ({
  type: ["null", "object"],
  properties,
  ...more,
});

function columns(
  properties: unknown,
  { flattening = all, more = {} }: { flattening?: Flattening; more?: object } = {},
) {
  const schema: JsonSchema = {
    type: "object",
    properties: isObject(properties) ? asSchemas(properties) : {},
    ...more,
  };
  return columnsOf(schema, flattening).map(({ property, path, type }) => [
    property,
    type.kind,
    path?.join("/"),
  ]);
}

function asSchemas(properties: Readonly<Record<string, unknown>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, json]) => [name, isObject(json) ? json : {}]),
  );
}

describe("columnsOf with flattening", () => {
  it.each<[string, unknown, unknown]>([
    [
      "properties of an object",
      { a: nested({ b: text, c: { type: "integer" } }) },
      [
        ["a__b", "string", "a/b"],
        ["a__c", "integer", "a/c"],
      ],
    ],
    ["objects in objects", { a: nested({ b: nested({ c: text }) }) }, [["a__b__c", "string", "a/b/c"]]],
    [
      "a nested property without a schema",
      { a: nested({ x: {}, y: anything }) },
      [
        ["a__x", "json", "a/x"],
        ["a__y", "json", "a/y"],
      ],
    ],
    [
      "an object without properties",
      { a: { type: "object" }, b: nested({}) },
      [
        ["a", "json", undefined],
        ["b", "json", undefined],
      ],
    ],
    ["a list of objects", { a: { type: "array", items: nested({ b: text }) } }, [["a", "json", undefined]]],
    [
      "an object or a list",
      { a: { type: ["object", "array"], properties: { b: text } } },
      [["a", "json", undefined]],
    ],
    ["properties without a type", { a: { properties: { b: text } } }, [["a", "json", undefined]]],
    [
      "an object or null, as alternatives",
      { a: { anyOf: [{ type: "null" }, nested({ b: text })] } },
      [["a__b", "string", "a/b"]],
    ],
    [
      "an object or a text, as alternatives",
      { a: { oneOf: [{ type: "string" }, nested({ b: text })] } },
      [["a", "json", undefined]],
    ],
    [
      "two objects, as alternatives",
      { a: { anyOf: [nested({ b: text }), nested({ c: text })] } },
      [["a", "json", undefined]],
    ],
    ["one part", { a: { allOf: [nested({ b: text })] } }, [["a__b", "string", "a/b"]]],
    [
      "parts that each declare some",
      { a: { allOf: [nested({ b: text }), nested({ c: text })] } },
      [["a", "json", undefined]],
    ],
    [
      "a part beside",
      { a: nested({ b: text }, { allOf: [{ properties: { c: text } }] }) },
      [["a", "json", undefined]],
    ],
    [
      "conditions that declare some",
      { a: nested({ b: text }, { if: {}, else: { properties: { c: text } } }) },
      [["a", "json", undefined]],
    ],
    [
      "alternatives that only require",
      { a: nested({ b: text }, { anyOf: [{ required: ["b"] }, {}] }) },
      [["a__b", "string", "a/b"]],
    ],
    [
      "an object that allows others",
      { a: nested({ b: text }, { additionalProperties: true }) },
      [["a__b", "string", "a/b"]],
    ],
    [
      "names that are odd",
      { "a b": nested({ "": text, "c/d": text, constructor: text }) },
      [
        ["a b__", "string", "a b/"],
        ["a b__c/d", "string", "a b/c/d"],
        ["a b__constructor", "string", "a b/constructor"],
      ],
    ],
  ])("flattens or keeps %s", (_name, properties, expected) => {
    expect(columns(properties)).toEqual(expected);
  });

  it.each([
    [1, [["a__b", "json", "a/b"]]],
    [2, [["a__b__c", "json", "a/b/c"]]],
    [3, [["a__b__c__d", "string", "a/b/c/d"]]],
    [9, [["a__b__c__d", "string", "a/b/c/d"]]],
  ])("goes %i levels deep", (maxDepth, expected) => {
    const properties = { a: nested({ b: nested({ c: nested({ d: text }) }) }) };
    expect(columns(properties, { flattening: { separator: "__", maxDepth } })).toEqual(expected);
  });

  it("keeps everything whole without it", () => {
    expect(
      columnsOf({ properties: { a: { type: "object", properties: { b: { type: "string" } } } } }),
    ).toEqual([{ property: "a", type: { kind: "json" } }]);
  });

  it("keeps types, descriptions and what feeds a column", () => {
    const schema: JsonSchema = {
      properties: {
        a: { type: "object", properties: { b: { type: ["string", "number"], description: "D." } } },
      },
    };
    expect(columnsOf(schema, { ...all, separator: "." })).toEqual([
      { property: "a.b", path: ["a", "b"], type: { kind: "string" }, description: "D.", fedByNumbers: true },
    ]);
  });

  it("looks through references, and keeps what lies within itself", () => {
    const definitions = {
      money: nested({ amount: { type: "integer" } }),
      tree: nested({
        name: text,
        left: { $ref: "#/definitions/tree" },
        price: { $ref: "#/definitions/money" },
      }),
    };
    const properties = {
      a: { $ref: "#/definitions/money" },
      b: { $ref: "#/definitions/tree" },
      c: { $ref: "#/definitions/none" },
      d: { $ref: "#/%" },
      e: { $ref: "#/definitions/money", properties: { more: text } },
    };
    expect(columns(properties, { more: { definitions } })).toEqual([
      ["a__amount", "integer", "a/amount"],
      ["b__name", "string", "b/name"],
      ["b__left", "json", "b/left"],
      ["b__price__amount", "integer", "b/price/amount"],
      ["c", "json", undefined],
      ["d", "json", undefined],
      ["e", "json", undefined],
    ]);
  });

  it("is not led into more columns than anybody has", () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => {
        const next = { $ref: `#/definitions/d${level + 1}` };
        return [`d${level}`, nested({ l: next, r: next })];
      }),
    );
    const found = columnsOf({ properties: { a: { $ref: "#/definitions/d0" } }, definitions }, all);
    expect(found.length).toBeGreaterThan(9_999);
    expect(found.length).toBeLessThan(10_100);
  });
});

async function settingsOf(settings: object) {
  return await checkConfig(object(targetSettings), settings, { name: "x" });
}

function message(properties: Record<string, JsonSchema>, keys: readonly string[] = []): SchemaMessage {
  return { type: "SCHEMA", stream: "users", schema: { type: "object", properties }, key_properties: keys };
}

const address: Record<string, JsonSchema> = {
  id: { type: "integer" },
  address: nested({ city: text, geo: nested({ lat: { type: "number" } }), tags: { type: "array" } }),
};

describe("tableSpecOf with flattening", () => {
  it.each<[string, object, readonly string[]]>([
    ["nothing by default", {}, ["id", "address"]],
    [
      "all levels",
      { flattening_enabled: true },
      ["id", "address__city", "address__geo__lat", "address__tags"],
    ],
    [
      "some levels",
      { flattening_enabled: true, flattening_max_depth: 1 },
      ["id", "address__city", "address__geo", "address__tags"],
    ],
    [
      "with a separator",
      { flattening_enabled: true, flattening_separator: "." },
      ["id", "address.city", "address.geo.lat", "address.tags"],
    ],
    ["nothing for a depth alone", { flattening_max_depth: 1 }, ["id", "address"]],
    ["nothing by level 0", { data_flattening_max_level: 0 }, ["id", "address"]],
    [
      "as deep as the level",
      { data_flattening_max_level: 1 },
      ["id", "address__city", "address__geo", "address__tags"],
    ],
    [
      "as both say",
      { data_flattening_max_level: 1, flattening_enabled: true, flattening_max_depth: 1 },
      ["id", "address__city", "address__geo", "address__tags"],
    ],
  ])("flattens %s", async (_name, given, expected) => {
    const { columns: found } = tableSpecOf(message(address), {
      settings: await settingsOf(given),
      where: "line 1",
    });
    expect(found.map(({ property }) => property)).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ data_flattening_max_level: 0, flattening_enabled: true }, "flattening_enabled"],
    [{ data_flattening_max_level: 1, flattening_max_depth: 2 }, "flattening_max_depth"],
  ])("refuses %j", async (given, name) => {
    const settings = await settingsOf(given);
    expect(() => tableSpecOf(message(address), { settings, where: "line 1" })).toThrow(
      new ConfigError(
        `config: "data_flattening_max_level" and "${name}" say different things. Keep one of them.`,
      ),
    );
  });

  it.each<[string, Record<string, JsonSchema>, string]>([
    [
      "a property and a nested one",
      { a__b: { type: "string" }, a: nested({ b: text }) },
      '"a__b" and "a"."b"',
    ],
    ["two nested ones", { a: nested({ b__c: text, b: nested({ c: text }) }) }, '"a"."b__c" and "a"."b"."c"'],
  ])("names %s that become one column", async (_name, properties, names) => {
    const settings = await settingsOf({ flattening_enabled: true });
    const run = () => tableSpecOf(message(properties), { settings, where: "line 1" });
    expect(run).toThrow(ConfigError);
    expect(run).toThrow(`users: the properties ${names} become one column, "`);
  });

  it("takes a nested property as key, and no flattened object", async () => {
    const settings = await settingsOf({ flattening_enabled: true });
    expect(
      tableSpecOf(message(address, ["address__city"]), { settings, where: "line 1" }).keyProperties,
    ).toEqual(["address__city"]);
    const run = (key: string) => () => tableSpecOf(message(address, [key]), { settings, where: "line 1" });
    expect(run("address")).toThrow(SchemaError);
    expect(run("address")).toThrow(
      'line 1: the key property "address" of users is an object that is flattened.',
    );
    expect(run("city")).toThrow(
      'line 1: the key property "city" of users is none of its schema\'s properties.',
    );
  });
});

const flat = columnsOf({ properties: address }, all);
const shape: TableShape = {
  spec: { stream: "users", keyProperties: ["id"], columns: flat, addRecordMetadata: true },
  table: "users",
  columns: flat.map(({ property, type }) => ({ property, name: property, type })),
  lane: { unsafeBytes: [] },
};

function rewrite(value: unknown, options: Partial<RewriterOptions> = {}) {
  return createRewriter({ shape, root: "line", onInvalidValue: "error", ...options }).rewrite(
    JSON.stringify(value),
  );
}

describe("createRewriter with flattened columns", () => {
  it.each<[string, unknown, string, readonly string[]]>([
    [
      "values at their paths",
      { id: 1, address: { city: "C", geo: { lat: 1.5 }, tags: [1, { a: 2 }] } },
      '{"id":"1","address__city":"C","address__geo__lat":1.5,"address__tags":[1,{"a":2}]}',
      [],
    ],
    ["null on the way", { id: 1, address: null }, '{"id":"1"}', []],
    [
      "nothing on the way",
      { id: 1, address: { city: null, geo: null } },
      '{"id":"1","address__city":null}',
      [],
    ],
    ["an empty object first", { address: {}, id: 1 }, '{"id":"1"}', []],
    [
      "undeclared keys",
      { id: 1, x: 1, address: { y: 1, geo: { z: 1, lat: 2 } } },
      '{"id":"1","address__geo__lat":2}',
      ["x", "address.y", "address.geo.z"],
    ],
    ["a column's name that is no property", { id: 1, address__city: "no" }, '{"id":"1"}', ["address__city"]],
  ])("writes %s", (_name, value, line, dropped) => {
    expect(rewrite(value)).toEqual({
      line,
      nulled: [],
      truncated: [],
      dropped,
      replaced: false,
    });
  });

  it.each<[string, unknown, string]>([
    ["a text", "x", '"address" cannot be stored: the text "x" is not an object.'],
    ["a list", [], '"address" cannot be stored: an array is not an object.'],
    ["false", false, '"address" cannot be stored: false is not an object.'],
  ])("does not lose %s where an object should be", (_name, value, said) => {
    expect(() => rewrite({ id: 1, address: value })).toThrow(SchemaError);
    expect(() => rewrite({ id: 1, address: value })).toThrow(said);
    expect(rewrite({ id: 1, address: value }, { onInvalidValue: "null" })).toMatchObject({
      line: '{"id":"1"}',
      nulled: ["address__city", "address__tags", "address__geo__lat"],
    });
  });

  it("names the nested place of what is no object", () => {
    expect(() => rewrite({ id: 1, address: { geo: 7 } })).toThrow(
      '"address.geo" cannot be stored: the number 7 is not an object.',
    );
  });

  it("never makes a key null", () => {
    const keyed = { ...shape, spec: { ...shape.spec, keyProperties: ["address__city"] } };
    const run = (value: unknown) => () => rewrite(value, { shape: keyed, onInvalidValue: "null" });
    expect(run({ address: { city: "C" } })().line).toBe('{"address__city":"C"}');
    expect(run({ address: { city: null } })).toThrow('the key property "address__city" is null');
    expect(run({ address: {} })).toThrow('the key property "address__city" is missing');
    expect(run({ address: "x" })).toThrow('the key property "address__city" is missing');
    expect(run({ address__city: "C" })).toThrow('the key property "address__city" is missing');
  });

  it("writes what walking the paths finds", () => {
    const leaf = fc.constantFrom("a", "b", "c");
    const paths = fc
      .uniqueArray(fc.array(leaf, { minLength: 1, maxLength: 3 }), {
        selector: (path) => path.join("/"),
        minLength: 1,
      })
      .map((found) =>
        found.filter(
          (path) =>
            !found.some((other) => other.length > path.length && path.every((key, at) => key === other[at])),
        ),
      );
    const value = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, fc.string(), fc.constant(null), fc.dictionary(leaf, tie("node"))),
    })).node;
    fc.assert(
      fc.property(paths, fc.dictionary(leaf, value), (found, given) => {
        const specs = found.map((path) => ({
          property: path.join("__"),
          path,
          type: { kind: "json" } as const,
        }));
        const wanted: TableShape = {
          ...shape,
          spec: { ...shape.spec, keyProperties: [], columns: specs },
          columns: specs.map(({ property, type }) => ({ property, name: property, type })),
        };
        const { line } = rewrite(given, { shape: wanted, onInvalidValue: "null" });
        expect(JSON.parse(line)).toEqual(
          Object.fromEntries(
            found.flatMap((path) => {
              let at: unknown = given;
              for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
              return at === undefined ? [] : [[path.join("__"), at]];
            }),
          ),
        );
      }),
    );
  });
});

describe("nulls in flattened columns", () => {
  const keyed = { ...shape, spec: { ...shape.spec, keyProperties: ["address__geo__lat"] } };
  it.each<[string, TableShape, string, string, readonly string[] | undefined]>([
    ["a nested column", shape, "/address/city", "must be a text", ["address__city"]],
    [
      "all of an object",
      shape,
      "/address",
      "must be an object or null",
      ["address__city", "address__geo__lat", "address__tags"],
    ],
    ["all of an inner object", shape, "/address/geo", "must be an object", ["address__geo__lat"]],
    ["nothing for what an object lacks", shape, "/address", 'must have "city"', undefined],
    ["nothing for what an object has", shape, "/address", 'must not have "x"', undefined],
    ["nothing for alternatives that lack", shape, "/address", 'must be null or must have "city"', undefined],
    ["nothing within a column", shape, "/address/tags/0", "must be a text", undefined],
    ["nothing beside the columns", shape, "/address/other", "must be a text", undefined],
    ["nothing for an object with a key", keyed, "/address", "must be an object", undefined],
    ["its columns for an object beside a key", keyed, "/address/city", "must be a text", ["address__city"]],
  ])("are %s", (_name, table, path, said, expected) => {
    expect(columnsToNull([{ path, message: said }], table)).toEqual(expected);
  });

  it("are allowed by the schema wherever it declares them, and not for keys", () => {
    const schema: JsonSchema = {
      definitions: { geo: { type: "object", properties: { lat: { type: "number" } } } },
      properties: {
        id: { type: "integer" },
        address: {
          anyOf: [
            { type: "object", properties: { city: { enum: ["A"] }, geo: { $ref: "#/definitions/geo" } } },
          ],
        },
      },
    };
    const found = columnsOf(schema, all);
    const opened = (keyProperties: readonly string[]) =>
      withNullsAllowed(schema, { columns: found, keyProperties }).properties;
    const lat = { type: ["null", "number"] };
    const city = { anyOf: [{ type: "null" }, { enum: ["A"] }] };
    expect(opened(["id"])).toEqual({
      id: { type: "integer" },
      address: {
        anyOf: [
          { type: "null" },
          {
            anyOf: [
              {
                type: "object",
                properties: { city, geo: { type: ["null", "object"], properties: { lat } } },
              },
            ],
          },
        ],
      },
    });
    expect(opened(["address__geo__lat"])).toEqual({
      id: { type: ["null", "integer"] },
      address: {
        anyOf: [
          {
            type: "object",
            properties: { city, geo: { type: "object", properties: { lat: { type: "number" } } } },
          },
        ],
      },
    });
  });
});

interface Loaded {
  readonly rewritten: boolean;
  readonly rows: readonly unknown[];
}

/** Runs an input, and answers the batches with their rows as they were spooled. */
async function loaded(input: Buffer, { settings = {}, lane }: { settings?: object; lane?: LaneRules } = {}) {
  const batches: Loaded[] = [];
  const warehouse = new MemoryWarehouse({
    ...(lane === undefined ? {} : { lane }),
    hooks: {
      refuse: (batch, rows) => {
        batches.push({ rewritten: batch.rewritten, rows: rows.map(({ record: row }) => row) });
        return undefined;
      },
    },
  });
  const config = { temp_dir: folder.path, flattening_enabled: true, ...settings };
  const outcome = await runWith(warehouse, [input], { config });
  // Batches are staged in no order.
  const firstId = ({ rows: [row] }: Loaded) => (isObject(row) ? Number(row["id"]) : 0);
  return { ...outcome, batches: batches.sort((one, other) => firstId(one) - firstId(other)), warehouse };
}

const users = message(
  {
    id: { type: "integer" },
    a: { type: ["null", "object"], required: ["c"], properties: { b: { type: "string" }, c: {} } },
  },
  ["id"],
);
const plain = (id: number, more: object = {}) => record("users", { id, a: { b: "x", c: [1], ...more } });

describe("a run with flattened objects", () => {
  it("stages lines as they came, and counts nested keys without a column", async () => {
    const { batches, summary } = await loaded(
      bytes(users, plain(1), plain(2, { y: 1, z: null }), record("users", { id: 3, q: 1 }), state(1)),
    );
    expect(batches).toEqual([
      {
        rewritten: false,
        rows: [
          { id: 1, a: { b: "x", c: [1] } },
          { id: 2, a: { b: "x", c: [1], y: 1, z: null } },
          { id: 3, q: 1 },
        ],
      },
    ]);
    expect(summary?.streams.get("users")?.dropped).toEqual({ "a.y": 1, "a.z": 1, q: 1 });
  });

  it("writes flat lines where all are rewritten", async () => {
    const { batches, summary } = await loaded(bytes(users, plain(1), plain(2, { y: 1 }), state(1)), {
      lane: { rewriteAll: "test", unsafeBytes: [] },
      settings: { validate_records: false },
    });
    expect(batches).toEqual([
      {
        rewritten: true,
        rows: [
          { id: "1", a__b: "x", a__c: [1] },
          { id: "2", a__b: "x", a__c: [1] },
        ],
      },
    ]);
    expect(summary?.streams.get("users")?.dropped).toEqual({ "a.y": 1 });
  });

  it.each([true, false])("never has both forms in one batch, with validate_records %s", async (validate) => {
    const odd = '{"type":"RECORD","stream":"users","record":{"id":3,"a":{"b":"\\u00e9","c":0}}}';
    const input = bytes(
      users,
      plain(1),
      plain(2),
      odd,
      plain(4),
      odd.replace('"id":3', '"id":5'),
      plain(6),
      state(1),
    );
    const { batches, error, states } = await loaded(input, {
      lane: { unsafeBytes: ["unicode-escape"] },
      settings: { validate_records: validate },
    });
    expect(error).toBeUndefined();
    expect(batches).toEqual([
      {
        rewritten: false,
        rows: [
          { id: 1, a: { b: "x", c: [1] } },
          { id: 2, a: { b: "x", c: [1] } },
        ],
      },
      {
        rewritten: true,
        rows: [
          { id: "3", a__b: "é", a__c: 0 },
          { id: "4", a__b: "x", a__c: [1] },
          { id: "5", a__b: "é", a__c: 0 },
          { id: "6", a__b: "x", a__c: [1] },
        ],
      },
    ]);
    expect(states).toEqual(["1"]);
  });

  it("keeps both forms apart when a SCHEMA comes in between that changes no column", async () => {
    const odd = '{"type":"RECORD","stream":"users","record":{"id":1,"a":{"b":"\\u00e9","c":0}}}';
    const again = { ...users, schema: { ...users.schema, title: "again" } };
    const { batches } = await loaded(bytes(users, odd, again, plain(2), state(1)), {
      lane: { unsafeBytes: ["unicode-escape"] },
    });
    expect(batches).toEqual([
      { rewritten: true, rows: [{ id: "1", a__b: "é", a__c: 0 }] },
      { rewritten: false, rows: [{ id: 2, a: { b: "x", c: [1] } }] },
    ]);
  });

  it("rewrites a refused batch to flat lines", async () => {
    const warehouse = new MemoryWarehouse({ hooks: { refuse: () => "test" } });
    const config = { temp_dir: folder.path, flattening_enabled: true };
    await runWith(warehouse, [bytes(users, plain(1), state(1))], { config });
    expect(warehouse.records("users")).toEqual([{ id: "1", a__b: "x", a__c: [1] }]);
  });

  it("lets lines of both forms share a batch where nothing is flattened", async () => {
    const odd = '{"type":"RECORD","stream":"users","record":{"id":3,"a":{"b":"\\u00e9","c":0}}}';
    const { batches } = await loaded(bytes(users, plain(1), odd, plain(2), state(1)), {
      lane: { unsafeBytes: ["unicode-escape"] },
      settings: { flattening_enabled: false },
    });
    expect(batches.map(({ rewritten, rows }) => [rewritten, rows.length])).toEqual([[false, 3]]);
  });

  it.each<[string, object, unknown, object]>([
    ["a nested value", { b: 7, c: 1 }, { id: "1", a__b: null, a__c: 1 }, { a__b: 1 }],
    ["what should be an object", { wrong: "text" }, { id: "1" }, { a__b: 1, a__c: 1 }],
  ])("sets %s to null and counts it", async (_name, value, expected, nulled) => {
    const a = "wrong" in value ? value.wrong : value;
    const { batches, summary, error } = await loaded(bytes(users, record("users", { id: 1, a }), state(1)), {
      settings: { on_invalid_value: "null" },
    });
    expect(error).toBeUndefined();
    expect(batches.flatMap(({ rows }) => rows)).toEqual([expected]);
    expect(summary?.streams.get("users")?.nulled).toEqual(nulled);
  });

  it("sets one nested value to null and looks at those beside it", async () => {
    const { summary, batches } = await loaded(
      bytes(users, record("users", { id: 1, a: { b: 7, c: 1, y: 1 } }), state(1)),
      { settings: { on_invalid_value: "null" } },
    );
    expect(batches.flatMap(({ rows }) => rows)).toEqual([{ id: "1", a__b: null, a__c: 1 }]);
    expect(summary?.streams.get("users")).toMatchObject({ nulled: { a__b: 1 }, dropped: { "a.y": 1 } });
  });

  it("does not set a whole object to null for what it lacks", async () => {
    const { error } = await loaded(bytes(users, record("users", { id: 1, a: { b: "x" } })), {
      settings: { on_invalid_value: "null" },
    });
    expect(error).toHaveProperty("message", expect.stringContaining('/a must have "c"'));
  });

  it("checks nested keys", async () => {
    const keyed = message({ a: { type: "object", properties: { b: { type: "integer" } } } }, ["a__b"]);
    const { error } = await loaded(
      bytes(keyed, record("users", { a: { b: 1 } }), record("users", { a: {} })),
    );
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining('line 3: users: the key property "a__b" is missing.'),
    );
  });
});
