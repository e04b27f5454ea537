import { describe, expect, it } from "vitest";
import { type JsonSchema, typesOf } from "../src/index.ts";

describe("typesOf", () => {
  it.each<[name: string, schema: JsonSchema, types: string[]]>([
    ["one type", { type: "string" }, ["string"]],
    ["a list of types", { type: ["null", "integer"] }, ["null", "integer"]],
    ["no type", {}, []],
    ["an empty list", { type: [] }, []],
    ["anyOf", { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] }, ["null", "string"]],
    ["oneOf", { oneOf: [{ type: "string" }, { type: ["null", "object"] }] }, ["null", "object", "string"]],
    ["nested alternatives", { anyOf: [{ oneOf: [{ type: "array" }] }, { type: "null" }] }, ["array", "null"]],
    ["an alternative of any type", { anyOf: [{ type: "string" }, {}] }, []],
    ["type before anyOf", { type: "object", anyOf: [{ type: "string" }] }, ["object"]],
    [
      "allOf as what all allow",
      { allOf: [{ type: ["null", "string"] }, { type: ["string", "integer"] }] },
      ["string"],
    ],
    ["allOf with a part of any type", { allOf: [{ type: "string" }, { maxLength: 3 }] }, ["string"]],
    ["allOf of number and integer", { allOf: [{ type: "number" }, { type: "integer" }] }, ["integer"]],
    [
      "allOf of integer and number",
      { allOf: [{ type: ["null", "integer"] }, { type: ["null", "number"] }] },
      ["null", "integer"],
    ],
    ["a property of another name", { properties: { type: { type: "string" } } }, []],
  ])("answers %s", (_name, schema, types) => {
    expect([...typesOf(schema)].toSorted()).toEqual(types.toSorted());
  });
});
