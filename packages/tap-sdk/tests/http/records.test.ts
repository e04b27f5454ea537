import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { SchemaError } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordsAnswer } from "../../src/http/http-client.ts";
import { clientOf, errorOf } from "./test-client.ts";
import { json, pour, serve } from "./test-server.ts";

const items = { stream: "items", recordsAt: "items" };
/** So small that every body in these tests is streamed. */
const streamed = { maxBufferedBytes: 1000 };

async function readAll(answer: RecordsAnswer): Promise<Readonly<Record<string, unknown>>[]> {
  const records = [];
  for await (const record of answer.records) records.push(record);
  return records;
}

/** A server that sends this text, in pieces where it is told how. */
function sending(text: string | Buffer, headers: Record<string, string> = {}) {
  return serve(({ response }) => {
    response.writeHead(200, headers);
    response.end(text);
  });
}

const large = {
  count: 500,
  items: Array.from({ length: 500 }, (_, id) => ({ id, name: `näme ${id} 🎻`, deep: { list: [id, null, true, "\n"] } })),
  meta: { has_more: true, after_cursor: "abc" },
};

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
    ["other lists have the same name", "data.items", (list: unknown) => ({ items: [1, 2], other: { items: [{ id: 9 }] }, data: { x: [{ items: [1] }], items: list } })],
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
    ["no list at the path", `{"tickets":[{"id":1}],${padding}}`, 'has no records: there is no list at "items"'],
    ["a text at the path", `{"items":"none",${padding}}`, 'has no records: there is no list at "items"'],
    ["a list in the way", `[{"items":[{"id":1}],${padding}}]`, 'has no records: there is no list at "items"'],
    ["a record that is a number", `{"items":[{"id":1},5],${padding}}`, 'item 1 at "items"'],
    ["a record that is null", `{"items":[null],${padding}}`, 'item 0 at "items"'],
    ["a record that is a list", `{"items":[[1]],${padding}}`, 'item 0 at "items"'],
  ])("is refused when there is %s", async (_what, text, message) => {
    await using server = await sending(text);
    const error = await errorOf(
      clientOf(server.origin, {}, size)
        .records("x", items)
        .then(readAll),
    );
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
    expect(plain).toEqual([{ id: 9_007_199_254_740_992, n: 12_345_678_901_234_567_000, e: Infinity, x: 1.5 }]);
  });

  it("reads what JSON allows as JSON.parse does", async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const record = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "items", "constructor")), value);
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
    await using server = await serve(({ response, index }) => response.writeHead(index === 0 ? 204 : 404).end());
    const http = clientOf(server.origin, { classify: ({ status }) => (status === 404 ? "skip" : undefined) }, size);
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

