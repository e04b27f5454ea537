import { PassThrough, Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pump, type PumpEnd } from "../../src/run/pump.ts";
import type { RunCounts } from "../../src/run/run-result.ts";

interface Pumped extends PumpEnd {
  output: string;
  counts: RunCounts;
  states: string[];
}

/** Pumps chunks, and ends the output as the runner does. */
async function pumped(chunks: readonly Buffer[], succeeded: boolean): Promise<Pumped> {
  const input = new PassThrough({ highWaterMark: 1 });
  const written: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(Buffer.from(chunk));
      done();
    },
  });
  const states: string[] = [];
  const pump = new Pump({ input, output, onState: (line) => states.push(line.toString()) });
  for (const chunk of chunks) {
    if (!input.write(chunk)) await new Promise((resolve) => input.once("drain", resolve));
  }
  input.end();
  await pump.inputEnded;
  const end = await pump.finish({ succeeded });
  return { ...end, output: Buffer.concat(written).toString(), counts: pump.counts(), states };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : sorted[index - 1], end),
  );
}

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("users", "orders", "ünïcode").map((stream) => recordLine(stream)) },
  { weight: 3, arbitrary: fc.nat(9).map((id) => `{"type":"STATE","value":{"id":${id}}}`) },
  { weight: 1, arbitrary: fc.constantFrom("", "  ", "\r") },
  { weight: 1, arbitrary: fc.constantFrom("garbage", '{"type": 1}', "{", '{"type":"LOG"}') },
  { weight: 1, arbitrary: fc.constant('{"record":{"type":"STATE"},"stream":"late","type":"RECORD"}') },
  { weight: 1, arbitrary: fc.constant('{ "value" : {} , "type" : "state" }') },
  { weight: 1, arbitrary: fc.constant('{"type":"SCHEMA","stream":"users","schema":{},"key_properties":[]}') },
);
const input = fc.record({
  lines: fc.array(line, { maxLength: 30 }),
  last: fc.constantFrom("", '{"type":"REC', recordLine("users"), '{"type":"STATE","value":{}}'),
  places: fc.array(fc.nat(4000), { maxLength: 20 }),
});

function recordLine(stream: string): string {
  return `{"type":"RECORD","stream":"${stream}","record":{"id":1,"t":"é😀"}}`;
}

function typeOf(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const type: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "type") : "";
    return typeof type === "string" ? type.toUpperCase() : "";
  } catch {
    return "";
  }
}

/** What a plain reading of the lines says, to compare with. */
function expected(lines: readonly string[]): { records: number; states: number } {
  const types = lines.map(typeOf);
  return {
    records: types.filter((type) => type === "RECORD").length,
    states: types.filter((type) => type === "STATE").length,
  };
}

