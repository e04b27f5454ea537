import { describe, expect, it } from "vitest";
import { tapClari } from "../src/index.ts";
import { asked, runWell, withClari } from "./support/run-tap.ts";

const config = { forecast_ids: ["net_arr"], mode: "latest", opportunity_ids: ["0065f0000000001AA"] };
const job = ["GET export/jobs/6073683781a6da229d000001", "GET export/jobs/6073683781a6da229d000001"];

describe("a selected stream", () => {
  it.each([
    ["admin_limits", ["GET admin/limits"]],
    ["forecast_exports", ["GET forecast/net_arr"]],
    ["forecast_entries", ["GET forecast/net_arr"]],
    ["forecast_fields", ["GET forecast/net_arr"]],
    ["forecast_users", ["GET forecast/net_arr"]],
    ["forecast_time_periods", ["GET forecast/net_arr"]],
    ["forecast_time_frames", ["GET forecast/net_arr"]],
    ["audit_events", ["GET audit/events"]],
    ["opportunities", ["GET opportunity"]],
    [
      "activities",
      ["GET admin/limits", "GET export/jobs", "POST export/activity", ...job, `${job[0]}/results`],
    ],
  ])("asks for nothing but its own: %s", async (name, requests) => {
    await withClari({}, async (clari) => {
      const run = await runWell({ clari, select: [`${name}.*`], config });
      expect(run.records(name).length).toBeGreaterThan(0);
      expect(asked(clari)).toEqual(requests);
    });
  });

  it("is in the list above", async () => {
    const { streams } = await tapClari.discover();
    expect(streams.length).toBe(10);
  });

  it("of one column has its keys and that column", async () => {
    await withClari({ users: 1, strayUsers: 0 }, async (clari) => {
      const run = await runWell({ clari, select: ["forecast_entries.forecastValue"], config });
      expect(Object.keys(run.records("forecast_entries")[0] ?? {}).toSorted()).toEqual([
        "fieldId",
        "forecastId",
        "forecastValue",
        "timeFrameId",
        "timePeriodId",
        "userId",
      ]);
      const joined = await runWell({ clari, select: ["forecast_entries.userName"], config });
      expect(joined.records("forecast_entries")[0]).toHaveProperty("userName", expect.any(String));
    });
  });
});
