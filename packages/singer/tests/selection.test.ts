import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CatalogEntry, catalogEntry, type JsonSchema, rawNumber, selectionOf } from "../src/index.ts";

type Metadata = Record<string, unknown>;

/** An entry with metadata by dotted property; `""` is the stream's. */
function entryOf(schema: JsonSchema, metadata: Record<string, Metadata>, more: Metadata = {}): CatalogEntry {
  return {
    tap_stream_id: "users",
    stream: "users",
    schema,
    metadata: Object.entries(metadata).map(([path, each]) => ({
      breadcrumb: path === "" ? [] : path.split(".").flatMap((name) => ["properties", name]),
      metadata: each,
    })),
    ...more,
  };
}

const schema: JsonSchema = {
  type: "object",
  required: ["id", "name"],
  properties: {
    id: { type: "integer" },
    name: { type: "string" },
    address: {
      type: ["null", "object"],
      required: ["city", "zip"],
      properties: {
        city: { type: "string" },
        zip: { type: "string" },
        geo: { type: "object", properties: { lat: {}, lon: {} } },
      },
    },
  },
};
const on = { selected: true };
const off = { selected: false };

describe("whether a stream is selected", () => {
  it.each<[string, Record<string, Metadata>, Metadata, boolean]>([
    ["no metadata", {}, {}, true],
    ["metadata that does not say", { "": {} }, {}, false],
    ["metadata of properties only", { id: on }, {}, false],
    ["selected", { "": on }, {}, true],
    ["deselected", { "": off }, {}, false],
    ["the text true", { "": { selected: "true" } }, {}, true],
    ["the text False", { "": { selected: "False", "selected-by-default": true } }, {}, false],
    ["another text", { "": { selected: "maybe", "selected-by-default": true } }, {}, true],
    ["null", { "": { selected: null, "selected-by-default": true } }, {}, true],
    ["selected by default", { "": { "selected-by-default": true } }, {}, true],
    ["not selected by default", { "": { "selected-by-default": false } }, {}, false],
    ["deselected against the default", { "": { ...off, "selected-by-default": true } }, {}, false],
    ["unsupported", { "": { inclusion: "unsupported", ...on } }, {}, false],
    ["automatic", { "": { inclusion: "automatic", ...off } }, {}, true],
    ["the older selected on the entry", {}, { selected: true }, true],
    ["the older deselected on the entry", {}, { selected: false }, false],
    ["the older selected beside metadata that does not say", { "": {} }, { selected: true }, true],
    ["metadata against the older form", { "": off }, { selected: true }, false],
    ["the older selected in the schema", {}, { schema: { ...schema, selected: "true" } }, true],
    ["the older deselected in the schema", {}, { schema: { ...schema, selected: false } }, false],
  ])("%s", (_name, metadata, more, expected) => {
    expect(selectionOf(entryOf(schema, metadata, more)).selected).toBe(expected);
  });

  it("leaves everything as it is when the stream is not selected", () => {
    const { schema: left, pick } = selectionOf(entryOf(schema, { "": off, name: off }));
    const record = { id: 1, name: "n" };
    expect(left).toBe(schema);
    expect(pick(record)).toBe(record);
  });
});

