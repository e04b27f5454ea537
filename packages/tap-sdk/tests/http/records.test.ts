import { SchemaError } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { items, large, readAll, sending, streamed } from "./pages.ts";
import { clientOf, errorOf } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

describe.each([
  ["parsed at once", {}],
  ["read as it arrives", streamed],
])("a page that is %s", (_name, size) => {
  const padding = `"pad":"${"p".repeat(2000)}"`;

  it("hands out its records, and the rest of the body", async () => {
    await using server = await sending(JSON.stringify(large));
    const answer = await clientOf(server.origin, {}, size).records("x", items);
    expect(answer).toMatchObject({ status: 200, skipped: false, url: `${server.origin}/x` });
    expect(await readAll(answer)).toEqual(large.items);
    expect(answer.body()).toMatchObject({ count: 500, meta: large.meta });
  });

  it.each([
    ["the body is the list", "", (list: unknown) => list],
    ["the list lies deep", "data.rows", (list: unknown) => ({ data: { rows: list, total: 2 }, next: "n" })],
    [
      "other lists have the same name",
      "data.items",
      (list: unknown) => ({
        items: [1, 2],
        other: { items: [{ id: 9 }] },
        data: { x: [{ items: [1] }], items: list },
      }),
    ],
  ])("finds the records where %s", async (_where, recordsAt, wrap) => {
    const list = large.items.slice(0, 100);
    await using server = await sending(JSON.stringify(wrap(list)));
    const answer = await clientOf(server.origin, {}, size).records("x", { stream: "s", recordsAt });
    expect(await readAll(answer)).toEqual(list);
  });

  it.each([
    ["null", `{"items":null,${padding}}`, []],
    ["an empty list", `{"items":[],${padding}}`, []],
    ["an object", `{"items":{"id":1},${padding}}`, [{ id: 1 }]],
  ])("takes %s in place of the list", async (_what, text, records) => {
    await using server = await sending(text);
    const answer = await clientOf(server.origin, {}, size).records("x", items);
    expect(await readAll(answer)).toEqual(records);
    expect(answer.body()).toHaveProperty("pad");
  });

  it.each([
    [
      "no list at the path",
      `{"tickets":[{"id":1}],${padding}}`,
      'has no records: there is no list at "items"',
    ],
    ["a text at the path", `{"items":"none",${padding}}`, 'has no records: there is no list at "items"'],
    ["a list in the way", `[{"items":[{"id":1}],${padding}}]`, 'has no records: there is no list at "items"'],
    ["a record that is a number", `{"items":[{"id":1},5],${padding}}`, 'item 1 at "items"'],
    ["a record that is null", `{"items":[null],${padding}}`, 'item 0 at "items"'],
    ["a record that is a list", `{"items":[[1]],${padding}}`, 'item 0 at "items"'],
  ])("is refused when there is %s", async (_what, text, message) => {
    await using server = await sending(text);
    const error = await errorOf(clientOf(server.origin, {}, size).records("x", items).then(readAll));
    expect(SchemaError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ exitCode: 65, stream: "items" });
    expect(error.message).toContain(message);
    expect(server.requests).toHaveLength(1);
  });

  it("keeps every digit when it is asked to", async () => {
    const text = `{${padding},"items":[{"id":9007199254740993,"n":12345678901234567890.123456789,"e":1e400,"x":1.5}],"next":9007199254740995}`;
    await using server = await sending(text);
    const http = clientOf(server.origin, {}, size);
    const exact = await http.records("x", { ...items, exactNumbers: true });
    expect(JSON.stringify(await readAll(exact))).toBe(
      '[{"id":9007199254740993,"n":12345678901234567890.123456789,"e":1e400,"x":1.5}]',
    );
    expect(JSON.stringify(exact.body())).toContain('"next":9007199254740995');
    const plain = await readAll(await http.records("x", items));
    expect(plain).toEqual([
      { id: 9_007_199_254_740_992, n: 12_345_678_901_234_567_000, e: Infinity, x: 1.5 },
    ]);
  });

  it("reads what JSON allows as JSON.parse does", async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const record = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "items", "constructor")),
      value,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), value, async (list, other) => {
        const text = JSON.stringify({ other, pad: "p".repeat(1500), items: list, last: other }, null, 1);
        await using server = await sending(text);
        const answer = await clientOf(server.origin, {}, size).records("x", items);
        const records = await readAll(answer);
        const expected = JSON.parse(text);
        expect(JSON.stringify(records)).toBe(JSON.stringify(expected.items));
        expect(JSON.stringify({ ...Object(answer.body()), items: [] })).toBe(
          JSON.stringify({ ...expected, items: [] }),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("is empty for an answer 204 or one that is skipped", async () => {
    await using server = await serve(({ response, index }) =>
      response.writeHead(index === 0 ? 204 : 404).end(),
    );
    const http = clientOf(
      server.origin,
      { classify: ({ status }) => (status === 404 ? "skip" : undefined) },
      size,
    );
    const none = await http.records("x", items);
    expect(none).toMatchObject({ status: 204, skipped: false, records: [] });
    expect(none.body()).toBeUndefined();
    expect(await http.records("x", items)).toMatchObject({ status: 404, skipped: true, records: [] });
  });

  it("may be asked for by POST", async () => {
    await using server = await sending(JSON.stringify(large));
    await clientOf(server.origin, {}, size).records("x", { ...items, method: "POST", json: { q: 1 } });
    expect(server.requests).toMatchObject([{ method: "POST", body: '{"q":1}' }]);
  });
});

describe("a page that is parsed at once", () => {
  it("comes as a list", async () => {
    await using server = await sending(JSON.stringify(large));
    expect((await clientOf(server.origin).records("x", items)).records).toEqual(large.items);
  });

  it("is asked for again when it is empty although the status says success", async () => {
    await using server = await serve(({ response, index }) =>
      index === 0 ? response.end() : json(response, { items: [{ id: 1 }] }),
    );
    expect((await clientOf(server.origin).records("x", items)).records).toEqual([{ id: 1 }]);
  });
});
