import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand, variablesOf } from "../../src/settings/expand.ts";

const values: ReadonlyMap<string, string> = new Map([
  ["A", "one"],
  ["B_2", "two"],
  ["EMPTY", ""],
  ["lower", "small"],
  ["NESTED", "$A"],
  ["1", "digit"],
]);

describe("expand", () => {
  it.each([
    { rule: "a bare name in capitals", text: "$A", value: "one" },
    { rule: "a bare name with digits and underscores", text: "$B_2", value: "two" },
    { rule: "a name in braces", text: "${A}", value: "one" },
    { rule: "a name in braces may be small", text: "${lower}", value: "small" },
    { rule: "a name in braces may be a digit", text: "${1}", value: "digit" },
    { rule: "a bare small name stays", text: "$lower", value: "$lower" },
    { rule: "a bare name ends at a small letter", text: "$Ab", value: "oneb" },
    { rule: "a bare digit stays", text: "$1", value: "$1" },
    { rule: "a dollar alone stays", text: "5$ and $", value: "5$ and $" },
    { rule: "a backslash keeps the dollar", text: "\\$A", value: "$A" },
    { rule: "a backslash keeps the dollar of braces", text: "\\${A}", value: "${A}" },
    { rule: "a backslash before anything else stays", text: "\\d\\n", value: "\\d\\n" },
    { rule: "empty braces stay", text: "${}", value: "${}" },
    { rule: "a default is not known", text: "${A:-x}", value: "${A:-x}" },
    { rule: "what is filled in is not looked through", text: "$NESTED", value: "$A" },
    { rule: "several in a text", text: "<$A|${B_2}>", value: "<one|two>" },
    { rule: "a text that comes out empty is null", text: "$EMPTY", value: null },
    { rule: "two that come out empty are null", text: "$EMPTY${EMPTY}", value: null },
    { rule: "an empty part is empty", text: "a$EMPTY", value: "a" },
    { rule: "an empty text stays", text: "", value: "" },
    {
      rule: "keys stay, values of maps are filled in",
      text: { $A: ["$A", { x: "${A}" }] },
      value: { $A: ["one", { x: "one" }] },
    },
    { rule: "other values stay", text: [1, true, null], value: [1, true, null] },
  ])("$rule", ({ text, value }) => {
    const expansion = expand(text, (name) => values.get(name));
    expect(expansion.value).toStrictEqual(value);
    expect(expansion.unset).toEqual([]);
  });

  it("answers each variable once, and those that nothing sets", () => {
    expect(expand(["$A$A", "${NOPE}x", { y: "$NOPE" }], (name) => values.get(name))).toEqual({
      value: ["oneone", "x", { y: null }],
      variables: ["A", "NOPE"],
      unset: ["NOPE"],
    });
    expect(variablesOf("\\$A $B_2 ${c}")).toEqual(["B_2", "c"]);
  });

  it("defines keys that would be a prototype", () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"x": "$A"}}');
    const { value } = expand(hostile, (name) => values.get(name));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"x":"one"}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("leaves every text without a dollar as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!text.includes("$"));
        expect(expand(text, () => "X")).toEqual({ value: text, variables: [], unset: [] });
      }),
    );
  });

  it("gives back every text whose dollars are escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "A", "b", "_", "1", " ") }), (text) => {
        const escaped = text.replaceAll("$", "\\$");
        const back = String(expand(escaped, () => "X").value).replaceAll("\\$", "$");
        expect(back).toBe(text);
      }),
    );
  });
});