describe("which properties are selected", () => {
  const record = { id: 1, name: "n", address: { city: "c", zip: "z", geo: { lat: 1, lon: 2 } }, more: true };

  it.each<[string, Record<string, Metadata>, unknown]>([
    ["everything", {}, record],
    ["nothing that is declared", { name: off, address: off, id: off }, {}],
    ["one goes, and what the schema does not name", { name: off }, { id: 1, address: record.address }],
    ["one goes by the text false", { name: { selected: "false" } }, { id: 1, address: record.address }],
    ["one goes by default", { name: { "selected-by-default": false } }, { id: 1, address: record.address }],
    ["chosen against the default", { name: { ...on, "selected-by-default": false } }, record],
    [
      "unsupported goes although chosen",
      { name: { ...on, inclusion: "unsupported" } },
      { id: 1, address: record.address },
    ],
    ["automatic stays although deselected", { name: { ...off, inclusion: "automatic" } }, record],
    [
      "a nested one goes",
      { "address.zip": off },
      { id: 1, name: "n", address: { city: "c", geo: { lat: 1, lon: 2 } }, more: true },
    ],
    [
      "one two levels down goes",
      { "address.geo.lat": off },
      { id: 1, name: "n", address: { city: "c", zip: "z", geo: { lon: 2 } }, more: true },
    ],
    [
      "a deselected parent takes its own along",
      { address: off, "address.zip": on, "address.city": { inclusion: "automatic" } },
      { id: 1, name: "n" },
    ],
    [
      "a nested automatic one stays",
      { "address.city": { ...off, inclusion: "automatic" }, "address.zip": off, "address.geo": off },
      { id: 1, name: "n", address: { city: "c" }, more: true },
    ],
  ])("%s", (_name, metadata, expected) => {
    const { pick } = selectionOf(entryOf(schema, { "": on, ...metadata }));
    const picked = pick(record);
    // What the root's schema does not name goes only where something beside it was deselected.
    expect(picked).toEqual(expected);
    if (expected === record) expect(picked).toBe(record);
  });

  it("prunes the schema, and what is required", () => {
    const { schema: pruned } = selectionOf(
      entryOf(schema, { "": on, name: off, "address.zip": off, "address.geo.lon": off }),
    );
    expect(pruned).toStrictEqual({
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "integer" },
        address: {
          type: ["null", "object"],
          required: ["city"],
          properties: { city: { type: "string" }, geo: { type: "object", properties: { lat: {} } } },
        },
      },
    });
  });

  it("reads the older form in the schema", () => {
    const { schema: pruned } = selectionOf(
      entryOf(
        {
          selected: true,
          properties: {
            id: { inclusion: "automatic", selected: false },
            a: { selected: false },
            b: {},
            c: { inclusion: "unsupported", selected: true },
          },
        },
        {},
      ),
    );
    expect(Object.keys(pruned.properties ?? {})).toEqual(["id", "b"]);
  });

  it("keeps what identifies a record and the replication key", () => {
    const { schema: pruned, pick } = selectionOf(
      entryOf(
        { properties: { id: {}, at: {}, blob: {}, x: {} } },
        {
          "": { ...on, "table-key-properties": ["id", "blob"], "replication-key": "at" },
          id: off,
          at: off,
          x: off,
          blob: { inclusion: "unsupported" },
        },
      ),
    );
    expect(Object.keys(pruned.properties ?? {})).toEqual(["id", "at"]);
    expect(pick({ id: 1, at: 2, blob: 3, x: 4 })).toEqual({ id: 1, at: 2 });
  });

  it("treats what lies below such a property like everything else", () => {
    const { pick } = selectionOf(
      entryOf(
        { properties: { id: { properties: { id: {}, part: {} } }, x: {} } },
        { "": { ...on, "table-key-properties": ["id"] }, id: off, "id.id": off },
      ),
    );
    expect(pick({ id: { id: 1, part: 2 }, x: 3 })).toEqual({ id: { part: 2 }, x: 3 });
  });

  it("goes through alternatives and never through the items of arrays", () => {
    const variants: JsonSchema = {
      properties: {
        list: { type: "array", items: { properties: { secret: {} } } },
        any: {
          anyOf: [
            { type: "null" },
            { type: "object", required: ["secret"], properties: { open: {}, secret: {} } },
          ],
        },
      },
    };
    const selection = selectionOf(entryOf(variants, { "": on, "any.secret": off, "list.items": off }));
    expect(selection.pick({ list: [{ secret: 1 }], any: { open: 1, secret: 2 } })).toEqual({
      list: [{ secret: 1 }],
      any: { open: 1 },
    });
    expect(selection.schema).toEqual({
      properties: {
        list: variants.properties?.["list"],
        any: { anyOf: [{ type: "null" }, { type: "object", required: [], properties: { open: {} } }] },
      },
    });
  });

  it.each<[string, JsonSchema, boolean]>([
    ["closed by default", {}, false],
    ["closed", { additionalProperties: false }, false],
    ["open", { additionalProperties: true }, true],
    ["open to texts", { additionalProperties: { type: "string" } }, true],
    ["open to a pattern", { patternProperties: { "^x": {} } }, true],
  ])("treats undeclared properties of an object that is %s", (_name, more, kept) => {
    const { pick } = selectionOf(entryOf({ properties: { a: {}, b: {} }, ...more }, { "": on, b: off }));
    expect(pick({ x: 1, a: 2, b: 3 })).toEqual(kept ? { x: 1, a: 2 } : { a: 2 });
  });

  it.each([
    ["null", null],
    ["a text", "x"],
    ["a list", [{ lat: 1 }]],
    ["a number kept as text", rawNumber("12345678901234567890")],
  ])("leaves %s where an object was declared", (_name, value) => {
    const { pick } = selectionOf(entryOf(schema, { "": on, "address.zip": off }));
    expect(pick({ address: value })["address"]).toBe(value);
  });

  it.each([true, false])("is safe with hostile names (open: %s)", (additionalProperties) => {
    const hostile: JsonSchema = JSON.parse(
      `{"additionalProperties":${additionalProperties},"properties":{"__proto__":{"properties":{"polluted":{},"kept":{}}},"constructor":{},"toString":{},"gone":{}}}`,
    );
    const { pick, schema: pruned } = selectionOf(
      entryOf(hostile, { "": on, gone: off, "__proto__.polluted": off, toString: off }),
    );
    const text = '{"__proto__":{"polluted":1,"kept":2},"constructor":3,"toString":4,"gone":5}';
    expect(JSON.stringify(pick(JSON.parse(text)))).toBe('{"__proto__":{"kept":2},"constructor":3}');
    expect(pick({})).toEqual({});
    expect(JSON.stringify(pruned.properties)).toBe(
      '{"__proto__":{"properties":{"kept":{}}},"constructor":{}}',
    );
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("survives a schema that is nested without end, and nonsense in it", () => {
    let deep: JsonSchema = { properties: { leaf: {} } };
    for (let level = 0; level < 5000; level += 1) deep = { properties: { a: deep } };
    expect(selectionOf(entryOf(deep, { "": on })).selected).toBe(true);
    expect(
      selectionOf(
        entryOf(JSON.parse('{"properties":{"a":null,"b":5},"anyOf":[1],"required":"a"}'), { "": on, a: off }),
      ).schema,
    ).toEqual(JSON.parse('{"properties":{"b":5},"anyOf":[1]}'));
  });
});

