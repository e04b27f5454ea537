import { pages } from "@chorale/sandbox";
import { ApiError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapThoughtIndustries } from "../src/index.ts";
import { targetsOf, withPortal } from "./support/portal.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const lists = ["users", "content", "meetings", "clients", "assessment_attempts", "coupons"] as const;
const paths: Readonly<Record<(typeof lists)[number], string>> = {
  users: "users",
  content: "content",
  meetings: "meetings",
  clients: "clients",
  assessment_attempts: "assessmentAttempts",
  coupons: "coupons",
};
const data = {
  seed: 2,
  users: 25,
  content: 25,
  meetings: 25,
  clients: 25,
  assessmentAttempts: 25,
  coupons: 25,
};
const resume = { resume_cursor: true };

describe("a list", () => {
  it.each(lists)("is read whole each time: %s", async (stream) => {
    await withPortal({ data, rowsPerPage: 10 }, async (portal) => {
      const first = await runWell({ url: portal.url, streams: [stream] });
      expect(targetsOf(portal)).toEqual([
        paths[stream],
        expect.stringMatching(`^${paths[stream]}\\?cursor=[A-Za-z\\d]+$`),
        expect.stringMatching(`^${paths[stream]}\\?cursor=[A-Za-z\\d]+$`),
      ]);
      expect(new Set(first.ids(stream)).size).toBe(25);
      expect(first.records(stream).length).toBe(25);
      expect(first.states.at(-1)).toEqual({});
      const second = await runWell({ url: portal.url, streams: [stream], state: first.states.at(-1) });
      expect(second.records(stream)).toEqual(first.records(stream));
    });
  });

  it.each([
    ["the envelope of portals", { clients: [{ id: "a" }], pageInfo: { cursor: "X", hasMore: false } }],
    ["no pageInfo", { clients: [{ id: "a" }] }],
    ["hasMore and no cursor", { clients: [{ id: "a" }], pageInfo: { cursor: null, hasMore: true } }],
    ["data that is the list", { data: [{ id: "a" }], meta: { nextCursor: null, page: 1, totalPages: 1 } }],
    ["data that holds the list", { data: { clients: [{ id: "a" }] } }],
    ["data that holds one that holds it", { data: { Clients: { clients: [{ id: "a" }] } } }],
  ])("is understood, as one page, from %s", async (_name, body) => {
    await withScript(pages(body), async (server) => {
      const run = await runWell({ url: server.url, streams: ["clients"] });
      expect(run.ids("clients")).toEqual(["a"]);
      expect(server.targets()).toEqual(["clients"]);
    });
  });

  it.each([
    ["pageInfo", { clients: [{ id: "a" }], pageInfo: { cursor: "X", hasMore: true } }],
    ["meta", { data: [{ id: "a" }], meta: { nextCursor: "X" } }],
    [
      "pageInfo inside",
      { data: { C: { clients: [{ id: "a" }], pageInfo: { cursor: "X", hasMore: true } } } },
    ],
  ])("goes on at the cursor of %s", async (_name, body) => {
    await withScript(pages(body, { clients: null }), async (server) => {
      const run = await runWell({ url: server.url, streams: ["clients"] });
      expect(run.ids("clients")).toEqual(["a"]);
      expect(server.targets()).toEqual(["clients", "clients?cursor=X"]);
    });
  });

  it("that leads in circles fails", async () => {
    const body = { clients: [{ id: "a" }], pageInfo: { cursor: "X", hasMore: true } };
    await withScript(pages(body, body), async (server) => {
      const run = await runTap({ url: server.url, streams: ["clients"] });
      expect(ApiError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain("clients: the API handed out a cursor a second time");
    });
  });

  it("of rows whose fields drift fits its schema", async () => {
    const row = {
      id: "a",
      answers: [
        { id: "1", correct: "true" },
        { id: "2", correct: true, answer: ["x"] },
      ],
    };
    await withScript(pages({ assessmentAttempts: [row] }), async (server) => {
      const run = await runWell({ url: server.url, streams: ["assessment_attempts"] });
      expect(run.records("assessment_attempts")).toEqual([row]);
    });
  });
});

describe("a list with resume_cursor", () => {
  it.each(lists)("goes on with the last page that it saw: %s", async (stream) => {
    await withPortal({ data, rowsPerPage: 10 }, async (portal) => {
      const first = await runWell({ url: portal.url, streams: [stream], config: resume });
      expect(first.records(stream).length).toBe(25);
      const state = first.states.at(-1);
      const cursor = portal.requests.at(-1)?.query["cursor"];
      expect(state?.bookmarks).toEqual({ [stream]: { cursor } });
      const name = portal.requests[0]?.path.split("/").at(-1);
      const list = Object.values(portal.store.lists).find((each) => each.name === name);
      list?.add({ id: "new" });
      portal.requests.length = 0;
      const second = await runWell({ url: portal.url, streams: [stream], state, config: resume });
      expect(targetsOf(portal)).toEqual([`${paths[stream]}?cursor=${cursor}`]);
      expect(second.ids(stream)).toEqual([...first.ids(stream).slice(20), "new"]);
    });
  });

  it("loses nothing when it is killed after any of its states", async () => {
    await withPortal({ data, rowsPerPage: 3 }, async (portal) => {
      const options = { url: portal.url, streams: ["users"], config: resume };
      const whole = await runWell(options);
      expect(whole.states.length).toBeGreaterThan(7);
      for (const [index] of whole.states.entries()) {
        let left = index;
        const killed = await runTap({ ...options, until: ({ type }) => type === "STATE" && left-- === 0 });
        const rest = await runWell({ ...options, state: killed.states.at(-1) });
        expect(new Set([...killed.ids("users"), ...rest.ids("users")])).toEqual(new Set(whole.ids("users")));
      }
    });
  });

  it("is read from the start where its bookmark is removed, and where it is off", async () => {
    await withPortal({ data, rowsPerPage: 10 }, async (portal) => {
      const first = await runWell({ url: portal.url, streams: ["users"], config: resume });
      const off = await runWell({ url: portal.url, streams: ["users"], state: first.states.at(-1) });
      expect(off.records("users").length).toBe(25);
      const removed = await runWell({ url: portal.url, streams: ["users"], state: {}, config: resume });
      expect(removed.records("users").length).toBe(25);
    });
  });

  it("is incremental in the catalog of that configuration only", async () => {
    const methodOf = async (config?: unknown): Promise<unknown> => {
      const { streams } = await tapThoughtIndustries.discover(config === undefined ? {} : { config });
      return streams.find((entry) => entry.tap_stream_id === "users")?.metadata[0]?.metadata[
        "forced-replication-method"
      ];
    };
    const config = { base_url: "acme", api_key: "k", start_date: "2026-01-01" };
    expect(await methodOf()).toBe("FULL_TABLE");
    expect(await methodOf(config)).toBe("FULL_TABLE");
    expect(await methodOf({ ...config, ...resume })).toBe("INCREMENTAL");
  });
});
