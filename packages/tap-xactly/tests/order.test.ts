import type { XactlySandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { now, runTap, runWell } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

const select = ["xc_role.*"];

function idsOf(tenant: XactlySandbox): readonly unknown[] {
  return tenant.store
    .table("xc_role")
    .rows()
    .map((row) => row["ROLE_ID"])
    .toSorted();
}

function sorted(records: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return records.map((record) => record["ROLE_ID"]).toSorted();
}

describe("reading in order of date and key", () => {
  it("asks for what comes after the last row, by both", async () => {
    await withTenant({}, async (tenant) => {
      const config = { query_rows: 5, page_size: 5 };
      const run = await runWell({ url: tenant.url, config, select: ["xc_role.NAME"] });
      const at = (index: number) => {
        const record = run.records("xc_role")[index];
        return [String(record?.["MODIFIED_DATE"]).slice(0, -1), String(record?.["ROLE_ID"])] as const;
      };
      const list = "SELECT ROLE_ID, NAME, MODIFIED_DATE FROM xactly.xc_role";
      const order = "ORDER BY MODIFIED_DATE, ROLE_ID LIMIT 5";
      const behind = ([date, id]: readonly [string, string]) =>
        `${list} WHERE (MODIFIED_DATE > '${date}' OR (MODIFIED_DATE = '${date}' AND ROLE_ID > '${id}')) ${order}`;
      expect(tenant.statements).toEqual([
        `${list} WHERE MODIFIED_DATE IS NULL ORDER BY ROLE_ID LIMIT 5`,
        `${list} WHERE MODIFIED_DATE IS NOT NULL ${order}`,
        behind(at(4)),
        behind(at(9)),
      ]);
      expect(sorted(run.records("xc_role"))).toEqual(idsOf(tenant));
    });
  });

  // The known tap asks for `MODIFIED_DATE >= date AND key > last key`, in this order: later rows with smaller keys are lost.
  it.each(["keyset", "window"])(
    "loses no row whose date is later and whose key is smaller: %s",
    async (paging) => {
      await withTenant({ rows: 100, ties: 1 }, async (tenant) => {
        const run = await runWell({
          url: tenant.url,
          select,
          config: { query_rows: 10, page_size: 4, paging },
        });
        const ids = run.records("xc_role").map((record) => Number(record["ROLE_ID"]));
        const smaller = ids.filter((id, index) => ids.slice(0, index).some((before) => before > id));
        expect(smaller.length).toBeGreaterThan(50);
        expect(ids.toSorted()).toEqual(idsOf(tenant));
      });
    },
  );

  it.each([1, 3, 4, 7, 12, 13])(
    "reads every row once in statements of %i rows, many of one date",
    async (queryRows) => {
      await withTenant({ ties: 5 }, async (tenant) => {
        const run = await runWell({
          url: tenant.url,
          select,
          config: { query_rows: queryRows, page_size: 2 },
        });
        expect(sorted(run.records("xc_role"))).toEqual(idsOf(tenant));
      });
    },
  );

  it("reads rows without a date, and goes on behind them", async () => {
    await withTenant({}, async (tenant) => {
      const table = tenant.store.table("xc_role");
      for (const row of [0, 1, 2, 3, 4]) table.update(row, { MODIFIED_DATE: null });
      const run = await runWell({ url: tenant.url, select, config: { query_rows: 2, page_size: 2 } });
      expect(sorted(run.records("xc_role"))).toEqual(idsOf(tenant));
      expect(run.records("xc_role").filter((record) => record["MODIFIED_DATE"] === null).length).toBe(5);
      tenant.statements.length = 0;
      await runWell({ url: tenant.url, select, state: run.states.at(-1) });
      expect(tenant.statements.filter((sql) => sql.includes("NULL"))).toEqual([]);
    });
  });

  it("keeps every version of a history", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const config = { query_rows: 4 };
      const run = await runWell({ url: tenant.url, config, select: ["xc_quota_hist.NAME"] });
      const keys = run
        .records("xc_quota_hist")
        .map((each) => `${each["QUOTA_ID"]} ${each["OBJECT_ID"]} ${each["VERSION"]}`);
      expect(new Set(keys).size).toBe(10);
      expect(new Set(run.records("xc_quota_hist").map((each) => each["QUOTA_ID"])).size).toBe(4);
      expect(tenant.statements.at(-1)).toMatch(
        /WHERE \(MODIFIED_DATE > '(.*?)' OR \(MODIFIED_DATE = '\1' AND QUOTA_ID > '(\d+)'\) OR \(MODIFIED_DATE = '\1' AND QUOTA_ID = '\2' AND OBJECT_ID > '(\d+)'\) OR \(MODIFIED_DATE = '\1' AND QUOTA_ID = '\2' AND OBJECT_ID = '\3' AND VERSION > '\d'\)\) ORDER BY MODIFIED_DATE, QUOTA_ID, OBJECT_ID, VERSION LIMIT 4$/,
      );
    });
  });

  it("goes on behind keys that are text, quotes in them doubled", async () => {
    await withTenant({ rows: 7 }, async (tenant) => {
      const table = tenant.store.table("xc_attainment_measure");
      for (const [index] of table.rows().entries())
        table.update(index, { ATTAINMENT_MEASURE_ID: `it's ${index}''` });
      const stream = "xc_attainment_measure";
      const run = await runWell({ url: tenant.url, select: [`${stream}.*`], config: { query_rows: 2 } });
      expect(run.records(stream).map((each) => each["ATTAINMENT_MEASURE_ID"])).toEqual(
        [0, 1, 2, 3, 4, 5, 6].map((index) => `it's ${index}''`),
      );
      expect(tenant.statements.at(-1)).toContain("ATTAINMENT_MEASURE_ID > 'it''s 5''''')");
    });
  });

  it("reads a table without keys by one statement, ordered by all that is asked for", async () => {
    await withTenant({ rows: 25 }, async (tenant) => {
      const config = { page_size: 10, query_rows: 5 };
      const run = await runWell({
        url: tenant.url,
        config,
        select: ["xc_quota_summary.NAME", "xc_quota_summary.QUOTA_ID"],
      });
      expect(tenant.statements).toEqual([
        "SELECT QUOTA_ID, NAME FROM xactly.xc_quota_summary ORDER BY QUOTA_ID, NAME",
      ]);
      expect(run.records("xc_quota_summary").length).toBe(25);
    });
  });

  it("does not ask in circles where moments lose their last digits on the way", async () => {
    await withTenant({ rows: 30, ties: 10, moments: "cut" }, async (tenant) => {
      const run = await runTap({ url: tenant.url, select, config: { query_rows: 5 } });
      expect(String(run.error)).toBe(
        "ConnectorError: xc_role: a statement found the rows again that the one before found: moments are not compared to their last digit. Set paging to window, or query_rows to more.",
      );
      // The moments of the first ten rows have no parts of a second.
      expect(tenant.statements.length).toBe(5);
      const other = await runWell({ url: tenant.url, select, config: { paging: "window", page_size: 7 } });
      expect(sorted(other.records("xc_role"))).toEqual(idsOf(tenant));
    });
  });
});

describe("reading by window", () => {
  it("ends before the beginning of the run", async () => {
    await withTenant({}, async (tenant) => {
      const table = tenant.store.table("xc_role");
      const late = table.add({ MODIFIED_DATE: now });
      const config = { paging: "window" };
      const run = await runWell({ url: tenant.url, select, config });
      expect(tenant.statements.at(-1)).toMatch(
        /WHERE MODIFIED_DATE IS NOT NULL AND MODIFIED_DATE < '2026-01-15T12:00:00' ORDER BY MODIFIED_DATE, ROLE_ID$/,
      );
      expect(run.records("xc_role").length).toBe(12);
      const next = await runWell({
        url: tenant.url,
        select,
        config,
        state: run.states.at(-1),
        at: now + 1000,
      });
      expect(next.records("xc_role").map((record) => record["ROLE_ID"])).toContain(
        table.rows()[late]?.["ROLE_ID"],
      );
    });
  });
});