describe("how a stream is read", () => {
  it.each<[string, Metadata, Metadata, string | undefined, string | undefined, string[]]>([
    ["nothing known", {}, {}, undefined, undefined, []],
    [
      "forced",
      {
        "forced-replication-method": "INCREMENTAL",
        "valid-replication-keys": ["at"],
        "table-key-properties": ["id"],
      },
      {},
      "INCREMENTAL",
      "at",
      ["id"],
    ],
    [
      "forced wins",
      {
        "forced-replication-method": "INCREMENTAL",
        "replication-method": "LOG_BASED",
        "replication-key": "at",
      },
      {},
      "INCREMENTAL",
      "at",
      [],
    ],
    [
      "a full table may always be chosen",
      {
        "forced-replication-method": "INCREMENTAL",
        "replication-method": "full_table",
        "replication-key": "at",
      },
      {},
      "FULL_TABLE",
      undefined,
      [],
    ],
    [
      "a full table stays one",
      {
        "forced-replication-method": "FULL_TABLE",
        "replication-method": "INCREMENTAL",
        "replication-key": "at",
      },
      {},
      "FULL_TABLE",
      undefined,
      [],
    ],
    [
      "chosen",
      { "replication-method": "LOG_BASED" },
      { replication_method: "FULL_TABLE" },
      "LOG_BASED",
      undefined,
      [],
    ],
    [
      "on the entry",
      {},
      { replication_method: "incremental", replication_key: "at", key_properties: ["id"] },
      "INCREMENTAL",
      "at",
      ["id"],
    ],
    [
      "metadata before the entry",
      { "replication-key": "b", "table-key-properties": ["x"] },
      { replication_method: "INCREMENTAL", replication_key: "a", key_properties: ["y"] },
      "INCREMENTAL",
      "b",
      ["x"],
    ],
    [
      "several keys to choose from",
      { "valid-replication-keys": ["a", "b"] },
      { replication_method: "INCREMENTAL" },
      "INCREMENTAL",
      undefined,
      [],
    ],
    [
      "a view",
      { "is-view": true, "view-key-properties": ["v"], "table-key-properties": ["t"] },
      {},
      undefined,
      undefined,
      ["v"],
    ],
    [
      "a view that nobody calls one",
      { "view-key-properties": ["v"], "table-key-properties": [] },
      {},
      undefined,
      undefined,
      ["v"],
    ],
    [
      "a table with keys of a view",
      { "view-key-properties": ["v"], "table-key-properties": ["t"] },
      {},
      undefined,
      undefined,
      ["t"],
    ],
    [
      "keys that make no sense",
      { "table-key-properties": [1], "replication-key": 5, "forced-replication-method": {} },
      {},
      undefined,
      undefined,
      [],
    ],
  ])("%s", (_name, stream, more, method, key, keys) => {
    const selection = selectionOf(entryOf(schema, { "": { ...on, ...stream } }, more));
    expect([selection.replicationMethod, selection.replicationKey, selection.keyProperties]).toEqual([
      method,
      key,
      keys,
    ]);
  });

  it("selects everything of a discovered entry", () => {
    const entry = catalogEntry({
      tapStreamId: "users",
      schema,
      keyProperties: ["id"],
      replicationMethod: "FULL_TABLE",
    });
    const selection = selectionOf(entry);
    expect(selection).toMatchObject({
      selected: true,
      keyProperties: ["id"],
      replicationMethod: "FULL_TABLE",
    });
    expect(selection.schema).toBe(schema);
  });
});

