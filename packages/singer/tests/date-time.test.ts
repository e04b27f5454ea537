import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareInstants, isDate, isDateTime, isTime, parseInstant } from "../src/index.ts";

describe("isDateTime", () => {
  it.each([
    ["2026-01-31T23:59:59Z", true],
    ["2026-01-31t23:59:59z", true],
    ["2026-01-31T23:59:59.123456789+02:00", true],
    ["2026-01-31T23:59:59-23:59", true],
    ["0001-01-01T00:00:00Z", true],
    ["2024-02-29T00:00:00Z", true],
    ["2000-02-29T00:00:00Z", true],
    ["2026-12-31T23:59:60Z", true],
    ["2026-12-31T18:59:60-05:00", true],
    ["2027-01-01T04:59:60.5+05:00", true],
    ["2026-12-31T23:58:60Z", false],
    ["2026-12-31T22:59:60Z", false],
    ["2026-12-31T23:59:61Z", false],
    ["2026-02-30T23:59:60Z", false],
    ["1900-02-29T00:00:00Z", false],
    ["2026-02-29T00:00:00Z", false],
    ["2026-04-31T00:00:00Z", false],
    ["2026-00-10T00:00:00Z", false],
    ["2026-13-10T00:00:00Z", false],
    ["2026-01-00T00:00:00Z", false],
    ["0000-00-00T00:00:00Z", false],
    ["2026-01-31T24:00:00Z", false],
    ["2026-01-31T23:60:00Z", false],
    ["2026-01-31T23:59:59", false],
    ["2026-01-31 23:59:59Z", false],
    ["2026-01-31T23:59:59+0200", false],
    ["2026-01-31T23:59:59+24:00", false],
    ["2026-01-31T23:59Z", false],
    ["2026-01-31T23:59:59.Z", false],
    ["12026-01-31T23:59:59Z", false],
    ["2026-01-31T23:59:59Z\n", false],
    [" 2026-01-31T23:59:59Z", false],
    ["２026-01-31T23:59:59Z", false],
    ["2026-01-31", false],
    ["", false],
  ])("says of %j %s", (text, expected) => {
    expect(isDateTime(text)).toBe(expected);
  });

  it("takes every moment that JavaScript writes", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0001-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59Z"),
          noInvalidDate: true,
        }),
        (date) => {
          expect(isDateTime(date.toISOString())).toBe(true);
          expect(parseInstant(date.toISOString())?.seconds).toBe(Math.floor(date.getTime() / 1000));
        },
      ),
    );
  });

  it("refuses every day that JavaScript would move to the next month", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (year, month, day) => {
          const text = [
            String(year).padStart(4, "0"),
            String(month).padStart(2, "0"),
            String(day).padStart(2, "0"),
          ].join("-");
          const date = new Date(`${text}T00:00:00Z`);
          const exists = !Number.isNaN(date.getTime()) && date.getUTCDate() === day;
          expect(isDate(text)).toBe(exists);
          expect(isDateTime(`${text}T12:00:00Z`)).toBe(exists);
          expect(parseInstant(text) !== undefined).toBe(exists);
        },
      ),
    );
  });
});

describe("isDate and isTime", () => {
  it.each([
    ["2026-01-31", true],
    ["2026-02-29", false],
    ["2026-1-31", false],
    ["2026-01-31T00:00:00Z", false],
    ["20260131", false],
  ])("isDate says of %j %s", (text, expected) => {
    expect(isDate(text)).toBe(expected);
  });

  it.each([
    ["23:59:59Z", true],
    ["23:59:59.5+01:00", true],
    ["23:59:60Z", true],
    ["12:00:60Z", false],
    ["23:59:59", false],
    ["24:00:00Z", false],
  ])("isTime says of %j %s", (text, expected) => {
    expect(isTime(text)).toBe(expected);
  });
});

describe("parseInstant", () => {
  it.each([
    ["1970-01-01", 0, ""],
    ["1970-01-01T00:00:00", 0, ""],
    ["1970-01-01 00:00:00.100", 0, "1"],
    ["1970-01-01T00:00:00,100Z", 0, "1"],
    ["1970-01-01 01:00:00 +0100", 0, ""],
    ["1970-01-01T00:00:00 UTC", 0, ""],
    ["1970-01-01T00:00Z", 0, ""],
    ["1970-01-01T01:00:00+01", 0, ""],
    ["1969-12-31T23:59:59.000000001Z", -1, "000000001"],
    ["1970-01-01T00:00:60Z", 60, ""],
    ["1970-01-01T24:00:00Z", 86_400, ""],
    ["20107-05-28T00:00:00Z", Date.UTC(20107, 4, 28) / 1000, ""],
    ["0099-01-01", -59_042_995_200, ""],
  ])("reads %j", (text, seconds, fraction) => {
    expect(parseInstant(text)).toEqual({ seconds, fraction });
  });

  it.each([
    "",
    "now",
    "2026",
    "2026-13-01",
    "2026-02-30",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "999999-01-01",
  ])("answers undefined for %j", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it("orders moments to any number of digits", () => {
    const order = (left: string, right: string): number =>
      compareInstants(
        parseInstant(left) ?? { seconds: 0, fraction: "" },
        parseInstant(right) ?? { seconds: 0, fraction: "" },
      );
    expect(order("2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.10Z")).toBe(0);
    expect(order("2026-01-01T00:00:00.09Z", "2026-01-01T00:00:00.1Z")).toBe(-1);
    expect(order("2026-01-01T00:00:00.100000000000000001Z", "2026-01-01T00:00:00.1Z")).toBe(1);
    expect(order("2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z")).toBe(-1);
  });
});
