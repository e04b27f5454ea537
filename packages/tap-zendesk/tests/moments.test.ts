import { describe, expect, it } from "vitest";
import { dateTimeOf, exportStart } from "../src/moments.ts";

// Far from UTC, so that a moment that is taken as local time is seen. This file has a process of its own.
process.env["TZ"] = "Pacific/Auckland";

const startedAt = new Date("2026-01-15T12:00:00.500Z");
const newYear = Date.UTC(2026, 0, 1) / 1000;

describe("exportStart", () => {
  it.each([
    { bookmark: undefined, start: 0 },
    { bookmark: "2026-01-01T00:00:00Z", start: newYear },
    { bookmark: "2026-01-01T00:00:00.999999Z", start: newYear },
    { bookmark: "2026-01-01T00:00:00", start: newYear },
    { bookmark: "2026-01-01 00:00:00", start: newYear },
    { bookmark: "2026-01-01", start: newYear },
    { bookmark: "2026-01-01T13:00:00+13:00", start: newYear },
    { bookmark: "2025-12-31T19:00:00-0500", start: newYear },
    { bookmark: newYear, start: newYear },
    { bookmark: newYear + 0.9, start: newYear },
    { bookmark: `${newYear}`, start: newYear },
    { bookmark: `${newYear}.0`, start: newYear },
    { bookmark: "1969-12-31T23:59:59Z", start: 0 },
    { bookmark: "2026-01-15T11:58:59Z", start: Date.UTC(2026, 0, 15, 11, 58, 59) / 1000 },
    { bookmark: "2026-01-15T11:59:30Z", start: Date.UTC(2026, 0, 15, 11, 58, 59) / 1000 },
    { bookmark: "2999-01-01T00:00:00Z", start: Date.UTC(2026, 0, 15, 11, 58, 59) / 1000 },
  ])("of $bookmark is $start", ({ bookmark, start }) => {
    expect(exportStart({ bookmark, startedAt })).toBe(start);
  });

  it.each(["", "yesterday", "2026-13-45T00:00:00Z"])("refuses %j", (bookmark) => {
    expect(() => exportStart({ bookmark, startedAt })).toThrow(`${JSON.stringify(bookmark)} is no date-time`);
  });
});

describe("dateTimeOf", () => {
  it.each([
    { seconds: 0, text: "1970-01-01T00:00:00Z" },
    { seconds: newYear, text: "2026-01-01T00:00:00Z" },
    { seconds: newYear + 0.25, text: "2026-01-01T00:00:00.250Z" },
  ])("of $seconds is $text", ({ seconds, text }) => {
    expect(dateTimeOf(seconds)).toBe(text);
  });
});
