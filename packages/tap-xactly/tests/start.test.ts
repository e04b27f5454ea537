import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapXactly } from "../src/index.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

const select = ["xc_role.*"];
const newest = "2026-01-15T11:00:00Z";

function stateOf(bookmark: Readonly<Record<string, unknown>>): State {
  return { bookmarks: { xc_role: bookmark } };
}

/** The conditions of the statements of a run. */
async function conditions(
  state: State | undefined,
  config: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  await withTenant({}, async ({ url, statements }) => {
    await runWell({ url, select, state, config });
    found = statements.map((sql) => /WHERE (.*) ORDER BY/.exec(sql)?.[1] ?? "");
  });
  return found;
}

describe("a run begins", () => {
  it.each([
    ["five minutes before its bookmark", { MODIFIED_DATE: newest }, {}, "2026-01-15T10:55:00"],
    [
      "so long before it as it is told to",
      { MODIFIED_DATE: newest },
      { lookback_seconds: 86_400 },
      "2026-01-14T11:00:00",
    ],
    ["at the bookmark itself", { MODIFIED_DATE: newest }, { lookback_seconds: 0 }, "2026-01-15T11:00:00"],
    [
      "at the whole second",
      { MODIFIED_DATE: "2026-01-15T10:59:59.844Z" },
      { lookback_seconds: 0 },
      "2026-01-15T10:59:59",
    ],
    [
      "in UTC",
      { MODIFIED_DATE: "2026-01-15T13:00:00+02:00" },
      { lookback_seconds: 0 },
      "2026-01-15T11:00:00",
    ],
    ["at another tap's bookmark", { MODIFIED_DATE: "2026-01-15 11:00:00" }, {}, "2026-01-15T10:55:00"],
    ["at start_date", undefined, { start_date: "2026-01-15T10:00:00Z" }, "2026-01-15T10:00:00"],
    [
      "not before start_date",
      { MODIFIED_DATE: newest },
      { start_date: "2026-01-15T10:58:00Z" },
      "2026-01-15T10:58:00",
    ],
    [
      "at a later start_date",
      { MODIFIED_DATE: newest },
      { start_date: "2026-01-15T11:30:00Z" },
      "2026-01-15T11:30:00",
    ],
  ])("%s", async (_, bookmark, config, moment) => {
    const state = bookmark === undefined ? undefined : stateOf(bookmark);
    expect(await conditions(state, config)).toEqual([`MODIFIED_DATE >= '${moment}'`]);
  });

  it("behind the row that an interrupted run came to, without looking back", async () => {
    const after = { MODIFIED_DATE: "2026-01-15T10:59:23", ROLE_ID: "7" };
    const state = stateOf({ MODIFIED_DATE: "2026-01-15T10:59:23Z", after });
    expect(await conditions(state)).toEqual([
      "(MODIFIED_DATE > '2026-01-15T10:59:23' OR (MODIFIED_DATE = '2026-01-15T10:59:23' AND ROLE_ID > '7'))",
    ]);
  });

  it.each([
    ["of another key", { MODIFIED_DATE: "2026-01-15T10:59:23", ID: "7" }],
    ["that is incomplete", { ROLE_ID: "7" }],
    ["with other values", { MODIFIED_DATE: "2026-01-15T10:59:23", ROLE_ID: 7 }],
    ["that is none", "7"],
  ])("at the bookmark where the state has a place %s", async (_, after) => {
    const state = stateOf({ MODIFIED_DATE: newest, after });
    expect(await conditions(state)).toEqual(["MODIFIED_DATE >= '2026-01-15T10:55:00'"]);
  });

  it("not at all with a bookmark that is no moment", async () => {
    await withTenant({}, async ({ url, statements }) => {
      const run = await runTap({ url, select, state: stateOf({ MODIFIED_DATE: "soon" }) });
      expect(String(run.error)).toMatch(/^ConfigError: xc_role: the state's bookmark is no moment\./);
      expect(statements).toEqual([]);
    });
  });
});

it("reads everything where a catalog wants a table whole, whatever its state is", async () => {
  const { streams } = await tapXactly.discover();
  const [entry] = streams.filter(({ stream }) => stream === "xc_role");
  if (entry === undefined) throw new Error("no xc_role");
  const metadata = entry.metadata.map((each) =>
    each.breadcrumb.length === 0
      ? { ...each, metadata: { ...each.metadata, selected: true, "replication-method": "FULL_TABLE" } }
      : each,
  );
  await withTenant({}, async ({ url, statements }) => {
    const catalog = { streams: [{ ...entry, metadata }] };
    const run = await runWell({ url, catalog, state: stateOf({ MODIFIED_DATE: newest }) });
    expect(run.records("xc_role").length).toBe(12);
    expect(statements.length).toBe(2);
  });
});

describe("a state", () => {
  it("names the last row of each page while a table is read, and the newest date afterwards", async () => {
    await withTenant({ ties: 12 }, async ({ url }) => {
      const run = await runWell({ url, select, config: { page_size: 5 } });
      const ids = run.records("xc_role").map((record) => String(record["ROLE_ID"]));
      const at = (index: number) => ({
        MODIFIED_DATE: newest,
        after: { MODIFIED_DATE: "2026-01-15T11:00:00", ROLE_ID: ids[index] },
      });
      expect(run.states.map(({ bookmarks }) => bookmarks)).toEqual([
        { xc_role: at(4) },
        { xc_role: at(9) },
        { xc_role: { MODIFIED_DATE: newest } },
        { xc_role: { MODIFIED_DATE: newest } },
      ]);
      expect(run.states.at(-1)).toEqual(stateOf({ MODIFIED_DATE: newest }));
    });
  });

  it("names no row that rows may still appear before", async () => {
    await withTenant({ ties: 12 }, async ({ url, store }) => {
      const table = store.table("xc_role");
      for (const [index] of table.rows().entries()) table.update(index, { MODIFIED_DATE: now - 299_000 });
      const run = await runWell({ url, select, config: { page_size: 5 } });
      const bookmark = { MODIFIED_DATE: "2026-01-15T11:55:01Z" };
      expect(run.states.map(({ bookmarks }) => bookmarks)).toEqual([
        { xc_role: bookmark },
        { xc_role: bookmark },
      ]);
      for (const [index] of table.rows().entries()) table.update(index, { MODIFIED_DATE: now - 301_000 });
      const settled = await runWell({ url, select, config: { page_size: 5 } });
      expect(settled.states[0]?.bookmarks?.["xc_role"]).toHaveProperty("after");
    });
  });

  it("finds rows that were committed late", async () => {
    await withTenant({}, async ({ url, store }) => {
      const first = await runWell({ url, select });
      const added = store
        .table("xc_role")
        .add({ MODIFIED_DATE: Date.UTC(2026, 0, 15, 10, 55, 1), NAME: "late" });
      const second = await runWell({ url, select, state: first.states.at(-1) });
      expect(second.records("xc_role").map((record) => record["NAME"])).toContain("late");
      expect(second.states.at(-1)).toEqual(first.states.at(-1));
      expect(added).toBe(12);
    });
  });

  it("of a table without rows is empty, and a later run begins from the beginning", async () => {
    await withTenant({ rows: 0 }, async ({ url, statements }) => {
      const run = await runWell({ url, select });
      expect(run.records("xc_role")).toEqual([]);
      expect(run.states.at(-1)?.bookmarks?.["xc_role"]).toBeUndefined();
      statements.length = 0;
      await runWell({ url, select, state: run.states.at(-1) });
      expect(statements.length).toBe(2);
    });
  });
});
