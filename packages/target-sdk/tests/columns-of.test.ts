import { parseExact, parseMessage, toMessage } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type ColumnSpec, type ColumnType, columnsOf } from "../src/index.ts";

const wide: ColumnType = { kind: "integer", wide: true };
const integer: ColumnType = { kind: "integer", wide: false };
const double: ColumnType = { kind: "double" };
const string: ColumnType = { kind: "string" };
const json: ColumnType = { kind: "json" };
const timestamp: ColumnType = { kind: "timestamp" };
const decimal = (precision: number, scale: number): ColumnType => ({ kind: "decimal", precision, scale });

function columnOf(schema: unknown, keywords: Record<string, unknown> = {}): Omit<ColumnSpec, "property"> {
  // Any JSON may stand where a schema should: taps write it.
  const message = toMessage({
    type: "SCHEMA",
    stream: "s",
    schema: { ...keywords, properties: { v: schema } },
  });
  const [column] = message.type === "SCHEMA" ? columnsOf(message.schema) : [];
  if (column === undefined) throw new Error("no column");
  const { property: _, ...rest } = column;
  return rest;
}

describe("columnsOf: types", () => {
  const types: readonly [name: string, schema: unknown, type: ColumnType][] = [
    ["integer", { type: "integer" }, integer],
    ["null first", { type: ["null", "integer"] }, integer],
    ["null last", { type: ["integer", "null"] }, integer],
    ["number", { type: ["null", "number"] }, double],
    ["boolean", { type: "boolean" }, { kind: "boolean" }],
    ["string", { type: "string" }, string],
    ["string with maxLength", { type: "string", maxLength: 255 }, { kind: "string", maxLength: 255 }],
    [
      "string with a huge maxLength",
      { type: "string", maxLength: 4_294_967_295 },
      { kind: "string", maxLength: 4_294_967_295 },
    ],
    ["string with maxLength 0", { type: "string", maxLength: 0 }, string],
    ["string with a nonsensical maxLength", { type: "string", maxLength: "10" }, string],
    ["string with an unknown format", { type: "string", format: "uuid" }, string],
    ["date-time", { type: ["null", "string"], format: "date-time" }, timestamp],
    ["date", { type: "string", format: "date" }, { kind: "date" }],
    ["time", { type: "string", format: "time" }, { kind: "time" }],
    ["object", { type: "object" }, json],
    ["array", { type: ["null", "array"], items: { type: "integer" } }, json],
    ["object and array", { type: ["null", "object", "array"] }, json],
    ["no type", {}, json],
    ["no type, with a description", { description: "?" }, json],
    ["an empty list of types", { type: [] }, json],
    ["a type that JSON has not", { type: "any" }, json],
    ["true", true, json],
    ["null for a schema", null, json],
    ["only null", { type: "null" }, string],
    ["only null, as a list", { type: ["null"] }, string],
    ["string and integer", { type: ["string", "integer", "null"] }, string],
    ["integer and number", { type: ["integer", "number"] }, double],
    ["string and object", { type: ["string", "object"] }, json],
    ["string, integer and array", { type: ["string", "integer", "array"] }, json],
    ["boolean and integer", { type: ["boolean", "integer"] }, string],
    ["enum of texts without a type", { enum: ["a", "b", null] }, string],
    ["enum of numbers without a type", { enum: [1, 2] }, integer],
    ["const without a type", { const: true }, { kind: "boolean" }],
    ["date-time in a list with a number", { type: ["string", "number"], format: "date-time" }, string],
  ];

  it.each(types)("%s", (_name, schema, type) => {
    expect(columnOf(schema).type).toEqual(type);
  });
});

