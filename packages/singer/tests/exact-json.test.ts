import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalNumber, isObject, isRawNumber, parseExact, parseSource, rawNumber } from "../src/index.ts";

const digits = (options: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), ...options });

/** Any spelling that JSON allows for a number, short and long, with and without an exponent. */
const numberText = fc
  .record({
    sign: fc.constantFrom("", "-"),
    whole: fc.oneof(
      fc.constant("0"),
      fc
        .tuple(fc.constantFrom(..."123456789"), digits({ minLength: 0, maxLength: 40 }))
        .map((parts) => parts.join("")),
    ),
    fraction: fc.option(digits({ minLength: 1, maxLength: 40 }), { nil: undefined }),
    exponent: fc.option(
      fc
        .tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.nat(400))
        .map((parts) => parts.join("")),
      { nil: undefined },
    ),
  })
  .map(({ sign, whole, fraction, exponent = "" }) =>
    [sign, whole, fraction === undefined ? "" : `.${fraction}`, exponent].join(""),
  );

/** Arithmetic on digits only, as a second opinion on `canonicalNumber`. */
function sameNumber(left: string, right: string): boolean {
  const parts = (text: string) => {
    const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    return {
      digits: BigInt(`${whole}${fraction}`.replace("-", "") || "0"),
      negative: text.startsWith("-"),
      scale: Number(exponent) - fraction.length,
    };
  };
  const a = parts(left);
  const b = parts(right);
  if (a.digits === 0n || b.digits === 0n) return a.digits === b.digits;
  const scale = Math.min(a.scale, b.scale);
  return (
    a.negative === b.negative &&
    a.digits * 10n ** BigInt(a.scale - scale) === b.digits * 10n ** BigInt(b.scale - scale)
  );
}

