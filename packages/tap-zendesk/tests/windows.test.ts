import type { Script, ScriptedAnswer } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { queriesOf, withAccount } from "./support/account.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const day = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");

describe("ticket_metric_events", () => {
  const streams = ["ticket_metric_events"];

  it("that lie in the future come, and do not move the bookmark", async () => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, streams });
      const times = run.records("ticket_metric_events").map(({ time }) => String(time));
      expect(times.filter((time) => time > iso(now)).length).toBeGreaterThan(0);
      const settled = times.filter((time) => time <= iso(now - 60_000)).toSorted();
      expect(run.states.at(-1)?.bookmarks).toEqual({ ticket_metric_events: { time: settled.at(-1) } });
    });
  });

  it("that were marked as deleted since are read again, as far as is looked back", async () => {
    let time = now;
    await withAccount({ clock: () => time }, async (account) => {
      const first = await runWell({ url: account.url, streams });
      const bookmark = Date.parse(
        String(Reflect.get(Object(first.states.at(-1)?.bookmarks), "ticket_metric_events").time),
      );
      const rows = first.records("ticket_metric_events");
      const recent = rows.filter(({ time: at }) => Date.parse(String(at)) >= bookmark - day);
      const target = Number(recent[0]?.["id"]);
      account.store.lists.ticket_metric_events.update(target, { deleted: true });
      time += 120_000;
      const again = (lookback_seconds: number) =>
        runWell({
          url: account.url,
          streams,
          state: first.states.at(-1),
          at: time,
          config: { lookback_seconds },
        });
      const second = await again(86_400);
      expect(second.records("ticket_metric_events")).toContainEqual(
        expect.objectContaining({ id: target, deleted: true }),
      );
      expect(second.ids("ticket_metric_events").length).toBeLessThan(rows.length);
      const starts = queriesOf(account, "incremental/ticket_metric_events").map(({ start_time }) =>
        Number(start_time),
      );
      expect(starts.at(-1)).toBe(bookmark / 1000 - 86_400);
      await again(0);
      const last = queriesOf(account, "incremental/ticket_metric_events").at(-1);
      // A minute always, because exports leave that out.
      expect(Number(last?.["start_time"])).toBe(bookmark / 1000 - 60);
    });
  });

  it("are all there over many pages", async () => {
    await withAccount({ data: { kind: "generated", seed: 3, tickets: 900 } }, async (account) => {
      const run = await runWell({ url: account.url, streams });
      const all = account.shown("ticket_metric_events");
      expect(all.length).toBeGreaterThan(2000);
      expect(new Set(run.ids("ticket_metric_events"))).toEqual(new Set(all.map(({ id }) => id)));
    });
  });
});

