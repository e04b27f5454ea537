import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createSchemaCompiler,
  isObject,
  type JsonSchema,
  type Logger,
  parseExact,
  SchemaError,
  type SchemaViolation,
  type Validator,
} from "../src/index.ts";

let compile: Awaited<ReturnType<typeof createSchemaCompiler>>;
beforeAll(async () => {
  compile = await createSchemaCompiler();
});

/** The violations of a value, `[]` when it fits. */
function violations(schema: JsonSchema, value: unknown): readonly SchemaViolation[] {
  const fits = compile(schema);
  return fits(value) ? [] : fits.violations;
}

/** Also for what is no proper schema. */
function schemaOf(value: unknown): JsonSchema {
  if (!isObject(value)) throw new Error("no schema");
  return value;
}

describe("a validator", () => {
  it.each<[string, unknown, unknown, SchemaViolation[]]>([
    ["a type", { type: "integer" }, "5", [{ path: "", message: "must be an integer" }]],
    ["types", { type: ["null", "string"] }, 5, [{ path: "", message: "must be null or a text" }]],
    [
      "all types",
      { type: ["boolean", "number", "array", "object"] },
      "",
      [{ path: "", message: "must be true or false or a number or a list or an object" }],
    ],
    [
      "a property",
      { properties: { "a/b": { items: { type: "null" } } } },
      { "a/b": [null, 1] },
      [{ path: "/a~1b/1", message: "must be null" }],
    ],
    ["a missing property", { required: ['a"b'] }, {}, [{ path: "", message: 'must have "a\\"b"' }]],
    [
      "one too many",
      { properties: { a: {} }, additionalProperties: false },
      { b: 1 },
      [{ path: "", message: 'must not have "b"' }],
    ],
    [
      "a format",
      { properties: { at: { type: "string", format: "date-time" } } },
      { at: "2026-01-01" },
      [{ path: "/at", message: "must be a date-time such as 2026-01-01T00:00:00Z" }],
    ],
    ["a day", { format: "date" }, "2026-02-30", [{ path: "", message: "must be a date such as 2026-01-01" }]],
    [
      "an exact decimal",
      { format: "singer.decimal" },
      "1,5",
      [{ path: "", message: "must be a decimal number such as 12.50" }],
    ],
    ["another format", { format: "ipv4" }, "1", [{ path: "", message: "must be of the format ipv4" }]],
    [
      "a choice of values",
      { enum: ["a", 1, null] },
      "secret",
      [{ path: "", message: 'must be one of "a", 1, null' }],
    ],
    ["one value", { const: { a: 1 } }, "secret", [{ path: "", message: 'must be {"a":1}' }]],
    ["a bound", { minimum: 5 }, 4, [{ path: "", message: "must be >= 5" }]],
    ["a pattern", { pattern: "^a" }, "b", [{ path: "", message: 'must match pattern "^a"' }]],
    [
      "nothing at all",
      { properties: { a: false } },
      { a: 1 },
      [{ path: "/a", message: "must not be there" }],
    ],
    [
      "alternatives",
      { properties: { a: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] } } },
      { a: "x" },
      [{ path: "/a", message: "must be a date-time such as 2026-01-01T00:00:00Z or null" }],
    ],
    [
      "alternatives of one type",
      { anyOf: [{ type: "null" }, { type: ["null", "integer"] }] },
      "x",
      [{ path: "", message: "must be null or null or an integer" }],
    ],
    [
      "too many alternatives",
      { oneOf: [{ type: "integer" }, { type: "number" }] },
      5,
      [{ path: "", message: "must match exactly one schema in oneOf" }],
    ],
    [
      "only the first of several",
      { properties: { a: { type: "null" }, b: { type: "null" } } },
      { a: 1, b: 1 },
      [{ path: "/a", message: "must be null" }],
    ],
  ])("says in plain words what is wrong: %s", (_name, schema, value, expected) => {
    expect(violations(schemaOf(schema), value)).toEqual(expected);
  });

  it("lists the first of many values", () => {
    const values = Array.from({ length: 30 }, (_, index) => index);
    expect(violations({ enum: values }, "x")[0]?.message).toBe(
      `must be one of ${values.slice(0, 20).join(", ")}, …`,
    );
  });

  it("keeps the violations of its own last failure", () => {
    const schema: JsonSchema = { type: "integer" };
    const one = compile(schema, { stream: "a" });
    const other = compile({ type: "integer" }, { stream: "b" });
    expect(one.violations).toEqual([]);
    expect(one("x")).toBe(false);
    expect(other({})).toBe(false);
    expect(other(5)).toBe(true);
    expect(one.violations).toEqual([{ path: "", message: "must be an integer" }]);
    expect(one.violations).toEqual(one.violations);
  });

  const columns = (count: number): JsonSchema => ({
    type: "object",
    required: Array.from({ length: count }, (_, index) => `c${index}`),
    properties: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`c${index}`, { type: ["null", "integer"] }]),
    ),
  });

  it.each([10, 63, 64, 2000, 5000])("holds %i columns", (count) => {
    const fits = compile(columns(count));
    const record = Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, index]));
    expect(fits(record)).toBe(true);
    expect(fits({ ...record, [`c${count - 1}`]: "x" })).toBe(false);
    expect(fits.violations).toEqual([{ path: `/c${count - 1}`, message: "must be null or an integer" }]);
    expect(fits({})).toBe(false);
    expect(fits.violations.length).toBeLessThanOrEqual(100);
  });
});

