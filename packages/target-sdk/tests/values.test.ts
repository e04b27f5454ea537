import { canonicalNumber, parseSource, rawNumber } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnType } from "../src/columns.ts";
import { convertValue } from "../src/values.ts";

const integer: ColumnType = { kind: "integer", wide: false };
const wide: ColumnType = { kind: "integer", wide: true };
const money: ColumnType = { kind: "decimal", precision: 10, scale: 2 };
const exact: ColumnType = { kind: "decimal", precision: 38, scale: 9 };
const double: ColumnType = { kind: "double" };
const boolean: ColumnType = { kind: "boolean" };
const string: ColumnType = { kind: "string" };
const short: ColumnType = { kind: "string", maxLength: 3 };
const timestamp: ColumnType = { kind: "timestamp" };
const json: ColumnType = { kind: "json" };

describe("convertValue", () => {
  it.each<[string, string, ColumnType, string]>([
    ["a small integer", "5", integer, '"5"'],
    ["a negative integer", "-5", integer, '"-5"'],
    ["minus zero", "-0", integer, '"0"'],
    ["an integer with an exponent", "12e2", integer, '"1200"'],
    ["an integer with a fraction of zeros", "-120.00e-1", integer, '"-12"'],
    ["2^53 + 1", "9007199254740993", integer, '"9007199254740993"'],
    ["the greatest of 64 bits", "9223372036854775807", integer, '"9223372036854775807"'],
    ["the smallest of 64 bits", "-9223372036854775808", integer, '"-9223372036854775808"'],
    ["38 digits", "9".repeat(38), wide, `"${"9".repeat(38)}"`],
    ["digits as text", '"42"', integer, '"42"'],
    ["a decimal as it is written", "1.10", money, '"1.10"'],
    ["a decimal as text", '"-12345678.90"', money, '"-12345678.90"'],
    ["a decimal with an exponent", "11e-1", money, '"1.1"'],
    ["a decimal with zeros beyond its scale", "1.5000", money, '"1.5"'],
    ["a small decimal", "1e-9", exact, '"0.000000001"'],
    ["a large decimal", "1.5e28", exact, '"15000000000000000000000000000"'],
    ["a zero with any exponent", "0e999999999999", exact, '"0"'],
    ["29 digits before the point", `${"9".repeat(29)}.123456789`, exact, `"${"9".repeat(29)}.123456789"`],
    ["a double", "1.5", double, "1.5"],
    ["a double as text", '"1.5"', double, "1.5"],
    [
      "a double of many digits",
      "0.1000000000000000055511151231257827",
      double,
      "0.1000000000000000055511151231257827",
    ],
    ["minus zero in a double", "-0.0", double, "-0.0"],
    ["a double that is too small", "-1e-400", double, "-0.0"],
    ["the greatest double", "1.7976931348623157e308", double, "1.7976931348623157e308"],
    ["true", "true", boolean, "true"],
    ["false", "false", boolean, "false"],
    ["a text", '"a\\"b\\\\c\\u0000\\u2028"', string, '"a\\"b\\\\c\\u0000\u2028"'],
    ["an empty text", '""', string, '""'],
    ["a number in a text", "1.10", string, '"1.10"'],
    ["a truth value in a text", "true", string, '"true"'],
    ["an object in a text", '{"a":1.10}', string, '"{\\"a\\":1.10}"'],
    ["characters and not units", '"😀😀😀"', short, '"😀😀😀"'],
    ["half a surrogate pair", '"a\\ud800b"', string, '"a�b"'],
    ["a whole surrogate pair", '"\\ud83d\\ude00"', string, '"😀"'],
    ["the text of an escape", '"\\\\ud800"', string, '"\\\\ud800"'],
    ["a moment", '"2024-01-01T01:00:00+01:00"', timestamp, '"2024-01-01T00:00:00.000000Z"'],
    ["a day", '"2024-02-29"', { kind: "date" }, '"2024-02-29"'],
    ["a time", '"10:00:00"', { kind: "time" }, '"10:00:00.000000"'],
    [
      "any JSON",
      '{"a":[1.10,1e400,-0.0,"\\udc00",null],"__proto__":{"b":1}}',
      json,
      '{"a":[1.10,1e400,-0.0,"�",null],"__proto__":{"b":1}}',
    ],
    ["null", "null", integer, "null"],
  ])("takes %s", (_name, source, type, expected) => {
    expect(convertValue(parseSource(source), type)).toEqual({ json: expected });
  });

  it.each<[string, string, ColumnType, string]>([
    ["a fraction in an integer", "1.5", integer, "the number 1.5 is not an integer of the column's size"],
    [
      "an integer beyond 64 bits",
      "9223372036854775808",
      integer,
      "the number 9223372036854775808 is not an integer of the column's size",
    ],
    [
      "39 digits",
      `1${"0".repeat(38)}`,
      wide,
      `the number 1${"0".repeat(38)} is not an integer of the column's size`,
    ],
    [
      "an integer with a huge exponent",
      "1e999999999",
      wide,
      "the number 1e999999999 is not an integer of the column's size",
    ],
    ["a truth value in an integer", "true", integer, "true is not an integer of the column's size"],
    ["an empty text in an integer", '""', integer, 'the text "" is not an integer of the column\'s size'],
    ["leading zeros", '"007"', integer, 'the text "007" is not an integer of the column\'s size'],
    ["digits of another script", '"٣"', integer, 'the text "٣" is not an integer of the column\'s size'],
    [
      "a third digit after the point",
      "0.001",
      money,
      "the number 0.001 is not a decimal of 10 digits, 2 of them after the point",
    ],
    [
      "nine digits before the point",
      "123456789",
      money,
      "the number 123456789 is not a decimal of 10 digits, 2 of them after the point",
    ],
    ["no number", '"NaN"', money, 'the text "NaN" is not a decimal of 10 digits, 2 of them after the point'],
    ["a number beyond doubles", "1e400", double, "the number 1e400 is not a finite number"],
    ["Infinity", '"Infinity"', double, 'the text "Infinity" is not a finite number'],
    ["an array in a double", "[1]", double, "an array is not a finite number"],
    ["one in a truth value", "1", boolean, "the number 1 is not true or false"],
    ["a text in a truth value", '"true"', boolean, 'the text "true" is not true or false'],
    ["a text that is too long", '"abcd"', short, 'the text "abcd" is not a text of at most 3 characters'],
    [
      "a number in a moment",
      "1704067200",
      timestamp,
      "the number 1704067200 is not a date-time of the years 0001 to 9999",
    ],
    ["an object in a moment", "{}", timestamp, "an object is not a date-time of the years 0001 to 9999"],
    [
      "a long text, cut",
      JSON.stringify("x".repeat(100)),
      timestamp,
      `the text "${"x".repeat(40)}…" is not a date-time of the years 0001 to 9999`,
    ],
  ])("refuses %s", (_name, source, type, expected) => {
    expect(convertValue(parseSource(source), type)).toEqual({ invalid: expected });
  });

  it("takes plain numbers as it takes their source", () => {
    expect(convertValue(-0, double)).toEqual({ json: "-0.0" });
    expect(convertValue(12.5, money)).toEqual({ json: '"12.5"' });
    expect(convertValue(1e21, wide)).toEqual({ json: '"1000000000000000000000"' });
    expect(convertValue(Number.NaN, double)).toEqual({ invalid: "the number NaN is not a finite number" });
    expect(convertValue(undefined, integer)).toEqual({ json: "null" });
  });

  it("answers a number of a million digits at once", () => {
    const zeros = "0".repeat(1_000_000);
    const started = performance.now();
    for (const source of [`1${zeros}1`, `0.${zeros}1`, `1${zeros}.${zeros}1e-5`]) {
      for (const type of [integer, wide, exact, double]) {
        expect(convertValue(rawNumber(source), type)).toHaveProperty("invalid");
      }
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

const digits = (max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((list) => list.join(""));

/** A JSON number in any spelling. */
const spelling = fc
  .record({
    sign: fc.constantFrom("", "-"),
    whole: digits(40).map((text) => text.replace(/^0+(?=.)/, "")),
    fraction: fc.option(digits(12), { nil: undefined }),
    exponent: fc.option(fc.integer({ min: -45, max: 45 }), { nil: undefined }),
    letter: fc.constantFrom("e", "E", "e+"),
  })
  .map(({ sign, whole, fraction, exponent, letter }) => {
    const power =
      exponent === undefined ? "" : `${exponent < 0 ? letter.replace("+", "") : letter}${exponent}`;
    return `${sign}${whole}${fraction === undefined ? "" : `.${fraction}`}${power}`;
  });

describe("numbers of any spelling", () => {
  it.each<[string, ColumnType, (source: string) => boolean]>([
    ["64-bit integers", integer, (source) => isIntegerWithin(source, 2n ** 63n - 1n)],
    ["integers of 38 digits", wide, (source) => isIntegerWithin(source, 10n ** 38n - 1n)],
    ["decimals of 10 digits", money, (source) => isDecimalWithin(source, { precision: 10, scale: 2 })],
    ["decimals of 38 digits", exact, (source) => isDecimalWithin(source, { precision: 38, scale: 9 })],
  ])("%s keep their value, or are refused", (_name, type, fits) => {
    fc.assert(
      fc.property(spelling, (source) => {
        const converted = convertValue(parseSource(source), type);
        if (!fits(source)) {
          expect(converted).toHaveProperty("invalid");
          return;
        }
        const text = "json" in converted ? JSON.parse(converted.json) : converted.invalid;
        expect(text).toMatch(/^-?[0-9]+(\.[0-9]+)?$/);
        expect(canonicalNumber(text)).toBe(canonicalNumber(source));
        expect(convertValue(text, type)).toEqual(converted);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The number as a fraction of two big integers, by arithmetic alone. */
function fractionOf(source: string): { top: bigint; bottom: bigint } {
  const [mantissa = "", power = "0"] = source.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = Number(power) - fraction.length;
  const top = BigInt(`${whole.replace("-", "")}${fraction}`) * (source.startsWith("-") ? -1n : 1n);
  return shift < 0 ? { top, bottom: 10n ** BigInt(-shift) } : { top: top * 10n ** BigInt(shift), bottom: 1n };
}

function isIntegerWithin(source: string, max: bigint): boolean {
  const { top, bottom } = fractionOf(source);
  if (top % bottom !== 0n) return false;
  const value = top / bottom;
  return value <= max && (value >= -max || value === -(2n ** 63n));
}

function isDecimalWithin(
  source: string,
  { precision, scale }: { precision: number; scale: number },
): boolean {
  const { top, bottom } = fractionOf(source);
  const scaled = top * 10n ** BigInt(scale);
  if (scaled % bottom !== 0n) return false;
  const value = scaled / bottom;
  return (value < 0n ? -value : value) < 10n ** BigInt(precision);
}
