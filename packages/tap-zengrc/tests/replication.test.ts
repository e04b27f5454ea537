import { describe, expect, it } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { credential, now, runTap, runWell } from "./support/run-tap.ts";

const select = ["risks.*"];
const incremental = { replication: "incremental" };
const hour = 3_600_000;
const moment = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(".000Z", "Z");
const bookmarkIn = (state: unknown) => Object(Object(Object(state).bookmarks).risks).updated_at;

describe("replication: full", () => {
  it("emits every record in every run, and keeps no bookmark", async () => {
    await withAccount({}, async ({ url }) => {
      const first = await runWell({ url, select });
      expect(first.ids("risks").length).toBe(12);
      expect(first.states).toEqual([{ currently_syncing: "risks" }, {}]);
      const second = await runWell({
        url,
        select,
        state: { bookmarks: { risks: { updated_at: moment(now) } } },
      });
      expect(second.ids("risks")).toEqual(first.ids("risks"));
      const third = await runWell({ url, select, config: { start_date: "2030-01-01" } });
      expect(third.ids("risks")).toEqual(first.ids("risks"));
    });
  });
});

describe("replication: incremental", () => {
  it("reads every page, and emits what is not older than the bookmark", async () => {
    let at = now;
    await withAccount({ clock: () => at }, async ({ url, store, requests }) => {
      const first = await runWell({ url, select, config: incremental });
      expect(first.ids("risks").length).toBe(12);
      const values = first.records("risks").map(({ updated_at }) => String(updated_at));
      const state = first.states.at(-1);
      expect(state).toEqual({ bookmarks: { risks: { updated_at: values.toSorted().at(-1) } } });

      const again = await runWell({ url, select, config: incremental, state });
      const newest = first.records("risks").filter(({ updated_at }) => updated_at === bookmarkIn(state));
      expect(again.records("risks")).toEqual(newest);
      expect(again.states.at(-1)).toEqual(state);

      at = now + hour;
      store.table("risks").update(13, { title: "changed" });
      const added = store.table("risks").add();
      requests.length = 0;
      const third = await runWell({ url, select, config: incremental, state, at: now + 2 * hour });
      expect(third.ids("risks")).toEqual([...newest.map(({ id }) => id), 13, added.id].toSorted());
      expect(third.states.at(-1)).toEqual({ bookmarks: { risks: { updated_at: moment(at) } } });
      expect(requests.length).toBe(3);
    });
  });

  it("moves the bookmark at the end of the stream only", async () => {
    await withAccount({ pageRows: 2 }, async ({ url }) => {
      const { states, logs } = await runWell({ url, select, config: incremental });
      // Nothing is promised of the order, so none is missed.
      expect(logs.filter(({ level }) => level === "warn")).toEqual([]);
      expect(states.map(bookmarkIn)).toEqual([
        undefined,
        ...states.slice(1).map(() => bookmarkIn(states.at(-1))),
      ]);
      expect(bookmarkIn(states.at(-1))).toBeDefined();
    });
  });

  it("leaves the bookmark where it was when the walk fails", async () => {
    await withAccount({ pageRows: 2 }, async (account) => {
      const state = { bookmarks: { risks: { updated_at: "2024-01-01T00:00:00Z" } } };
      account.faults.add({ path: "/api/v2/risks", nth: 5, fault: { kind: "status", status: 400 } });
      const run = await runTap({ url: account.url, select, config: incremental, state });
      expect(String(run.error)).toContain("answered 400");
      expect(run.ids("risks").length).toBe(8);
      expect(new Set(run.states.map(bookmarkIn))).toEqual(new Set(["2024-01-01T00:00:00Z"]));
    });
  });

  it("begins at start_date, inclusive, where there is no state", async () => {
    await withAccount({}, async ({ url, store }) => {
      store.table("risks").update(11, { updated_at: "2026-01-10T00:00:00Z" });
      store.table("risks").update(13, { updated_at: "2026-01-10T01:00:00+01:00" });
      store.table("risks").update(15, { updated_at: "2026-01-09T23:59:59Z" });
      const all = [...store.table("risks").rows()];
      const wanted = all.filter(({ updated_at }) => Date.parse(String(updated_at)) >= Date.UTC(2026, 0, 10));
      const config = { ...incremental, start_date: "2026-01-10" };
      const run = await runWell({ url, select, config });
      expect(run.ids("risks")).toEqual(wanted.map(({ id }) => id));
      expect(run.ids("risks")).toEqual(expect.arrayContaining([11, 13]));
      expect(run.ids("risks")).not.toContain(15);
    });
  });

  it("never moves beyond the beginning of the run, so that what changes meanwhile comes again", async () => {
    await withAccount({}, async ({ url, store }) => {
      store.table("risks").update(11, { updated_at: moment(now + hour) });
      const first = await runWell({ url, select, config: incremental });
      expect(bookmarkIn(first.states.at(-1))).toBe(new Date(now).toISOString());
      const second = await runWell({ url, select, config: incremental, state: first.states.at(-1) });
      expect(second.ids("risks")).toEqual([11]);
    });
  });

  it("emits a record without updated_at in every run", async () => {
    await withAccount({}, async ({ url, store }) => {
      store.table("risks").update(11, { updated_at: null });
      store.table("risks").update(13, { updated_at: "" });
      const state = { bookmarks: { risks: { updated_at: moment(now) } } };
      const run = await runWell({ url, select, config: incremental, state });
      expect(run.ids("risks")).toEqual([11, 13]);
    });
  });

  it.each(["offset", "zoneless"] as const)("understands moments of %s", async (moments) => {
    await withAccount({ moments }, async ({ url }) => {
      const first = await runWell({ url, select, config: incremental });
      const state = first.states.at(-1);
      const newest = Math.max(
        ...first.records("risks").map((each) => Date.parse(String(each["updated_at"]))),
      );
      expect(Date.parse(bookmarkIn(state))).toBe(newest);
      const again = await runWell({ url, select, config: incremental, state });
      expect(again.ids("risks").length).toBe(1);
    });
  });

  it("is said in the SCHEMA and in the catalog", async () => {
    await withAccount({}, async ({ url }) => {
      const run = await runWell({ url, select, config: incremental });
      expect(run.messages[0]).toMatchObject({ stream: "risks", bookmark_properties: ["updated_at"] });
      const config = { base_url: url, ...credential, ...incremental };
      const { streams } = await tapZengrc.discover({ config });
      for (const { replication_method: method, replication_key: key } of streams) {
        expect([method, key]).toEqual(["INCREMENTAL", "updated_at"]);
      }
    });
  });

  it("may be switched off for a stream by its catalog", async () => {
    await withAccount({}, async ({ url }) => {
      const state = { bookmarks: { risks: { updated_at: moment(now) } } };
      const { streams } = await tapZengrc.discover({
        config: { base_url: url, ...credential, ...incremental },
      });
      const risks = streams.filter(({ stream }) => stream === "risks");
      const whole = risks.map((entry) => ({
        ...entry,
        metadata: entry.metadata.map((each) =>
          each.breadcrumb.length === 0
            ? { ...each, metadata: { ...each.metadata, "replication-method": "FULL_TABLE" } }
            : each,
        ),
      }));
      const counts = [risks, whole].map(async (catalog) => {
        const run = await runWell({ url, catalog: { streams: catalog }, config: incremental, state });
        return run.ids("risks").length;
      });
      expect(await Promise.all(counts)).toEqual([0, 12]);
    });
  });

  it("is as the settings say with a catalog that was made without them", async () => {
    await withAccount({}, async ({ url }) => {
      const state = { bookmarks: { risks: { updated_at: moment(now) } } };
      const { streams } = await tapZengrc.discover();
      const catalog = { streams: streams.filter(({ stream }) => stream === "risks") };
      const run = await runWell({ url, catalog, config: incremental, state });
      expect(run.ids("risks")).toEqual([]);
    });
  });
});
