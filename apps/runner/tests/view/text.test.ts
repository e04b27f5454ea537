import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesText,
  countedText,
  countText,
  durationText,
  lagSeconds,
  rateText,
  shareText,
} from "../../src/view/quantities.ts";
import { safeName, safeText } from "../../src/view/safe-text.ts";
import { textTable } from "../../src/view/text-table.ts";
import { cut, pad, widthOf } from "../../src/view/text-width.ts";
import { columnsOf } from "./wide-characters.ts";

describe("safeText", () => {
  it.each([
    { name: "plain text", text: "users_2 (x)", expected: "users_2 (x)" },
    { name: "letters of the world", text: "naïve 数据 😀", expected: "naïve 数据 😀" },
    { name: "colours", text: "\u001b[1;31mred\u001b[0m", expected: "red" },
    { name: "titles and links", text: "\u001b]0;owned\u0007x\u001b]8;;http://a\u001b\\y", expected: "xy" },
    { name: "a clear screen of one character", text: "\u009b2Jx", expected: "x" },
    { name: "a lone escape", text: "a\u001b", expected: "a\uFFFD" },
    { name: "escapes that appear when others go", text: "\u001b\u001b[0m[2Jx", expected: "\uFFFD[2Jx" },
    { name: "line breaks and tabs", text: "a\r\nb\tc\u2028d", expected: "a  b c d" },
    { name: "bells and backspaces", text: "a\u0007\b\u007f\u0085b", expected: "a\uFFFD\uFFFD\uFFFD\uFFFDb" },
    { name: "the direction of writing", text: "a\u202eb\u2066c", expected: "a\uFFFDb\uFFFDc" },
    { name: "halves of characters", text: "a\ud83d", expected: "a\uFFFD" },
  ])("makes $name harmless", ({ text, expected }) => {
    expect(safeText(text)).toBe(expected);
  });

  it("leaves no control character of any text", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("\u001b", "[", "]", "2", "J", "\u0007", "\\", "\u009b", "x", "\n"),
        }),
        (text) => {
          expect(safeText(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
        },
      ),
    );
  });

  it("names what has no name, and cuts names without end", () => {
    expect(safeName("")).toBe("(no name)");
    expect(safeName(`a${"\u0301".repeat(5000)}`)).toHaveLength(201);
  });
});

describe("widthOf", () => {
  it("is never less than Unicode says", () => {
    expect(columnsOf("数")).toBe(2);
    const { ranges }: { ranges: [number, number][] } = JSON.parse(
      readFileSync(new URL("fixtures/wide-characters.json", import.meta.url), "utf8"),
    );
    const narrow: string[] = [];
    for (const [first, last] of ranges) {
      for (let code = first; code <= last; code += 1) {
        if (widthOf(String.fromCodePoint(code)) < 2) narrow.push(code.toString(16));
      }
    }
    expect(narrow).toEqual([]);
  });

  it.each([
    { text: "", width: 0 },
    { text: "abc ~", width: 5 },
    { text: "é", width: 1 },
    { text: "e\u0301", width: 1 },
    { text: "→…–", width: 3 },
    { text: "数据", width: 4 },
    { text: "ｱ", width: 2 },
    { text: "😀", width: 2 },
    { text: "❤", width: 1 },
    { text: "❤\uFE0F", width: 2 },
    { text: "a\u200Bb", width: 2 },
  ])("is $width for $text", ({ text, width }) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    { text: "users", width: 5, expected: "users" },
    { text: "users", width: 4, expected: "use…" },
    { text: "users", width: 1, expected: "…" },
    { text: "users", width: 0, expected: "" },
    { text: "", width: 0, expected: "" },
    { text: "数据库", width: 4, expected: "数…" },
    { text: "数据库", width: 5, expected: "数据…" },
  ])("lets $text be cut to $width", ({ text, width, expected }) => {
    expect(cut(text, width)).toBe(expected);
  });

  it("lets a text be filled up on both sides", () => {
    expect(pad("数", { width: 4, right: false })).toBe("数  ");
    expect(pad("7", { width: 3, right: true })).toBe("  7");
    expect(pad("long", { width: 3, right: true })).toBe("long");
  });
});

