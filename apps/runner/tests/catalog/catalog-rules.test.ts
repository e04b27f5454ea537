import { isObject, parseExact } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { applyCatalogRules, type CatalogRules, filterCatalog } from "../../src/catalog/catalog-rules.ts";
import { isRawCatalog, metadataOf, type RawCatalog } from "../../src/catalog/raw-catalog.ts";
import { selectPattern } from "../../src/catalog/select-pattern.ts";
import { unmatchedText } from "../../src/catalog/unmatched-rules.ts";

const all: CatalogRules = { schema: {}, select: ["*.*"], metadata: {}, selectFilter: [] };

function property(...names: string[]): string[] {
  return names.flatMap((name) => ["properties", name]);
}

function entry(breadcrumb: string[], inclusion = "available") {
  return { breadcrumb, metadata: { inclusion } };
}

const users = {
  tap_stream_id: "users",
  stream: "users",
  schema: {
    type: "object",
    properties: {
      id: { type: "integer" },
      email: { type: "string" },
      address: { type: "object", properties: { city: { type: "string" }, zip: { type: "string" } } },
      secret: { type: "string" },
    },
  },
  metadata: [
    entry([]),
    entry(property("id"), "automatic"),
    entry(property("email")),
    entry(property("address")),
    entry(property("address", "city")),
    entry(property("address", "zip")),
    entry(property("secret"), "unsupported"),
  ],
};
const orders = {
  tap_stream_id: "public.orders",
  stream: "orders",
  schema: { properties: {} },
  metadata: [entry([])],
};
const catalog: RawCatalog = { streams: [users, orders] };

/** What is selected: `users`, `users.email`. */
function chosen(select: readonly string[], more: Partial<CatalogRules> = {}): readonly string[] {
  const ruled = applyCatalogRules(catalog, { ...all, select, ...more });
  return ruled.catalog.streams.flatMap((stream) => {
    if (!isObject(stream)) return [];
    return metadataOf(stream).flatMap((each) => {
      if (!isObject(each) || !isObject(each["metadata"]) || each["metadata"]["selected"] !== true) return [];
      const names: unknown[] = Array.isArray(each["breadcrumb"]) ? each["breadcrumb"] : [];
      return [[stream["stream"], ...names.filter((name) => name !== "properties")].join(".")];
    });
  });
}

const whole = [
  "users",
  "users.id",
  "users.email",
  "users.address",
  "users.address.city",
  "users.address.zip",
];
const without = (...names: string[]) => whole.filter((name) => !names.includes(name));

describe("select", () => {
  it.each([
    { name: "everything", select: ["*.*"], expected: [...whole, "orders"] },
    { name: "nothing without rules", select: [], expected: [] },
    { name: "a stream as the stream and all of it", select: ["users"], expected: whole },
    { name: "a property with its stream", select: ["users.email"], expected: ["users", "users.email"] },
    {
      name: "a nested property with its parents",
      select: ["users.address.zip"],
      expected: ["users", "users.address", "users.address.zip"],
    },
    {
      name: "exclusion wherever it stands",
      select: ["!users.email", "users.*"],
      expected: without("users.email"),
    },
    {
      name: "the parents of what is excluded",
      select: ["users.*", "!users.address.zip"],
      expected: without("users.address.zip"),
    },
    { name: "no stream by excluding it whole", select: ["*.*", "!users"], expected: ["orders"] },
    { name: "no stream by excluding all of it", select: ["*.*", "!users.*"], expected: ["orders"] },
    { name: "a name with a dot by a backslash", select: ["public\\.orders.*"], expected: ["orders"] },
    { name: "nothing by a name with a dot and no backslash", select: ["public.orders.*"], expected: [] },
    { name: "nothing where there are only excluding rules", select: ["!users.email"], expected: [] },
    { name: "what is below by a star", select: ["users.a*"], expected: ["users", ...whole.slice(3)] },
  ])("takes $name", ({ select, expected }) => {
    expect(chosen(select)).toEqual(expected);
  });

  it("gives way to metadata, and metadata to select_filter", () => {
    const metadata = {
      users: { selected: true, email: { selected: true } },
      "u*": { address: { selected: false } },
    };
    expect(chosen(["!*.*"], { metadata })).toEqual(["users", "users.email"]);
    expect(chosen(["*.*"], { metadata, selectFilter: ["public\\.orders"] })).toEqual([
      ...without("users", "users.address"),
      "orders",
    ]);
    expect(chosen(["*.*"], { selectFilter: ["!users.anything"] })).toEqual([...without("users"), "orders"]);
  });

  it("answers the streams that are read", () => {
    expect(applyCatalogRules(catalog, { ...all, select: ["users.id"] }).selected).toEqual(["users"]);
    expect(
      filterCatalog({ streams: [{ stream: "old", schema: {}, selected: true }, orders] }, []).selected,
    ).toEqual(["old"]);
  });

  it.each([
    { text: "!a.b.c", parts: { excludes: true, stream: "a", property: "b.c" } },
    { text: "a\\.b", parts: { excludes: false, stream: "a.b", property: "" } },
    { text: "a.b\\.c", parts: { excludes: false, stream: "a", property: "b\\.c" } },
    { text: "a.", parts: { excludes: false, stream: "a", property: "" } },
    { text: "", parts: { excludes: false, stream: "", property: "" } },
  ])("takes the rule $text apart", ({ text, parts }) => {
    expect(selectPattern(text)).toEqual({ text, ...parts });
  });
});

