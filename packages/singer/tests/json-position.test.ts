import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonErrorPosition } from "../src/json-position.ts";

describe("jsonErrorPosition", () => {
  it.each([
    ["", 1, 1],
    ["  ", 1, 3],
    ["oops", 1, 1],
    ['{"a": x}', 1, 7],
    ["{", 1, 2],
    ['{"a"', 1, 5],
    ['{"a" 1}', 1, 6],
    ['{"a":1', 1, 7],
    ['{"a":1,}', 1, 8],
    ["{a:1}", 1, 2],
    ["[1 2]", 1, 4],
    ["[1,]", 1, 4],
    ["[1}", 1, 3],
    ["{]", 1, 2],
    ["]", 1, 1],
    ["1,2", 1, 2],
    ["{}\n{}", 2, 1],
    ['{\n  "a": 01\n}', 2, 8],
    ["[1.]", 1, 2],
    ["[.5]", 1, 2],
    ["[+1]", 1, 2],
    ["[truest]", 1, 2],
    ['["abc', 1, 2],
    ['["a\\x"]', 1, 2],
    ['["a\u0001"]', 1, 2],
    ["{'a':1}", 1, 2],
    ["[NaN]", 1, 2],
    ["\uFEFF{}", 1, 1],
  ])("finds the error of %j at %i:%i", (text, line, column) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(jsonErrorPosition(text)).toEqual({ line, column });
  });

  it("reads to the end of whatever JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const lines = JSON.stringify(value, null, indent).split("\n");
        expect(jsonErrorPosition(lines.join("\n"))).toEqual({
          line: lines.length,
          column: (lines.at(-1)?.length ?? 0) + 1,
        });
      }),
    );
  });

  it("never reads beyond what is wrong", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const text = JSON.stringify({ value });
        const cut = text.slice(0, at % text.length);
        expect(jsonErrorPosition(`${cut}\u0001`).column).toBeLessThanOrEqual(cut.length + 1);
      }),
    );
  });

  it("needs no stack for depth", () => {
    const depth = 200_000;
    expect(jsonErrorPosition("[".repeat(depth))).toEqual({ line: 1, column: depth + 1 });
  });
});
