import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Catalog,
  type CatalogEntry,
  globMatcher,
  type JsonSchema,
  selectionOf,
  selectStreams,
} from "../src/index.ts";

function stream(id: string, schema: JsonSchema, metadata: CatalogEntry["metadata"] = []): CatalogEntry {
  return { tap_stream_id: id, stream: id, schema, metadata };
}

const users = stream(
  "users",
  {
    properties: {
      id: {},
      email: {},
      blob: {},
      address: { properties: { city: {}, zip: {}, geo: { properties: { lat: {} } } } },
    },
  },
  [
    { breadcrumb: [], metadata: { "table-key-properties": ["id"], mine: 1 } },
    { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
    { breadcrumb: ["properties", "blob"], metadata: { inclusion: "unsupported" } },
  ],
);
const catalog: Catalog = {
  version: 2,
  streams: [
    users,
    stream("user_audits", { properties: { id: {}, at: {} } }),
    stream("public.orders", { properties: { id: {}, "a.b": {} } }),
    stream("__proto__", { properties: { id: {}, constructor: {} } }),
  ],
};

/** What is selected, as dotted names. */
function selected(rules: readonly string[], from: Catalog = catalog): Record<string, string[]> {
  const chosen = selectStreams(from, rules).catalog.streams.map((entry) => ({
    entry,
    ...selectionOf(entry),
  }));
  return Object.fromEntries(
    chosen.filter((each) => each.selected).map(({ entry, schema }) => [entry.tap_stream_id, leaves(schema)]),
  );
}

function leaves(schema: JsonSchema, prefix = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, node]) =>
    node.properties === undefined ? [`${prefix}${name}`] : leaves(node, `${prefix}${name}.`),
  );
}

const wholeUsers = ["id", "email", "address.city", "address.zip", "address.geo.lat"];

