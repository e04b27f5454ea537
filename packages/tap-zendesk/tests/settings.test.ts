import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { rateLeft } from "../src/rate-headers.ts";
import { queriesOf, readsOf, withAccount } from "./support/account.ts";
import { runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const data = { kind: "generated", seed: 5, tickets: 300, users: 300, organizations: 200 } as const;

describe("include_deleted", () => {
  it("false leaves out deleted tickets with their children, users, organizations and groups", async () => {
    await withAccount({ data }, async (account) => {
      const streams = ["tickets", "users", "organizations", "groups", "ticket_metrics"];
      const all = await runWell({ url: account.url, streams });
      const some = await runWell({ url: account.url, streams, config: { include_deleted: false } });
      const living = {
        tickets: all.records("tickets").filter(({ status }) => status !== "deleted"),
        users: all.records("users").filter(({ active }) => active !== false),
        organizations: all.records("organizations").filter(({ deleted_at: at }) => (at ?? null) === null),
        groups: all.records("groups").filter(({ deleted }) => deleted !== true),
      };
      for (const [stream, records] of Object.entries(living)) {
        expect(records.length).toBeLessThan(all.ids(stream).length);
        expect(some.ids(stream)).toEqual(records.map(({ id }) => id));
      }
      expect(queriesOf(account, "groups").map(({ exclude_deleted: excluded }) => excluded)).toEqual([
        "false",
        "true",
      ]);
    });
  });
});

describe("end_date", () => {
  const end = "2025-10-01T00:00:00Z";
  const changed = {
    tickets: "generated_timestamp",
    users: "updated_at",
    organizations: "updated_at",
    ticket_metric_events: "time",
    satisfaction_ratings: "updated_at",
    audit_logs: "created_at",
    talk_calls: "updated_at",
    macros: "updated_at",
    posts: "updated_at",
  };

  it("leaves out what changed then or later, exactly, and bookmarks nothing later", async () => {
    await withAccount({ data }, async (account) => {
      const streams = Object.keys(changed);
      const all = await runWell({ url: account.url, streams });
      const some = await runWell({ url: account.url, streams, config: { end_date: end } });
      for (const [stream, key] of Object.entries(changed)) {
        const isBefore = (record: Readonly<Record<string, unknown>>): boolean => {
          const value = record[key];
          const moment = typeof value === "number" ? value * 1000 : Date.parse(String(value));
          return moment < Date.parse(end);
        };
        const before = all.records(stream).filter(isBefore);
        expect([stream, before.length]).not.toEqual([stream, all.ids(stream).length]);
        expect([stream, some.ids(stream).toSorted()]).toEqual([
          stream,
          before.map(({ id }) => id).toSorted(),
        ]);
        const bookmark = Object.values(some.states.at(-1)?.bookmarks?.[stream] ?? {});
        expect(bookmark.filter((value) => /^\d{4}-/.test(String(value)) && String(value) >= end)).toEqual([]);
      }
    });
  });

  it("and the next run without it lose nothing together", async () => {
    await withAccount({ data }, async (account) => {
      const streams = ["tickets", "users", "organizations", "audit_logs"];
      const all = await runWell({ url: account.url, streams });
      const first = await runWell({ url: account.url, streams, config: { end_date: end } });
      const second = await runWell({ url: account.url, streams, state: first.states.at(-1) });
      for (const stream of streams) {
        expect(new Set([...first.ids(stream), ...second.ids(stream)])).toEqual(new Set(all.ids(stream)));
      }
    });
  });
});

describe("rate_limit_budget_pct", () => {
  it.each([
    { percent: 100, left: 300 },
    { percent: 75, left: 125 },
    { percent: 50, left: 0 },
    { percent: 1, left: 0 },
  ])("$percent leaves the rest of the account's limit to others", ({ percent, left }) => {
    const headers = { "ratelimit-limit": "700", "ratelimit-remaining": "300", "ratelimit-reset": "9" };
    expect(rateLeft(headers, percent).map(({ remaining }) => remaining)).toEqual([left, left]);
  });

  it("is kept: a run waits for the window's end where its share is used up", async () => {
    const used: number[] = [];
    let windowEnds = 0;
    const script = () => {
      const at = performance.now();
      if (at >= windowEnds) {
        windowEnds = at + 1000;
        used.push(0);
      }
      used[used.length - 1] = (used.at(-1) ?? 0) + 1;
      const headers = {
        "ratelimit-limit": "20",
        "ratelimit-remaining": String(20 - (used.at(-1) ?? 0)),
        "ratelimit-reset": "1",
      };
      const count = used.reduce((sum, each) => sum + each, 0);
      const body = {
        tags: [{ name: `t${count}` }],
        meta: { has_more: count < 25, after_cursor: `c${count}` },
      };
      return { headers, body };
    };
    await withScript(script, async (server) => {
      await runWell({ url: server.url, streams: ["tags"], config: { rate_limit_budget_pct: 50 } });
      expect(used).toEqual([10, 10, 5]);
    });
  });
});

it.each([1, 6])("reads the children of %s tickets at a time", async (concurrency) => {
  let open = 0;
  let most = 0;
  // Nobody is answered before as many wait as may; with fewer at a time the run would never end.
  const waiting: (() => void)[] = [];
  const tickets = Array.from({ length: 30 }, (_, index) => ({ id: index + 1, status: "open" }));
  await withScript(
    async ({ path }) => {
      if (!path.includes("/audits")) return { body: { tickets, after_cursor: "e", end_of_stream: true } };
      open += 1;
      most = Math.max(most, open);
      if (waiting.length + 1 < concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
      else for (const answer of waiting.splice(0)) answer();
      open -= 1;
      return { body: { audits: [] } };
    },
    async (server) => {
      await runWell({ url: server.url, streams: ["ticket_audits"], config: { concurrency } });
      expect(most).toBe(concurrency);
    },
  );
});

describe("a side-load", () => {
  it.each([
    { streams: ["tickets"], path: "incremental/tickets/cursor", include: undefined },
    { streams: ["tickets", "ticket_metrics"], path: "incremental/tickets/cursor", include: "metric_sets" },
    { streams: ["ticket_metrics"], path: "incremental/tickets/cursor", include: "metric_sets" },
    { streams: ["users"], path: "incremental/users/cursor", include: undefined },
    { streams: ["users", "user_identities"], path: "incremental/users/cursor", include: "identities" },
    { streams: ["user_identities"], path: "incremental/users/cursor", include: "identities" },
  ])("is asked for when it is wanted: $streams", async ({ streams, path, include }) => {
    await withAccount({ data }, async (account) => {
      await runWell({ url: account.url, streams });
      expect(new Set(queriesOf(account, path).map((query) => query["include"]))).toEqual(new Set([include]));
      expect(readsOf(account).length).toBe(queriesOf(account, path).length);
    });
  });

  it("gives the metrics of archived tickets too, and none of deleted ones", async () => {
    await withAccount({ data }, async (account) => {
      const run = await runWell({
        url: account.url,
        streams: ["ticket_metrics", "user_identities", "tickets"],
      });
      expect(run.ids("ticket_metrics").toSorted()).toEqual(
        account
          .shown("ticket_metrics")
          .map(({ id }) => id)
          .toSorted(),
      );
      const archived = new Set(account.shown("archived_tickets").map(({ id }) => id));
      expect(archived.size).toBeGreaterThan(0);
      const measured = new Set(run.records("ticket_metrics").map(({ ticket_id: id }) => id));
      expect(archived.isSubsetOf(measured)).toBe(true);
      expect(run.ids("user_identities").toSorted()).toEqual(
        account
          .shown("user_identities")
          .map(({ id }) => id)
          .toSorted(),
      );
      // What came along for the children is not said to be unknown.
      const left = run.logs.filter(({ message }) => message.includes("were left out"));
      expect(JSON.stringify(left)).not.toMatch(/metric_set|identities/);
    });
  });
});

describe("a state of singer-io's tap", () => {
  const bookmark = "2025-10-01T00:00:00.000000Z";
  const state: State = {
    currently_syncing: "users",
    bookmarks: {
      tickets: { generated_timestamp: bookmark },
      ticket_audits: { generated_timestamp: bookmark },
      ticket_comments: { generated_timestamp: bookmark },
      ticket_metrics: { generated_timestamp: bookmark },
      ticket_metric_events: { time: bookmark },
      users: { updated_at: bookmark },
      organizations: { updated_at: bookmark },
      satisfaction_ratings: { updated_at: bookmark },
      ticket_forms: { updated_at: bookmark },
      ticket_fields: { updated_at: bookmark },
      groups: { updated_at: bookmark },
      group_memberships: { updated_at: bookmark },
      macros: { updated_at: bookmark },
    },
  };

  it("is gone on from in every stream", async () => {
    await withAccount({ data }, async (account) => {
      const streams = Object.keys(state.bookmarks ?? {});
      const all = await runWell({ url: account.url, streams });
      const run = await runWell({ url: account.url, streams, state, config: { lookback_seconds: 0 } });
      const seconds = String(Date.parse(bookmark) / 1000);
      expect(queriesOf(account, "incremental/tickets/cursor")[1]).toMatchObject({ start_time: seconds });
      expect(queriesOf(account, "incremental/users/cursor")[1]).toMatchObject({ start_time: seconds });
      expect(queriesOf(account, "incremental/organizations")[1]).toMatchObject({ start_time: seconds });
      for (const stream of streams) {
        const newer = new Set(run.ids(stream));
        expect([stream, newer.isSubsetOf(new Set(all.ids(stream)))]).toEqual([stream, true]);
        expect([stream, newer.size]).not.toEqual([stream, new Set(all.ids(stream)).size]);
      }
      const old = all.records("macros").filter(({ updated_at: at }) => String(at) < bookmark);
      expect(run.ids("macros").length).toBe(all.ids("macros").length - old.length);
    });
  });
});

describe("what a parent says that it has none of", () => {
  it.each([
    { stream: "post_votes", count: "vote_count", last: "votes" },
    { stream: "post_comments", count: "comment_count", last: "comments" },
  ])("is not asked for: $stream", async ({ stream, count, last }) => {
    await withAccount({ data }, async (account) => {
      const [first] = account.shown("posts");
      account.store.lists.posts.update(Number(first?.["id"]), { [count]: 0 });
      const run = await runWell({ url: account.url, streams: ["posts", stream] });
      const posts = run.records("posts");
      expect(posts.filter((post) => post[count] !== 0).length).toBeLessThan(posts.length);
      const asked = new Set(account.requests.map(({ path }) => path));
      for (const post of posts) {
        const path = `/api/v2/community/posts/${String(post["id"])}/${last}`;
        expect([path, asked.has(path)]).toEqual([path, post[count] !== 0]);
      }
    });
  });
});
