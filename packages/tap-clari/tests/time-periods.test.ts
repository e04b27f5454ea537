import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quarterName } from "../src/time-periods.ts";
import { runWell, withClari } from "./support/run-tap.ts";

describe("a fiscal quarter", () => {
  it.each([
    [2, "2020-01-31T23:59:59.999Z", 0, "2020_Q4"],
    [2, "2020-02-01T00:00:00Z", 0, "2021_Q1"],
    [2, "2020-04-30T00:00:00Z", 0, "2021_Q1"],
    [2, "2020-05-01T00:00:00Z", 0, "2021_Q2"],
    [2, "2021-01-15T00:00:00Z", 0, "2021_Q4"],
    [2, "2021-01-31T00:00:00Z", 1, "2022_Q1"],
    [2, "2020-02-01T00:00:00Z", -1, "2020_Q4"],
    [1, "2024-01-01T00:00:00Z", 0, "2024_Q1"],
    [1, "2024-01-01T00:00:00Z", -1, "2023_Q4"],
    [1, "2024-12-31T00:00:00Z", 1, "2025_Q1"],
    [7, "2024-06-30T00:00:00Z", 0, "2024_Q4"],
    [7, "2024-07-01T00:00:00Z", 0, "2025_Q1"],
    [12, "2024-12-01T00:00:00Z", 0, "2025_Q1"],
    [12, "2024-11-30T00:00:00Z", 0, "2024_Q4"],
  ])("with years from month %i, at %s, %i away, is %s", (startMonth, at, away, name) => {
    expect(quarterName({ at: new Date(at), startMonth, away })).toBe(name);
  });

  it("three months later is the next one, whenever years begin", () => {
    const moments = fc.date({
      min: new Date("1990-01-01T00:00:00Z"),
      max: new Date("2090-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 12 }), (at, startMonth) => {
        const later = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 3, 1));
        expect(quarterName({ at: later, startMonth })).toBe(quarterName({ at, startMonth, away: 1 }));
        expect(quarterName({ at, startMonth })).toMatch(/^\d{4}_Q[1-4]$/);
      }),
    );
  });
});

describe("time_periods", () => {
  it("are read in their order, each once", async () => {
    await withClari({}, async (clari) => {
      const run = await runWell({
        clari,
        select: ["forecast_time_periods.*"],
        config: {
          forecast_ids: ["net_arr", "net_arr"],
          time_periods: ["previous", "current", "2026_Q4", "next", "2026_Q3"],
        },
      });
      expect(run.records("forecast_time_periods").map(({ timePeriodId }) => timePeriodId)).toEqual([
        "2026_Q3",
        "2026_Q4",
        "2027_Q1",
      ]);
    });
  });
});