describe("columnsOf: alternatives", () => {
  const dateTime = { type: "string", format: "date-time" };
  const types: readonly [name: string, schema: unknown, type: ColumnType][] = [
    ["anyOf with null", { anyOf: [{ type: "integer" }, { type: "null" }] }, integer],
    ["oneOf with null", { oneOf: [{ type: "null" }, dateTime] }, timestamp],
    ["anyOf of date-time and string", { anyOf: [dateTime, { type: "string" }, { type: "null" }] }, string],
    ["anyOf of date-time and null in one", { anyOf: [{ ...dateTime, type: ["null", "string"] }] }, timestamp],
    ["anyOf of date and date-time", { anyOf: [{ type: "string", format: "date" }, dateTime] }, timestamp],
    ["anyOf of object and string", { anyOf: [{ type: "object" }, { type: "string" }] }, json],
    ["anyOf with an untyped branch", { anyOf: [{}, { type: "string" }] }, json],
    ["anyOf that is empty", { anyOf: [] }, json],
    [
      "anyOf in anyOf",
      { anyOf: [{ anyOf: [{ type: "boolean" }, { type: "null" }] }, { type: "null" }] },
      { kind: "boolean" },
    ],
    [
      "keywords beside anyOf",
      { format: "date-time", anyOf: [{ type: "string" }, { type: "null" }] },
      timestamp,
    ],
    ["type beside anyOf", { type: ["null", "string"], anyOf: [{ minLength: 1 }, { maxLength: 3 }] }, string],
    ["allOf", { allOf: [{ type: ["null", "string"] }, { format: "date-time" }] }, timestamp],
    [
      "anyOf beside oneOf: the first counts",
      { anyOf: [{ type: "integer" }], oneOf: [{ type: "string" }] },
      integer,
    ],
  ];

  it.each(types)("%s", (_name, schema, type) => {
    expect(columnOf(schema).type).toEqual(type);
  });

  const references: readonly [name: string, reference: string, type: ColumnType][] = [
    ["a definition", "#/definitions/money", decimal(38, 2)],
    ["a definition with an escaped name", "#/definitions/a~1b", integer],
    ["a definition of a definition", "#/definitions/again", decimal(38, 2)],
    ["a definition of itself", "#/definitions/loop", json],
    ["a definition that is missing", "#/definitions/none", json],
    ["a prototype's property", "#/definitions/__proto__", json],
    ["another document", "https://example.com/x.json", json],
  ];

  it.each(references)("%s", (_name, $ref, type) => {
    const definitions = {
      money: { type: "number", multipleOf: 0.01 },
      again: { $ref: "#/definitions/money" },
      loop: { $ref: "#/definitions/loop" },
      "a/b": { type: "integer" },
    };
    expect(columnOf({ $ref }, { definitions }).type).toEqual(type);
  });
});

