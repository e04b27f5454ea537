import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { queriesOf, withAccount } from "./support/account.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";

const streams = ["tickets", "users", "organizations"];
const standard = { export_mode: "standard" };
const closed = [{ path: "/api/v2/incremental/**", reason: "gone" }] as const;
const data = { kind: "generated", seed: 5, tickets: 260, users: 240, organizations: 130 } as const;

describe("export_mode", () => {
  it.each(["gone", "role", "not-found"] as const)(
    "auto reads the lists where the exports are refused (%s), and says so",
    async (reason) => {
      await withAccount({ denied: [{ path: "/api/v2/incremental/**", reason }] }, async (account) => {
        const run = await runWell({ url: account.url, streams });
        expect(new Set(run.ids("tickets"))).toEqual(
          idsOf(account, ["listed_tickets", "archived_tickets", "deleted_tickets"]),
        );
        expect(
          run.logs.filter(({ level, message }) => level === "warn" && message.includes("reading the list")),
        ).toHaveLength(3);
      });
    },
  );

  it("incremental fails there, and the other streams still run", async () => {
    await withAccount({ denied: closed }, async (account) => {
      const config = { export_mode: "incremental" };
      const run = await runTap({ url: account.url, streams: [...streams, "tags"], config });
      expect(String(run.error)).toContain("incremental/tickets/cursor?start_time=1577836800 answered 410");
      expect(run.records("tags").length).toBe(25);
      expect(run.ids("tickets")).toEqual([]);
    });
  });

  it("auto throws refused credentials on", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, streams: ["tickets"], config: { access_token: "wrong" } });
      expect(String(run.error)).toContain("answered 401");
      expect(account.requests.length).toBe(1);
    });
  });

  it("auto does not turn to the list in the middle of an export", async () => {
    await withAccount({ data: { ...data, users: 2500 } }, async (account) => {
      account.faults.add({
        path: "/api/v2/incremental/users/cursor",
        nth: 2,
        fault: { kind: "status", status: 403 },
      });
      const run = await runTap({ url: account.url, streams: ["users"] });
      expect(String(run.error)).toContain("answered 403");
      expect(run.ids("users").length).toBe(1000);
      expect(queriesOf(account, "users")).toEqual([]);
    });
  });

  it("standard asks for no incremental endpoint, and gives all that the lists, archive and bin show", async () => {
    await withAccount({ data }, async (account) => {
      const run = await runWell({
        url: account.url,
        streams: [
          ...streams,
          "ticket_metrics",
          "user_identities",
          "ticket_metric_events",
          "ticket_events",
          "articles",
        ],
        config: standard,
      });
      expect(account.requests.filter(({ path }) => path.includes("/incremental/"))).toEqual([]);
      expect(run.logs.map(({ message }) => message)).toContainEqual(
        expect.stringContaining('ticket_events is left out: "export_mode" is "standard"'),
      );
      expect(new Set(run.ids("tickets"))).toEqual(
        idsOf(account, ["listed_tickets", "archived_tickets", "deleted_tickets"]),
      );
      expect(new Set(run.ids("users"))).toEqual(idsOf(account, ["listed_users", "deleted_users"]));
      expect(run.ids("organizations").length).toBe(account.shown("listed_organizations").length);
      expect(run.ids("user_identities").length).toBeGreaterThan(0);
      expect(new Set(run.ids("articles"))).toEqual(idsOf(account, ["articles"]));
      expect(run.ids("ticket_metrics").length).toBe(account.shown("listed_tickets").length);
      expect(run.ids("ticket_metric_events").length).toBeGreaterThan(0);
      // No row of a list lacks what the bookmark is made of.
      expect(run.records("tickets").filter(({ generated_timestamp: at }) => typeof at !== "number")).toEqual(
        [],
      );
    });
  });

  it.each(["comments", "audits", "events"])(
    "standard reads comments without the exports: %s",
    async (source) => {
      await withAccount({ denied: closed }, async (account) => {
        const config = { ...standard, ticket_comments_source: source, ticket_audits_source: "events" };
        const run = await runWell({
          url: account.url,
          streams: ["ticket_comments", "ticket_audits"],
          config,
        });
        const archived = new Set(account.shown("archived_tickets").map(({ id }) => id));
        expect(archived.size).toBeGreaterThan(0);
        expect(new Set(run.ids("ticket_comments"))).toEqual(idsOf(account, ["ticket_comments"]));
        expect(new Set(run.ids("ticket_audits"))).toEqual(idsOf(account, ["ticket_audits"]));
      });
    },
  );

  it("standard goes on at Zendesk's own cursor, and looks into the archive once", async () => {
    let time = now;
    await withAccount({ data, clock: () => time }, async (account) => {
      const first = await runWell({ url: account.url, streams, config: standard });
      const changed = Number(first.records("tickets").find(({ status }) => status === "open")?.["id"]);
      const user = Number(first.records("users").find(({ active }) => active !== false)?.["id"]);
      time += 86_400_000;
      account.store.tickets.update(changed, { subject: "changed" });
      account.store.users.update(user, { name: "changed" });
      const before = account.requests.length;
      const second = await runWell({
        url: account.url,
        streams,
        config: standard,
        state: first.states.at(-1),
        at: time,
      });
      expect(second.ids("tickets")).toEqual([changed]);
      // The list of deleted users has no order, so those after the bookmark come again.
      expect(second.records("users").filter(({ active }) => active !== false)).toEqual([
        expect.objectContaining({ id: user, name: "changed" }),
      ]);
      const targets = account.requests.slice(before).map(({ path }) => path.replace("/api/v2/", ""));
      expect(targets).not.toContain("search/export");
      expect(targets.filter((path) => path === "tickets")).toHaveLength(1);
      expect(queriesOf(account, "tickets").at(-1)).toMatchObject({
        sort: "updated_at",
        "page[after]": expect.any(String),
      });
    });
  });

  it("standard begins at the bookmark that an export left, without its cursor", async () => {
    await withAccount({ data }, async (account) => {
      const whole = await runWell({ url: account.url, streams: ["tickets"], config: standard });
      const listed = whole.records("tickets").filter(({ status }) => status !== "deleted");
      const middle = Number(listed[100]?.["generated_timestamp"]);
      const bookmark = new Date(middle * 1000).toISOString();
      const state: State = {
        bookmarks: { tickets: { generated_timestamp: bookmark, after_cursor: "of-the-export" } },
      };
      const run = await runWell({ url: account.url, streams: ["tickets"], config: standard, state });
      const expected = whole.records("tickets").filter(({ generated_timestamp: at }) => Number(at) >= middle);
      expect(new Set(run.ids("tickets"))).toEqual(new Set(expected.map(({ id }) => id)));
      expect(JSON.stringify(run.states.at(-1))).not.toContain("of-the-export");
    });
  });

  it("standard loses no ticket wherever it is stopped", async () => {
    await withAccount({ data }, async (account) => {
      const options = { url: account.url, streams: ["tickets"], config: standard };
      const whole = await runWell(options);
      const count = whole.states.length;
      expect(count).toBeGreaterThanOrEqual(4);
      for (let stop = 1; stop < count; stop += 1) {
        let left = stop;
        const first = await runWell({ ...options, until: ({ type }) => type === "STATE" && --left === 0 });
        const second = await runWell({ ...options, state: first.states.at(-1) });
        const found = new Set([...first.ids("tickets"), ...second.ids("tickets")]);
        expect([stop, found]).toEqual([stop, new Set(whole.ids("tickets"))]);
      }
    });
  });
});