describe("numbers that a double cannot hold", () => {
  const fields: JsonSchema = {
    type: "object",
    properties: {
      integer: { type: ["null", "integer"] },
      number: { type: "number" },
      string: { type: "string" },
      object: { type: "object" },
      any: {},
      either: { oneOf: [{ type: "integer" }, { type: "object" }] },
      list: { type: "array", items: { type: "integer" }, uniqueItems: true },
      decimal: { anyOf: [{ type: "number" }, { type: "string", format: "x-singer.decimal" }] },
      max: { maximum: 100 },
      below: { type: "number", maximum: 0 },
      not: { not: { type: "number" } },
      enumerated: { enum: [{ a: 1 }, 12] },
    },
  };

  it.each<[string, boolean]>([
    ['{"integer":9007199254740993}', true],
    ['{"integer":-12345678901234567890123456789012345678}', true],
    ['{"integer":12345678901234567890.0}', true],
    ['{"integer":1e2}', true],
    ['{"integer":1.00000000000000000001}', false],
    ['{"integer":9007199254740993.5}', false],
    ['{"integer":-0.00000000000000000001}', false],
    ['{"integer":123456789012345678901234567890.1}', false],
    ['{"integer":1e400}', false],
    ['{"number":0.12345678901234567890}', true],
    ['{"number":9007199254740993.5}', true],
    ['{"number":1e400}', false],
    ['{"number":1e-400}', true],
    ['{"string":9007199254740993}', false],
    ['{"object":9007199254740993}', false],
    ['{"any":9007199254740993}', true],
    ['{"either":9007199254740993}', true],
    ['{"list":[1,9007199254740993]}', true],
    ['{"list":[9007199254740993,9007199254740993]}', false],
    ['{"decimal":12345678901234567890.123456789}', true],
    ['{"max":9007199254740993}', false],
    ['{"below":-1.00000000000000000001}', true],
    ['{"below":1.00000000000000000001}', false],
    ['{"not":9007199254740993}', false],
    ['{"enumerated":9007199254740993}', false],
    ['{"any":{"deep":[{"er":9007199254740993}]},"integer":"x"}', false],
  ])("%s fits: %s", (text, expected) => {
    const fits = compile(fields);
    const value = parseExact(text);
    const before = JSON.stringify(value);
    expect(fits(value)).toBe(expected);
    expect(JSON.stringify(value)).toBe(before);
  });

  it("leaves bounds as exact as doubles are, and never refuses for it", () => {
    const int64 = schemaOf(
      parseExact('{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}'),
    );
    const unsigned = schemaOf(parseExact('{"type":"integer","exclusiveMaximum":18446744073709551616}'));
    expect(compile(int64)(parseExact("9223372036854775807"))).toBe(true);
    expect(compile(int64)(parseExact("-9223372036854775808"))).toBe(true);
    expect(compile(int64)(parseExact("9300000000000000000"))).toBe(false);
    expect(compile(unsigned)(parseExact("18446744073709551615"))).toBe(true);
  });

  it("are integers if and only if they are integers", () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,30}$/);
    fc.assert(
      fc.property(digits, fc.stringMatching(/^[0-9]{0,20}$/), fc.boolean(), (whole, fraction, negative) => {
        const text = `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
        expect(compile({ type: "integer" })(parseExact(text))).toBe(/^0*$/.test(fraction));
        expect(compile({ type: "number" })(parseExact(text))).toBe(true);
      }),
    );
  });
});

describe("the rules of time", () => {
  it("are those of RFC 3339 unless others are given", async () => {
    const schema: JsonSchema = {
      properties: { at: { format: "date-time" }, day: { format: "date" }, time: { format: "time" } },
    };
    const loose = await createSchemaCompiler({
      dateTime: (text) => text === "dt",
      date: (text) => text === "d",
      time: (text) => text === "t",
    });
    expect(compile(schema)({ at: "2026-01-01T00:00:00Z", day: "2026-01-01", time: "00:00:00Z" })).toBe(true);
    expect(compile(schema)({ at: "dt" })).toBe(false);
    expect(loose(schema)({ at: "dt", day: "d", time: "t" })).toBe(true);
    expect(loose(schema)({ at: "2026-01-01T00:00:00Z" })).toBe(false);
    expect(loose(schema)({ day: "2026-01-01" })).toBe(false);
    expect(loose(schema)({ time: "00:00:00Z" })).toBe(false);
    expect(loose(schema)({ at: 5, day: null, time: {} })).toBe(true);
  });
});

describe("hostile schemas", () => {
  it("with the same $id for several streams are compiled", () => {
    const first = compile({ $id: "http://x/schema", type: "object", properties: { a: { type: "integer" } } });
    const second = compile({
      $id: "http://x/schema",
      type: "object",
      properties: { a: { type: "string", id: "#a" } },
    });
    expect([first({ a: 1 }), first({ a: "x" }), second({ a: 1 }), second({ a: "x" })]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it.each<[string, unknown, unknown, unknown]>([
    [
      "a cycle",
      { type: "object", properties: { child: { $ref: "#" }, id: { type: "integer" } } },
      { id: 1, child: { id: 2, child: "x" } },
      { id: "x" },
    ],
    [
      "a pattern that is none",
      { properties: { a: { pattern: "([", type: "string" } } },
      { a: "x" },
      { a: 1 },
    ],
    [
      "a draft-4 meta-schema",
      {
        $schema: "http://json-schema.org/draft-04/schema#",
        id: "http://x",
        required: ["a"],
        properties: { a: { minimum: 0, exclusiveMinimum: true } },
      },
      { a: 1 },
      { a: 0 },
    ],
    [
      "nonsense",
      {
        type: "object",
        properties: { a: { type: 5, items: 7, enum: "x", minLength: "y" }, b: { type: "integer" } },
      },
      { a: {} },
      { b: "x" },
    ],
    [
      "own names of objects",
      {
        type: "object",
        properties: {
          constructor: { type: "string" },
          toString: { type: "integer" },
          a: { type: "integer" },
        },
      },
      {},
      { constructor: 1 },
    ],
    ["required names of objects", { type: "object", required: ["constructor"] }, { constructor: 1 }, {}],
  ])("%s", (_name, schema, good, bad) => {
    const fits = compile(schemaOf(schema));
    expect(fits(good)).toBe(true);
    expect(fits(bad)).toBe(false);
  });

  it("with a property __proto__ neither pollute nor refuse", () => {
    const schema = schemaOf(
      parseExact(
        '{"type":"object","required":["id"],"properties":{"__proto__":{"type":"string"},"id":{"type":"integer"}}}',
      ),
    );
    expect(compile(schema)({ id: 1 })).toBe(true);
    expect(compile(schema)(parseExact('{"id":1,"__proto__":"x"}'))).toBe(true);
    expect(compile(schema)(parseExact('{"__proto__":{"id":1}}'))).toBe(false);
    expect(Reflect.get({}, "id")).toBeUndefined();
  });

  it("cannot put code into the validator", () => {
    const name = "a\"];globalThis.pwned=1;//`${globalThis.pwned=1}\u2028'";
    const fits = compile({ properties: { [name]: { enum: [name], pattern: name } }, required: [name] });
    expect(fits({ [name]: 1 })).toBe(false);
    expect(Reflect.get(globalThis, "pwned")).toBeUndefined();
  });

  it("name their stream when they cannot be compiled at all", () => {
    const schema: Record<string, unknown> = { type: "object" };
    schema["self"] = schema;
    const run = (): Validator => compile(schema, { stream: "users" });
    expect(run).toThrow(SchemaError);
    expect(run).toThrow(
      /^users: its schema cannot be compiled: .* Correct the schema in the catalog, or turn validate_records off\.$/,
    );
  });

  it("cost one warning that names what is not checked", () => {
    const warnings: string[] = [];
    const ignore = (): undefined => undefined;
    const log: Logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (message) => warnings.push(message),
    };
    const schema: JsonSchema = {
      type: "object",
      properties: { a: { format: "colour-1", pattern: "(" }, b: { wat: 1 } },
    };
    compile(schema, { stream: "users", log });
    compile({ ...schema }, { stream: "users", log });
    expect(warnings).toEqual([
      'users: parts of the schema are not checked: format "colour-1", pattern "(", keyword "wat"',
    ]);
  });

  it("are forgotten one by one when there are too many", () => {
    const warnings: string[] = [];
    const ignore = (): undefined => undefined;
    const log: Logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (message) => warnings.push(message),
    };
    for (let index = 0; index <= 500; index += 1) compile({ format: `colour-${index}` }, { log });
    expect(warnings).toHaveLength(501);
    compile({ format: "colour-500" }, { log });
    compile({ format: "colour-1" }, { log });
    expect(warnings).toHaveLength(501);
    compile({ format: "colour-0" }, { log });
    expect(warnings).toHaveLength(502);
  });

  it("meet records that are nested without end", () => {
    const text = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const fits = compile({ type: "object", properties: { a: { type: "object" } } });
    expect(fits(JSON.parse(text))).toBe(false);
    expect(fits.violations).toEqual([{ path: "", message: "must not be nested so deep" }]);
  });
});
