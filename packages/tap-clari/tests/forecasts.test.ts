import { ConfigError, ExportError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { listsOf } from "../src/result-lists.ts";
import { asked, runTap, runWell, withClari } from "./support/run-tap.ts";

const one = { forecast_ids: ["net_arr"] };
const forecasts = [
  "forecast_entries.*",
  "forecast_fields.*",
  "forecast_users.*",
  "forecast_time_periods.*",
  "forecast_time_frames.*",
];

describe("the streams of a forecast", () => {
  it("come from one request, with mode: latest", async () => {
    await withClari({ users: 3, strayUsers: 0 }, async (clari) => {
      const run = await runWell({ clari, select: forecasts, config: one });
      expect(clari.requests.map(({ target }) => target)).toEqual([
        "/v4/forecast/net_arr?timePeriod=2026_Q4&exportFormat=JSON",
      ]);
      const counts = forecasts.map((rule) => run.records(rule.replace(".*", "")).length);
      expect(counts).toEqual([6, 2, 3, 1, 1]);
      expect(run.records("forecast_time_periods")).toEqual([
        {
          forecastId: "net_arr",
          timePeriodId: "2026_Q4",
          type: "quarter",
          label: "Quarter 4",
          year: "2026",
          startDate: "2025-11-01",
          endDate: "2026-01-31",
          crmId: "0265f2026_Q4QAK",
        },
      ]);
      expect(run.records("forecast_time_frames")).toEqual([
        {
          forecastId: "net_arr",
          timePeriodId: "2026_Q4",
          timeFrameId: "TF:2026-01-14",
          startDate: "2026-01-14",
          endDate: "2026-01-20",
        },
      ]);
    });
  });

  it("come from one job for each forecast and quarter, with mode: historical", async () => {
    await withClari({ users: 2 }, async (clari) => {
      const config = {
        mode: "historical",
        forecast_ids: ["net_arr", "net_arr_ps_summary"],
        time_periods: ["current", "previous"],
      };
      const run = await runWell({ clari, select: forecasts, config });
      expect(asked(clari).filter((each) => each.startsWith("POST"))).toEqual([
        "POST export/forecast/net_arr",
        "POST export/forecast/net_arr",
        "POST export/forecast/net_arr_ps_summary",
        "POST export/forecast/net_arr_ps_summary",
      ]);
      // Eleven weeks have begun of the current quarter, and fourteen touch the one before.
      expect(run.records("forecast_time_frames").length).toBe(2 * (12 + 14));
      expect(run.records("forecast_entries").length).toBe(2 * (12 + 14) * 2 * 2);
    });
  });

  it("have keys with the quarter: a week is in two quarters, and a field in two forecasts", async () => {
    await withClari({ users: 1 }, async (clari) => {
      const config = {
        mode: "historical",
        forecast_ids: ["net_arr", "net_arr_ps_summary"],
        time_periods: ["current", "previous"],
      };
      const run = await runWell({ clari, select: forecasts, config });
      const frames = run
        .records("forecast_time_frames")
        .filter(({ timeFrameId }) => timeFrameId === "TF:2025-10-29");
      expect(frames.map(({ forecastId, timePeriodId }) => `${forecastId} ${timePeriodId}`)).toEqual([
        "net_arr 2026_Q4",
        "net_arr 2026_Q3",
        "net_arr_ps_summary 2026_Q4",
        "net_arr_ps_summary 2026_Q3",
      ]);
      const names = run.records("forecast_fields").map(({ fieldId, fieldName }) => `${fieldId} ${fieldName}`);
      expect(new Set(names)).toContain("fc_net_commit Net Commit (net_arr)");
      expect(new Set(names)).toContain("fc_net_commit Net Commit (net_arr_ps_summary)");
    });
  });

  it("join names to entries, and keep entries of people and fields without a row", async () => {
    await withClari({ users: 3, strayUsers: 1 }, async (clari) => {
      const run = await runWell({ clari, select: forecasts, config: one });
      const people = run.records("forecast_users");
      expect(people.length).toBe(2);
      const byUser = Map.groupBy(run.records("forecast_entries"), ({ userId }) => userId);
      expect([...byUser.values()].map((entries) => entries.length)).toEqual([2, 2, 2]);
      for (const { userId, name, email, crmId } of people) {
        for (const entry of byUser.get(userId) ?? []) {
          expect(entry).toMatchObject({ userName: name, userEmail: email, userCrmId: crmId });
        }
      }
      for (const entry of byUser.get("411004:00E5f00000002EAK") ?? []) {
        expect(entry).toMatchObject({
          userName: null,
          userEmail: null,
          userCrmId: null,
          fieldType: "forecast",
        });
      }
    });
  });

  it("do not end the run for people who left: what was read of them stays", async () => {
    await withClari({ users: 3, strayUsers: 0 }, async (clari) => {
      const before = await runWell({ clari, select: forecasts, config: one });
      clari.store.optOut("411003:00E5f00000001EAK");
      const after = await runWell({ clari, select: forecasts, config: one, state: before.states.at(-1) });
      expect([before, after].map((run) => run.records("forecast_users").length)).toEqual([3, 2]);
      expect(after.messages.filter(({ type }) => type === "ACTIVATE_VERSION")).toEqual([]);
    });
  });

  it.each(["latest", "historical"])(
    "take the kinds of values, scope and currency, with mode: %s",
    async (mode) => {
      await withClari({ users: 1, strayUsers: 0, hasCrmTypes: true }, async (clari) => {
        const types_to_export = ["quota", "adjustment", "crm_total"];
        const config = { ...one, mode, types_to_export, scope_id: "1905::MGR", currency: "EUR" };
        const run = await runWell({ clari, select: ["forecast_entries.*", "forecast_exports.*"], config });
        const quota = run.records("forecast_entries").find(({ fieldId }) => fieldId === "quota_net");
        expect(quota).toMatchObject({
          quotaValue: expect.any(Number),
          adjustmentValue: expect.any(Number),
          adjustedOn: expect.any(Number),
          aggregationTotal: expect.any(Number),
          currency: { code: "EUR", symbol: "$" },
          fieldType: "quota",
        });
        expect(quota).not.toHaveProperty("forecastValue");
        expect(run.records("forecast_exports")).toEqual([
          {
            forecastId: "net_arr",
            timePeriodId: "2026_Q4",
            mode,
            scopeId: "1905::MGR",
            currency: "EUR",
            jobId: mode === "latest" ? null : expect.stringMatching(/^[0-9a-f]{24}$/),
          },
        ]);
        const latest = "/v4/forecast/net_arr?timePeriod=2026_Q4&typesToExport=quota&typesToExport=adjustment";
        const isAsked = clari.requests.some(({ target }) => target.startsWith(latest));
        expect(isAsked).toBe(mode === "latest");
      });
    },
  );

  it("leave nothing open on disk", async () => {
    await withClari({}, async (clari) => {
      const run = await runWell({ clari, select: ["forecast_exports.*"], config: one });
      const [record] = run.records("forecast_exports");
      expect(record).toBeDefined();
      const lists = listsOf(record ?? {});
      await expect(lists.records("timePeriods").next()).rejects.toThrow("cannot be used");
    });
  });

  it("take a scope that is an object", async () => {
    await withClari({ users: 2, strayUsers: 0, scopeIdForm: "object" }, async (clari) => {
      const run = await runWell({ clari, select: ["forecast_users.*"], config: one });
      expect(run.records("forecast_users").map(({ scopeId }) => scopeId)).toEqual([
        { type: "EXEC" },
        { type: "MGR" },
      ]);
    });
  });

  it("come from a job where there is no route for the latest week", async () => {
    await withClari({ hasLatest: false, users: 2 }, async (clari) => {
      const run = await runWell({ clari, select: forecasts, config: one });
      expect(run.records("forecast_entries").length).toBe(4);
      expect(asked(clari)).toEqual([
        "GET forecast/net_arr",
        "GET admin/limits",
        "GET export/jobs",
        "POST export/forecast/net_arr",
        "GET export/jobs/6073683781a6da229d000001",
        "GET export/jobs/6073683781a6da229d000001",
        "GET export/jobs/6073683781a6da229d000001/results",
      ]);
    });
  });
});

describe("a quarter that Clari does not know", () => {
  it.each(["latest", "historical"])("is not taken for the current one, with mode: %s", async (mode) => {
    await withClari({}, async (clari) => {
      const config = { ...one, mode, time_periods: ["2019_Q1", "current"] };
      const run = await runTap({ clari, select: forecasts, config });
      expect(ExportError.isInstance(run.error)).toBe(true);
      expect(run.error).toMatchObject({
        message:
          "forecast_exports: forecast net_arr was asked for 2019_Q1, and Clari answered another quarter, 2026_Q4. Check time_periods and fiscal_year_start_month.",
        exitCode: 70,
      });
      // The quarter that is there is read all the same, and its state says so.
      expect(new Set(run.records("forecast_entries").map(({ timePeriodId }) => timePeriodId))).toEqual(
        new Set(["2026_Q4"]),
      );
    });
  });

  it.each([
    ["current", "2026_Q1 for the quarter that is 0 away from now, but it is from 2025-02-01 to 2025-04-30"],
    ["next", "2026_Q2 for the quarter that is 1 away from now, but it is from 2025-05-01 to 2025-07-31"],
  ])(
    "is noticed where fiscal years begin in another month than the setting says: %s",
    async (period, said) => {
      await withClari({ fiscalYearStartMonth: 2 }, async (clari) => {
        const config = { ...one, fiscal_year_start_month: 1, time_periods: [period] };
        const { error } = await runTap({ clari, select: forecasts, config });
        expect(error).toMatchObject({
          message: `forecast_exports: forecast net_arr was asked for ${said}. Check time_periods and fiscal_year_start_month.`,
        });
      });
    },
  );

  it.each(["2025-Q2", "Q2", "2025_Q5", "last"])("is refused as a setting: %s", async (period) => {
    await withClari({}, async (clari) => {
      const { error } = await runTap({ clari, config: { ...one, time_periods: [period] } });
      expect(ConfigError.isInstance(error)).toBe(true);
      expect(clari.requests.length).toBe(0);
    });
  });
});

describe("a forecast that is refused", () => {
  it.each(["latest", "historical"])(
    "says what to do, and the others are read, with mode: %s",
    async (mode) => {
      await withClari({ notOptedIn: ["net_arr"] }, async (clari) => {
        const config = { mode, forecast_ids: ["net_arr", "nowhere", "net_arr_ps_summary"] };
        const run = await runTap({ clari, select: forecasts, config });
        expect(run.error).toMatchObject({
          message: expect.stringMatching(
            /^forecast_exports: (GET|POST) \S+ answered 401: forecast net_arr: the token's user is not opted in to it \(no_optin\)\. Opt the user in/,
          ),
          exitCode: 70,
        });
        const warnings = run.logs.filter(({ level }) => level === "warn").map(({ message }) => message);
        expect(
          warnings.some((each) => each.includes("there is no such forecast (no_such_forecast_config)")),
        ).toBe(true);
        const read = new Set(run.records("forecast_entries").map(({ forecastId }) => forecastId));
        expect(read).toEqual(new Set(["net_arr_ps_summary"]));
      });
    },
  );

  it("for a kind of value says which", async () => {
    await withClari({}, async (clari) => {
      const config = { ...one, types_to_export: ["crm_closed"] };
      const { error } = await runTap({ clari, select: forecasts, config });
      expect(error).toMatchObject({
        message: expect.stringContaining("Take crm_total and crm_closed out of"),
      });
    });
  });
});

it("without forecast_ids leaves the streams of forecasts out, and says so", async () => {
  await withClari({}, async (clari) => {
    const run = await runWell({ clari, select: [...forecasts, "admin_limits.*"] });
    expect(asked(clari)).toEqual(["GET admin/limits"]);
    expect(run.logs.map(({ message }) => message)).toContain(
      "forecast_entries is left out: forecast_exports: no forecast_ids or no time_periods are set",
    );
  });
});