describe("columnsOf: exact numbers", () => {
  const types: readonly [name: string, schema: unknown, type: ColumnType][] = [
    ["multipleOf 0.01", { type: "number", multipleOf: 0.01 }, decimal(38, 2)],
    ["multipleOf 0.0001", { type: "number", multipleOf: 0.0001 }, decimal(38, 4)],
    ["multipleOf 1e-10", { type: "number", multipleOf: 1e-10 }, decimal(38, 10)],
    ["multipleOf 0.5", { type: "number", multipleOf: 0.5 }, decimal(38, 1)],
    ["multipleOf 2.25", { type: "number", multipleOf: 2.25 }, decimal(38, 2)],
    ["multipleOf 1", { type: "number", multipleOf: 1 }, integer],
    ["multipleOf 10", { type: "number", multipleOf: 10 }, integer],
    ["multipleOf 1e3", { type: "number", multipleOf: 1e3 }, integer],
    ["multipleOf 1 beyond 64 bits", { type: "number", multipleOf: 1, maximum: 1e37 }, wide],
    ["multipleOf 10 of an integer", { type: "integer", multipleOf: 10 }, integer],
    ["multipleOf 1e-38: more digits than a decimal has", { type: "number", multipleOf: 1e-38 }, double],
    ["multipleOf 0", { type: "number", multipleOf: 0 }, double],
    ["multipleOf -1", { type: "number", multipleOf: -0.01 }, double],
    ["multipleOf as a text", { type: "number", multipleOf: "0.01" }, double],
    ["multipleOf of text and number", { type: ["string", "number"], multipleOf: 0.01 }, string],
    [
      "x-singer.decimal",
      { type: "string", format: "x-singer.decimal", precision: 20, scale: 4 },
      decimal(20, 4),
    ],
    [
      "x-singer.decimal as a number",
      { type: "number", format: "x-singer.decimal", precision: 20, scale: 4 },
      decimal(20, 4),
    ],
    ["x-singer.decimal without digits", { type: "string", format: "x-singer.decimal" }, decimal(38, 9)],
    [
      "x-singer.decimal of few digits",
      { type: "string", format: "x-singer.decimal", precision: 5 },
      decimal(5, 5),
    ],
    [
      "x-singer.decimal of 39 digits",
      { type: "string", format: "x-singer.decimal", precision: 39, scale: 2 },
      string,
    ],
    [
      "x-singer.decimal with a scale beyond its precision",
      { type: "string", format: "x-singer.decimal", precision: 5, scale: 6 },
      string,
    ],
    [
      "x-singer.decimal of scale 0",
      { type: "string", format: "x-singer.decimal", precision: 38, scale: 0 },
      decimal(38, 0),
    ],
    ["singer.decimal", { type: ["null", "string"], format: "singer.decimal" }, decimal(38, 9)],
    [
      "a decimal that is also a number",
      { type: ["string", "number"], format: "singer.decimal" },
      decimal(38, 9),
    ],
    [
      "a decimal beside an integer",
      { anyOf: [{ type: "number", multipleOf: 0.01 }, { type: "integer" }] },
      decimal(38, 2),
    ],
  ];

  it.each(types)("%s", (_name, schema, type) => {
    expect(columnOf(schema).type).toEqual(type);
  });

  const bounds: readonly [keyword: string, text: string, type: ColumnType][] = [
    ["maximum", "9223372036854775807", integer],
    ["maximum", "9223372036854775808", wide],
    ["maximum", "18446744073709551615", wide],
    ["maximum", "1e30", wide],
    ["maximum", "9e18", integer],
    ["minimum", "-9223372036854775808", integer],
    ["minimum", "-9223372036854775809", wide],
    ["minimum", "0", integer],
    ["exclusiveMaximum", "9223372036854775809", wide],
    ["exclusiveMinimum", "-1e20", wide],
    ["exclusiveMaximum", "true", integer],
    ["maximum", "null", integer],
  ];

  it.each(bounds)("an integer whose %s is %s, parsed exactly and not", (keyword, text, type) => {
    const schema = `{"type":"integer","${keyword}":${text}}`;
    expect(columnOf(parseExact(schema)).type).toEqual(type);
    // A double cannot tell 2^63 from the greatest 64-bit integer, which is what taps write.
    const isPowerOfTwo = Math.abs(Number(text)) === 2 ** 63;
    expect(columnOf(JSON.parse(schema)).type).toEqual(isPowerOfTwo ? integer : type);
  });
});

describe("columnsOf: the rest", () => {
  it("says which columns of text and decimals JSON numbers may come to", () => {
    const fed = (schema: unknown): boolean | undefined => columnOf(schema).fedByNumbers;
    expect(fed({ type: ["string", "integer"] })).toBe(true);
    expect(fed({ type: ["string", "number"] })).toBe(true);
    expect(fed({ anyOf: [{ type: "number" }, { type: "string" }] })).toBe(true);
    expect(fed({ type: "number", multipleOf: 0.01 })).toBe(true);
    expect(fed({ type: "string", format: "singer.decimal" })).toBeUndefined();
    expect(fed({ type: "string" })).toBeUndefined();
    expect(fed({ type: "number" })).toBeUndefined();
    expect(fed({ type: ["boolean", "date"] })).toBeUndefined();
    expect(fed({ type: ["object", "number"] })).toBeUndefined();
  });

  it("keeps the order of properties, their descriptions and hostile names", () => {
    const message = parseMessage(
      '{"type":"SCHEMA","stream":"s","key_properties":[],"schema":{"properties":{"b":{"type":"string","description":"B"},"__proto__":{"type":"integer"},"constructor":{"type":"boolean","description":7},"":{},"a":{"type":"number"}}}}',
    );
    if (message.type !== "SCHEMA") throw new Error("no SCHEMA");
    expect(columnsOf(message.schema)).toEqual([
      { property: "b", type: string, description: "B" },
      { property: "__proto__", type: integer },
      { property: "constructor", type: { kind: "boolean" } },
      { property: "", type: json },
      { property: "a", type: double },
    ]);
  });

  it.each([[{}], [{ type: "object" }], [{ type: "object", properties: {} }]])(
    "answers nothing for %j",
    (schema) => {
      expect(columnsOf(schema)).toEqual([]);
    },
  );
});
