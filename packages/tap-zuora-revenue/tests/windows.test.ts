import { describe, expect, it } from "vitest";
import { nextWindow } from "../src/windows.ts";
import { now, runTap, runWell, withTenant } from "./support/run-tap.ts";

const view = "BI3_RC_POB";
const select = ["bi3_rc_pob.*"];
const day = 86_400_000;
const pagePath = `/api/integration/v2/biviews/${view}`;

describe("mode: incremental", () => {
  const config = { mode: "incremental" };
  it("reads what is new since the day of the last run, and looks back", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const first = await runWell({ tenant, select, config });
      expect(first.records("bi3_rc_pob").length).toBe(10);
      expect(first.states.at(-1)).toEqual({
        bookmarks: { bi3_rc_pob: { complete_since: "2026-01-15T00:00:00" } },
      });
      tenant.store.add(view, now - 3 * day);
      tenant.store.add(view, now + day);
      tenant.requests.length = 0;
      const state = first.states.at(-1);
      const second = await runWell({ tenant, select, config, state, at: now + day });
      expect(second.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id)).toEqual([
        "7000000010",
        "7000000011",
      ]);
      const [page] = tenant.requests.filter(({ path }) => path === pagePath);
      expect(page?.query).toMatchObject({ fromDate: "2026-01-08T00:00:00", toDate: "2026-01-17T12:00:00" });
    });
  });

  it("reads all when it was full before, and all when it is full again", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const full = await runWell({ tenant, select });
      expect(full.states.at(-1)).toEqual({ bookmarks: {} });
      const incremental = await runWell({ tenant, select, config, state: full.states.at(-1) });
      expect(incremental.records("bi3_rc_pob").length).toBe(10);
      const again = await runWell({ tenant, select, state: incremental.states.at(-1) });
      expect(again.records("bi3_rc_pob").length).toBe(10);
    });
  });

  it("keeps the bookmark when a run fails", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const { states } = await runWell({ tenant, select, config });
      tenant.store.add(view, now);
      tenant.faults.add({ path: pagePath, fault: { kind: "status", status: 400, body: "bad" } });
      const failed = await runTap({ tenant, select, config, state: states.at(-1), at: now + 30 * day });
      expect(failed.error).toBeDefined();
      const kept = failed.states.at(-1) ?? states.at(-1);
      tenant.faults.clear();
      const next = await runWell({ tenant, select, config, state: kept, at: now + 31 * day });
      expect(next.records("bi3_rc_pob").length).toBe(1);
    });
  });

  it("begins at start_date", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const start_date = "2024-01-01T00:05:00Z";
      const run = await runWell({ tenant, select, config: { ...config, start_date } });
      expect(run.records("bi3_rc_pob").length).toBe(5);
    });
  });

  it("says nothing of a zone, and cuts nothing of today off", async () => {
    await withTenant({ rows: 1 }, async (tenant) => {
      await runWell({ tenant, select });
      const [page] = tenant.requests.filter(({ path }) => path === pagePath);
      expect(page?.query).toMatchObject({ fromDate: "2016-07-26T00:00:00", toDate: "2026-01-16T12:00:00" });
    });
  });
});

describe("windows", () => {
  it.each(["inclusive", "exclusive"] as const)("lose no row at their bounds: %s", async (bounds) => {
    const stepMs = day / 2;
    await withTenant({ rows: 40, bounds, stepMs, startsAt: Date.UTC(2025, 11, 20, 12) }, async (tenant) => {
      const config = { window_days: 1, start_date: "2025-12-20T00:00:00Z" };
      const run = await runWell({ tenant, select, config });
      const ids = new Set(run.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id));
      expect(ids.size).toBe(40);
      const starts = new Set(tenant.requests.flatMap(({ query }) => query["fromDate"] ?? []));
      expect(starts.size).toBe(28);
    });
  });

  it("are cut in two until none has too many rows", async () => {
    await withTenant({ rows: 40, stepMs: day, startsAt: Date.UTC(2025, 10, 1) }, async (tenant) => {
      const run = await runWell({ tenant, select, config: { max_rows_per_query: 10 } });
      const ids = new Set(run.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id));
      expect(ids.size).toBe(40);
      const pages = tenant.requests.filter(
        ({ path, query }) => path === pagePath && query["pagenum"] !== "1",
      );
      expect(pages.every(({ query }) => Number(query["pagenum"]) <= 4)).toBe(true);
    });
  });

  it.each([
    ["as long as the range when nothing is known", undefined, undefined, "2024-01-09T00:00:00"],
    ["as many days as the settings say", 2, undefined, "2024-01-03T00:00:00"],
    ["halved until it has few rows", undefined, 1000, "2024-01-02T00:00:00"],
  ])("are %s", async (_, window_days, rowsPerDay, until) => {
    const count = async (end: string) =>
      rowsPerDay === undefined
        ? undefined
        : ((Date.parse(`${end}Z`) - Date.UTC(2024, 0, 1)) / day) * rowsPerDay;
    const range = { from: "2024-01-01T00:00:00", to: "2024-01-09T00:00:00", count };
    const window = await nextWindow(range, { window_days, max_rows_per_query: 1500 });
    expect(window.until).toBe(until);
  });

  it("end though all rows changed in one moment", async () => {
    const range = { from: "2024-01-01T00:00:00", to: "2024-01-09T00:00:00", count: async () => 9_000_000 };
    const window = await nextWindow(range, { max_rows_per_query: 10 });
    expect(window).toEqual({ until: "2024-01-01T00:00:05", expected: 9_000_000 });
  });
});
