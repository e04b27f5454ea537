import { isRawNumber, rawNumber } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SettingKind } from "../../src/project/model.ts";
import { cast, kindOf, processedBy } from "../../src/settings/cast.ts";
import { numberOf, parsePythonLiteral } from "../../src/settings/python-literal.ts";
import { relativeDate } from "../../src/settings/relative-dates.ts";
import { now } from "./settings-project.ts";

describe("cast", () => {
  it.each<{ kind: SettingKind | undefined; from: unknown; to: unknown }>([
    ...["true", "True", "1", "yes", "YES", "on"].map((from) => ({
      kind: "boolean" as const,
      from,
      to: true,
    })),
    ...["false", "0", "no", "Off"].map((from) => ({ kind: "boolean" as const, from, to: false })),
    { kind: "boolean", from: false, to: false },
    { kind: "boolean", from: "", to: null },
    { kind: "integer", from: "42", to: 42 },
    { kind: "integer", from: " -7 ", to: -7 },
    { kind: "integer", from: "+1_000", to: 1000 },
    { kind: "integer", from: "007", to: 7 },
    { kind: "integer", from: "", to: null },
    { kind: "integer", from: 12, to: 12 },
    { kind: "decimal", from: "1.5", to: 1.5 },
    { kind: "decimal", from: ".5", to: 0.5 },
    { kind: "decimal", from: "2.", to: 2 },
    { kind: "decimal", from: "1e3", to: 1000 },
    { kind: "array", from: '["a", 1]', to: ["a", 1] },
    { kind: "array", from: "['a', 'b']", to: ["a", "b"] },
    { kind: "array", from: "(1, 2)", to: [1, 2] },
    { kind: "array", from: ["x"], to: ["x"] },
    { kind: "object", from: '{"a": {"b": 1}}', to: { a: { b: 1 } } },
    { kind: "object", from: "{'a': True, 'b': None}", to: { a: true, b: null } },
    { kind: "string", from: "12", to: "12" },
    { kind: "string", from: "", to: "" },
    { kind: "string", from: 12, to: 12 },
    { kind: undefined, from: "true", to: "true" },
    { kind: "email", from: " a@b.c ", to: " a@b.c " },
    { kind: "file", from: "x.json", to: "x.json" },
    { kind: "oauth", from: "token", to: "token" },
    { kind: "date_iso8601", from: "2026-01-01", to: "2026-01-01" },
    { kind: "date_iso8601", from: "3 days ago", to: "2026-11-19T00:00:00Z" },
  ])("takes $from for the $kind $to", ({ kind, from, to }) => {
    expect(cast(from, { kind, now })).toStrictEqual({ value: to });
  });

  it.each<{ kind: SettingKind; from: string; wanted: string }>([
    { kind: "boolean", from: "maybe", wanted: "true or false" },
    { kind: "integer", from: "1.5", wanted: "an integer" },
    { kind: "integer", from: "0x10", wanted: "an integer" },
    { kind: "integer", from: "1__0", wanted: "an integer" },
    { kind: "decimal", from: "NaN", wanted: "a number" },
    { kind: "decimal", from: "1e999999999", wanted: "a number" },
    { kind: "array", from: "a,b", wanted: 'a list, as in ["a", "b"]' },
    { kind: "array", from: "{}", wanted: 'a list, as in ["a", "b"]' },
    { kind: "object", from: "[]", wanted: 'an object, as in {"a": 1}' },
    { kind: "object", from: "{'a': open('x')}", wanted: 'an object, as in {"a": 1}' },
    { kind: "array", from: "[".repeat(100_000), wanted: 'a list, as in ["a", "b"]' },
    { kind: "array", from: `${"[".repeat(101)}${"]".repeat(101)}`, wanted: 'a list, as in ["a", "b"]' },
    {
      kind: "object",
      from: `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
      wanted: 'an object, as in {"a": 1}',
    },
  ])("refuses a $kind that is none", ({ kind, from, wanted }) => {
    expect(cast(from, { kind, now })).toEqual({ wanted });
  });

  it.each(["9007199254740993", "123456789012345678901234567890", "-9223372036854775808"])(
    "keeps the digits of %s",
    (text) => {
      const result = cast(text, { kind: "integer", now });
      expect("value" in result && isRawNumber(result.value)).toBe(true);
      expect(JSON.stringify(result)).toBe(`{"value":${text}}`);
    },
  );

  it("keeps the digits of decimals, also within objects", () => {
    const text = "0.12345678901234567890";
    expect(JSON.stringify(cast(text, { kind: "decimal", now }))).toBe(`{"value":${text}}`);
    expect(JSON.stringify(cast(`{'a': ${text}}`, { kind: "object", now }))).toBe(`{"value":{"a":${text}}}`);
    expect(JSON.stringify(cast(2n ** 64n, { kind: undefined, now }))).toBe('{"value":18446744073709551616}');
  });

  it.each([
    { from: "b", options: ["a", "b"], to: { value: "b" } },
    { from: "2", options: [1, 2], to: { value: 2 } },
    { from: 2, options: ["1", "2"], to: { value: "2" } },
    { from: "c", options: ["a", "b"], to: { wanted: "one of a, b" } },
    { from: "c", options: [], to: { value: "c" } },
    { from: null, options: ["a"], to: { value: null } },
  ])("takes $from of the options $options for $to", ({ from, options, to }) => {
    expect(cast(from, { kind: "options", options, now })).toEqual(to);
  });

  it("makes a date of YAML a text", () => {
    expect(cast(new Date("2010-01-01T00:00:00Z"), { kind: undefined, now })).toEqual({
      value: "2010-01-01T00:00:00Z",
    });
  });
});

describe("kindOf", () => {
  it.each([
    { value: 1, kind: "integer" },
    { value: 1.5, kind: "decimal" },
    { value: true, kind: "boolean" },
    { value: [], kind: "array" },
    { value: {}, kind: "object" },
    { value: 5n, kind: "integer" },
    { value: rawNumber("9007199254740993"), kind: "integer" },
    { value: rawNumber("0.10"), kind: "decimal" },
    { value: "x", kind: undefined },
    { value: null, kind: undefined },
  ])("says that $value is $kind", ({ value, kind }) => {
    expect(kindOf(value)).toBe(kind);
  });
});

describe("processedBy", () => {
  it.each([
    { name: "nest_object", from: { "a.b": 1, "a.c": 2, d: 3 }, to: { a: { b: 1, c: 2 }, d: 3 } },
    { name: "upcase_string", from: "raw", to: "RAW" },
    { name: "stringify", from: { a: 1 }, to: '{"a":1}' },
    { name: "stringify", from: "a", to: "a" },
    { name: "stringify", from: null, to: null },
    { name: "parse_date", from: "yesterday", to: "2026-11-21T00:00:00Z" },
    { name: "parse_date", from: "2020-01-01", to: "2020-01-01" },
    { name: "upcase_string", from: 5, to: 5 },
    { name: "unheard_of", from: "a", to: "a" },
    { name: undefined, from: "a", to: "a" },
  ])("$name makes $to", ({ name, from, to }) => {
    expect(processedBy(from, name, now)).toStrictEqual(to);
  });
});

describe("relativeDate", () => {
  it.each([
    ["now", "2026-11-22T10:30:15Z"],
    ["today", "2026-11-22T00:00:00Z"],
    ["Yesterday", "2026-11-21T00:00:00Z"],
    ["tomorrow", "2026-11-23T00:00:00Z"],
    ["1 day ago", "2026-11-21T00:00:00Z"],
    ["a week ago", "2026-11-15T00:00:00Z"],
    ["in 2 weeks", "2026-12-06T00:00:00Z"],
    ["9 months ago", "2026-02-22T00:00:00Z"],
    ["1 year ago", "2025-11-22T00:00:00Z"],
    ["last month", "2026-10-22T00:00:00Z"],
    ["3 hours ago", "2026-11-22T07:30:15Z"],
    ["90  minutes ago", "2026-11-22T09:00:15Z"],
    ["2020-01-01", undefined],
    ["three days ago", undefined],
    ["999999 years ago", undefined],
    ["", undefined],
  ])("reads %j as %s", (text, date) => {
    expect(relativeDate(text, now)).toBe(date);
  });

  it("stays within a shorter month", () => {
    expect(relativeDate("1 month ago", new Date("2026-03-31T12:00:00Z"))).toBe("2026-02-28T00:00:00Z");
  });
});

describe("parsePythonLiteral", () => {
  it.each<[string, unknown]>([
    ["None", null],
    [" [ True , False , ] ", [true, false]],
    ["()", []],
    ["(1)", 1],
    ["(1,)", [1]],
    ["('a', 'b')", ["a", "b"]],
    ["{1, 2}", [1, 2]],
    ["{}", {}],
    ["{'a': 1, 2: 'b',}", { a: 1, 2: "b" }],
    ["'it''s'", "its"],
    ["\"a\" 'b'", "ab"],
    ["r'\\n'", "\\n"],
    ["'\\n\\x41\\u00e9\\U0001F600\\''", "\nA\u00e9\u{1F600}'"],
    ["'''a\n'b'''", "a\n'b"],
    ["-1_000", -1000],
    ["0x1f", 31],
    ["0b101", 5],
    ["1.", 1],
    [".5e2", 50],
    ["[1, # comment", undefined],
    ["'a", undefined],
    ["[1 2]", undefined],
    ["{'a' 1}", undefined],
    ["{'a': 1, 'b'}", undefined],
    ["{[]: 1}", undefined],
    ["open('/etc/passwd')", undefined],
    ["b'x'", undefined],
    ["1 + 1", undefined],
    ["Nonesuch", undefined],
    ["", undefined],
    ["'\\UFFFFFFFF'", undefined],
    [`${"[".repeat(102)}${"]".repeat(102)}`, undefined],
  ])("reads %j", (text, value) => {
    if (value === undefined) expect(() => parsePythonLiteral(text)).toThrow(SyntaxError);
    else expect(parsePythonLiteral(text)).toStrictEqual(value);
  });

  it("keeps the digits of long numbers", () => {
    expect(JSON.stringify(parsePythonLiteral("[9007199254740993, 0xffffffffffffffff]"))).toBe(
      "[9007199254740993,18446744073709551615]",
    );
    expect(JSON.stringify(numberOf("-0"))).toBe("-0");
  });

  it("defines keys that would be a prototype", () => {
    expect(JSON.stringify(parsePythonLiteral("{'__proto__': {'x': 1}}"))).toBe('{"__proto__":{"x":1}}');
  });

  const literal = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      fc.string({ unit: "grapheme" }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  it("reads back whatever is written as Python does", () => {
    fc.assert(
      fc.property(literal, (value) => {
        expect(JSON.stringify(parsePythonLiteral(pythonText(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("throws nothing but syntax errors, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[](){}'\",:\\ \n01.e+-xTrueNone") }), (text) => {
        try {
          parsePythonLiteral(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});

/** Writes a value as Python's `repr` does. */
function pythonText(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string")
    return `'${value.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;
  if (Array.isArray(value)) return `[${value.map(pythonText).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${pythonText(key)}: ${pythonText(item)}`)
    .join(", ")}}`;
}