describe("quantities", () => {
  it.each([
    [countText(0), "0"],
    [countText(1_234_567), "1,234,567"],
    [countedText(0, "stream"), "0 streams"],
    [countedText(1, "stream"), "1 stream"],
    [countedText(1200, "stream"), "1,200 streams"],
    [bytesText(0), "0 B"],
    [bytesText(999), "999 B"],
    [bytesText(1000), "1.0 kB"],
    [bytesText(4_549_999), "4.5 MB"],
    [bytesText(999_960), "1.0 MB"],
    [bytesText(3.2e12), "3.2 TB"],
    [bytesText(1e21), "1000000.0 PB"],
    [rateText(0), "0"],
    [rateText(0.34), "0.3"],
    [rateText(9.96), "10"],
    [rateText(12_345.6), "12,346"],
    [durationText(-1), "0.0 s"],
    [durationText(1.23), "1.2 s"],
    [durationText(59.96), "1 min 0 s"],
    [durationText(125), "2 min 5 s"],
    [durationText(3599.6), "1 h 0 min"],
    [durationText(86_399.9), "1 d 0 h"],
    [durationText(273_600), "3 d 4 h"],
    [shareText(1, 3), "33 %"],
    [shareText(5, 0), "0 %"],
    [shareText(5, 3), "100 %"],
  ])("reads %s", (text, expected) => {
    expect(text).toBe(expected);
  });

  it.each([
    { value: "2026-03-01T11:59:00Z", lag: 60 },
    { value: "2026-03-01T13:59:00.5+02:00", lag: 59.5 },
    { value: "2026-03-01 11:59:00", lag: 60 },
    { value: "2026-02-28", lag: 129_600 },
    { value: "2026-03-01T12:00:01Z", lag: undefined },
    { value: "2026-02-31T99:00:00Z", lag: undefined },
    { value: "20260301", lag: undefined },
    { value: "1234", lag: undefined },
    { value: "", lag: undefined },
  ])("says how far $value lies back", ({ value, lag }) => {
    expect(lagSeconds(value, Date.parse("2026-03-01T12:00:00Z"))).toBe(lag);
  });
});

describe("textTable", () => {
  it("aligns, puts numbers on the right, and is Markdown whatever is in it", () => {
    const rows = [
      ["stream", "records", "note"],
      ["数据", "12", ""],
      ["a|b", "1,234", "\u001b[2Jx"],
    ];
    expect(textTable(rows)).toBe(
      [
        "| stream | records | note |",
        "| ------ | ------: | ---- |",
        "| 数据   |      12 |      |",
        "| a\\|b   |   1,234 | x    |",
        "",
      ].join("\n"),
    );
  });

  it.each(["1,234", "4.5 MB", "3 %", "2 min 5 s", "0"])("puts %s on the right", (cell) => {
    expect(textTable([["head of it"], [cell]])).toContain(`| ${cell.padStart(10)} |`);
  });

  it.each(["2026-03-01", "2026-03-01T11:00:00Z", "5 users", "1.x", "1 2"])(
    "leaves %s on the left",
    (cell) => {
      expect(textTable([["h"], [cell]])).toContain(`| h${" ".repeat(cell.length - 1)} |`);
      expect(textTable([["h"], [cell]])).not.toContain("-: |");
    },
  );

  it("stands rows of any length, and none", () => {
    expect(textTable([])).toBe("");
    expect(textTable([["a", "b"]])).toBe("| a   | b   |\n| --- | --- |\n");
    expect(textTable([["a", "b"], ["x"], ["1", "2", "3"]])).toBe(
      "| a   |   b |\n| --- | --: |\n| x   |     |\n| 1   |   2 |\n",
    );
  });
});