describe("satisfaction_ratings", () => {
  const streams = ["satisfaction_ratings"];
  const data = { kind: "generated", seed: 4, lists: { satisfaction_ratings: 700 } } as const;

  it("are read a month at a time, oldest first, and all of them", async () => {
    await withAccount({ data }, async (account) => {
      const run = await runWell({
        url: account.url,
        streams,
        config: { start_date: "2025-06-01T00:00:00Z" },
      });
      const expected = account
        .shown("satisfaction_ratings")
        .filter(({ created_at }) => String(created_at) >= "2025-05-31T00:00:00Z");
      expect(run.ids("satisfaction_ratings").toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
      const windows = queriesOf(account, "satisfaction_ratings")
        .filter((query) => query["page[after]"] === undefined && query["start_time"] !== undefined)
        .map(({ start_time, end_time }) => [Number(start_time), Number(end_time)]);
      expect(windows.length).toBe(8);
      for (const [index, [start = 0, end = 0]] of windows.slice(0, -1).entries()) {
        expect(end - start).toBe(30 * 86_400);
        expect(windows[index + 1]?.[0]).toBe(end);
      }
      expect(windows.at(-1)?.[1]).toBeNaN();
    });
  });

  it("go on at the window that a run was stopped in", async () => {
    await withAccount({ data }, async (account) => {
      const config = { start_date: "2025-06-01T00:00:00Z" };
      const whole = await runWell({ url: account.url, streams, config });
      let left = 4;
      const stopped = await runWell({
        url: account.url,
        streams,
        config,
        until: ({ type }) => type === "STATE" && --left === 0,
      });
      expect(stopped.states.at(-1)?.bookmarks?.["satisfaction_ratings"]).toEqual({
        created_until: expect.stringMatching(/^2025-\d\d-/),
      });
      const before = queriesOf(account, "satisfaction_ratings").length;
      const rest = await runWell({ url: account.url, streams, config, state: stopped.states.at(-1) });
      expect(queriesOf(account, "satisfaction_ratings").length - before).toBeLessThan(12);
      const found = new Set([...stopped.ids(streams[0] ?? ""), ...rest.ids(streams[0] ?? "")]);
      expect(found).toEqual(new Set(whole.ids("satisfaction_ratings")));
      // The end of the stream leaves the bookmark that other taps have, and nothing else.
      expect(Object.keys(rest.states.at(-1)?.bookmarks?.["satisfaction_ratings"] ?? {})).toEqual([
        "updated_at",
      ]);
    });
  });

  it("that were changed since are read again, as far as is looked back", async () => {
    let time = now;
    await withAccount({ data, clock: () => time }, async (account) => {
      const first = await runWell({ url: account.url, streams });
      const rows = first.records("satisfaction_ratings");
      const newest = Math.max(...rows.map(({ updated_at: at }) => Date.parse(String(at))));
      const older = rows.filter(({ created_at: at }) => {
        const age = newest - Date.parse(String(at));
        return age > 0 && age < 10 * day;
      });
      const id = Number(older[0]?.["id"]);
      time += 3600_000;
      account.store.lists.satisfaction_ratings.update(id, { comment: "better now" });
      const config = { lookback_seconds: 10 * 86_400 };
      const state = first.states.at(-1);
      const second = await runWell({ url: account.url, streams, state, at: time, config });
      expect(second.records("satisfaction_ratings")).toContainEqual(
        expect.objectContaining({ id, comment: "better now" }),
      );
      expect(second.ids("satisfaction_ratings").length).toBeLessThan(100);
    });
  });
});

describe("Talk's exports", () => {
  const call = (id: number, at: number) => ({ id, updated_at: iso(at * 1000) });
  const streams = ["talk_calls"];
  const probe = { body: { account_overview: {} } };
  const scriptOf =
    (...answers: readonly ScriptedAnswer[]): Script =>
    ({ path, index }) =>
      path.endsWith("account_overview") ? probe : (answers[index - 1] ?? { status: 418, body: "too many" });

  it("stop where time stands still, and repeat no row of the second between two pages", async () => {
    await withScript(
      scriptOf(
        { body: { calls: [call(1, 10), call(2, 20)], count: 2, end_time: 20, next_page: "x" } },
        { body: { calls: [call(2, 20), call(3, 20)], count: 2, end_time: 20, next_page: "x" } },
      ),
      async (server) => {
        const run = await runWell({ url: server.url, streams });
        expect(run.ids("talk_calls")).toEqual([1, 2, 3]);
        expect(server.requests.length).toBe(3);
      },
    );
  });

  it("stop at an empty page", async () => {
    await withScript(
      scriptOf({ body: { calls: [], count: 0, end_time: 5, next_page: "x" } }),
      async (server) => {
        expect((await runWell({ url: server.url, streams })).ids("talk_calls")).toEqual([]);
      },
    );
  });

  it("fail where a full page stands still, rather than lose rows or never end", async () => {
    const calls = Array.from({ length: 1000 }, (_, index) => call(index, 20));
    const stuck = { body: { calls, count: 1000, end_time: 20, next_page: "x" } };
    await withScript(scriptOf(stuck, stuck, stuck), async (server) => {
      const run = await runTap({ url: server.url, streams });
      expect(String(run.error)).toContain("more than 1000 rows changed in the second 20");
    });
  });

  it("give every call and leg once a run, and go on from the bookmark", async () => {
    let time = now;
    await withAccount(
      { data: { kind: "generated", seed: 1, lists: { talk_calls: 2500 } }, clock: () => time },
      async (account) => {
        const both = ["talk_calls", "talk_call_legs"];
        const first = await runWell({ url: account.url, streams: both });
        for (const stream of both) {
          expect(first.ids(stream).length).toBe(account.shown(stream).length);
          expect(new Set(first.ids(stream)).size).toBe(account.shown(stream).length);
        }
        time += day;
        const added = account.store.lists.talk_calls.add({});
        time += 120_000;
        const second = await runWell({ url: account.url, streams, state: first.states.at(-1), at: time });
        expect(second.ids("talk_calls")).toContain(added.id);
        expect(second.ids("talk_calls").length).toBeLessThan(10);
      },
    );
  });
});

describe("articles", () => {
  it("are all there, with what belongs to them, where their export has no flag", async () => {
    const data = { kind: "generated", seed: 2, lists: { articles: 1200 } } as const;
    await withAccount({ data }, async (account) => {
      const run = await runWell({ url: account.url, streams: ["articles"] });
      expect(run.ids("articles").length).toBe(1200);
      expect(new Set(run.ids("articles")).size).toBe(1200);
    });
  });
});

describe("audit_logs", () => {
  it("are read in order between the bookmark and now, in every page", async () => {
    const data = { kind: "generated", seed: 2, lists: { audit_logs: 350 } } as const;
    await withAccount({ data }, async (account) => {
      const first = await runWell({ url: account.url, streams: ["audit_logs"] });
      expect(new Set(first.ids("audit_logs")).size).toBe(350);
      const moments = first.records("audit_logs").map(({ created_at: at }) => String(at));
      expect(moments.toSorted()).toEqual(moments);
      expect(first.states.length).toBeGreaterThanOrEqual(4);
      const state = { bookmarks: { audit_logs: { created_at: String(moments[200]) } } };
      const second = await runWell({ url: account.url, streams: ["audit_logs"], state });
      expect(second.ids("audit_logs")).toEqual(
        first
          .records("audit_logs")
          .flatMap(({ id, created_at: at }) => (String(at) >= String(moments[200]) ? [id] : [])),
      );
    });
  });
});

describe("lists with a bookmark", () => {
  it.each([
    { stream: "deleted_tickets", key: "deleted_at" },
    { stream: "deleted_users", key: "updated_at" },
    { stream: "ticket_skips", key: "updated_at" },
    { stream: "ticket_activities", key: "updated_at" },
    { stream: "posts", key: "updated_at" },
    { stream: "brands", key: "updated_at" },
  ])("give what changed since: $stream", async ({ stream, key }) => {
    await withAccount({ data: { kind: "generated", seed: 8, tickets: 400, users: 300 } }, async (account) => {
      const config = { lookback_seconds: 0 };
      const first = await runWell({ url: account.url, streams: [stream], config });
      const all = first.records(stream);
      expect(all.length).toBe(account.shown(stream).length);
      expect(all.length).toBeGreaterThan(1);
      const moments = all.map((record) => String(record[key])).toSorted();
      const middle = moments[Math.floor(moments.length / 2)] ?? "";
      const state = { bookmarks: { [stream]: { [key]: middle } } };
      const second = await runWell({ url: account.url, streams: [stream], state, config });
      const newer = all.filter((record) => String(record[key]) >= middle).map(({ id }) => id);
      expect(second.ids(stream).toSorted()).toEqual(newer.toSorted());
    });
  });
});
