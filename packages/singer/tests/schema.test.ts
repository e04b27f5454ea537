import { describe, expect, it } from "vitest";
import {
  anything,
  array,
  boolean,
  date,
  dateTime,
  decimal,
  describe as describeSchema,
  fromJsonSchema,
  integer,
  type JsonSchema,
  nullable,
  number,
  object,
  oneOf,
  optional,
  secret,
  string,
  withDefault,
} from "../src/index.ts";

describe("schema builders", () => {
  it.each<[name: string, schema: { json: JsonSchema }, json: JsonSchema]>([
    ["string", string(), { type: "string" }],
    ["integer", integer(), { type: "integer" }],
    ["number", number(), { type: "number" }],
    ["boolean", boolean(), { type: "boolean" }],
    ["dateTime", dateTime(), { type: "string", format: "date-time" }],
    ["date", date(), { type: "string", format: "date" }],
    ["anything", anything(), {}],
    ["oneOf", oneOf("a", "b"), { type: "string", enum: ["a", "b"] }],
    ["decimal", decimal(), { type: "string", format: "x-singer.decimal", precision: 38, scale: 9 }],
    [
      "decimal with scale 0",
      decimal({ precision: 10, scale: 0 }),
      { type: "string", format: "x-singer.decimal", precision: 10, scale: 0 },
    ],
    ["array", array(integer()), { type: "array", items: { type: "integer" } }],
    ["array of nullable", array(nullable(string())), { type: "array", items: { type: ["null", "string"] } }],
    ["empty object", object({}), { type: "object", properties: {} }],
    [
      "object",
      object({ id: integer(), name: nullable(string()), note: optional(string()) }),
      {
        type: "object",
        properties: { id: { type: "integer" }, name: { type: ["null", "string"] }, note: { type: "string" } },
        required: ["id"],
      },
    ],
    [
      "closed object",
      object({}, { additionalProperties: false }),
      { type: "object", properties: {}, additionalProperties: false },
    ],
    ["open object", object({}, { additionalProperties: true }), { type: "object", properties: {} }],
    [
      "object with defaults",
      object({ size: withDefault(integer(), 100) }),
      { type: "object", properties: { size: { type: "integer", default: 100 } } },
    ],
    [
      "a default that is false",
      object({ on: withDefault(boolean(), false) }),
      { type: "object", properties: { on: { type: "boolean", default: false } } },
    ],
    ["secret", secret(string()), { type: "string", secret: true, writeOnly: true }],
    [
      "described secret",
      describeSchema(secret(string()), "The token."),
      { type: "string", secret: true, writeOnly: true, description: "The token." },
    ],
    [
      "fromJsonSchema",
      fromJsonSchema({ type: "object", patternProperties: {} }),
      { type: "object", patternProperties: {} },
    ],
  ])("make %s", (_name, schema, json) => {
    expect(schema.json).toEqual(json);
  });

  it.each<[name: string, json: JsonSchema, withNull: JsonSchema]>([
    ["a type", { type: "string", maxLength: 3 }, { type: ["null", "string"], maxLength: 3 }],
    ["types", { type: ["string", "integer"] }, { type: ["null", "string", "integer"] }],
    ["null already", { type: ["string", "null"] }, { type: ["string", "null"] }],
    ["anyOf", { anyOf: [{ type: "string" }] }, { anyOf: [{ type: "null" }, { type: "string" }] }],
    [
      "anyOf with null",
      { anyOf: [{ type: "string" }, { type: "null" }] },
      { anyOf: [{ type: "string" }, { type: "null" }] },
    ],
    [
      "oneOf",
      { oneOf: [{ type: "string" }] },
      { anyOf: [{ type: "null" }, { oneOf: [{ type: "string" }] }] },
    ],
    [
      "allOf",
      { allOf: [{ type: "string" }] },
      { anyOf: [{ type: "null" }, { allOf: [{ type: "string" }] }] },
    ],
    ["const", { const: 1 }, { anyOf: [{ type: "null" }, { const: 1 }] }],
    ["a reference", { $ref: "#/definitions/a" }, { anyOf: [{ type: "null" }, { $ref: "#/definitions/a" }] }],
    ["an enum", { type: "string", enum: ["a"] }, { type: ["null", "string"], enum: ["a", null] }],
    ["an enum without type", { enum: ["a"] }, { enum: ["a", null] }],
    [
      "an enum whose type allows null",
      { type: ["null", "string"], enum: ["a"] },
      { type: ["null", "string"], enum: ["a", null] },
    ],
    ["any value", {}, {}],
    ["any value, described", { description: "x" }, { description: "x" }],
  ])("nullable allows null beside %s", (_name, json, withNull) => {
    const schema = nullable(fromJsonSchema(json));
    expect(schema.json).toEqual(withNull);
    expect(schema.presence).toBe("optional");
    expect(nullable(schema).json).toEqual(withNull);
  });

  it("never change the schema that they are given", () => {
    const json: JsonSchema = { type: "string", enum: ["a"] };
    const schema = fromJsonSchema<string>(json);
    const before = structuredClone(json);
    nullable(schema);
    optional(schema);
    withDefault(schema, "a");
    secret(schema);
    describeSchema(schema, "text");
    expect(json).toEqual(before);
    expect(schema.json).toEqual(before);
  });

  it("keep the properties of an object at hand", () => {
    const id = integer();
    expect(object({ id }).properties).toEqual({ id });
  });

  it("take __proto__ for a property like any other", () => {
    const { json } = object(Object.fromEntries([["__proto__", integer()]]));
    expect(Object.keys(json.properties ?? {})).toEqual(["__proto__"]);
    expect(json.required).toEqual(["__proto__"]);
  });
});
