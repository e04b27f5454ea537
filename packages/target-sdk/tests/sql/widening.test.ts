import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColumnType, canHold, sameType, widenType } from "../../src/index.ts";

const integer: ColumnType = { kind: "integer", wide: false };
const wide: ColumnType = { kind: "integer", wide: true };
const double: ColumnType = { kind: "double" };
const boolean: ColumnType = { kind: "boolean" };
const string: ColumnType = { kind: "string" };
const short: ColumnType = { kind: "string", maxLength: 5 };
const long: ColumnType = { kind: "string", maxLength: 50 };
const timestamp: ColumnType = { kind: "timestamp" };
const date: ColumnType = { kind: "date" };
const time: ColumnType = { kind: "time" };
const json: ColumnType = { kind: "json" };
const decimal = (precision: number, scale: number): ColumnType => ({ kind: "decimal", precision, scale });

const anyType: fc.Arbitrary<ColumnType> = fc.oneof(
  fc.constantFrom(integer, wide, double, boolean, string, short, long, timestamp, date, time, json),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => decimal(precision, scale))),
);

describe("widenType", () => {
  const cases: readonly [one: ColumnType, other: ColumnType, wider: ColumnType][] = [
    [integer, integer, integer],
    [integer, wide, wide],
    [integer, double, double],
    [wide, double, double],
    [integer, decimal(38, 9), decimal(38, 9)],
    [integer, decimal(10, 2), decimal(21, 2)],
    [integer, decimal(38, 20), string],
    [wide, decimal(10, 2), string],
    [decimal(10, 2), decimal(12, 4), decimal(12, 4)],
    [decimal(10, 2), decimal(10, 4), decimal(12, 4)],
    [decimal(38, 0), decimal(38, 38), string],
    [decimal(10, 2), double, double],
    [boolean, integer, string],
    [boolean, string, string],
    [date, timestamp, timestamp],
    [date, time, string],
    [timestamp, time, string],
    [timestamp, integer, string],
    [short, long, long],
    [short, string, string],
    [short, integer, string],
    [string, json, json],
    [integer, json, json],
    [boolean, json, json],
  ];

  it.each(cases)("%j and %j: %j", (one, other, wider) => {
    expect(widenType(one, other)).toEqual(wider);
    expect(widenType(other, one)).toEqual(wider);
  });

  it("answers the same in either order, holds both, and widens no further when repeated", () => {
    fc.assert(
      fc.property(anyType, anyType, (one, other) => {
        const wider = widenType(one, other);
        expect(widenType(other, one)).toEqual(wider);
        expect(widenType(wider, wider)).toEqual(wider);
        expect(canHold(wider, one) && canHold(wider, other)).toBe(true);
      }),
    );
  });

  it("never goes back: what a column could hold, it can hold after it was widened", () => {
    fc.assert(
      fc.property(anyType, anyType, anyType, (column, wanted, later) => {
        const wider = widenType(column, wanted);
        if (canHold(column, later))
          expect(canHold(wider, later) || wider.kind === "string" || wider.kind === "json").toBe(true);
      }),
    );
  });
});

describe("canHold", () => {
  const cases: readonly [column: ColumnType, wanted: ColumnType, holds: boolean][] = [
    [integer, integer, true],
    [wide, integer, true],
    [integer, wide, false],
    [double, integer, true],
    [integer, double, false],
    [decimal(38, 9), integer, true],
    [decimal(18, 0), integer, false],
    [string, timestamp, true],
    [string, short, true],
    [short, string, false],
    [string, json, false],
    [json, string, true],
    [timestamp, date, true],
    [date, timestamp, false],
  ];

  it.each(cases)("%j for %j: %s", (column, wanted, holds) => {
    expect(canHold(column, wanted)).toBe(holds);
  });
});

describe("sameType", () => {
  it("compares digits and lengths", () => {
    expect(sameType(decimal(10, 2), decimal(10, 2))).toBe(true);
    expect(sameType(decimal(10, 2), decimal(10, 3))).toBe(false);
    expect(sameType(short, long)).toBe(false);
    expect(sameType(short, string)).toBe(false);
    expect(sameType(integer, wide)).toBe(false);
    expect(sameType(date, time)).toBe(false);
  });
});
