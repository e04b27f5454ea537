import { ExportError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { asked, runTap, runWell, withClari } from "./support/run-tap.ts";

const config = { mode: "historical", forecast_ids: ["net_arr"] };
const select = ["forecast_entries.*"];
const path = "/v4/export/forecast/*";
const submission = "POST export/forecast/net_arr";
const list = "/v4/export/jobs";

describe("a job whose submission is lost", () => {
  it("is found in the list of jobs, and not queued twice", async () => {
    await withClari({}, async (clari) => {
      await runWell({ clari, select, config });
      clari.requests.length = 0;
      clari.faults.add({ path, nth: 1, fault: { kind: "truncated" } });
      const run = await runWell({ clari, select, config });
      expect(run.records("forecast_entries").length).toBe(12 * 5 * 2);
      expect(asked(clari).slice(0, 4)).toEqual([
        "GET admin/limits",
        "GET export/jobs",
        submission,
        "GET export/jobs",
      ]);
      expect(asked(clari).filter((each) => each === submission).length).toBe(1);
      expect(clari.jobs.list.length).toBe(2);
    });
  });

  it("is queued again when there is none", async () => {
    await withClari({}, async (clari) => {
      clari.faults.add({ path, nth: 1, fault: { kind: "reset" } });
      const run = await runWell({ clari, select, config });
      expect(run.records("forecast_entries").length).toBe(12 * 5 * 2);
      expect(asked(clari).filter((each) => each === submission).length).toBe(2);
      expect(clari.jobs.list.length).toBe(1);
    });
  });

  it("ends the stream where the list is not shown, and says what to do", async () => {
    await withClari({}, async (clari) => {
      clari.faults.add({ path: list, fault: { kind: "status", status: 403 } });
      clari.faults.add({ path, nth: 1, fault: { kind: "truncated" } });
      const run = await runTap({ clari, select, config });
      expect(ExportError.isInstance(run.error)).toBe(true);
      expect(run.error).toMatchObject({
        exitCode: 75,
        message: expect.stringMatching(
          /^forecast_exports: an export job may have been queued, and which one is not known, because Clari does not show its jobs\. Cancel it in Clari, or let it end; then run again\. It began with: POST /u,
        ),
      });
      expect(clari.jobs.list.length).toBe(1);
    });
  });

  it("is queued where the list is not shown and nothing is lost", async () => {
    await withClari({}, async (clari) => {
      clari.faults.add({ path: list, fault: { kind: "status", status: 404 } });
      const run = await runWell({ clari, select, config });
      expect(run.records("forecast_entries").length).toBe(12 * 5 * 2);
    });
  });

  it("is queued again after a refusal that says when to come again", async () => {
    await withClari({}, async (clari) => {
      const fault = { kind: "status", status: 503, retry_after_seconds: 1 } as const;
      clari.faults.add({ path, nth: 1, fault });
      await runWell({ clari, select, config });
      expect(asked(clari).filter((each) => each === submission).length).toBe(2);
      expect(clari.jobs.list.length).toBe(1);
    });
  });
});