describe("a page that times out", () => {
  const slowPages = [{ path: "/api/v2/incremental/**", rows: 100 }];

  it("is asked for in smaller ones, at once, and nothing is lost or repeated", async () => {
    await withAccount({ data, slowPages }, async (account) => {
      const run = await runWell({ url: account.url, streams });
      expect(run.ids("tickets").length).toBe(260);
      expect(new Set(run.ids("tickets")).size).toBe(260);
      expect(new Set(run.ids("organizations")).size).toBe(130);
      const sizes = queriesOf(account, "incremental/tickets/cursor").map(({ per_page }) => per_page);
      expect(sizes.slice(0, 5)).toEqual([undefined, "500", "250", "125", "62"]);
      // After some that came well a larger one is tried.
      expect(sizes.slice(5)).toContain("124");
    });
  });

  it("fails when a single row times out", async () => {
    await withAccount({ data, slowPages: [{ path: "/api/v2/incremental/**", rows: 0 }] }, async (account) => {
      const run = await runTap({ url: account.url, streams: ["tickets"] });
      expect(String(run.error)).toContain("answered 504");
      const sizes = queriesOf(account, "incremental/tickets/cursor").map(({ per_page }) => per_page);
      expect(sizes).toEqual([undefined, "500", "250", "125", "62", "31", "15", "7", "3", "1"]);
    });
  });
});

it.each([
  { given: 1000, asked: undefined },
  { given: 70, asked: "70" },
])("asks for pages of per_page rows: $given", async ({ given, asked }) => {
  await withAccount({ data }, async (account) => {
    const run = await runWell({ url: account.url, streams, config: { per_page: given } });
    expect(run.ids("tickets").length).toBe(260);
    expect(new Set(run.ids("organizations")).size).toBe(130);
    for (const path of [
      "incremental/tickets/cursor",
      "incremental/users/cursor",
      "incremental/organizations",
    ]) {
      expect(new Set(queriesOf(account, path).map(({ per_page }) => per_page))).toEqual(new Set([asked]));
    }
  });
});

it.each([0, 1001, 1.5])("refuses a per_page of %s", async (given) => {
  await withAccount({}, async (account) => {
    const run = await runTap({ url: account.url, streams: ["tags"], config: { per_page: given } });
    expect(String(run.error)).toContain("per_page");
    expect(account.requests).toEqual([]);
  });
});

function idsOf(
  account: { shown(name: string): readonly { readonly id?: unknown }[] },
  names: readonly string[],
): ReadonlySet<unknown> {
  return new Set(names.flatMap((name) => account.shown(name).map(({ id }) => id)));
}