describe("selectStreams", () => {
  it.each<[string, string[], Record<string, string[]>]>([
    ["a stream", ["users"], { users: wholeUsers }],
    ["a stream and all of it", ["users.*"], { users: wholeUsers }],
    [
      "everything",
      ["*.*"],
      {
        users: wholeUsers,
        user_audits: ["id", "at"],
        "public.orders": ["id", "a.b"],
        ["__proto__"]: ["id", "constructor"],
      },
    ],
    [
      "everything, shorter",
      ["*"],
      {
        users: wholeUsers,
        user_audits: ["id", "at"],
        "public.orders": ["id", "a.b"],
        ["__proto__"]: ["id", "constructor"],
      },
    ],
    ["streams by a pattern", ["user[!s]*"], { user_audits: ["id", "at"] }],
    ["one character", ["user?"], { users: wholeUsers }],
    ["a property, with what is automatic", ["users.email"], { users: ["id", "email"] }],
    ["properties by a pattern", ["users.e*"], { users: ["id", "email"] }],
    ["a nested property, with its parents", ["users.address.city"], { users: ["id", "address.city"] }],
    ["a parent alone, without what is below", ["users.address"], { users: ["id"] }],
    [
      "all below a parent",
      ["users.address.*"],
      { users: ["id", "address.city", "address.zip", "address.geo.lat"] },
    ],
    ["a star that crosses levels", ["users.*lat"], { users: ["id", "address.geo.lat"] }],
    ["what is unsupported stays out", ["users.blob", "users.email"], { users: ["id", "email"] }],
    [
      "an exclusion",
      ["users.*", "!users.email"],
      { users: ["id", "address.city", "address.zip", "address.geo.lat"] },
    ],
    [
      "an exclusion that stands first",
      ["!users.email", "users.*"],
      { users: ["id", "address.city", "address.zip", "address.geo.lat"] },
    ],
    ["an exclusion against the property itself", ["users.email", "!users.email"], { users: ["id"] }],
    ["an exclusion of a parent", ["users.*", "!users.address"], { users: ["id", "email"] }],
    ["an exclusion of what is automatic does nothing", ["users.*", "!users.id"], { users: wholeUsers }],
    [
      "an exclusion of a stream",
      ["*.*", "!user*"],
      { "public.orders": ["id", "a.b"], ["__proto__"]: ["id", "constructor"] },
    ],
    ["an exclusion of a stream, longer", ["users", "user_audits.id", "!users.*"], { user_audits: ["id"] }],
    ["a property of every stream", ["*.at"], { user_audits: ["at"] }],
    ["an escaped dot in a stream", ["public\\.orders.id"], { "public.orders": ["id"] }],
    ["an escaped dot in a property", ["public\\.orders.a\\.b"], { "public.orders": ["a.b"] }],
    ["an unescaped dot", ["public.orders"], {}],
    ["a hostile name", ["__proto__.constructor"], { ["__proto__"]: ["constructor"] }],
    ["nothing that exists", ["nope.*", "users.nope"], {}],
    [
      "no rule at all",
      [],
      { user_audits: ["id", "at"], "public.orders": ["id", "a.b"], ["__proto__"]: ["id", "constructor"] },
    ],
    [
      "only exclusions: the catalog's selection is the start",
      ["!public*", "!user_audits.at"],
      { user_audits: ["id"], ["__proto__"]: ["id", "constructor"] },
    ],
  ])("%s: %j", (_name, rules, expected) => {
    expect(selected(rules)).toEqual(expected);
  });

  it.each<[string[], string[]]>([
    [
      ["users", "nope", "users.nope", "!gone.*", "!users.gone", "*.at", "users.blob", ""],
      ["nope", "users.nope", "!gone.*", "!users.gone", ""],
    ],
    [["users.*", "USERS"], ["USERS"]],
    [[], []],
  ])("names of %j the rules that matched nothing", (rules, unmatched) => {
    expect(selectStreams(catalog, rules).unmatched).toEqual(unmatched);
  });

  it("keeps all else of the catalog and changes nothing in place", () => {
    const before = JSON.stringify(catalog);
    const { catalog: next } = selectStreams(catalog, ["users.email"]);
    expect(JSON.stringify(catalog)).toBe(before);
    expect(next["version"]).toBe(2);
    expect(next.streams[0]).toEqual({
      ...users,
      selected: true,
      metadata: [
        { breadcrumb: [], metadata: { "table-key-properties": ["id"], mine: 1, selected: true } },
        { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
        { breadcrumb: ["properties", "blob"], metadata: { inclusion: "unsupported", selected: false } },
        { breadcrumb: ["properties", "email"], metadata: { inclusion: "available", selected: true } },
        ...["address", "address.city", "address.zip", "address.geo", "address.geo.lat"].map((path) => ({
          breadcrumb: path.split(".").flatMap((name) => ["properties", name]),
          metadata: { inclusion: "available", selected: false },
        })),
      ],
    });
    expect(selectStreams(catalog, []).catalog).toBe(catalog);
  });

  it("says of what is unsupported that it is not selected", () => {
    const [first] = selectStreams(catalog, ["users.*"]).catalog.streams;
    const blob = first?.metadata.find(({ breadcrumb }) => breadcrumb[1] === "blob");
    expect(blob?.metadata).toEqual({ inclusion: "unsupported", selected: false });
  });

  it("selects no stream by excluding a part of it", () => {
    expect(Object.keys(selected(["!users.email"]))).toEqual(["user_audits", "public.orders", "__proto__"]);
  });

  it("overrules the older form of a selection", () => {
    const old: Catalog = {
      streams: [
        {
          ...stream("a", {
            selected: true,
            properties: { id: { inclusion: "automatic" }, x: { selected: true } },
          }),
          selected: true,
        },
        stream("b", { selected: false, properties: { id: { selected: false } } }),
      ],
    };
    expect(selected(["b.*"], old)).toEqual({ b: ["id"] });
    expect(
      selectStreams(old, ["b.*"]).catalog.streams.map((each) => [each["selected"], each.schema["selected"]]),
    ).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(selected(["a.nope", "a.id"], old)).toEqual({ a: ["id"] });
  });

  it("never selects what a rule excludes, in whatever order rules stand", () => {
    const rule = fc.constantFrom(
      "*",
      "users",
      "users.*",
      "users.email",
      "users.address.city",
      "user_audits",
      "*.id",
      "*.*",
      "users.address.*",
      "*.z*",
    );
    fc.assert(
      fc.property(fc.array(rule), fc.array(rule, { minLength: 1 }), fc.nat(), (includes, excludes, seed) => {
        const rules = [...includes, ...excludes.map((each) => `!${each}`)];
        const shuffled = rules
          .map((each, index) => ({ each, key: (seed * (index + 7)) % 101 }))
          .sort((a, b) => a.key - b.key);
        const result = selected(shuffled.map(({ each }) => each));
        expect(result).toEqual(selected(rules));
        for (const [id, names] of Object.entries(result)) {
          const isExcluded = (name: string): boolean =>
            excludes.some((each) => {
              const [stream = "", ...property] = each.split(".");
              const pattern = property.length === 0 ? "*" : property.join(".");
              return globMatcher(stream)(id) && globMatcher(pattern)(name);
            });
          // The one automatic property stays as long as its stream does.
          expect(names.filter((name) => isExcluded(name) && `${id}.${name}` !== "users.id")).toEqual([]);
        }
      }),
    );
  });
});

describe("globMatcher", () => {
  it.each<[string, string, boolean]>([
    ["users", "users", true],
    ["users", "Users", false],
    ["user", "users", false],
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a.b\nc", true],
    ["a*c", "abbbc", true],
    ["a*c", "abbb", false],
    ["*a*b", "xxaxxab", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["?", "😀", true],
    ["[abc]", "b", true],
    ["[abc]", "d", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[!a-c]x", "dx", true],
    ["[z-a]", "m", false],
    ["[]]", "]", true],
    ["[!]]", "]", false],
    ["[!]]", "a", true],
    ["[^a]", "^", true],
    ["[^a]", "b", false],
    ["[a-]", "-", true],
    ["[*]", "*", true],
    ["[*]", "a", false],
    ["a[", "a[", true],
    ["[!", "[!", true],
    ["a.b", "axb", false],
    ["(a|b)+", "(a|b)+", true],
    ["\\d", "\\d", true],
  ])("%j against %j is %s", (pattern, text, expected) => {
    expect(globMatcher(pattern)(text)).toBe(expected);
  });

  it("finds what was cut out by stars", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", ".") }), { minLength: 1 }),
        fc.string({ unit: fc.constantFrom("a", "b", ".") }),
        (parts, filler) => {
          expect(globMatcher(parts.join("*"))(parts.join(filler))).toBe(true);
        },
      ),
    );
  });

  it("takes no time for a pattern that makes others hang", () => {
    expect(globMatcher(`${"a*".repeat(200)}b`)("a".repeat(5000))).toBe(false);
  });
});
