import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateText, isDate, isDateTime, isTime, timestampText, timeText } from "../src/moments.ts";

describe("timestampText", () => {
  it.each([
    ["UTC", "2024-01-31T23:59:59Z", "2024-01-31T23:59:59.000000Z"],
    ["milliseconds", "2024-01-31T23:59:59.123Z", "2024-01-31T23:59:59.123000Z"],
    ["microseconds", "2024-01-31T23:59:59.123456+00:00", "2024-01-31T23:59:59.123456Z"],
    ["nanoseconds are cut", "2024-01-31T23:59:59.123456999Z", "2024-01-31T23:59:59.123456Z"],
    ["lower-case letters", "2024-01-31t23:59:59z", "2024-01-31T23:59:59.000000Z"],
    ["a space", "2024-01-31 23:59:59", "2024-01-31T23:59:59.000000Z"],
    ["no offset is UTC", "2024-01-31T23:59:59", "2024-01-31T23:59:59.000000Z"],
    ["no seconds", "2024-01-31T23:59Z", "2024-01-31T23:59:00.000000Z"],
    ["a day alone", "2024-01-31", "2024-01-31T00:00:00.000000Z"],
    ["an eastern offset", "2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000000Z"],
    ["a western offset", "2023-12-31T23:00:00.5-02:30", "2024-01-01T01:30:00.500000Z"],
    ["an offset without colon", "2024-01-31T23:59:59+0000", "2024-01-31T23:59:59.000000Z"],
    ["an offset of hours", "2024-01-31T01:00:00+01", "2024-01-31T00:00:00.000000Z"],
    ["the greatest offset", "2024-01-01T00:00:00-23:59", "2024-01-01T23:59:00.000000Z"],
    ["a leap second", "2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000Z"],
    ["a leap second with an offset", "2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000000Z"],
    ["the end of a day", "2024-02-29T24:00:00.000Z", "2024-03-01T00:00:00.000000Z"],
    ["the first moment", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"],
    ["the last moment", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
    ["a year under 100 with an offset", "0099-12-31T23:00:00-01:00", "0100-01-01T00:00:00.000000Z"],
  ])("%s", (_name, text, expected) => {
    expect(timestampText(text)).toBe(expected);
    expect(timestampText(expected)).toBe(expected);
    expect(isDateTime(text)).toBe(true);
  });

  it.each([
    "",
    "now",
    "2024-01-31T",
    "2024-1-31T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29",
    "2024-04-31",
    "2024-13-01",
    "2024-00-10",
    "2024-01-00",
    "0000-00-00T00:00:00Z",
    "0000-12-31T23:00:00-05:00",
    "10000-01-01T00:00:00Z",
    "+010000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "20107-05-28T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T24:00:00Z",
    "9999-12-31T23:59:60Z",
    "2024-01-31T24:00:01Z",
    "2024-01-31T24:00:00.000001Z",
    "2024-01-31T25:00:00Z",
    "2024-01-31T23:60:00Z",
    "2024-01-31T23:59:61Z",
    "2024-01-31T23:59:59+24:00",
    "2024-01-31T23:59:59+00:60",
    "2024-01-31T23:59:59.Z",
    "2024-01-31T23:59:59,5Z",
    " 2024-01-31T23:59:59Z",
    "2024-01-31T23:59:59Z\n",
    "2024-01-31T23:59:59 UTC",
    "٢٠٢٤-01-31",
    "1706745599",
  ])("refuses %j", (text) => {
    expect(timestampText(text)).toBeUndefined();
    expect(isDateTime(text)).toBe(false);
  });

  it("agrees with Date to the millisecond, for any offset", () => {
    const earliest = Date.parse("0001-01-02T00:00:00Z");
    const latest = Date.parse("9999-12-30T00:00:00Z");
    const moment = fc.integer({ min: earliest, max: latest });
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(moment, minutes, fc.integer({ min: 0, max: 999 }), (time, offset, micros) => {
        const local = new Date(time + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? "-" : "+"}${pad(Math.trunc(size / 60))}:${pad(size % 60)}`;
        const digits = String(micros).padStart(3, "0");
        expect(timestampText(`${local}${digits}${zone}`)).toBe(
          `${new Date(time).toISOString().slice(0, -1)}${digits}Z`,
        );
      }),
      { numRuns: 500 },
    );
  });

  it("counts days as the calendar does, one by one from 1899 to 2101", () => {
    let expected = "1899-12-31";
    for (let year = 1900; year <= 2101; year += 1) {
      for (const [month, days] of monthLengths(year)) {
        for (let day = 1; day <= days; day += 1) {
          // 23:00 two hours west of Greenwich is one o'clock of the day after.
          expect(timestampText(`${expected}T23:00:00-02:00`)).toBe(
            `${year}-${pad(month)}-${pad(day)}T01:00:00.000000Z`,
          );
          expected = `${year}-${pad(month)}-${pad(day)}`;
        }
        expect(timestampText(`${year}-${pad(month)}-${pad(days + 1)}`)).toBeUndefined();
      }
    }
  });
});

describe("dateText", () => {
  it.each([
    ["2024-02-29", "2024-02-29"],
    ["2024-02-29T00:00:00Z", "2024-02-29"],
    ["2024-02-29 00:00:00.000000", "2024-02-29"],
    ["0001-01-01", "0001-01-01"],
    ["9999-12-31", "9999-12-31"],
  ])("takes %s", (text, expected) => {
    expect(dateText(text)).toBe(expected);
    expect(isDate(text)).toBe(true);
  });

  it.each([
    "",
    "2024-02-30",
    "0000-00-00",
    "0000-01-01",
    "10000-01-01",
    "2024-02-29T12:00:00Z",
    "2024-02-29T00:00:00+02:00",
    "29.02.2024",
    "20240229",
  ])("refuses %j", (text) => {
    expect(dateText(text)).toBeUndefined();
    expect(isDate(text)).toBe(false);
  });
});

describe("timeText", () => {
  it.each([
    ["23:59:59", "23:59:59.000000"],
    ["00:00", "00:00:00.000000"],
    ["12:34:56.1234567", "12:34:56.123456"],
    ["12:00:00Z", "12:00:00.000000"],
    ["00:30:00+01:00", "23:30:00.000000"],
    ["23:30:00-02:00", "01:30:00.000000"],
    ["23:59:60", "00:00:00.000000"],
  ])("takes %s", (text, expected) => {
    expect(timeText(text)).toBe(expected);
    expect(isTime(text)).toBe(true);
  });

  it.each([
    "",
    "24:00:00",
    "24:00:01",
    "12:60:00",
    "12",
    "1:00:00",
    "12:00:00+24:00",
    "2024-01-01T12:00:00Z",
  ])("refuses %j", (text) => {
    expect(timeText(text)).toBeUndefined();
    expect(isTime(text)).toBe(false);
  });
});

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

function monthLengths(year: number): [number, number][] {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map((days, index) => [index + 1, days]);
}
