import { describe, expect, it } from "vitest";
import { millisecondsUntil, retryAfterMs } from "../../src/http/server-wait.ts";
import { fakeClock } from "./test-client.ts";

const clock = fakeClock(Date.UTC(2026, 0, 1, 12, 0, 0));

describe("Retry-After", () => {
  it.each([
    ["seconds", "30", undefined, 30_000],
    ["decimals", "0.25", undefined, 250],
    ["zero", "0", undefined, 0],
    ["spaces around", " 7 ", undefined, 7000],
    ["an HTTP date", "Thu, 01 Jan 2026 12:00:45 GMT", undefined, 45_000],
    [
      "an HTTP date by the server's own clock",
      "Thu, 01 Jan 2026 09:00:10 GMT",
      "Thu, 01 Jan 2026 09:00:00 GMT",
      10_000,
    ],
    ["the oldest date format, which is UTC", "Thu Jan  1 12:00:20 2026", undefined, 20_000],
    ["the obsolete RFC 850 date", "Thursday, 01-Jan-26 12:00:05 GMT", undefined, 5000],
    ["a date that has passed", "Thu, 01 Jan 2026 11:00:00 GMT", undefined, 0],
    ["a moment since 1970", "1767268860", undefined, 60_000],
    ["absent", undefined, undefined, undefined],
    ["empty", "", undefined, undefined],
    ["negative", "-5", undefined, undefined],
    ["words", "soon", undefined, undefined],
    ["a capitalised word", "Tomorrow", undefined, undefined],
    ["hexadecimal", "0x10", undefined, undefined],
    ["exponent", "1e3", undefined, undefined],
    ["several values", "5, 6", undefined, undefined],
  ])("%s", (_name, value, date, milliseconds) => {
    const headers = {
      ...(value === undefined ? {} : { "retry-after": value }),
      ...(date === undefined ? {} : { date }),
    };
    expect(retryAfterMs(headers, clock)).toBe(milliseconds);
  });

  it.each([
    ["the same second: our clock knows its parts", 12_300, "12:00:12", 47_700],
    ["the second before, because the answer was under way", 13_200, "12:00:12", 47_001],
    ["seconds before: our clock is wrong", 15_000, "12:00:12", 48_000],
    ["later: our clock is wrong", 11_900, "12:00:12", 48_000],
  ])("a window is measured from a Date of %s", (_name, now, time, milliseconds) => {
    const ticking = fakeClock(Date.UTC(2026, 0, 1, 12) + now);
    expect(millisecondsUntil(1_767_268_860, { date: `Thu, 01 Jan 2026 ${time} GMT` }, ticking)).toBe(
      milliseconds,
    );
  });

  it.each([
    ["seconds", 6, {}, 6000],
    ["a moment in seconds", 1_767_268_860, {}, 60_000],
    ["a moment in milliseconds", 1_767_268_860_500, {}, 60_500],
    ["a moment by the server's clock", 1_767_268_860, { date: "Thu, 01 Jan 2026 12:00:50 GMT" }, 10_000],
    ["a moment that has passed", 1_767_268_000, {}, 0],
    ["a Date that is none", 1_767_268_860, { date: "yesterday" }, 60_000],
  ])("a window that ends in %s", (_name, value, headers, milliseconds) => {
    expect(millisecondsUntil(value, headers, clock)).toBe(milliseconds);
  });
});