describe("what no rule names", () => {
  it("stays as it was written: order, unknown keys, numbers beyond a double", () => {
    const text =
      '{"zeta":[1],"streams":[{"x":9007199254740993,"stream":"a","tap_stream_id":"a","schema":{"properties":' +
      '{"n":{"maximum":123456789012345678901234567890,"multipleOf":1e-400}}},"key_properties":["n"],"metadata":' +
      '[{"metadata":{"inclusion":"available","x":0.10000000000000000001},"breadcrumb":[]},' +
      '{"breadcrumb":["properties","n"],"metadata":{"inclusion":"automatic"},"own":1}],"selected":true}],"version":1}';
    const parsed = parseExact(text);
    if (!isRawCatalog(parsed)) throw new TypeError("no catalog");
    const ruled = applyCatalogRules(parsed, {
      ...all,
      metadata: { a: { "replication-method": "FULL_TABLE" } },
    });
    expect(JSON.stringify(ruled.catalog)).toBe(
      text
        .replace(
          '"x":0.10000000000000000001}',
          '"x":0.10000000000000000001,"selected":true,"replication-method":"FULL_TABLE"}',
        )
        .replace('"automatic"}', '"automatic","selected":true}')
        .replace('"selected":true}]', '"selected":true,"replication_method":"FULL_TABLE"}]'),
    );
  });

  it("does not change what it was given", () => {
    const before = structuredClone(catalog);
    applyCatalogRules(catalog, { ...all, schema: { users: { id: {} } }, metadata: { "*": { x: 1 } } });
    expect(catalog).toEqual(before);
  });

  it.each([
    { name: "streams that are no objects", streams: [1, null, "x", []] },
    { name: "streams without names", streams: [{ schema: {} }, { tap_stream_id: 7 }] },
    {
      name: "metadata that is none",
      streams: [{ stream: "a", metadata: [1, { breadcrumb: "x" }, { breadcrumb: [1] }] }],
    },
    { name: "schemas that are none", streams: [{ stream: "a", schema: { properties: { x: true, y: [] } } }] },
    {
      name: "names of what objects have",
      streams: [{ stream: "__proto__", schema: { properties: JSON.parse('{"__proto__":{}}') } }],
    },
  ])("survives $name", ({ streams }) => {
    const rules = { ...all, select: ["*.*", "!__proto__.constructor"], schema: { "*": { x: {} } } };
    expect(applyCatalogRules({ streams }, rules).catalog.streams).toHaveLength(streams.length);
  });
});

