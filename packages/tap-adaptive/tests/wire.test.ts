import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvReader } from "../src/wire/csv-reader.ts";
import { element, requestText } from "../src/wire/xml.ts";
import { createXmlReader } from "../src/wire/xml-reader.ts";

/** Cuts a text into pieces of so many characters. */
function pieces(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

function rowsOf(text: string, size = text.length + 1): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  const reader = new CsvReader((cells) => rows.push(cells));
  for (const piece of pieces(text, size)) reader.push(piece);
  reader.end();
  return rows;
}

describe("CsvReader", () => {
  it.each([
    [
      "plain cells",
      "a,b\nc,d\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "no last line end",
      "a,b\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "an empty last cell",
      "a,\n,b",
      [
        ["a", ""],
        ["", "b"],
      ],
    ],
    [
      "an empty last cell at the end",
      "a,b\nc,",
      [
        ["a", "b"],
        ["c", ""],
      ],
    ],
    [
      "CRLF",
      'a,"b"\r\nc,d\r\n',
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["empty lines", "\n\na\n  \n\nb\n", [["a"], ["b"]]],
    ["an empty text in quotes", '""\n', [[""]]],
    ["quotes", '"a ""b"", c","d\ne"\n', [['a "b", c', "d\ne"]]],
    ["quotes within a plain cell", 'a"b,c\n', [['a"b', "c"]]],
    ["nothing", "", []],
  ])("reads %s", (_name, text, rows) => {
    for (const size of [1, 2, 3, 100]) expect(rowsOf(text, size)).toEqual(rows);
  });

  it.each([
    ["ends within quotes", '"a'],
    ["goes on behind a quote", '"a"b\n'],
  ])("refuses what %s", (_name, text) => {
    expect(() => rowsOf(text)).toThrow(SyntaxError);
  });

  it("reads whatever is written, however it is cut", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "ü", "]"), maxLength: 6 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
        const text = rows
          .map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(","))
          .join("\n");
        expect(rowsOf(text, size)).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });
});

describe("requests", () => {
  it("say back what was put into them, whatever it is", async () => {
    const text = fc
      .string({ unit: "binary", maxLength: 12 })
      .filter((each) => !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(each));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (value, size) => {
        const found: unknown[] = [];
        const reader = await createXmlReader({
          open: (each) => found.push({ ...each, attributes: { ...each.attributes } }),
          close: () => undefined,
          text: () => undefined,
        });
        const bytes = Buffer.from(requestText(element("call", { value }, [element("x")])));
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        reader.end();
        expect(found).toEqual([
          { name: "call", attributes: { value } },
          { name: "x", attributes: {} },
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("createXmlReader", () => {
  it("hands on a long text in pieces, and holds none of it back", async () => {
    let longest = 0;
    let length = 0;
    const reader = await createXmlReader({
      open: () => undefined,
      close: () => undefined,
      text: (piece) => {
        longest = Math.max(longest, piece.length);
        length += piece.length;
      },
    });
    reader.push(Buffer.from("<a><![CDATA["));
    for (let index = 0; index < 100; index += 1) {
      reader.push(Buffer.from("x".repeat(1000)));
      expect(length).toBe((index + 1) * 1000);
    }
    reader.push(Buffer.from("]]></a>"));
    reader.end();
    expect(longest).toBe(1000);
  });

  it("takes an attribute that is longer than any buffer", async () => {
    let length = 0;
    const reader = await createXmlReader({
      open: ({ attributes }) => {
        length = attributes["all"]?.length ?? 0;
      },
      close: () => undefined,
      text: () => undefined,
    });
    const xml = Buffer.from(`<a all="${"1,".repeat(200_000)}"/>`);
    for (let at = 0; at < xml.length; at += 16_384) reader.push(xml.subarray(at, at + 16_384));
    reader.end();
    expect(length).toBe(400_000);
  });

  it.each([["<a"], ["<a>"], ["<a></b>"], ["<a>&nobody;</a>"]])("refuses %s", async (xml) => {
    const reader = await createXmlReader({
      open: () => undefined,
      close: () => undefined,
      text: () => undefined,
    });
    expect(() => {
      reader.push(Buffer.from(xml));
      reader.end();
    }).toThrow(SyntaxError);
  });
});
