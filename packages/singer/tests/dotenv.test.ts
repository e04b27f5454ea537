import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDotenv } from "../src/index.ts";

describe("parseDotenv", () => {
  it.each<[string, string, [string, string][]]>([
    ["nothing", "", []],
    ["an assignment", "A=1", [["A", "1"]]],
    [
      "spaces around",
      "  A = 1  \nB=2",
      [
        ["A", "1"],
        ["B", "2"],
      ],
    ],
    [
      "export",
      "export A=1\nexport\tB=2",
      [
        ["A", "1"],
        ["B", "2"],
      ],
    ],
    [
      "an empty value",
      "A=\nB=2",
      [
        ["A", ""],
        ["B", "2"],
      ],
    ],
    [
      "comments",
      "# A=0\nA=1 # one\nB=a#b\nC=#c\n\n D='x' # y",
      [
        ["A", "1"],
        ["B", "a#b"],
        ["C", ""],
        ["D", "x"],
      ],
    ],
    ["equals signs in a value", "A=b=c==", [["A", "b=c=="]]],
    ["single quotes", "A='a \\n \"b\" $C # d'", [["A", 'a \\n "b" $C # d']]],
    ["double quotes", 'A="a\\nb\\t\\"c\\" \\\\ \\$D \\x # e"', [["A", 'a\nb\t"c" \\ $D \\x # e']]],
    [
      "quotes over several lines",
      'KEY="-----BEGIN-----\nabc\n-----END-----"\nB=1',
      [
        ["KEY", "-----BEGIN-----\nabc\n-----END-----"],
        ["B", "1"],
      ],
    ],
    [
      "what follows a quote",
      "A='x' y\nB=2",
      [
        ["A", "x"],
        ["B", "2"],
      ],
    ],
    [
      "Windows line ends and a byte order mark",
      '\uFEFFA=1\r\nB="x\r\ny"\r\n',
      [
        ["A", "1"],
        ["B", "x\ny"],
      ],
    ],
    ["nothing is expanded", "A=$HOME ${B} `c`", [["A", "$HOME ${B} `c`"]]],
    ["the last one counts", "A=1\nA=2", [["A", "2"]]],
    ["lines that assign nothing", "what is this\n=x\n1A=2\nB: 3\nC=4", [["C", "4"]]],
    ["dots and dashes in names", "a.b-c=1", [["a.b-c", "1"]]],
    ["a hostile name", "__proto__=1", [["__proto__", "1"]]],
  ])("reads %s", (_name, text, expected) => {
    expect([...parseDotenv(text)]).toEqual(expected);
  });

  it.each([
    ["A='x", 1],
    ['A=1\n\nB="x\\"\nC=2', 3],
    ['A="1\n2"\nB="x', 3],
  ])("refuses %j for its line %i", (text, line) => {
    expect(() => parseDotenv(text)).toThrow(`.env: the quote in line ${line} is never closed. Close it.`);
  });

  it("reads back every value in quotes", () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    const value = fc.string().filter((text) => !/[\r]/.test(text));
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const text = Object.entries(values)
          .map(([key, each]) => `export ${key}="${each.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}" # c`)
          .join("\n");
        expect(Object.fromEntries(parseDotenv(text))).toEqual({ ...values });
      }),
    );
  });
});
