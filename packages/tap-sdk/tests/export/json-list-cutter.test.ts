import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonListCutter } from "../../src/export/json-list-cutter.ts";

function cut(
  text: string,
  {
    lists,
    pieceBytes = 7,
    maxItemBytes = 1_000_000,
  }: { lists: readonly string[]; pieceBytes?: number; maxItemBytes?: number },
) {
  const items: Record<string, unknown[]> = Object.fromEntries(lists.map((list) => [list, []]));
  const take = (list: string, item: Buffer) => items[list]?.push(JSON.parse(item.toString()));
  const cutter = new JsonListCutter({ lists, take, maxItemBytes });
  const bytes = Buffer.from(text);
  // One buffer for all pieces: what is kept of one must have been copied.
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(piece, 0, at, at + pieceBytes);
    cutter.push(piece.subarray(0, length));
  }
  cutter.end();
  return { items, found: lists.filter((list) => cutter.found(list)) };
}

describe("the items of lists", () => {
  it.each([
    ["the document itself", '[1, {"a":[2]}, "]"]', "", [1, { a: [2] }, "]"]],
    ["a list at the top", '{"b":[[9]],"a":[1,2]}', "a", [1, 2]],
    ["a list below", '{"x":{"a":[0]},"data":{"a":[{"a":[5]}]}}', "data.a", [{ a: [5] }]],
    ["an empty list", '{"a":[ \n\t ]}', "a", []],
    ["a null", '{"a":null}', "a", []],
    ["texts with brackets and quotes", '{"s":"\\"a\\":[1]","a":["\\\\","\\"]"]}', "a", ["\\", '"]']],
    ["a key of the same name in a list", '{"b":[{"a":[7]}],"a":[1]}', "a", [1]],
  ])("of %s are cut", (_, text, list, expected) => {
    for (const pieceBytes of [1, 2, 3, 1000]) {
      expect(cut(text, { lists: [list], pieceBytes })).toEqual({
        items: { [list]: expected },
        found: [list],
      });
    }
  });

  it("of a list that is not there are none", () => {
    expect(cut('{"b":[1]}', { lists: ["a"] })).toEqual({ items: { a: [] }, found: [] });
  });

  it("of any document in any pieces are those that a parser finds", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const document = fc.record({ one: fc.array(json), between: json, two: fc.array(json), rest: json });
    fc.assert(
      fc.property(document, fc.integer({ min: 1, max: 40 }), fc.nat(2), (value, pieceBytes, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const { items } = cut(text, { lists: ["one", "two"], pieceBytes });
        const { one, two } = JSON.parse(text);
        expect(items).toEqual({ one, two });
      }),
      { numRuns: 300 },
    );
  });

  it.each(["", " ", '{"a":[1', '{"a":[1]', '{"a":["', '["a"'])("of %j are not whole", (text) => {
    expect(() => cut(text, { lists: ["a"] })).toThrow(SyntaxError);
  });

  it("are refused when one is too long, however it arrives", () => {
    const text = `{"a":[${JSON.stringify("x".repeat(99))}]}`;
    expect(cut(text, { lists: ["a"], maxItemBytes: 101 }).items["a"]?.length).toBe(1);
    for (const pieceBytes of [1, 50]) {
      expect(() => cut(text, { lists: ["a"], pieceBytes, maxItemBytes: 60 })).toThrow(RangeError);
    }
  });

  it("outside the lists are passed over, however long they are", () => {
    const text = `{"pad":${JSON.stringify("[".repeat(50_000))},"a":[1]}`;
    expect(cut(text, { lists: ["a"], maxItemBytes: 10 }).items["a"]).toEqual([1]);
  });
});
