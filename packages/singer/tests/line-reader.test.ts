import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineReader, type LineReaderOptions, ProtocolError } from "../src/index.ts";

interface Line {
  text: string;
  lineNumber: number;
}

function readLines(chunks: readonly Uint8Array[], options?: LineReaderOptions): Line[] {
  const reader = new LineReader(options);
  const lines: Line[] = [];
  const keep = (line: Buffer, lineNumber: number) => {
    lines.push({ text: line.toString("latin1"), lineNumber });
  };
  for (const chunk of chunks) reader.push(chunk, keep);
  reader.end(keep);
  return lines;
}

/** Cuts bytes into chunks at the given places, whatever their order. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) =>
    Buffer.from(bytes.subarray(sorted[index - 1] ?? 0, end)),
  );
}

function thrownBy(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("LineReader", () => {
  it.each<{ name: string; input: string; lines: [number, string][] }>([
    { name: "nothing for no input", input: "", lines: [] },
    { name: "nothing for line feeds alone", input: "\n\n\r\n", lines: [] },
    { name: "one line with a line feed", input: "{}\n", lines: [[1, "{}"]] },
    {
      name: "a last line without a line feed",
      input: "{}\n[]",
      lines: [
        [1, "{}"],
        [2, "[]"],
      ],
    },
    {
      name: "Windows line breaks",
      input: "{}\r\n[]\r\n",
      lines: [
        [1, "{}"],
        [2, "[]"],
      ],
    },
    { name: "one carriage return of two, and none inside", input: "a\rb\r\r\n", lines: [[1, "a\rb\r"]] },
    { name: "a carriage return at the very end", input: "{}\r", lines: [[1, "{}"]] },
    {
      name: "blank lines skipped but counted",
      input: "\n{}\n \t\v\f\r\n\n[]",
      lines: [
        [2, "{}"],
        [5, "[]"],
      ],
    },
    { name: "leading space kept", input: "  {}\n", lines: [[1, "  {}"]] },
    { name: "a byte order mark dropped at the start", input: "\xef\xbb\xbf{}\n", lines: [[1, "{}"]] },
    { name: "a byte order mark alone as a blank line", input: "\xef\xbb\xbf\r\n{}", lines: [[2, "{}"]] },
    {
      name: "a byte order mark kept later",
      input: "{}\n\xef\xbb\xbf{}",
      lines: [
        [1, "{}"],
        [2, "\xef\xbb\xbf{}"],
      ],
    },
    { name: "half a byte order mark kept", input: "\xef\xbb{}\n", lines: [[1, "\xef\xbb{}"]] },
  ])("cuts $name", ({ input, lines }) => {
    const bytes = Buffer.from(input, "latin1");
    const expected = lines.map(([lineNumber, text]) => ({ text, lineNumber }));
    expect(readLines([bytes])).toEqual(expected);
    expect(readLines([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it("cuts any bytes at any chunk boundaries into the same lines", () => {
    const piece = fc.oneof(
      fc.constantFrom("\n", "\r\n", "\r", " ", "\t", "\v\f", "{", "}", "é€😀", "\u2028"),
      fc.string({ unit: "binary" }),
    );
    const places = fc.array(fc.nat(500), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), places, fc.boolean(), (pieces, cuts, withMark) => {
        const bytes = Buffer.from((withMark ? "\ufeff" : "") + pieces.join(""));
        const expected = bytes
          .toString("latin1")
          .split("\n")
          .map((text, index) => ({ text: text.replace(/\r$/, ""), lineNumber: index + 1 }))
          .map((line) =>
            line.lineNumber === 1 ? { ...line, text: line.text.replace(/^\xef\xbb\xbf/, "") } : line,
          )
          .filter(({ text }) => !/^[ \t\n\v\f\r]*$/.test(text));
        expect(readLines(cutAt(bytes, cuts))).toEqual(expected);
      }),
    );
  });

  it("keeps characters whole that chunks split", () => {
    const line = '{"name":"Zoë – 東京 😀"}';
    const bytes = Buffer.from(`${line}\r\n`);
    for (let place = 0; place <= bytes.length; place += 1) {
      const texts: string[] = [];
      const reader = new LineReader();
      const keep = (cut: Buffer) => texts.push(cut.toString());
      reader.push(bytes.subarray(0, place), keep);
      reader.push(bytes.subarray(place), keep);
      expect(texts).toEqual([line]);
    }
  });

  it("hands out views of the chunk and copies only what straddles", () => {
    const first = Buffer.from("one\ntwo\nthr");
    const second = Buffer.from("ee\nfour\n");
    const lines: Buffer[] = [];
    const reader = new LineReader();
    const keep = (line: Buffer) => lines.push(line);
    reader.push(first, keep);
    // A source may read into the same memory again: the unfinished line must not depend on it.
    first.fill("x");
    reader.push(second, keep);
    second.fill("y");
    expect(lines.map((line) => line.toString())).toEqual(["xxx", "xxx", "three", "yyyy"]);
  });

  it("never changes a straddling line after it was handed out", () => {
    const lines: Buffer[] = [];
    const reader = new LineReader();
    for (let index = 0; index < 100; index += 1) {
      reader.push(Buffer.from(`${index}:`), (line) => lines.push(line));
      reader.push(Buffer.from(`end\n`), (line) => lines.push(line));
    }
    expect(lines.map((line) => line.toString())).toEqual(
      Array.from({ length: 100 }, (_, index) => `${index}:end`),
    );
  });

  it("reads a chunk that is a window of a larger array", () => {
    const whole = new TextEncoder().encode("xx{}\n[]yy");
    expect(readLines([whole.subarray(2, 7)])).toEqual([
      { text: "{}", lineNumber: 1 },
      { text: "[]", lineNumber: 2 },
    ]);
  });

  it("hands lines out before push returns, so the caller sets the pace", () => {
    const lines: number[] = [];
    const reader = new LineReader();
    reader.push(Buffer.from("a\nb\nc"), (_line, lineNumber) => lines.push(lineNumber));
    expect(lines).toEqual([1, 2]);
    reader.end((_line, lineNumber) => lines.push(lineNumber));
    reader.end((_line, lineNumber) => lines.push(lineNumber));
    expect(lines).toEqual([1, 2, 3]);
  });

  it("reads a single line of 10 MB", () => {
    const line = Buffer.alloc(10_000_000, "x");
    const chunks = Array.from({ length: Math.ceil(line.length / 65_536) }, (_, index) =>
      line.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const cut: Buffer[] = [];
    const reader = new LineReader();
    for (const chunk of [...chunks, Buffer.from("\n")]) reader.push(chunk, (bytes) => cut.push(bytes));
    expect(cut).toHaveLength(1);
    expect(cut[0]?.equals(line)).toBe(true);
  });

  it("reads a huge line in tiny chunks in linear time", () => {
    // A reader that copied what it has at each chunk would move 200 GB here, and run into the time limit.
    const chunk = Buffer.alloc(32, "x");
    const reader = new LineReader();
    const lengths: number[] = [];
    for (let index = 0; index < 110_000; index += 1) reader.push(chunk, (line) => lengths.push(line.length));
    reader.end((line) => lengths.push(line.length));
    expect(lengths).toEqual([3_520_000]);
  });

  describe("with a bound", () => {
    it.each([1, 2, 3, 7, 1000])("takes a line of exactly maxLineBytes in chunks of %i bytes", (size) => {
      const bytes = Buffer.from("0123456789\n0123456789");
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(readLines(chunks, { maxLineBytes: 10 })).toHaveLength(2);
      expect(() => readLines(chunks, { maxLineBytes: 9 })).toThrow(
        /^line 1 is too long: more than 9 bytes\./,
      );
    });

    it("names the line's number and its stream", () => {
      const long = `{"type":"RECORD","stream":"users","record":{"note":"${"x".repeat(500)}`;
      const error = thrownBy(() => readLines([Buffer.from(`{}\n\n${long}`)], { maxLineBytes: 300 }));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({
        exitCode: 65,
        lineNumber: 3,
        excerpt: long.slice(0, 120),
        message: `line 3 of stream users is too long: more than 300 bytes. Raise max_line_bytes if it is meant to be: ${long.slice(0, 120)}…`,
      });
    });

    it("names the stream when the line comes byte by byte", () => {
      const long = Buffer.from(`{"type": "RECORD", "stream": "users", "record": {"note": "${"x".repeat(90)}`);
      const chunks = [...long].map((byte) => Uint8Array.of(byte));
      expect(() => readLines(chunks, { maxLineBytes: 100 })).toThrow(/^line 1 of stream users is too long/);
    });

    it("does not name a stream that the first bytes do not tell", () => {
      const long = Buffer.from(`{"record":{"note":"${"x".repeat(90)}"},"stream":"users","type":"RECORD"}\n`);
      expect(() => readLines([long], { maxLineBytes: 100 })).toThrow(/^line 1 is too long/);
    });

    it("fails as soon as the bound is passed, not when the line ends", () => {
      const reader = new LineReader({ maxLineBytes: 1000 });
      const ignore = () => undefined;
      reader.push(Buffer.alloc(1000, "x"), ignore);
      expect(() => reader.push(Buffer.from("x"), ignore)).toThrow(ProtocolError);
    });

    it("takes 128 MiB by default and no more", () => {
      const chunk = Buffer.alloc(16 * 1024 * 1024, "x");
      const reader = new LineReader();
      const lengths: number[] = [];
      for (let index = 0; index < 8; index += 1) reader.push(chunk, (line) => lengths.push(line.length));
      reader.push(Buffer.from("\n"), (line) => lengths.push(line.length));
      expect(lengths).toEqual([128 * 1024 * 1024]);
      for (let index = 0; index < 8; index += 1) reader.push(chunk, () => undefined);
      expect(() => reader.push(Buffer.from("x"), () => undefined)).toThrow(/^line 2 is too long/);
    });
  });
});