describe("parseExact", () => {
  it.each([
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890123456789012345678",
    "12345678901234567890.123456789",
    "0.1234567890123456789",
    "1e400",
    "-1e400",
    "1E-400",
    "1e99999999999999999999",
    "0.10000000000000000001",
    "123456789012345678",
  ])("keeps %s, which a double cannot hold, as it is written", (text) => {
    expect(JSON.stringify(parseExact(`{"n":${text}}`))).toBe(`{"n":${text}}`);
    expect(JSON.stringify(parseExact(`[ ${text}]`))).toBe(`[${text}]`);
    expect(JSON.stringify(parseExact(`[1,${text}]`))).toBe(`[1,${text}]`);
    expect(JSON.stringify(parseExact(text))).toBe(text);
    expect(isRawNumber(parseExact(text))).toBe(true);
  });

  it.each<[text: string, value: number]>([
    ["0", 0],
    ["1.0", 1],
    ["1E5", 100_000],
    ["1.5e-7", 1.5e-7],
    ["1e21", 1e21],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740992", 9_007_199_254_740_992],
    ["1.7976931348623157e308", 1.7976931348623157e308],
    ["5e-324", 5e-324],
    ["0.30000000000000004", 0.30000000000000004],
    ["100000000000000000000", 1e20],
    ["1.00000000000000000000", 1],
    ["-0.0", -0],
  ])("makes a plain number of %s, which a double holds", (text, value) => {
    expect(parseExact(text)).toBe(value);
    expect(parseExact(`[${text}]`)).toEqual([value]);
  });

  it("keeps the value of every spelling of a number", () => {
    fc.assert(
      fc.property(numberText, (text) => {
        const written = JSON.stringify(parseExact(`{"n": ${text}}`)).slice(5, -1);
        expect(sameNumber(written, text)).toBe(true);
        expect(canonicalNumber(written)).toBe(canonicalNumber(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is JSON.parse for all that a double holds", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseExact(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["digits", "12345678901234567890"],
    ["a decimal", "12345678901234567890.10"],
    ["an exponent", "1e400"],
    ["digits after a comma", "a,12345678901234567890"],
    ["digits after a colon", ':12345678901234567890,"n":1e400'],
    ["digits in brackets", "[12345678901234567890]"],
    ["an escaped quote and digits", '\\",12345678901234567890'],
  ])("leaves a text with %s a text", (_name, text) => {
    expect(parseExact(JSON.stringify({ text }))).toEqual({ text });
    expect(parseExact(JSON.stringify({ [text]: 1 }))).toEqual({ [text]: 1 });
  });

  it("keeps numbers beside such texts exact", () => {
    const text = '{"id":"12345678901234567890","n":12345678901234567890,"list":[1e400,2]}';
    expect(JSON.stringify(parseExact(text))).toBe(text);
  });

  it("takes the last of two equal keys, as JSON.parse does", () => {
    expect(JSON.stringify(parseExact('{"n":12345678901234567890,"n":1}'))).toBe('{"n":1}');
    expect(JSON.stringify(parseExact('{"n":1,"n":12345678901234567890}'))).toBe('{"n":12345678901234567890}');
  });

  it("makes an ordinary property of __proto__", () => {
    for (const number of ["1", "12345678901234567890"]) {
      const value = parseExact(`{"__proto__":{"polluted":${number}}}`);
      if (!isObject(value)) throw new Error("no object");
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value)).toEqual(["__proto__"]);
      expect(value["polluted"]).toBeUndefined();
    }
  });

  it.each([
    "",
    "{",
    '{"n":01}',
    '{"n":+1}',
    '{"n":.5}',
    '{"n":NaN}',
    '{"n":12345678901234567890',
    "1e",
    "\ufeff{}",
  ])("throws the SyntaxError of JSON.parse for %j", (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });

  it("takes the fast way past UUIDs, hashes and dates, which look like exponents", () => {
    // The slow way calls a reviver for each value: nesting that overflows the stack tells the two apart.
    const texts = [
      "3e1f6a2b-9e4d-4e5f-8e7a-0e1d2c3b4a5e",
      "2026-01-31T23:59:59.123456Z",
      "a9e8e7e6e5e4e3e2e1e0",
    ];
    const deep = `${"[".repeat(100_000)}${JSON.stringify(texts)}${"]".repeat(100_000)}`;
    expect(() => parseExact(deep)).not.toThrow();
    expect(() => parseExact(deep.replace(JSON.stringify(texts), "1e400"))).toThrow(RangeError);
  });
});

describe("parseSource", () => {
  it("keeps how every number is written", () => {
    const text = '{"price":1.10,"n":[1,-0,1E5,12345678901234567890],"s":"1.10"}';
    const value = parseSource(text);
    expect(JSON.stringify(value)).toBe(text);
    expect(isObject(value) && isRawNumber(value["price"]) && value["price"].rawJSON).toBe("1.10");
  });

  it("gives back any spelling, character by character", () => {
    fc.assert(
      fc.property(fc.array(numberText), (numbers) => {
        const text = `[${numbers.join(",")}]`;
        expect(JSON.stringify(parseSource(text))).toBe(text);
      }),
    );
  });
});

describe("rawNumber", () => {
  it.each(["0.10", "-12345678901234567890.5", "1e400", "-0"])("writes %s as it is", (text) => {
    expect(JSON.stringify({ n: rawNumber(text) })).toBe(`{"n":${text}}`);
    expect(isRawNumber(rawNumber(text))).toBe(true);
  });

  it.each([
    "",
    "-",
    "abc",
    "01",
    "1.",
    ".5",
    "+1",
    "1e",
    " 1",
    "1 ",
    "1\n",
    "1,2",
    "0x10",
    "NaN",
    "Infinity",
    "null",
    '"1"',
    "1}",
  ])("refuses %j", (text) => {
    expect(() => rawNumber(text)).toThrow(SyntaxError);
  });
});

describe("isRawNumber", () => {
  it.each([[1], ["1"], [null], [undefined], [{ rawJSON: "1" }], [[1]]])("is false for %j", (value) => {
    expect(isRawNumber(value)).toBe(false);
  });
});

describe("isObject", () => {
  it.each<[value: unknown, expected: boolean]>([
    [{}, true],
    [JSON.parse('{"__proto__":1}'), true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    [undefined, false],
    ["{}", false],
    [1, false],
    [rawNumber("12345678901234567890"), false],
  ])("tells of %j: %s", (value, expected) => {
    expect(isObject(value)).toBe(expected);
  });
});

describe("canonicalNumber", () => {
  it.each([
    ["1.10", "11e-1"],
    ["1.1", "11e-1"],
    ["11e-1", "11e-1"],
    ["0.011E+2", "11e-1"],
    ["100", "1e2"],
    ["-100.00", "-1e2"],
    ["0", "0"],
    ["-0.000e5", "0"],
    ["1e+21", "1e21"],
    ["Infinity", "Infinity"],
    ["abc", "abc"],
  ])("writes %s as %s", (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  it("is one text for one number, and two for two", () => {
    fc.assert(
      fc.property(numberText, numberText, fc.nat(30), (left, right, zeros) => {
        expect(canonicalNumber(left) === canonicalNumber(right)).toBe(sameNumber(left, right));
        const [mantissa = "", exponent] = left.toLowerCase().split("e");
        const padded = `${mantissa.includes(".") ? mantissa : `${mantissa}.`}${"0".repeat(zeros)}${exponent === undefined ? "" : `e${exponent}`}`;
        expect(canonicalNumber(padded)).toBe(canonicalNumber(left));
      }),
      { numRuns: 500 },
    );
  });
});

it("reads a number of a million digits, with a run of zeros inside, in one pass", () => {
  const digits = `1${"0".repeat(1_000_000)}1`;
  expect(canonicalNumber(digits)).toBe(`${digits}e0`);
});