describe("a pump", () => {
  it("passes on everything of a tap that succeeded, and counts it, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(input, async ({ lines, last, places }) => {
        const text = lines.map((one) => `${one}\n`).join("") + last;
        const end = await pumped(cut(Buffer.from(text), places), true);
        expect(end.output).toBe(text);
        const { records, states } = expected([...lines, last]);
        expect({ records: end.counts.records, states: end.counts.states }).toEqual({ records, states });
        expect(end.states).toEqual([...lines, last].filter((one) => typeOf(one) === "STATE"));
        expect(end.counts.bytes).toBe(Buffer.byteLength(text));
        expect(end).toMatchObject({ readToEnd: true, cutLine: false, failure: undefined });
      }),
      { numRuns: 300 },
    );
  });

  it("passes on a failed tap's lines up to the STATEs that nothing followed, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(input, async ({ lines, last, places }) => {
        const text = lines.map((one) => `${one}\n`).join("") + last;
        const end = await pumped(cut(Buffer.from(text), places), false);
        const types = lines.map(typeOf);
        const lastMessage = types.findLastIndex((type) => type !== undefined && type !== "STATE");
        const firstHeld = types.findIndex((type, index) => index > lastMessage && type === "STATE");
        const passed = firstHeld === -1 ? lines : lines.slice(0, firstHeld);
        // A blank line says nothing: it may be passed on or held back with the STATEs around it.
        expect(end.output.trimEnd()).toBe(
          passed
            .map((one) => `${one}\n`)
            .join("")
            .trimEnd(),
        );
        const { records, states } = expected(passed);
        expect({ records: end.counts.records, states: end.counts.states }).toEqual({ records, states });
        expect(end.states).toEqual(passed.filter((one) => typeOf(one) === "STATE"));
      }),
      { numRuns: 300 },
    );
  });

  const long = (megabytes: number) =>
    `{"type":"RECORD","stream":"users","record":{"t":"${"x".repeat(megabytes * 2 ** 20)}"}}`;
  const state = '{"type":"STATE","value":{"id":1}}';

  it("lets a long line flow while it comes, and holds back the STATE that follows it", async () => {
    const bytes = Buffer.from(`${state}\n${long(3)}\n${state}\n`);
    const end = await pumped(
      cut(
        bytes,
        Array.from({ length: 40 }, (_, index) => index * 100_000),
      ),
      false,
    );
    expect(end.output).toBe(`${state}\n${long(3)}\n`);
    expect(end.counts.streams.get("users")).toMatchObject({ records: 1, bytes: long(3).length + 1 });
    expect(end.cutLine).toBe(false);
  });

  it("says when the input ended within a line that it has begun to pass on", async () => {
    const bytes = Buffer.from(long(3));
    const end = await pumped(
      cut(
        bytes,
        Array.from({ length: 40 }, (_, index) => index * 100_000),
      ),
      false,
    );
    expect(end.cutLine).toBe(true);
    expect(end.output).toBe(long(3));
  });

  it("holds back a long line that is a STATE, or may be one", async () => {
    const text = "x".repeat(3 * 2 ** 20);
    for (const held of [
      `{"type":"STATE","value":{"t":"${text}"}}`,
      `{"value":{"t":"${text}"},"type":"STATE"}`,
    ]) {
      const bytes = Buffer.from(`${recordLine("users")}\n${held}`);
      const places = Array.from({ length: 40 }, (_, index) => index * 100_000);
      expect((await pumped(cut(bytes, places), false)).output).toBe(`${recordLine("users")}\n`);
      expect((await pumped(cut(bytes, places), true)).output).toBe(bytes.toString());
    }
  });

  it("keeps only the newest of very many STATEs that nothing follows", async () => {
    const states = Array.from({ length: 100_000 }, (_, id) => `{"type":"STATE","value":{"id":${id}}}`);
    const bytes = Buffer.from(`${[recordLine("users"), ...states].join("\n")}\n`);
    const places = Array.from({ length: 100 }, (_, index) => index * 65_536);
    const failed = await pumped(cut(bytes, places), false);
    expect(failed.output).toBe(`${recordLine("users")}\n`);
    const { output, counts } = await pumped(cut(bytes, places), true);
    expect(output.endsWith(`${states.at(-1)}\n`)).toBe(true);
    expect(output.length).toBeLessThan(2 ** 20 + 100_000);
    expect(counts.states).toBe(output.trimEnd().split("\n").length - 1);
  });

  it("names the first line that is no message", async () => {
    const { badLine } = await pumped([Buffer.from(`\n${recordLine("users")}\nTraceback\n{}\n`)], true);
    expect(badLine).toEqual({ lineNumber: 3, excerpt: "Traceback" });
  });

  it("reads a line behind a byte order mark", async () => {
    const { badLine, counts } = await pumped([Buffer.from(`\uFEFF${recordLine("users")}\n`)], true);
    expect(badLine).toBeUndefined();
    expect(counts.records).toBe(1);
  });

  it("waits for a slow reader, and says how long", async () => {
    const input = new PassThrough();
    const waiting: (() => void)[] = [];
    const output = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => {
        waiting.push(done);
      },
    });
    const pump = new Pump({ input, output });
    const chunk = Buffer.from(`${recordLine("users")}\n`.repeat(1000));
    let taken = 0;
    while (input.write(chunk) || !input.isPaused()) {
      taken += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken * chunk.length).toBeLessThan(3 * 2 ** 20);
    expect(output.writableLength).toBeLessThan(2 * 2 ** 20);
    input.end();
    const drained = setInterval(() => waiting.shift()?.(), 0);
    await pump.inputEnded;
    const end = await pump.finish({ succeeded: true });
    clearInterval(drained);
    expect(end.readToEnd).toBe(true);
    expect(pump.counts().targetWaitMs).toBeGreaterThan(0);
  });

  it("ends when its reader goes away, and reads on so that the writer can end", async () => {
    const input = new PassThrough();
    const output = new Writable({ write: (_chunk, _encoding, done) => done() });
    const pump = new Pump({ input, output });
    input.write(`${recordLine("users")}\n`);
    output.destroy();
    await pump.inputEnded;
    expect(pump.isBroken).toBe(true);
    for (let times = 0; times < 1000; times += 1) {
      if (!input.write(Buffer.alloc(65_536))) await new Promise((resolve) => input.once("drain", resolve));
    }
    input.end();
    expect((await pump.finish({ succeeded: true })).readToEnd).toBe(false);
  });
});