describe("schema and records", () => {
  const names = ["a", "b", "constructor", "__proto__"];
  const node = fc.letrec<{ node: JsonSchema }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.constant<JsonSchema>({ type: "string" }),
      fc
        .dictionary(fc.constantFrom(...names), tie("node"))
        .map((properties): JsonSchema => ({ type: "object", properties, required: Object.keys(properties) })),
    ),
  })).node;
  const metadata = fc.array(
    fc.record({
      breadcrumb: fc
        .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
        .map((path) => path.flatMap((name) => ["properties", name])),
      metadata: fc.record(
        { selected: fc.boolean(), inclusion: fc.constantFrom("available", "automatic", "unsupported") },
        { requiredKeys: [] },
      ),
    }),
  );

  function recordFor(schema: JsonSchema): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, each]) => [
        name,
        each.type === "object" ? recordFor(each) : "x",
      ]),
    );
  }

  it("always agree: a picked record has exactly what the pruned schema names", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), node), metadata, (properties, entries) => {
        const whole: JsonSchema = { type: "object", properties };
        const selection = selectionOf({
          tap_stream_id: "s",
          stream: "s",
          schema: whole,
          metadata: [{ breadcrumb: [], metadata: on }, ...entries],
        });
        const record = recordFor(whole);
        const before = JSON.stringify(record);
        expect(JSON.stringify(selection.pick(record))).toBe(JSON.stringify(recordFor(selection.schema)));
        expect(JSON.stringify(record)).toBe(before);
      }),
    );
  });
});
