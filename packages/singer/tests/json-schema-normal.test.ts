import { describe, expect, it } from "vitest";
import { isObject, type JsonSchema, normalizeSchema, parseExact, resolveReferences } from "../src/index.ts";

/** Also for what is no proper schema. */
function schemaOf(value: unknown): JsonSchema {
  if (!isObject(value)) throw new Error("no schema");
  return value;
}

describe("normalizeSchema", () => {
  it.each<[string, unknown, unknown]>([
    [
      "exclusive bounds of draft 4",
      { minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      { exclusiveMinimum: 0, maximum: 9 },
    ],
    ["a flag without a bound", { exclusiveMinimum: true }, {}],
    [
      "exclusive bounds of today",
      { minimum: 1, exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { minimum: 1, exclusiveMinimum: 0, exclusiveMaximum: 9 },
    ],
    [
      "bounds that doubles cannot hold",
      parseExact('{"minimum":-9223372036854775808,"maximum":9223372036854775807}'),
      { minimum: -(2 ** 63), maximum: 2 ** 63 },
    ],
    [
      "an exclusive bound that doubles cannot hold",
      parseExact('{"exclusiveMaximum":9223372036854775808}'),
      { maximum: 2 ** 63 },
    ],
    [
      "items of draft 4",
      { items: [{ type: "string" }, {}], additionalItems: { type: "integer" } },
      { prefixItems: [{ type: "string" }, {}], items: { type: "integer" } },
    ],
    ["no more items", { items: [{}], additionalItems: false }, { prefixItems: [{}], items: { not: {} } }],
    ["an empty list of items", { items: [] }, {}],
    [
      "dependencies",
      { dependencies: { a: ["b"], c: { required: ["d"] } } },
      { dependentRequired: { a: ["b"] }, dependentSchemas: { c: { required: ["d"] } } },
    ],
    ["nullable", { type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      "nullable that is null already",
      { type: ["null", "string"], nullable: true },
      { type: ["null", "string"] },
    ],
    ["types that stand twice", { type: ["null", "string", "null"] }, { type: ["null", "string"] }],
    ["type any", { type: "any", title: "t" }, {}],
    ["no type at all", { type: [] }, {}],
    [
      "what only describes",
      {
        $schema: "http://x",
        id: "a",
        $id: "b",
        title: "t",
        description: "d",
        default: 5,
        "x-mine": 1,
        selected: true,
        precision: 38,
        scale: 2,
        multipleOf: 0.01,
        type: "number",
      },
      { type: "number" },
    ],
    ["what has no words to check", { type: "string", format: "binary" }, { type: "string" }],
    [
      "formats that are checked",
      {
        properties: { a: { format: "date-time" }, b: { format: "x-singer.decimal" }, c: { format: "uuid" } },
      },
      {
        properties: { a: { format: "date-time" }, b: { format: "x-singer.decimal" }, c: { format: "uuid" } },
      },
    ],
    [
      "values that doubles cannot hold",
      parseExact('{"enum":[9007199254740993,"a",{"b":[1e400]}],"const":12345678901234567890}'),
      { enum: [2 ** 53, "a", { b: [Number.POSITIVE_INFINITY] }], const: 12345678901234567000 },
    ],
    ["truth values as schemas", { properties: { a: true, b: false } }, { properties: { a: true, b: false } }],
    [
      "everything below",
      {
        properties: {
          a: {
            items: {
              anyOf: [
                { type: "null", title: "t" },
                { additionalProperties: { if: {}, else: { not: { type: "null" } } } },
              ],
            },
          },
        },
      },
      {
        properties: {
          a: {
            items: {
              anyOf: [
                { type: "null" },
                { additionalProperties: { if: {}, else: { not: { type: "null" } } } },
              ],
            },
          },
        },
      },
    ],
  ])("rewrites %s without a word", (_name, schema, expected) => {
    expect(normalizeSchema(schemaOf(schema))).toEqual({ schema: expected, ignored: [] });
  });

  it.each<[string, unknown, unknown, string[]]>([
    [
      "keywords",
      {
        foo: 1,
        required: true,
        properties: [],
        minLength: -1,
        items: "x",
        anyOf: [],
        enum: [],
        additionalProperties: 5,
      },
      {},
      ["foo", "required", "properties", "minLength", "items", "anyOf", "enum", "additionalProperties"].map(
        (key) => `keyword "${key}"`,
      ),
    ],
    ["formats", { format: "colour" }, {}, ['format "colour"']],
    ["a format that is no text", { format: 5 }, {}, ["format 5"]],
    ["types", { type: ["string", "date"] }, {}, ['type "date"']],
    ["patterns", { pattern: "(" }, {}, ['pattern "("']],
    ["bounds", { minimum: "5", maximum: Number.NaN }, {}, ['keyword "minimum"', 'keyword "maximum"']],
    ["a bound beyond doubles", parseExact('{"maximum":1e400}'), {}, ['keyword "maximum"']],
    [
      "properties that are no schemas",
      parseExact('{"properties":{"a":null,"b":12345678901234567890}}'),
      { properties: { a: {}, b: {} } },
      [],
    ],
  ])("drops and names %s", (_name, schema, expected, ignored) => {
    expect(normalizeSchema(schemaOf(schema))).toEqual({ schema: expected, ignored });
  });

  it.each<[string, unknown, unknown]>([
    ["not", { not: { format: "colour" }, type: "string" }, { type: "string" }],
    ["not with a multiple", { not: { multipleOf: 5 } }, {}],
    [
      "if",
      { if: { properties: { a: { pattern: "(" } } }, else: { required: ["b"] } },
      { else: { required: ["b"] } },
    ],
    [
      "oneOf",
      { oneOf: [{ multipleOf: 5 }, { multipleOf: 3 }, { type: "null" }] },
      { anyOf: [{}, {}, { type: "null" }] },
    ],
    [
      "oneOf beside anyOf",
      { oneOf: [{ multipleOf: 5 }], anyOf: [{ type: "null" }] },
      { anyOf: [{ type: "null" }] },
    ],
    ["a cycle in not", { not: { $ref: "#" } }, {}],
    [
      "additionalProperties beside a bad pattern",
      { patternProperties: { "(": {} }, additionalProperties: false },
      {},
    ],
    [
      "unevaluatedProperties",
      { allOf: [{ patternProperties: { "(": {} } }], unevaluatedProperties: false },
      { allOf: [{}] },
    ],
  ])("is never stricter than before: %s", (_name, schema, expected) => {
    expect(normalizeSchema(schemaOf(schema)).schema).toEqual(expected);
  });

  it("keeps hostile names as they are", () => {
    const text =
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}},"required":["__proto__"]}';
    expect(JSON.stringify(normalizeSchema(schemaOf(parseExact(text))).schema)).toBe(text);
    expect(Reflect.get({}, "type")).toBeUndefined();
  });

  it("does not change what it is given", () => {
    const schema: JsonSchema = { $ref: "#/definitions/a", definitions: { a: { type: "any", items: [{}] } } };
    const before = JSON.stringify(schema);
    normalizeSchema(schemaOf(schema));
    expect(JSON.stringify(schema)).toBe(before);
  });
});

