import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { items, large, readAll, sending, streamed } from "./pages.ts";
import { clientOf, errorOf } from "./test-client.ts";
import { json, pour, serve } from "./test-server.ts";

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
      response.write('{"items":[');
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

  it.each(broken)(
    "fails for this run when it %s after its first record, and none comes twice",
    async (_name, breakIt) => {
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
    },
  );

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
      clientOf(server.origin, {}, { maxBufferedBytes: 25_000 }).records("x", items).then(readAll),
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
