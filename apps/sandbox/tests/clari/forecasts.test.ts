import { describe, expect, it } from "vitest";
import { quarterOf, timeFramesOf } from "../../src/clari/quarters.ts";
import { rowsOf, withClari } from "./clari-client.ts";

describe("quarters", () => {
  it.each([
    [2, "2020-02-01", "2021_Q1", "2020-02-01", "2020-04-30"],
    [2, "2021-01-31", "2021_Q4", "2020-11-01", "2021-01-31"],
    [1, "2024-12-31", "2024_Q4", "2024-10-01", "2024-12-31"],
    [7, "2024-08-15", "2025_Q1", "2024-07-01", "2024-09-30"],
  ])("with years from month %i hold %s as %s", (startMonth, day, id, startDate, endDate) => {
    expect(quarterOf(Date.parse(day), { startMonth })).toMatchObject({ id, startDate, endDate });
  });

  it("share the weeks in which they meet", () => {
    const at = Date.UTC(2026, 0, 15);
    const [before, current] = [-1, 0].map((away) => timeFramesOf(quarterOf(at, { startMonth: 2, away })));
    expect(before?.at(-1)).toEqual({ id: "TF:2025-10-29", startDate: "2025-10-29", endDate: "2025-11-04" });
    expect(current?.[0]).toEqual(before?.at(-1));
  });
});

describe("GET /forecast", () => {
  it("answers the latest week", async () => {
    await withClari({ users: 4 }, async ({ get }) => {
      const { body } = await get(
        "forecast/net_arr?timePeriod=2026_Q4&typesToExport=quota&typesToExport=forecast",
      );
      expect(Object.keys(body)).toEqual(["entries", "fields", "users", "timePeriods", "timeFrames"]);
      expect(rowsOf(body, "timeFrames").map(({ timeFrameId }) => timeFrameId)).toEqual(["TF:2026-01-14"]);
      expect(rowsOf(body, "entries").length).toBe(12);
      expect(rowsOf(body, "users").length).toBe(3);
      const people = new Set(rowsOf(body, "users").map(({ userId }) => userId));
      expect(rowsOf(body, "entries").some(({ userId }) => !people.has(userId ?? null))).toBe(true);
    });
  });

  it.each(["2019_Q1", "nonsense", "2030_Q1"])(
    "answers the current quarter in place of %s",
    async (period) => {
      await withClari({}, async ({ get }) => {
        const { status, body } = await get(`forecast/net_arr?timePeriod=${period}`);
        expect(status).toBe(200);
        expect(rowsOf(body, "timePeriods")).toMatchObject([{ timePeriodId: "2026_Q4", year: "2026" }]);
      });
    },
  );

  it.each([
    ["", 400, "missing_forecast_id"],
    ["nowhere", 400, "no_such_forecast_config"],
    ["closed", 401, "no_optin"],
    ["net_arr?typesToExport=crm_total", 400, "type_not_supported"],
    ["net_arr?typesToExport=all", 400, "bad_request"],
  ])("refuses %s with %i", async (target, status, code) => {
    await withClari({ forecastIds: ["net_arr", "closed"], notOptedIn: ["closed"] }, async ({ get }) => {
      const answer = await get(`forecast/${target}`);
      expect([answer.status, answer.body["code"]]).toEqual([status, code]);
    });
  });

  it("leaves out who is not opted in any more, in all quarters", async () => {
    await withClari({ users: 3, strayUsers: 0 }, async ({ sandbox, get }) => {
      sandbox.store.optOut("411002:00E5f00000000EAK");
      for (const period of ["2026_Q4", "2026_Q3"]) {
        const { body } = await get(`forecast/net_arr?timePeriod=${period}`);
        expect(rowsOf(body, "users").map(({ userId }) => userId)).toEqual([
          "411003:00E5f00000001EAK",
          "411004:00E5f00000002EAK",
        ]);
      }
    });
  });

  it("draws the same for the same seed, and other values for another", async () => {
    const textOf = async (seed: number): Promise<string> => {
      let text = "";
      await withClari({ seed }, async ({ get }) => {
        text = (await get("forecast/net_arr")).text;
      });
      return text;
    };
    const first = await textOf(1);
    expect(await textOf(1)).toBe(first);
    expect(await textOf(2)).not.toBe(first);
  });
});

describe("an export of a forecast", () => {
  it("has every week of the quarter so far, in no order", async () => {
    await withClari({ users: 2 }, async ({ queue, finish, get }) => {
      const id = await queue("net_arr", { timePeriod: "2026_Q3", includeHistorical: true });
      expect(await finish(id)).toMatchObject({
        jobId: id,
        status: "DONE",
        module: "FORECAST",
        rowsTruncated: false,
      });
      const { body } = await get(`export/jobs/${id}/results`);
      const weeks = rowsOf(body, "timeFrames").map(({ timeFrameId }) => String(timeFrameId));
      expect(weeks.length).toBe(14);
      expect(weeks.toSorted()).not.toEqual(weeks);
      expect(rowsOf(body, "entries").length).toBe(14 * 2 * 2);
    });
  });

  it.each([
    [{ includeHistorical: "yes" }, "bad_request"],
    [{ typesToExport: "quota" }, "bad_request"],
    [{ exportFormat: "XML" }, "bad_request"],
  ])("refuses %j", async (body, code) => {
    await withClari({}, async ({ ask, sandbox }) => {
      const answer = await ask("POST", "export/forecast/net_arr", body);
      expect([answer.status, answer.body["code"]]).toEqual([400, code]);
      expect(sandbox.jobs.list).toEqual([]);
    });
  });
});