describe("a page that is read as it arrives", () => {
  it("comes out of compression", async () => {
    await using server = await sending(gzipSync(JSON.stringify(large)), { "content-encoding": "gzip" });
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    expect(await readAll(answer)).toEqual(large.items);
  });

  it("has a body only when its records were read", async () => {
    await using server = await sending(JSON.stringify(large));
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    expect(answer.body()).toBeUndefined();
    await readAll(answer);
    expect(answer.body()).toEqual({ ...large, items: [] });
  });

  it("may begin with a byte order mark, and be cut anywhere", async () => {
    const bytes = Buffer.from(`\uFEFF${JSON.stringify(large)}`);
    await using server = await serve(async ({ response }) => {
      for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
      response.end();
    });
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    expect(await readAll(answer)).toEqual(large.items);
  });

  it("flows: the first record is there before the last one is sent", async () => {
    let finish: () => void = () => undefined;
    await using server = await serve(({ response }) => {
      response.write(`{"items":[${JSON.stringify({ id: 0, pad: "p".repeat(5000) })}`);
      finish = () => response.end(',{"id":1}]}');
    });
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    const ids: unknown[] = [];
    for await (const record of answer.records) {
      ids.push(record["id"]);
      finish();
    }
    expect(ids).toEqual([0, 1]);
  });

  it("is not read faster than its records are taken", async () => {
    const record = JSON.stringify({ pad: "p".repeat(10_000) });
    let sent = 0;
    await using server = await serve(({ response }) => {
      response.write("{\"items\":[");
      const more = () => {
        while (sent < 20_000 && response.write(`${record},`)) sent += 1;
        if (sent >= 20_000) response.end(`${record}]}`);
      };
      response.on("drain", more);
      more();
    });
    const { records } = await clientOf(server.origin, {}, streamed).records("x", items);
    let taken = 0;
    for await (const _ of records) {
      taken += 1;
      if (taken === 1000) break;
    }
    expect(sent).toBeGreaterThan(1000);
    expect(sent).toBeLessThan(4000);
    await expect.poll(() => server.open()).toBe(0);
  });

  const broken: readonly (readonly [string, (response: ServerResponse, text: string) => unknown])[] = [
    ["is cut off", (response, text) => response.write(text, () => response.socket?.destroy())],
    ["ends too early", (response, text) => response.end(text)],
    ["turns into something else", (response, text) => response.end(`${text}<html>`)],
    ["goes on after its end", (response, text) => response.end(`${text}{"id":1}]} {"items":[]}`)],
  ];

  it.each(broken)("is asked for again when it %s before its first record", async (_name, breakIt) => {
    const begin = `{"pad":"${"p".repeat(3000)}","items":[`;
    await using server = await serve(({ response, index }) =>
      index < 2 ? breakIt(response, begin) : json(response, large),
    );
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    expect(await readAll(answer)).toEqual(large.items);
    expect(server.requests).toHaveLength(3);
  });

  it.each(broken)("fails for this run when it %s after its first record, and none comes twice", async (_name, breakIt) => {
    let proceed: () => void = () => undefined;
    const firstTaken = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    await using server = await serve(({ response }) => {
      response.write(`{"items":[{"id":0,"pad":"${"p".repeat(3000)}"},`);
      void firstTaken.then(() => breakIt(response, '{"id":1},'));
    });
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    const ids: unknown[] = [];
    const error = await errorOf(
      (async () => {
        for await (const record of answer.records) {
          ids.push(record["id"]);
          proceed();
        }
      })(),
    );
    expect(error).toMatchObject({ name: "ApiError", retryable: true, exitCode: 75 });
    expect(ids.slice(0, 1)).toEqual([0]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(server.requests).toHaveLength(1);
    expect(answer.body()).toBeUndefined();
  });

  it.each([
    ["one record", '{"items":[{"id":0},{"id":1,"pad":"', "p"],
    ["what stands before the records", '{"pad":"', "p"],
    ["a number", '{"items":[{"id":', "1"],
    ["white space", '{"items":[{"id":0}', " "],
  ])("is refused when %s is larger than may be held", async (_what, begin, filler) => {
    await using server = await serve(({ response }) => {
      response.write(begin);
      pour(response, filler.repeat(10_000));
    });
    const error = await errorOf(
      clientOf(server.origin, {}, { maxBufferedBytes: 25_000 })
        .records("x", items)
        .then(readAll),
    );
    expect(error).toMatchObject({ name: "ApiError", retryable: false, status: 200 });
    expect(error.message).toContain("answered 200 with more than 100000 bytes between two records");
    expect(server.requests).toHaveLength(1);
    await expect.poll(() => server.open()).toBe(0);
  });

  it("is refused when it is larger than anyone wants", async () => {
    await using server = await serve(({ response }) => {
      response.write('{"items":[{"id":0}');
      pour(response, `,{"id":${"1".repeat(1000)}}`);
    });
    const error = await errorOf(
      clientOf(server.origin, {}, { maxBufferedBytes: 10_000, maxResponseBytes: 1_000_000 })
        .records("x", items)
        .then(readAll),
    );
    expect(error).toMatchObject({ name: "ApiError", retryable: false });
    expect(error.message).toContain("answered 200 with more than 1000000 bytes. Ask for less at a time.");
    await expect.poll(() => server.open()).toBe(0);
  });

  it("closes its connection when nobody wants the rest", async () => {
    await using server = await serve(({ response }) => {
      response.write(`{"items":[${JSON.stringify({ id: 0, pad: "p".repeat(5000) })}`);
    });
    const answer = await clientOf(server.origin, {}, streamed).records("x", items);
    for await (const _ of answer.records) break;
    await expect.poll(() => server.open()).toBe(0);
  });
});
