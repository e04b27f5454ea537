import { once } from "node:events";
import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Message, MessageWriter, parseMessage } from "../src/index.ts";
import { HeldOutput, OpenOutput, record } from "./message-outputs.ts";

describe("MessageWriter", () => {
  it("writes each message as one line of compact JSON, in order", async () => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output);
    await writer.write({
      type: "SCHEMA",
      stream: "users",
      schema: { type: "object" },
      key_properties: ["id"],
    });
    await writer.write({ ...record({ id: 1, name: "Zoë 😀 \u2028\n" }), version: 7 });
    await writer.write({ type: "ACTIVATE_VERSION", stream: "users", version: 7 });
    await writer.write({ type: "STATE", value: null });
    await writer.close();
    expect(output.text().split("\n")).toEqual([
      '{"type":"SCHEMA","stream":"users","schema":{"type":"object"},"key_properties":["id"]}',
      '{"type":"RECORD","stream":"users","record":{"id":1,"name":"Zoë 😀 \u2028\\n"},"version":7}',
      '{"type":"ACTIVATE_VERSION","stream":"users","version":7}',
      '{"type":"STATE","value":null}',
      "",
    ]);
  });

  it("writes the same bytes whatever the buffer and the pace of the output", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom("é€😀".repeat(20), ""),
    );
    const message = fc.oneof(
      fc
        .dictionary(text, fc.oneof(text, fc.constant(null), fc.integer()), { maxKeys: 4 })
        .map((r) => record(r)),
      fc.jsonValue().map((value): Message => ({ type: "STATE", value })),
    );
    const messages = fc.array(message, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        messages,
        fc.nat(300),
        fc.integer({ min: 1, max: 300 }),
        async (all, bufferBytes, mark) => {
          const output = new PassThrough({ highWaterMark: mark });
          const chunks: Buffer[] = [];
          const ended = (async () => {
            for await (const chunk of output) chunks.push(chunk);
          })();
          const writer = new MessageWriter(output, { bufferBytes });
          for (const each of all) await writer.write(each);
          await writer.close();
          output.end();
          await ended;
          expect(Buffer.concat(chunks).toString()).toBe(
            all.map((each) => `${JSON.stringify(each)}\n`).join(""),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("writes lines longer than its buffer, in their place", async () => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output, { bufferBytes: 100 });
    const long = "€".repeat(1000);
    for (const note of ["a", long, "b", "c", long]) await writer.write(record({ note }));
    await writer.close();
    const notes = output
      .text()
      .trimEnd()
      .split("\n")
      .map((line) => parseMessage(line));
    expect(notes).toEqual(["a", long, "b", "c", long].map((note) => record({ note })));
  });

  it("fills its buffer to the last byte and never beyond", async () => {
    const line = `${JSON.stringify(record({ note: "é" }))}\n`;
    const output = new OpenOutput();
    const writer = new MessageWriter(output, { bufferBytes: 2 * Buffer.byteLength(line) });
    for (let index = 0; index < 6; index += 1) await writer.write(record({ note: "é" }));
    await writer.close();
    expect(output.chunks.map((chunk) => chunk.toString())).toEqual([line + line, line + line, line + line]);
  });

  it("gathers 64 KiB before it writes, and asks nobody to wait meanwhile", async () => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output);
    const line = `${JSON.stringify(record({ id: 1 }))}\n`;
    const lines = Math.floor(65_536 / line.length);
    for (let index = 0; index < lines; index += 1) expect(writer.write(record({ id: 1 }))).toBeUndefined();
    expect(output.chunks).toEqual([]);
    expect(writer.write(record({ id: 1 }))).toBeUndefined();
    expect(output.chunks.map((chunk) => chunk.length)).toEqual([lines * line.length]);
    await writer.close();
    expect(output.text()).toBe(line.repeat(lines + 1));
  });

  it("writes at once at each STATE, with all that came before", async () => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output);
    expect(writer.write(record({ id: 1 }))).toBeUndefined();
    expect(writer.write({ type: "STATE", value: 1 })).toBeUndefined();
    expect(output.text()).toBe(`${JSON.stringify(record({ id: 1 }))}\n{"type":"STATE","value":1}\n`);
    await writer.close();
  });

  it("writes a lonely record soon, without being told", async () => {
    const output = new PassThrough();
    const writer = new MessageWriter(output);
    for (const id of [1, 2]) {
      expect(writer.write(record({ id }))).toBeUndefined();
      const [chunk] = await once(output, "data");
      expect(String(chunk)).toBe(`${JSON.stringify(record({ id }))}\n`);
    }
    await writer.close();
  });

  it("asks to wait while the output has no room, and no longer", async () => {
    const output = new HeldOutput(10);
    const writer = new MessageWriter(output, { bufferBytes: 0 });
    const room = writer.write(record({ id: 1 }));
    expect(room).toBeInstanceOf(Promise);
    let resolved = false;
    const watched = room?.then(() => {
      resolved = true;
    });
    await nextTurn();
    expect(resolved).toBe(false);
    output.completeOne();
    await watched;
    const again = writer.write(record({ id: 2 }));
    expect(again).toBeInstanceOf(Promise);
    output.completeOne();
    await again;
    await writer.close();
  });

  it("keeps the order of concurrent writers, and lets all of them go on together", async () => {
    const output = new HeldOutput(10);
    const writer = new MessageWriter(output, { bufferBytes: 0 });
    const waits = [1, 2, 3].map((id) => writer.write(record({ id })));
    for (let index = 0; index < 3; index += 1) {
      await nextTurn();
      output.completeOne();
    }
    for (const wait of waits) await wait;
    await writer.close();
    expect(output.text()).toBe([1, 2, 3].map((id) => `${JSON.stringify(record({ id }))}\n`).join(""));
  });

  it("flushes up to where it was asked, and not until others have stopped writing", async () => {
    const output = new HeldOutput();
    const writer = new MessageWriter(output, { bufferBytes: 0 });
    await writer.write(record({ id: 1 }));
    let flushed = false;
    const flush = writer.flush().then(() => {
      flushed = true;
    });
    await writer.write(record({ id: 2 }));
    await nextTurn();
    expect(flushed).toBe(false);
    output.completeOne();
    await flush;
    expect(output.chunks).toHaveLength(2);
    output.completeOne();
    await writer.close();
  });

  it("resolves a flush of nothing at once", async () => {
    const output = new HeldOutput();
    const writer = new MessageWriter(output);
    await writer.flush();
    await writer.close();
    expect(output.chunks).toEqual([]);
  });

  it("leaves the output open and without listeners when it closes", async () => {
    const output = new OpenOutput();
    const before = ["error", "close", "drain"].map((event) => output.listenerCount(event));
    const writer = new MessageWriter(output);
    await writer.write(record({ id: 1 }));
    await writer.close();
    expect(output.writableEnded).toBe(false);
    expect(["error", "close", "drain"].map((event) => output.listenerCount(event))).toEqual(before);
  });
});
