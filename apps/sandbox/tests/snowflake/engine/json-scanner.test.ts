import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonProblem, JsonScanner } from "../../../src/snowflake/engine/copy/json-scanner.ts";
import { readFields } from "../../../src/snowflake/engine/copy/path-fields.ts";
import { variantAt } from "../../../src/snowflake/engine/values/variant-access.ts";
import { canonicalVariant } from "../../../src/snowflake/engine/values/variant-text.ts";

function endOf(text: string): number | string {
  const bytes = Buffer.from(text);
  try {
    return new JsonScanner(bytes, { allowDuplicates: true }).endOf(0) === bytes.length ? "whole" : "part";
  } catch (error) {
    if (error instanceof JsonProblem) return "broken";
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the JSON scanner", () => {
  it("takes every document that JavaScript writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        expect(endOf(JSON.stringify(value, null, indent))).toBe("whole");
      }),
    );
  });

  it("never takes for whole what JavaScript refuses", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      "0",
      ".5",
      "e3",
      "true",
      "nul",
      "null",
      " ",
      "\\",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        expect(endOf(text) === "whole").toBe(parses(text) && text.trimEnd() === text);
      }),
      { numRuns: 2000 },
    );
  });

  it("ends where a broken document is cut, and says that more may follow", () => {
    const text = '{"a":[1,{"b":"x\\u00e9"}],"c":true}';
    for (let end = 1; end < text.length; end += 1) {
      const scan = (): number =>
        new JsonScanner(Buffer.from(text.slice(0, end)), { allowDuplicates: false }).endOf(0);
      expect(scan).toThrow(JsonProblem);
    }
  });
});

describe("fields of a document", () => {
  const key = fc.constantFrom("a", "b", "A", "1", "__proto__", "é");
  const leaf = fc.oneof(
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.maxSafeInteger(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
  );
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("document"), { maxLength: 3 }),
      fc
        .array(fc.tuple(key, tie("document")), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));

  it("are the same, whether JavaScript's parser reads them or the exact one", () => {
    const step = fc.oneof(key, fc.integer({ min: 0, max: 2 }));
    fc.assert(
      fc.property(document, fc.array(step, { maxLength: 3 }), (value, path) => {
        const text = JSON.stringify(value);
        const kept = canonicalVariant(text) ?? "";
        expect(readFields(text, [path])).toEqual([variantAt(kept, path)]);
        expect(readFields(` ${text}`, [path])).toEqual([variantAt(kept, path)]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["keeps all digits", '{"a":1.10000000000000000000000001}', "1.10000000000000000000000001"],
    ["keeps trailing zeros", '{"a":1.50}', "1.50"],
    ["does not see inherited keys", '{"b":1}', null],
  ])("%s", (_name, text, expected) => {
    expect(readFields(text, [["a"]])).toEqual([expected]);
    expect(readFields("{}", [["toString"], ["constructor"]])).toEqual([null, null]);
  });

  it("are not read from a document that holds half a surrogate pair anywhere", () => {
    for (const text of ['{"a":"\\ud800","b":1}', '{"a":1,"\\udc00":2}', '{"a":"\\uD83D\\ud83d","b":1}']) {
      expect(() => readFields(text, [["b"], ["a"]]), text).toThrow("Error parsing JSON");
    }
    expect(readFields('{"a":"\\ud83d\\ude00"}', [["a"]])).toEqual(['"\u{1F600}"']);
  });

  it("finds keys of any case, the exact one first", () => {
    expect(readFields('{"Ab":1,"ab":2}', [[{ anyCase: "ab" }], [{ anyCase: "AB" }]])).toEqual(["2", "1"]);
    expect(readFields('{ "Ab":1,"ab":2}', [[{ anyCase: "ab" }], [{ anyCase: "AB" }]])).toEqual(["2", "1"]);
  });
});