describe("resolveReferences", () => {
  it.each<[string, unknown, unknown]>([
    [
      "a definition",
      {
        properties: { a: { $ref: "#/definitions/x" }, b: { items: { $ref: "#/$defs/y" } } },
        definitions: { x: { type: "string" } },
        $defs: { y: { $ref: "#/definitions/x" } },
      },
      { properties: { a: { type: "string" }, b: { items: { type: "string" } } } },
    ],
    [
      "a property",
      { properties: { a: { type: "string" }, b: { $ref: "#/properties/a" } } },
      { properties: { a: { type: "string" }, b: { type: "string" } } },
    ],
    [
      "an alternative",
      { anyOf: [{ type: "null" }, { $ref: "#/anyOf/0" }] },
      { anyOf: [{ type: "null" }, { type: "null" }] },
    ],
    [
      "escaped names",
      {
        properties: { a: { $ref: "#/definitions/x~1y~0z%20w" } },
        definitions: { "x/y~z w": { type: "null" } },
      },
      { properties: { a: { type: "null" } } },
    ],
    [
      "what stands beside",
      {
        properties: { a: { $ref: "#/definitions/x", description: "mine", maxLength: 5 } },
        definitions: { x: { type: "string", description: "its" } },
      },
      { properties: { a: { type: "string", description: "mine", maxLength: 5 } } },
    ],
    [
      "what contradicts",
      {
        properties: { a: { $ref: "#/definitions/x", type: "null" } },
        definitions: { x: { type: "string" } },
      },
      { properties: { a: { allOf: [{ type: "string" }, { type: "null" }] } } },
    ],
    [
      "properties that are named like keywords",
      {
        properties: { $ref: { type: "string" }, definitions: { $ref: "#/definitions/x" } },
        definitions: { x: { type: "null" } },
      },
      { properties: { $ref: { type: "string" }, definitions: { type: "null" } } },
    ],
    [
      "no value",
      { enum: [{ $ref: "#/x" }], const: { $ref: "#/x" }, default: { $ref: "#/x" } },
      { enum: [{ $ref: "#/x" }], const: { $ref: "#/x" }, default: { $ref: "#/x" } },
    ],
    [
      "the same definition twice, in each other's shadow",
      {
        properties: { a: { $ref: "#/definitions/x" }, b: { $ref: "#/definitions/x" } },
        definitions: { x: { items: { $ref: "#/definitions/y" } }, y: {} },
      },
      { properties: { a: { items: {} }, b: { items: {} } } },
    ],
  ])("follows %s", (_name, schema, expected) => {
    expect(resolveReferences(schemaOf(schema))).toEqual({ schema: expected, ignored: [] });
  });

  it.each<[string, unknown, unknown, string]>([
    [
      "the whole in itself",
      { properties: { child: { $ref: "#" } } },
      { properties: { child: { properties: { child: { $ref: "#" } } } } },
      '$ref "#" (it leads back into itself)',
    ],
    [
      "a definition in itself",
      { $ref: "#/$defs/a", $defs: { a: { items: { $ref: "#/$defs/a" } } } },
      { items: { $ref: "#/$defs/a" } },
      '$ref "#/$defs/a" (it leads back into itself)',
    ],
    [
      "two that point at each other",
      { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      { $ref: "#/$defs/a" },
      '$ref "#/$defs/a" (it leads back into itself)',
    ],
    [
      "nowhere",
      { items: { $ref: "#/definitions/none" } },
      { items: { $ref: "#/definitions/none" } },
      '$ref "#/definitions/none" (it leads nowhere)',
    ],
    [
      "an inherited name",
      { items: { $ref: "#/constructor/prototype" } },
      { items: { $ref: "#/constructor/prototype" } },
      '$ref "#/constructor/prototype" (it leads nowhere)',
    ],
    [
      "broken escapes",
      { items: { $ref: "#/%E0%A4%A" } },
      { items: { $ref: "#/%E0%A4%A" } },
      '$ref "#/%E0%A4%A" (it leads nowhere)',
    ],
    [
      "another document",
      { items: { $ref: "other.json#/a" } },
      { items: { $ref: "other.json#/a" } },
      '$ref "other.json#/a" (only references within the schema are followed)',
    ],
    [
      "an anchor",
      { items: { $ref: "#name" } },
      { items: { $ref: "#name" } },
      '$ref "#name" (only references within the schema are followed)',
    ],
  ])("leaves and names %s", (_name, schema, expected, ignored) => {
    expect(resolveReferences(schemaOf(schema))).toEqual({ schema: expected, ignored: [ignored] });
  });

  it("stops where nested definitions would grow without end", () => {
    const levels = Array.from({ length: 60 }, (_, level) => [
      `d${level}`,
      {
        properties: {
          a: { $ref: `#/definitions/d${level + 1}` },
          b: { $ref: `#/definitions/d${level + 1}` },
        },
      },
    ]);
    const bomb: JsonSchema = {
      $ref: "#/definitions/d0",
      definitions: { ...Object.fromEntries(levels), d60: {} },
    };
    const { schema, ignored } = resolveReferences(bomb);
    expect(JSON.stringify(schema).length).toBeLessThan(5_000_000);
    expect(ignored.some((name) => name.endsWith("(the schema would grow too large)"))).toBe(true);
  });

  it("cuts what is nested too deep", () => {
    let deep: JsonSchema = { type: "string" };
    for (let level = 0; level < 5000; level += 1) deep = { items: deep };
    const { schema, ignored } = resolveReferences(deep);
    expect(JSON.stringify(schema).length).toBeLessThan(2000);
    expect(ignored).toEqual(["what is nested deeper than 100 levels"]);
  });
});
