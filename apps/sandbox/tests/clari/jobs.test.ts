import { describe, expect, it } from "vitest";
import { now, withClari } from "./clari-client.ts";

const dayMs = 86_400_000;

describe("a job", () => {
  it.each([
    ["job", { job: { status: "SCHEDULED" } }],
    ["flat", { status: "SCHEDULED" }],
  ] as const)("is shown in an envelope of the kind %s", async (envelope, shown) => {
    await withClari({ envelope }, async ({ queue, get }) => {
      expect((await get(`export/jobs/${await queue("net_arr")}`)).body).toMatchObject(shown);
    });
  });

  it("moves on with each look at it", async () => {
    await withClari({ pollsUntilDone: 2, envelope: "flat" }, async ({ queue, get }) => {
      const id = await queue("net_arr");
      const statuses: unknown[] = [];
      for (let count = 0; count < 4; count += 1) {
        statuses.push((await get(`export/jobs/${id}`)).body["status"]);
      }
      expect(statuses).toEqual(["SCHEDULED", "STARTED", "DONE", "DONE"]);
    });
  });

  it("has no result before it is done, and none after thirty days", async () => {
    let at = now;
    await withClari({ clock: () => at }, async ({ queue, finish, get }) => {
      const id = await queue("net_arr");
      const invalid = { code: "invalid_jobId" };
      expect((await get(`export/jobs/${id}/results`)).body).toMatchObject(invalid);
      expect(await finish(id)).toMatchObject({ endTime: now, expiredTime: now + 30 * dayMs });
      expect((await get(`export/jobs/${id}/results`)).status).toBe(200);
      at += 30 * dayMs;
      expect((await get(`export/jobs/${id}/results`)).body).toMatchObject(invalid);
      expect((await get("export/jobs/nobody")).body).toMatchObject(invalid);
    });
  });

  it("ends as it was planned", async () => {
    await withClari({}, async ({ sandbox, queue, finish }) => {
      sandbox.jobs.plan("FAILED", "ABORTED", "CANCELLED", "rows-truncated", "cells-truncated");
      const ends: unknown[] = [];
      for (let count = 0; count < 6; count += 1) {
        const { status, rowsTruncated, cellsTruncated } = await finish(await queue("net_arr"));
        ends.push([status, rowsTruncated, cellsTruncated]);
      }
      expect(ends).toEqual([
        ["FAILED", false, false],
        ["ABORTED", false, false],
        ["CANCELLED", false, false],
        ["DONE", true, false],
        ["DONE", false, true],
        ["DONE", false, false],
      ]);
    });
  });

  it("can be cancelled while it is under way, and not afterwards", async () => {
    await withClari({}, async ({ ask, queue, finish }) => {
      const id = await queue("net_arr");
      expect((await ask("PATCH", `export/jobs/${id}`, { type: "STOP" })).status).toBe(400);
      const cancelled = await ask("PATCH", `export/jobs/${id}`, { type: "CANCEL" });
      expect(cancelled.body).toEqual({ status: "CANCELLED", successful: true });
      const other = await queue("net_arr");
      await finish(other);
      const late = await ask("PATCH", `export/jobs/${other}`, { type: "CANCEL" });
      expect([late.status, late.body["code"]]).toEqual([400, "export_failed_to_cancel"]);
      expect((await ask("PATCH", "export/jobs/nobody", { type: "CANCEL" })).status).toBe(400);
    });
  });

  it("is in the list of all", async () => {
    await withClari({}, async ({ queue, get }) => {
      const ids = [await queue("net_arr"), await queue("net_arr")];
      const listed: readonly { jobId: string }[] = JSON.parse((await get("export/jobs")).text);
      expect(listed.map(({ jobId }) => jobId)).toEqual(ids);
    });
  });
});

describe("the limits", () => {
  it("count jobs, give places back when they end, and the quota when they are cancelled", async () => {
    await withClari({ monthlyQuota: 3, concurrentLimit: 2 }, async ({ ask, queue, finish, get }) => {
      const limits = async () => {
        const { body } = await get("admin/limits");
        return body["jobs"];
      };
      const first = await queue("net_arr");
      const second = await queue("net_arr");
      expect(await limits()).toEqual({
        concurrentLimit: 2,
        monthlyQuota: 3,
        submittedJobIds: [first, second],
        availableConcurrentLimit: 0,
        availableMonthlyQuota: 1,
      });
      const refused = await ask("POST", "export/forecast/net_arr", {});
      expect([refused.status, refused.body["code"]]).toEqual([400, "export_monthly_quota_reached"]);
      await finish(first);
      await ask("PATCH", `export/jobs/${second}`, { type: "CANCEL" });
      expect(await limits()).toMatchObject({ availableConcurrentLimit: 2, availableMonthlyQuota: 2 });
    });
  });

  it("forget jobs after thirty days", async () => {
    let at = now;
    await withClari({ monthlyQuota: 1, clock: () => at }, async ({ ask, queue, finish }) => {
      await finish(await queue("net_arr"));
      expect((await ask("POST", "export/forecast/net_arr", {})).status).toBe(400);
      at += 30 * dayMs + 1;
      expect((await ask("POST", "export/forecast/net_arr", {})).status).toBe(200);
    });
  });

  it("can be taken by others, for so many looks", async () => {
    await withClari({ concurrentLimit: 1 }, async ({ sandbox, get }) => {
      sandbox.jobs.occupy({ slots: 1, untilLooks: 2 });
      const free: unknown[] = [];
      for (let count = 0; count < 2; count += 1)
        free.push((await get("admin/limits")).text.includes('ConcurrentLimit":0'));
      expect(free).toEqual([true, false]);
    });
  });
});