describe("schema", () => {
  const typed = (schema: Record<string, unknown>) => {
    const [stream] = applyCatalogRules(catalog, { ...all, schema }).catalog.streams;
    return isObject(stream) ? stream["schema"] : undefined;
  };

  it("replaces a property whole, and adds one that is not there", () => {
    const schema = typed({ users: { email: { type: "integer" }, "created-at": { format: "date-time" } } });
    const { id, address, secret } = users.schema.properties;
    expect(schema).toEqual({
      type: "object",
      properties: { id, email: { type: "integer" }, address, secret, "created-at": { format: "date-time" } },
    });
  });

  it("lets the last rule win, and adds no property for a pattern", () => {
    const schema = typed({
      "u*": { "e*": { type: "integer" }, "z*": {} },
      users: { email: { type: "null" } },
    });
    expect(schema).toEqual({
      ...users.schema,
      properties: { ...users.schema.properties, email: { type: "null" } },
    });
  });

  it("is not applied below what it replaced", () => {
    const deep = { type: "object", properties: { inner: { type: "integer" } } };
    expect(typed({ users: { "*": deep } })).toEqual({
      type: "object",
      properties: { id: deep, email: deep, address: deep, secret: deep },
    });
  });

  it.each([
    {
      name: "schema of a stream",
      rules: { schema: { users: 1 } },
      says: 'schema of "users": it must be an object',
    },
    {
      name: "schema of a property",
      rules: { schema: { users: { id: "integer" } } },
      says: 'schema of "users.id": it must be an object',
    },
    {
      name: "metadata",
      rules: { metadata: { users: "x" } },
      says: 'metadata of "users": it must be an object',
    },
  ])("refuses $name that is no object with exit code 2", ({ rules, says }) => {
    expect(() => applyCatalogRules(catalog, { ...all, ...rules })).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(says) }),
    );
  });
});

describe("rules that match nothing", () => {
  it("are named with what may have been meant", () => {
    const { unmatched } = applyCatalogRules(catalog, {
      select: [
        "usres.*",
        "users.emial",
        "users.*",
        "users.address.citty",
        "nothing-like-it.*",
        "!users.phone",
        "x*",
        "x*",
      ],
      metadata: { users: { "replication-key": "id", emali: { x: 1 } }, order: { x: 1 } },
      schema: { user: { id: {} }, users: { "phone*": {} } },
      selectFilter: ["public\\.order"],
    });
    expect(unmatched.map(unmatchedText)).toEqual([
      "the select rule usres.* matches nothing. Did you mean users?",
      "the select rule users.emial matches nothing. Did you mean users.email?",
      "the select rule users.address.citty matches nothing. Did you mean users.address.city?",
      "the select rule nothing-like-it.* matches nothing.",
      "the select rule !users.phone matches nothing.",
      "the select rule x* matches nothing.",
      "the select_filter rule public\\.order matches nothing. Did you mean public.orders?",
      "the metadata rule users.emali.x matches nothing. Did you mean users.email?",
      "the metadata rule order.x matches nothing.",
      "the schema rule user.id matches nothing. Did you mean users?",
      "the schema rule users.phone* matches nothing.",
    ]);
  });

  it("are none when all match, also properties that only a schema rule makes", () => {
    const rules = { ...all, select: ["users.new_one"], schema: { users: { new_one: {} } } };
    expect(applyCatalogRules(catalog, rules).unmatched).toEqual([]);
  });
});

describe("a filter over a catalog of the project's own", () => {
  it("changes nothing without rules", () => {
    expect(filterCatalog(catalog, []).catalog).toBe(catalog);
  });

  it("only deselects streams", () => {
    const given = {
      streams: [{ ...users, metadata: [{ breadcrumb: [], metadata: { selected: true } }] }, orders],
    };
    const { catalog: filtered, selected, unmatched } = filterCatalog(given, ["!users", "!userz"]);
    expect(selected).toEqual([]);
    expect(unmatched.map(({ rule }) => rule)).toEqual(["!userz"]);
    const [first] = filtered.streams;
    expect(isObject(first) && first["schema"]).toBe(users.schema);
    expect(isObject(first) && metadataOf(first)[0]).toEqual({
      breadcrumb: [],
      metadata: { selected: false },
    });
  });
});
