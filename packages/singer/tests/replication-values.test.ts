import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareReplicationValues, rawNumber } from "../src/index.ts";

/** Each list is in order; what stands in one inner list is equal. */
const orders: [name: string, values: unknown[][]][] = [
  ["nulls first", [[null, undefined], [-1], ["2026-01-01"], ["text"]]],
  [
    "numbers",
    [
      [rawNumber("-1e400")],
      [-2, "-2"],
      [-1.5],
      [0, -0, "0", "0.00"],
      [1, "1", "1.0", rawNumber("1.0")],
      [9, "9"],
      [10, "10", "1e1"],
    ],
  ],
  [
    "numbers beyond doubles",
    [
      [9007199254740991],
      [9007199254740992, rawNumber("9007199254740992.0")],
      [rawNumber("9007199254740993"), "9007199254740993", 9007199254740993n],
      [9007199254740994],
      [rawNumber("12345678901234567890.123456788")],
      [rawNumber("12345678901234567890.123456789")],
      [rawNumber("1e400")],
    ],
  ],
  [
    "small numbers",
    [
      [rawNumber("-0.1")],
      [rawNumber("-1e-400")],
      [0],
      [rawNumber("1e-400")],
      [rawNumber("1e-399"), rawNumber("10e-400")],
    ],
  ],
  [
    "moments in any offset",
    [
      [
        "2026-01-01T01:00:00+02:00",
        "2025-12-31T23:00:00Z",
        "2025-12-31 23:00:00",
        "2025-12-31T23:00:00.000000Z",
      ],
      ["2025-12-31T23:00:00.000001Z"],
      ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00+0000", "2026-01-01 00:00:00 UTC"],
      ["2026-01-01T00:00:00.000000001Z"],
      ["2026-01-31T00:00:00Z"],
      ["2026-01-30T23:59:59-23:59"],
    ],
  ],
  [
    "moments of the same shape",
    [
      ["2026-01-01T00:00:00+02:00"],
      ["2026-01-01T00:00:00+01:00"],
      ["2026-01-01T00:00:00-01:00"],
      ["2026-01-01T00:00:01-01:00"],
    ],
  ],
  [
    "moments that differ in the separator",
    [["2026-01-01T00:00:00"], ["2026-01-01 00:00:01"], ["2026-01-01T00:00:02"]],
  ],
  ["texts", [["2026-13-45"], ["B"], ["a"], ["b"], ["é"]]],
  ["truth values", [[false], [true]]],
];

describe("compareReplicationValues", () => {
  const cases = orders.flatMap(([name, groups]) =>
    groups.flatMap((left, i) =>
      groups.flatMap((right, j) =>
        left.flatMap((a) => right.map((b) => ({ name, a, b, expected: Math.sign(i - j) }))),
      ),
    ),
  );

  it.each(cases)("$name: $a and $b", ({ a, b, expected }) => {
    expect(compareReplicationValues(a, b)).toBe(expected);
  });

  const value = fc.oneof(
    fc.constantFrom(
      null,
      undefined,
      "",
      "2026-02-30T00:00:00Z",
      "1a",
      "9",
      "10",
      "2026-01-29T00:00:00Z",
      "2026-01-29 00:00:00",
    ),
    fc.integer(),
    fc.double(),
    fc.bigInt().map(String),
    fc.bigInt().map((big) => rawNumber(String(big))),
    fc.string(),
    fc
      .date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("2100-01-01") })
      .map((date) => date.toISOString()),
    fc
      .tuple(
        fc.integer({ min: 0, max: 40 }),
        fc.constantFrom("Z", "+00:00", "-01:30", "", " UTC"),
        fc.constantFrom("T", " "),
      )
      .map(([day, zone, separator]) => `2026-01-${String(day).padStart(2, "0")}${separator}12:00:00${zone}`),
  );

  it("is a total order", () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const ab = compareReplicationValues(a, b);
        expect(ab + compareReplicationValues(b, a)).toBe(0);
        expect(compareReplicationValues(a, a)).toBe(0);
        if (ab <= 0 && compareReplicationValues(b, c) <= 0) {
          expect(compareReplicationValues(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("orders integers of any length as bigints are", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        const expected = a === b ? 0 : a < b ? -1 : 1;
        expect(compareReplicationValues(rawNumber(String(a)), String(b))).toBe(expected);
      }),
    );
  });

  it("orders what dates write as the dates are, in any offset", () => {
    const date = fc.date({ noInvalidDate: true, min: new Date("1970-01-02"), max: new Date("2100-01-01") });
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const written = (at: Date, minutes: number): string => {
      const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      return `${local}${minutes < 0 ? "-" : "+"}${String(Math.floor(size / 60)).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`;
    };
    fc.assert(
      fc.property(date, offset, date, offset, (a, aOffset, b, bOffset) => {
        expect(compareReplicationValues(written(a, aOffset), written(b, bOffset))).toBe(
          Math.sign(a.getTime() - b.getTime()),
        );
      }),
    );
  });
});
