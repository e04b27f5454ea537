import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvReader } from "../src/csv-reader.ts";
import { pageFacts } from "../src/page-facts.ts";

function read(pieces: readonly string[]): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  const reader = new CsvReader((cells) => rows.push(cells));
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return rows;
}

const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", "é", " ") });
const spell = (value: string, isQuoted: boolean): string =>
  isQuoted || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

describe("CsvReader", () => {
  it("reads whatever was written, wherever it is cut", async () => {
    const table = fc
      .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 5 }))
      .chain(([width, count]) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
          minLength: count,
          maxLength: count,
        }),
      );
    const cuts = fc.array(fc.nat(60), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        table,
        cuts,
        fc.constantFrom("\n", "\r\n"),
        fc.tuple(fc.boolean(), fc.boolean()),
        async (rows, places, end, [isQuoted, isEnded]) => {
          const lines = rows.map((row) => row.map((each) => spell(each, isQuoted)).join(","));
          const text = lines.join(end) + (isEnded ? end : "");
          const sorted = places.toSorted((left, right) => left - right);
          const pieces = [0, ...sorted].map((place, index) =>
            text.slice(place, sorted[index] ?? text.length),
          );
          expect(read(pieces)).toEqual(rows);
          const bytes = async function* () {
            for (const piece of Buffer.from(text)) yield Uint8Array.of(piece);
          };
          expect(await pageFacts(bytes())).toEqual({ first: rows[0], lines: rows.length });
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a,"b', "a quote is not closed"],
    ['"a"b,c\n', "text follows a closing quote"],
  ])("refuses %j", (text, reason) => {
    expect(() => read([text])).toThrow(new SyntaxError(reason));
  });

  it.each([
    ["", []],
    ["\n\n", []],
    ["a\n\nb", [["a"], ["b"]]],
    [
      "a,\n,b",
      [
        ["a", ""],
        ["", "b"],
      ],
    ],
  ])("reads the edges: %j", (text, rows) => {
    expect(read([text])).toEqual(rows);
  });
});
