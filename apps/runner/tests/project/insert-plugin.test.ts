import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { insertPlugin } from "../../src/project/insert-plugin.ts";

const entry = { name: "tap-new", settings: [{ name: "a", kind: "string" }], config: { a: "$A" } };
const block = (indent: string) =>
  ["- name: tap-new", "  settings:", "    - { name: a, kind: string }", "  config:", "    a: $A", ""]
    .join("\n")
    .replaceAll(/^(?=.)/gm, indent);
const insert = (text: string) => insertPlugin(text, { type: "extractors", entry });

describe("a new entry", () => {
  it.each([
    {
      name: "at the end of its list",
      text: "# top\nplugins:\n    extractors:\n      - name:   tap-x   # odd spaces\n        select: [a.*,\n          b.*]  # behind\n    # about loaders\n    loaders:\n      - name: t\n",
      at: "    # about loaders",
      indent: "      ",
    },
    {
      name: "in a list that is not indented",
      text: "plugins:\n  extractors:\n  - name: tap-x\njobs: []\n",
      at: "jobs: []",
      indent: "  ",
    },
    {
      name: "at the end of the file, without a last line break",
      text: "plugins:\n  extractors:\n  - name: tap-x",
      at: undefined,
      indent: "  ",
    },
    {
      name: "behind a text of several lines",
      text: "plugins:\n  extractors:\n    - name: tap-x\n      config:\n        key: |\n          a\n          b\n\njobs: []\n",
      at: "\njobs: []",
      indent: "    ",
    },
  ])("stands $name, and nothing else changes", ({ text, at, indent }) => {
    const index = at === undefined ? text.length : text.indexOf(at);
    const front = text.slice(0, index);
    const expected = `${front}${front.endsWith("\n") ? "" : "\n"}${block(indent)}${text.slice(index)}`;
    expect(insert(text)).toBe(expected);
  });

  it.each([
    {
      name: "no list of its type",
      text: "plugins:\n   loaders:\n      - name: t # x\njobs: []\n",
      expected: `plugins:\n   loaders:\n      - name: t # x\n   extractors:\n${block("     ")}jobs: []\n`,
    },
    {
      name: "no plugins",
      text: "jobs: [] # none",
      expected: `jobs: [] # none\nplugins:\n  extractors:\n${block("    ")}`,
    },
    {
      name: "line breaks of Windows",
      text: "plugins:\r\n  extractors:\r\n  - name: x\r\n",
      expected: `plugins:\r\n  extractors:\r\n  - name: x\r\n${block("  ").replaceAll("\n", "\r\n")}`,
    },
  ])("is put where there are $name", ({ text, expected }) => {
    expect(insert(text)).toBe(expected);
  });

  it.each([
    { name: "braces", text: '{"plugins": {"extractors": [{"name": "x"}]}}' },
    { name: "a list in brackets", text: "# kept\nplugins:\n  extractors: [{ name: x }] # kept too\n" },
    { name: "an empty list", text: "plugins:\n  extractors: []\n# kept\n" },
    { name: "nothing behind the key", text: "plugins:\n  extractors:\n  loaders: # kept\n    - name: t\n" },
    { name: "nothing behind plugins", text: "plugins: # kept\njobs: []\n" },
  ])("is written into $name, with all comments", ({ text }) => {
    const written = insert(text);
    const before = parse(text).plugins?.extractors ?? [];
    expect(parse(written).plugins.extractors).toEqual([...before, entry]);
    for (const comment of text.match(/# \w+( too)?/g) ?? []) expect(written).toContain(comment);
  });

  it("never changes what is there: any file", () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/);
    const file = fc.record({
      plugins: fc.record({
        extractors: fc.array(
          fc.record({ name, config: fc.dictionary(name, fc.string(), { noNullPrototype: true }) }),
          { minLength: 1, maxLength: 3 },
        ),
        loaders: fc.array(fc.record({ name }), { maxLength: 2 }),
      }),
      jobs: fc.array(fc.record({ name, tasks: fc.string() }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(file, fc.integer({ min: 2, max: 5 }), fc.boolean(), (content, indent, indentSeq) => {
        const text = stringify(content, { indent, indentSeq, version: "1.1" });
        const after = insert(text);
        const { plugins, ...rest } = content;
        expect(parse(after, { version: "1.1" })).toEqual({
          ...rest,
          plugins: { ...plugins, extractors: [...plugins.extractors, entry] },
        });
        const front = [...text].findIndex((character, index) => character !== after[index]);
        const length = after.length - text.length;
        const index = front === -1 ? text.length : front;
        const isOneBlock = Array.from({ length: index + 1 }, (_, at) => at).some(
          (at) => after.slice(0, at) + after.slice(at + length) === text,
        );
        expect(isOneBlock).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
