import { pages } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { queriesOf, withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const january = Date.parse("2026-01-01T00:00:00Z") / 1000;
const start = Date.parse("2020-01-01T00:00:00Z") / 1000;
const streams = ["organizations"];

const at = (second: number): string =>
  new Date((january + second) * 1000).toISOString().replace(".000Z", "Z");

/** A page of organizations, with ids and seconds after the first of January. */
function page(
  rows: readonly (readonly [id: number, second: number])[],
  { end, last }: { end: number; last?: boolean },
) {
  return {
    organizations: rows.map(([id, second]) => ({ id, updated_at: at(second) })),
    count: rows.length,
    end_time: january + end,
    next_page: `https://acme.zendesk.com/api/v2/incremental/organizations.json?start_time=${january + end}`,
    ...(last === undefined ? {} : { end_of_stream: last }),
  };
}

describe("the time export", () => {
  it("goes on at end_time, repeats no row of that second, and stops at end_of_stream", async () => {
    const script = pages(
      page(
        [
          [1, 1],
          [3, 2],
          [2, 2],
        ],
        { end: 2, last: false },
      ),
      page(
        [
          [2, 2],
          [4, 2],
          [3, 2],
          [5, 7],
        ],
        { end: 7, last: true },
      ),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams });
      expect(server.targets()).toEqual([
        `incremental/organizations?start_time=${start}`,
        `incremental/organizations?start_time=${january + 2}`,
      ]);
      expect(run.ids("organizations")).toEqual([1, 3, 2, 4, 5]);
      expect(run.states).toEqual([
        { bookmarks: { organizations: { updated_at: at(2) } }, currently_syncing: "organizations" },
        { bookmarks: { organizations: { updated_at: at(7) } }, currently_syncing: "organizations" },
        { bookmarks: { organizations: { updated_at: at(7) } } },
      ]);
    });
  });

  it("emits a repeated row again where it was changed in between", async () => {
    const script = pages(
      page(
        [
          [1, 1],
          [2, 2],
        ],
        { end: 2, last: false },
      ),
      page(
        [
          [2, 2],
          [1, 5],
        ],
        { end: 5, last: true },
      ),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams });
      expect(run.records("organizations")).toEqual([
        { id: 1, updated_at: at(1) },
        { id: 2, updated_at: at(2) },
        { id: 1, updated_at: at(5) },
      ]);
    });
  });

  it("goes on after an empty page that is not the last", async () => {
    const script = pages(page([], { end: 3, last: false }), page([[1, 4]], { end: 4, last: true }));
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams });
      expect(run.ids("organizations")).toEqual([1]);
    });
  });

  it("stops at a page that is not full where the flag is missing", async () => {
    const script = pages(page([[1, 4]], { end: 4 }));
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams });
      expect(run.ids("organizations")).toEqual([1]);
      expect(server.requests.length).toBe(1);
    });
  });

  it("goes on after a full page where the flag is missing", async () => {
    const full = Array.from({ length: 1000 }, (_, index): [number, number] => [index, index]);
    const script = pages(page(full, { end: 999 }), page([[999, 999]], { end: 999 }));
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams });
      expect(run.ids("organizations").length).toBe(1000);
      expect(server.requests.length).toBe(2);
    });
  });

  it("fails where time does not move on", async () => {
    const rows = [[1, 4]] as const;
    const stuck = page(rows, { end: 4, last: false });
    await withScript(pages(stuck, stuck, stuck), async (server) => {
      const run = await runTap({ url: server.url, streams });
      expect(String(run.error)).toContain("handed out the same cursor a second time");
      expect(run.ids("organizations")).toEqual([1]);
    });
  });

  it("emits each row once where the vendor cuts a second in two", async () => {
    const data = { kind: "generated", seed: 1, organizations: 1100 } as const;
    await withAccount({ data }, async (account) => {
      const whole = await runWell({ url: account.url, streams });
      const moments = [...new Set(whole.records("organizations").map(({ updated_at: moment }) => moment))];
      // From the fourth second on, the thousandth row lies within a burst of eight.
      const startDate = String(moments[3]);
      const seen = queriesOf(account, "incremental/organizations").length;
      const run = await runWell({ url: account.url, streams, config: { start_date: startDate } });
      const [first, second] = queriesOf(account, "incremental/organizations").slice(seen);
      expect(first).toEqual({ start_time: String(Date.parse(startDate) / 1000) });
      const cut = new Date(Number(second?.["start_time"]) * 1000).toISOString().replace(".000Z", "Z");
      const ofPageOne = run.records("organizations").slice(0, 1000);
      expect(ofPageOne.at(-1)?.["updated_at"]).toBe(cut);
      expect(ofPageOne.filter(({ updated_at: moment }) => moment === cut).length).toBeLessThan(8);
      expect(run.ids("organizations").toSorted()).toEqual(whole.ids("organizations").slice(4).toSorted());
    });
  });
});
