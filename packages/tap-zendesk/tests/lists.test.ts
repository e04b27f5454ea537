import { pages } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { queriesOf, withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";
import { pageRows, startSmallPages } from "./support/small-pages.ts";

interface Meta {
  readonly has_more: boolean;
  readonly after_cursor: string | null;
}

/** A page of macros; its links go elsewhere, and on after the last page. */
function page(ids: readonly number[], meta?: Meta) {
  return {
    macros: ids.map((id) => ({ id, updated_at: `2026-01-0${id}T00:00:00Z` })),
    ...(meta === undefined
      ? { next_page: null }
      : { meta, links: { next: "https://evil.example/api/v2/macros" } }),
  };
}

describe("a list", () => {
  it("is read by cursor until has_more is false, whatever its links and cursors say", async () => {
    const script = pages(
      page([3], { has_more: true, after_cursor: "A" }),
      page([], { has_more: true, after_cursor: "B" }),
      page([1], { has_more: false, after_cursor: "C" }),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["macros"] });
      expect(server.targets()).toEqual([
        "macros?page[size]=100",
        "macros?page[size]=100&page[after]=A",
        "macros?page[size]=100&page[after]=B",
      ]);
      expect(run.ids("macros")).toEqual([3, 1]);
    });
  });

  it("has one page where it has no meta", async () => {
    await withScript(pages(page([1, 2])), async (server) => {
      const run = await runWell({ url: server.url, streams: ["macros"] });
      expect(run.ids("macros")).toEqual([1, 2]);
      expect(server.requests.length).toBe(1);
    });
  });

  it("fails where more is promised but no cursor is given", async () => {
    const script = pages(page([1], { has_more: true, after_cursor: null }));
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, streams: ["macros"] });
      expect(String(run.error)).toContain('says by "meta.has_more" that there is more');
    });
  });

  it("moves its bookmark at its end, because its order is another", async () => {
    const script = pages(
      page([3], { has_more: true, after_cursor: "A" }),
      page([1], { has_more: false, after_cursor: null }),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["macros"] });
      expect(run.states.map(({ bookmarks }) => bookmarks)).toEqual([
        undefined,
        { macros: { updated_at: "2026-01-03T00:00:00Z" } },
        { macros: { updated_at: "2026-01-03T00:00:00Z" } },
      ]);
    });
  });

  it("gives only what is not older than its bookmark", async () => {
    await withScript(pages(page([3, 1, 2])), async (server) => {
      const state = { bookmarks: { macros: { updated_at: "2026-01-02T00:00:00Z" } } };
      const run = await runWell({ url: server.url, streams: ["macros"], state });
      expect(run.ids("macros")).toEqual([3, 2]);
      expect(server.targets()).toEqual(["macros?page[size]=100"]);
    });
  });

  it("is asked for in pages of 100 rows at most", async () => {
    const data = { kind: "generated", seed: 1, tags: 120, groups: 101, group_memberships: 201 } as const;
    await withAccount({ data }, async (account) => {
      const streams = ["tags", "groups", "group_memberships", "macros", "ticket_fields"];
      const run = await runWell({ url: account.url, streams });
      expect(account.requests.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 200));
      expect(run.records("tags").length).toBe(120);
      expect(new Set(run.records("tags").map(({ name }) => name)).size).toBe(120);
      expect(new Set(run.ids("groups")).size).toBe(101);
      expect(new Set(run.ids("group_memberships")).size).toBe(201);
    });
  });

  it("reads through a gateway whose answers link past it", async () => {
    await withAccount({}, async (account) => {
      const gateway = await startSmallPages(account.url);
      try {
        const direct = await runWell({ url: account.url, streams: ["group_memberships"] });
        const seen = account.requests.length;
        const run = await runWell({ url: gateway.url, streams: ["group_memberships"] });
        expect(run.records("group_memberships")).toEqual(direct.records("group_memberships"));
        expect(gateway.requests.length).toBe(30 / pageRows);
        expect(account.requests.length - seen).toBe(gateway.requests.length);
      } finally {
        await gateway.close();
      }
    });
  });
});

describe("groups", () => {
  it("come with those that were deleted", async () => {
    await withAccount({}, async (account) => {
      const first = await runWell({ url: account.url, streams: ["groups"] });
      const [id] = first
        .records("groups")
        .flatMap((group) => (group["deleted"] === false ? [group["id"]] : []));
      account.store.lists.groups.delete(Number(id));
      const second = await runWell({ url: account.url, streams: ["groups"], state: first.states.at(-1) });
      expect(second.records("groups")).toContainEqual(expect.objectContaining({ id, deleted: true }));
      expect(queriesOf(account, "groups")[0]).toEqual({ "page[size]": "100", exclude_deleted: "false" });
    });
  });
});

describe("group memberships", () => {
  it("that say not when they were changed come in every run", async () => {
    await withAccount({}, async (account) => {
      const streams = ["group_memberships"];
      const first = await runWell({ url: account.url, streams });
      const timeless = first.records("group_memberships").filter((row) => row["updated_at"] === null);
      expect(timeless.length).toBe(4);
      const state = first.states.at(-1);
      const newest = state?.bookmarks?.["group_memberships"];
      const second = await runWell({ url: account.url, streams, state });
      const again = second.records("group_memberships");
      expect(again.filter((row) => row["updated_at"] === null)).toEqual(timeless);
      const timed = again.filter((row) => row["updated_at"] !== null);
      expect(timed.map(({ updated_at }) => ({ updated_at }))).toEqual(timed.map(() => newest));
      expect(second.states.at(-1)).toEqual(state);
    });
  });
});

describe("tags", () => {
  it("are read whole each time, and leave no bookmark", async () => {
    await withAccount({}, async (account) => {
      const first = await runWell({ url: account.url, streams: ["tags"] });
      const second = await runWell({ url: account.url, streams: ["tags"], state: first.states.at(-1) });
      expect(first.records("tags").length).toBe(25);
      expect(second.records("tags")).toEqual(first.records("tags"));
      expect(second.states.at(-1)).toEqual({});
    });
  });
});
