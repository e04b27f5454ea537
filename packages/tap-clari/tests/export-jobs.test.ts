import { ExportError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { asked, now, runTap, runWell, withClari } from "./support/run-tap.ts";

const config = { mode: "historical", forecast_ids: ["net_arr"] };
const select = ["forecast_entries.*"];
const submission = "POST export/forecast/net_arr";
const firstJob = "6073683781a6da229d000001";

function submissions(clari: Parameters<typeof asked>[0]): number {
  return asked(clari).filter((each) => each === submission).length;
}

describe("a job", () => {
  it.each(["job", "flat"] as const)(
    "is followed to its end in an envelope of the kind %s",
    async (envelope) => {
      await withClari({ envelope, pollsUntilDone: 3 }, async (clari) => {
        const run = await runWell({ clari, select, config });
        expect(run.records("forecast_entries").length).toBe(12 * 5 * 2);
        expect(asked(clari)).toEqual([
          "GET admin/limits",
          "GET export/jobs",
          submission,
          ...Array.from({ length: 4 }, () => `GET export/jobs/${firstJob}`),
          `GET export/jobs/${firstJob}/results`,
        ]);
      });
    },
  );

  it("of a run that was killed is polled on, and not paid again", async () => {
    await withClari({ pollsUntilDone: 2 }, async (clari) => {
      const killed = await runWell({ clari, select, config, until: ({ type }) => type === "STATE" });
      const state = killed.states.at(-1);
      expect(state).toEqual({
        bookmarks: {
          forecast_entries: {
            exports: {
              "net_arr|2026_Q4|historical": { since: new Date(now).toISOString(), job: { id: firstJob } },
            },
          },
        },
        currently_syncing: "forecast_exports",
      });
      const resumed = await runWell({ clari, select, config, state });
      expect(resumed.records("forecast_entries").length).toBe(12 * 5 * 2);
      expect(submissions(clari)).toBe(1);
      expect(resumed.states.at(-1)).toEqual({ bookmarks: {} });
    });
  });

  it.each([
    ["expired", "expire"],
    ["is not known any more", "forget"],
  ] as const)("of a run before that %s is submitted anew", async (_, how) => {
    await withClari({}, async (clari) => {
      const killed = await runWell({ clari, select, config, until: ({ type }) => type === "RECORD" });
      clari.jobs[how](firstJob);
      const resumed = await runWell({ clari, select, config, state: killed.states.at(-1) });
      expect(resumed.records("forecast_entries").length).toBe(12 * 5 * 2);
      expect(submissions(clari)).toBe(2);
    });
  });

  it("for other values is not gone on with", async () => {
    await withClari({}, async (clari) => {
      const killed = await runWell({ clari, select, config, until: ({ type }) => type === "STATE" });
      const other = { ...config, currency: "EUR" };
      const resumed = await runWell({ clari, select, config: other, state: killed.states.at(-1) });
      expect(resumed.records("forecast_entries")[0]).toMatchObject({ currency: { code: "EUR" } });
      expect(submissions(clari)).toBe(2);
    });
  });

  it.each(["FAILED", "CANCELLED", "ABORTED"] as const)(
    "that ends as %s says so and is forgotten",
    async (fate) => {
      await withClari({}, async (clari) => {
        clari.jobs.plan(fate);
        const run = await runTap({ clari, select, config });
        expect(ExportError.isInstance(run.error)).toBe(true);
        expect(run.error).toMatchObject({
          message: `forecast_exports: the export net_arr|2026_Q4|historical (job ${firstJob}) failed: Clari says ${fate}. Try again later.`,
          exitCode: 75,
        });
        expect(run.states.at(-1)).toEqual({ bookmarks: {} });
      });
    },
  );

  it.each([
    ["rows-truncated", "rows"],
    ["cells-truncated", "cells"],
  ] as const)("whose result is %s is refused", async (fate, what) => {
    await withClari({}, async (clari) => {
      clari.jobs.plan(fate);
      const run = await runTap({ clari, select, config });
      expect(run.error).toMatchObject({
        message: `forecast_exports: the export net_arr|2026_Q4|historical (job ${firstJob}) failed: Clari left ${what} out of the result. Look at the export's settings.`,
        exitCode: 70,
      });
      expect(run.records("forecast_entries")).toEqual([]);
      expect(run.states.at(-1)).toEqual({ bookmarks: {} });
    });
  });

  it("that takes too long is cancelled, which frees its place", async () => {
    await withClari({}, async (clari) => {
      clari.jobs.plan("stuck");
      const run = await runTap({ clari, select, config: { ...config, job_timeout_seconds: 0.3 } });
      expect(run.error).toMatchObject({
        message: expect.stringMatching(/did not end within 0.3 seconds: .* STARTED\. It was cancelled\./),
      });
      expect(clari.jobs.list.map(({ status }) => status)).toEqual(["CANCELLED"]);
      expect(run.states.at(-1)).toEqual({ bookmarks: {} });
    });
  });

  it("whose download breaks off is downloaded again, and gives each entry once", async () => {
    await withClari({}, async (clari) => {
      const path = "/v4/export/jobs/*/results";
      clari.faults.add(
        { path, nth: 1, fault: { kind: "cut" } },
        { path, nth: 2, fault: { kind: "truncated" } },
      );
      const run = await runWell({ clari, select, config });
      expect(run.records("forecast_entries").length).toBe(12 * 5 * 2);
      expect(clari.jobs.list.map(({ downloads }) => downloads)).toEqual([3]);
    });
  });
});

describe("the quota", () => {
  it("is looked at before a job is queued, and fails at once when it is used up", async () => {
    await withClari({ monthlyQuota: 1 }, async (clari) => {
      await runWell({ clari, select, config });
      clari.requests.length = 0;
      const run = await runTap({ clari, select, config });
      expect(run.error).toMatchObject({
        message:
          "forecast_exports: all 1 export jobs of the last 30 days are used up. Run again when older ones are out of the 30 days, or ask Clari for more.",
        exitCode: 75,
      });
      expect(asked(clari)).toEqual(["GET admin/limits"]);
    });
  });

  it("that all places are taken of is waited for", async () => {
    await withClari({ concurrentLimit: 2 }, async (clari) => {
      clari.jobs.occupy({ slots: 2, untilLooks: 4 });
      const run = await runWell({ clari, select, config });
      expect(asked(clari).slice(0, 6)).toEqual([
        ...Array.from({ length: 4 }, () => "GET admin/limits"),
        "GET export/jobs",
        submission,
      ]);
      expect(run.records("forecast_entries").length).toBeGreaterThan(0);
    });
  });

  it("that is used up between the look and the job is understood from the 400", async () => {
    await withClari({}, async (clari) => {
      clari.jobs.refuse(2);
      const run = await runWell({ clari, select, config });
      const look = ["GET admin/limits", "GET export/jobs", submission];
      expect(asked(clari).slice(0, 9)).toEqual([...look, ...look, ...look]);
      expect(run.records("forecast_entries").length).toBeGreaterThan(0);
    });
  });

  it("without a free place in time fails", async () => {
    await withClari({ concurrentLimit: 1 }, async (clari) => {
      clari.jobs.occupy({ slots: 1, untilLooks: 1_000_000 });
      const run = await runTap({ clari, select, config: { ...config, job_timeout_seconds: 0.1 } });
      expect(run.error).toMatchObject({
        message:
          "forecast_exports: Clari had no free place for an export job within 0.1 seconds. Run again later, or raise job_timeout_seconds.",
        exitCode: 75,
      });
      expect(submissions(clari)).toBe(0);
    });
  });

  it("that the token may not see is left to the job's own answer", async () => {
    await withClari({}, async (clari) => {
      clari.faults.add({ path: "/v4/admin/limits", fault: { kind: "status", status: 403 } });
      const run = await runWell({ clari, select, config });
      expect(run.records("forecast_entries").length).toBeGreaterThan(0);
    });
  });
});
