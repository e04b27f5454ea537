import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, catalogEntry, parseCatalog } from "../src/index.ts";

function messageOf(text: string): string {
  try {
    parseCatalog(text);
  } catch (error) {
    if (ConfigError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const schema = { type: "object", properties: { id: { type: "integer" } } };

describe("parseCatalog", () => {
  it("keeps unknown keys at every level, and every digit", () => {
    const text =
      '{"version":1,"streams":[{"tap_stream_id":"users","stream":"Users","row_count":12345678901234567890,' +
      '"schema":{"type":"object","x-mine":{"a":[1]},"properties":{"__proto__":{"type":"string"},"id":{"maximum":9223372036854775807}}},' +
      '"metadata":[{"breadcrumb":[],"note":"n","metadata":{"selected":"true","my-key":{"deep":null}}},' +
      '{"breadcrumb":["properties","__proto__"],"metadata":{"sql-datatype":"int"}}],' +
      '"key_properties":["id"],"replication_key":null,"replication_method":"FULL_TABLE","__proto__":{"a":1}}]}';
    expect(JSON.parse(JSON.stringify(parseCatalog(text)))).toEqual(JSON.parse(text));
    expect(JSON.stringify(parseCatalog(text))).toContain("12345678901234567890");
    expect(JSON.stringify(parseCatalog(text))).toContain("9223372036854775807");
    expect(JSON.stringify(parseCatalog(text))).toContain('"__proto__":{"a":1}');
  });

  it("reads what it wrote, whatever the metadata holds", () => {
    const name = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "selected"),
      fc.string({ minLength: 1 }),
    );
    const entry = fc.record({
      tap_stream_id: name,
      stream: name,
      schema: fc.dictionary(name, fc.jsonValue()),
      metadata: fc.array(
        fc.record({ breadcrumb: fc.array(fc.string()), metadata: fc.dictionary(name, fc.jsonValue()) }),
      ),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (each) => each.tap_stream_id }), (streams) => {
        const text = JSON.stringify({ streams });
        expect(JSON.parse(JSON.stringify(parseCatalog(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ["no metadata", { streams: [{ tap_stream_id: "u", stream: "u", schema }] }],
    [
      "null for what is optional",
      { streams: [{ tap_stream_id: "u", stream: "u", schema, metadata: null, key_properties: null }] },
    ],
    ["only tap_stream_id", { streams: [{ tap_stream_id: "u", schema }] }],
    ["only stream, as --properties has it", { streams: [{ stream: "u", schema }] }],
    ["streams by name", { streams: { u: { schema } } }],
  ])("completes an entry with %s", (_name, catalog) => {
    expect(parseCatalog(JSON.stringify(catalog)).streams).toEqual([
      { tap_stream_id: "u", stream: "u", schema, metadata: [] },
    ]);
  });

  it("takes one text for a list of one, and no breadcrumb for the stream's", () => {
    const entry = {
      tap_stream_id: "u",
      schema,
      key_properties: "id",
      metadata: [{ metadata: { selected: true } }, {}],
    };
    expect(parseCatalog(`\uFEFF${JSON.stringify({ streams: [entry] })}`).streams).toEqual([
      {
        tap_stream_id: "u",
        stream: "u",
        schema,
        key_properties: ["id"],
        metadata: [
          { breadcrumb: [], metadata: { selected: true } },
          { breadcrumb: [], metadata: {} },
        ],
      },
    ]);
  });

  const users = { tap_stream_id: "users", schema };
  it.each<[string, unknown, string]>([
    ["a list", [], 'catalog: it is no object with "streams". Make one with --discover.'],
    ["null", null, 'catalog: it is no object with "streams". Make one with --discover.'],
    ["no streams", { stream: [] }, 'catalog: it is no object with "streams". Make one with --discover.'],
    ["a stream that is null", { streams: [users, null] }, "catalog: streams[1] must be an object."],
    [
      "a stream without a name",
      { streams: [{ schema }] },
      'catalog: streams[0] has no text "tap_stream_id".',
    ],
    [
      "a name that is a number",
      { streams: [{ tap_stream_id: 5, schema }] },
      'catalog: streams[0] has no text "tap_stream_id".',
    ],
    [
      "no schema",
      { streams: [{ tap_stream_id: "users" }] },
      'catalog: stream "users" has no object "schema".',
    ],
    [
      "a schema in a text",
      { streams: [{ tap_stream_id: "users", schema: "{}" }] },
      'catalog: stream "users" has no object "schema".',
    ],
    [
      "metadata by name",
      { streams: [{ ...users, metadata: {} }] },
      'catalog: stream "users": "metadata" must be a list.',
    ],
    [
      "an entry that is a text",
      { streams: [{ ...users, metadata: ["x"] }] },
      'catalog: stream "users": metadata[0] must be an object.',
    ],
    [
      "a breadcrumb of numbers",
      { streams: [{ ...users, metadata: [{ breadcrumb: [1] }] }] },
      'catalog: stream "users": metadata[0]: "breadcrumb" must be a list of texts.',
    ],
    [
      "metadata in a list",
      { streams: [{ ...users, metadata: [{ breadcrumb: [], metadata: [] }] }] },
      'catalog: stream "users": metadata[0]: "metadata" must be an object.',
    ],
    [
      "keys of numbers",
      { streams: [{ ...users, key_properties: [1] }] },
      'catalog: stream "users": "key_properties" must be a list of texts.',
    ],
    [
      "a replication key in a list",
      { streams: [{ ...users, replication_key: [] }] },
      'catalog: stream "users": "replication_key" must be a text or null.',
    ],
    [
      "a method that is a number",
      { streams: [{ ...users, replication_method: 1 }] },
      'catalog: stream "users": "replication_method" must be a text or null.',
    ],
    ["a stream twice", { streams: [users, users] }, 'catalog: stream "users" is there twice.'],
    ["a bad stream by name", { streams: { "a b": 1 } }, 'catalog: streams["a b"] must be an object.'],
  ])("refuses %s", (_name, catalog, message) => {
    expect(messageOf(JSON.stringify(catalog))).toBe(message);
  });

  it("names the place where the text is no JSON", () => {
    expect(messageOf('{"streams": [\n{]}')).toBe(
      "catalog: not valid JSON at line 2, column 2. Make it again with --discover.",
    );
  });
});

describe("catalogEntry", () => {
  it("writes the standard metadata", () => {
    const properties = { id: {}, updated_at: {}, name: {} };
    expect(
      catalogEntry({
        tapStreamId: "users",
        schema: { type: "object", properties },
        keyProperties: ["id"],
        replicationMethod: "INCREMENTAL",
        replicationKey: "updated_at",
        parent: "groups",
      }),
    ).toStrictEqual({
      tap_stream_id: "users",
      stream: "users",
      schema: { type: "object", properties },
      key_properties: ["id"],
      replication_key: "updated_at",
      replication_method: "INCREMENTAL",
      metadata: [
        {
          breadcrumb: [],
          metadata: {
            inclusion: "available",
            "selected-by-default": true,
            "table-key-properties": ["id"],
            "forced-replication-method": "INCREMENTAL",
            "valid-replication-keys": ["updated_at"],
            "parent-tap-stream-id": "groups",
          },
        },
        { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
        { breadcrumb: ["properties", "updated_at"], metadata: { inclusion: "automatic" } },
        { breadcrumb: ["properties", "name"], metadata: { inclusion: "available" } },
      ],
    });
  });

  it("leaves out what a stream does not have", () => {
    const entry = catalogEntry({
      tapStreamId: "__proto__",
      schema: {},
      keyProperties: [],
      replicationMethod: "FULL_TABLE",
      selectedByDefault: false,
    });
    expect(entry).toStrictEqual({
      tap_stream_id: "__proto__",
      stream: "__proto__",
      schema: {},
      key_properties: [],
      replication_method: "FULL_TABLE",
      metadata: [
        {
          breadcrumb: [],
          metadata: {
            inclusion: "available",
            "selected-by-default": false,
            "table-key-properties": [],
            "forced-replication-method": "FULL_TABLE",
          },
        },
      ],
    });
    expect(parseCatalog(JSON.stringify({ streams: [entry] })).streams).toEqual([entry]);
  });
});
