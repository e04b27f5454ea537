import { pages } from "@chorale/sandbox";
import { ApiError, SchemaError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { day, eventAt, hour, iso } from "./support/events.ts";
import { targetsOf, withPortal } from "./support/portal.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

/** One window of an hour, which no test has to look for. */
const from = now - hour;
const config = { start_date: iso(from), end_date: iso(now), window_hours: 1 };
const streams = ["visits"];
const query = (endDate: number, cursor?: string): string =>
  `events/visit?startDate=${from}&endDate=${endDate}${cursor === undefined ? "" : `&cursor=${cursor}`}`;
const cursorOf = (text: string): string => Buffer.from(text).toString("base64").replaceAll("=", "");

function usersOf(records: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return records.map(({ user }) => user);
}

describe("a window of events", () => {
  it("is asked for in milliseconds, its end left to the next one", async () => {
    const given = { visit: [eventAt(from - 1, "before"), eventAt(from, "first"), eventAt(now, "after")] };
    await withPortal({ data: { given } }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config });
      expect(targetsOf(portal)).toEqual([query(now - 1)]);
      expect(usersOf(run.records("visits"))).toEqual(["first"]);
    });
  });

  it("goes on with the last moment of a page, so that events which share it are not lost", async () => {
    const shared = from + 1000;
    const given = {
      visit: [
        eventAt(from, "a"),
        ...["b", "c", "d"].map((user) => eventAt(shared, user)),
        eventAt(from + 2000, "e"),
        eventAt(from + 3000, "f"),
      ],
    };
    await withPortal({ data: { given }, eventsPerPage: 4 }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config });
      expect(targetsOf(portal)).toEqual([query(now - 1), query(shared)]);
      expect(usersOf(run.records("visits")).toSorted()).toEqual(["a", "b", "c", "d", "e", "f"]);
      expect(run.logs.filter(({ level }) => level === "warn")).toEqual([]);
    });
  });

  it("comes in ascending order; events of one moment by their key", async () => {
    const given = {
      visit: ["x", "y", "z", "w"].map((user, index) => eventAt(from + (index < 3 ? 5 : 1), user)),
    };
    await withPortal({ data: { given } }, async (portal) => {
      const records = (await runWell({ url: portal.url, streams, config })).records("visits");
      expect(records.map(({ timestamp }) => timestamp)).toEqual([
        iso(from + 1),
        ...Array.from({ length: 3 }, () => iso(from + 5)),
      ]);
      const keys = records.slice(1).map(({ _event_key: key }) => String(key));
      expect(keys).toEqual(keys.toSorted());
    });
  });

  it.each([
    {
      cursors: "exact",
      users: ["a", "b", "c", "d", "e", "f"],
      targets: [
        query(now - 1),
        query(now - 1 - hour / 2),
        query(now - 1 - hour / 2, cursorOf(`${now - 1 - hour / 2}:2`)),
        query(now - 1 - hour / 2, cursorOf(`${now - 1 - hour / 2}:4`)),
      ],
      warnings: 0,
    },
    {
      cursors: "before",
      users: ["a", "f"],
      targets: [
        query(now - 1),
        query(now - 1 - hour / 2),
        query(now - 1 - hour / 2, cursorOf(`${now - 1 - hour / 2}`)),
      ],
      warnings: 1,
    },
    {
      cursors: "at",
      users: ["a", "f"],
      targets: [
        query(now - 1),
        query(now - 1 - hour / 2),
        query(now - 1 - hour / 2, cursorOf(`${now - 1 - hour / 2}`)),
        query(now - 2 - hour / 2),
      ],
      warnings: 1,
    },
  ] as const)(
    "takes the cursor where a whole page shares a moment ($cursors)",
    async ({ cursors, users, targets, warnings }) => {
      const shared = now - 1 - hour / 2;
      const given = {
        visit: [
          eventAt(from, "a"),
          ...["b", "c", "d", "e"].map((user) => eventAt(shared, user)),
          eventAt(now - 1, "f"),
        ],
      };
      const options = { data: { given }, cursors, eventsPerPage: 2 };
      await withPortal(options, async (portal) => {
        const run = await runWell({ url: portal.url, streams, config });
        const found = usersOf(run.records("visits"));
        // What a lossy cursor hides nobody can read; of the crowd one page is there.
        expect(users.filter((user) => !found.includes(user))).toEqual([]);
        expect(found.length).toBe(cursors === "exact" ? 6 : 4);
        expect(targetsOf(portal)).toEqual(targets);
        const warned = run.logs.filter(({ message }) => message.includes("a whole page of events shares"));
        expect(warned.map(({ fields }) => fields)).toEqual(
          Array.from({ length: warnings }, () => ({ stream: "visits", at: iso(shared) })),
        );
      });
    },
  );

  it("leaves the cursor when the crowd is behind it, and asks for nothing twice", async () => {
    const crowd = from + 1000;
    const given = {
      visit: [
        ...[1, 2, 3, 4].map((offset) => eventAt(from + offset, `early ${offset}`)),
        ...["b", "c", "d"].map((user) => eventAt(crowd, user)),
      ],
    };
    await withPortal({ data: { given }, cursors: "exact", eventsPerPage: 2 }, async (portal) => {
      const run = await runWell({ url: portal.url, streams, config });
      expect(run.records("visits").length).toBe(7);
      expect(targetsOf(portal)).toEqual([
        query(now - 1),
        query(crowd),
        query(crowd, cursorOf(`${crowd}:2`)),
        query(from + 4),
        query(from + 3),
        query(from + 2),
      ]);
    });
  });

  it("goes back a millisecond where there is no cursor", async () => {
    const crowd = [eventAt(from + 9, "a"), eventAt(from + 9, "b")];
    const pageInfo = { hasMore: true };
    const script = pages(
      { events: crowd, pageInfo },
      { events: crowd, pageInfo },
      { events: [], pageInfo: { hasMore: false } },
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams, config });
      expect(server.targets()).toEqual([query(now - 1), query(from + 9), query(from + 8)]);
      expect(usersOf(run.records("visits")).toSorted()).toEqual(["a", "b"]);
      expect(run.logs.filter(({ level }) => level === "warn").length).toBe(1);
    });
  });

  it("fails where the API takes no notice of the end", async () => {
    const body = { events: [eventAt(now - 1, "a")], pageInfo: { hasMore: true } };
    const wayBack = Array.from({ length: 5 }, () => body);
    await withScript(pages(...wayBack), async (server) => {
      const run = await runTap({ url: server.url, streams, config });
      expect(ApiError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain(
        "was asked for events up to 2026-01-15T11:59:59.998Z and gave only later ones",
      );
      expect(run.records("visits")).toEqual([]);
    });
  });

  it("leaves out what the API gives beyond it", async () => {
    const events = [eventAt(now, "later"), eventAt(from + 1, "mine"), eventAt(from - 1, "earlier")];
    await withScript(pages({ events, pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams, config });
      expect(usersOf(run.records("visits"))).toEqual(["mine"]);
    });
  });
});

describe("an answer", () => {
  const event = eventAt(from + 1, "a");

  it.each([
    ["no pageInfo", [{ events: [event] }, { events: [event] }], ["a"]],
    ["no pageInfo and nothing", [{ events: [] }], []],
    ["null for events", [{ events: null, pageInfo: { cursor: null, hasMore: false } }], []],
    ["pageInfo null", [{ events: null, pageInfo: null }], []],
    [
      "the envelope of the documentation",
      [{ data: { APIEvents: { events: [event], pageInfo: { hasMore: false } } } }],
      ["a"],
    ],
    ["data that is the list", [{ data: [event], meta: { nextCursor: null } }], ["a"]],
    ["a key that is new", [{ events: [event], pageInfo: { hasMore: false, total: 1, perPage: 100 } }], ["a"]],
  ])("with %s is understood", async (_name, bodies, users) => {
    await withScript(pages(...bodies), async (server) => {
      const run = await runWell({ url: server.url, streams, config });
      expect(usersOf(run.records("visits"))).toEqual(users);
      expect(server.requests.length).toBe(bodies.length);
    });
  });

  it.each([
    ["an object of other keys", { message: "hello" }],
    ["a list", [event]],
    ["a text", '"hello"'],
  ])("that is %s fails, and no bookmark moves", async (_name, body) => {
    await withScript(
      () => ({ body }),
      async (server) => {
        const run = await runTap({ url: server.url, streams, config });
        expect(SchemaError.isInstance(run.error)).toBe(true);
        expect(String(run.error)).toContain('visits: the answer has no "events". Check that base_url');
        expect(run.states.at(-1)?.bookmarks).toBeUndefined();
      },
    );
  });
});

describe("an event", () => {
  it("without the id that it should have gets a made one", async () => {
    const events = [
      eventAt(from + 1, "a", { id: "given" }),
      eventAt(from + 2, "b"),
      eventAt(from + 3, "c", { id: null }),
      eventAt(from + 4, "d", { id: "" }),
    ];
    await withScript(pages({ events, pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams: ["course_actions"], config });
      expect(run.ids("course_actions")).toEqual([
        "given",
        expect.stringMatching(/^[0-9a-f]{64}$/),
        expect.stringMatching(/^[0-9a-f]{64}$/),
        expect.stringMatching(/^[0-9a-f]{64}$/),
      ]);
      expect(new Set(run.ids("course_actions")).size).toBe(4);
      expect(run.records("course_actions")[0]).not.toHaveProperty("_event_key");
    });
  });

  it("without a moment is emitted, and does not become the bookmark", async () => {
    const events = [eventAt(from + 1, "a"), { user: "b" }, { user: "c", timestamp: "soon" }];
    await withScript(pages({ events, pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams, config });
      expect(usersOf(run.records("visits")).toSorted()).toEqual(["a", "b", "c"]);
      expect(run.states.at(-1)?.bookmarks?.["visits"]).toEqual({
        timestamp: iso(from + 1),
        read_until: iso(now),
      });
    });
  });

  it("may be null in its details, or lack them", async () => {
    const events = [{ ...eventAt(from + 1, "a"), userDetail: null, companyId: null, later: [1] }];
    await withScript(pages({ events, pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams, config });
      expect(run.records("visits")).toEqual([
        {
          _event_key: expect.stringMatching(/^[0-9a-f]{64}$/),
          timestamp: iso(from + 1),
          user: "a",
          userDetail: null,
          companyId: null,
        },
      ]);
    });
  });

  it("has the same key in every run, made of what tells it from others", async () => {
    const view = (fields: Readonly<Record<string, string>>) =>
      eventAt(from + 1, "a", { topicId: "t", userDetail: { id: "u" }, ...fields });
    const events = [
      view({}),
      view({ topicTitle: "another title" }),
      view({ topicId: "t2" }),
      view({ lessonId: "l" }),
      eventAt(from + 1, "b", { topicId: "t" }),
    ];
    await withScript(
      () => ({ body: { events, pageInfo: { hasMore: false } } }),
      async (server) => {
        const first = await runWell({ url: server.url, streams: ["course_views"], config });
        const again = await runWell({ url: server.url, streams: ["course_views"], config });
        expect(first.ids("course_views")).toEqual(again.ids("course_views"));
        expect(first.ids("course_views").length).toBe(4);
      },
    );
  });

  it("is keyed as the README says", async () => {
    const { createHash } = await import("node:crypto");
    const timestamp = iso(from + 1);
    const fields = { userDetail: { id: "u" }, courseId: "C", lessonId: "L", sectionId: "S", topicId: "T" };
    const events = [{ ...eventAt(from + 1, "a", fields), timestamp }];
    const parts = ["course_views", "c", "u", timestamp, "C", "L", "S", "T", null, null];
    const key = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
    await withScript(pages({ events, pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams: ["course_views"], config });
      expect(run.ids("course_views")).toEqual([key]);
    });
  });
});

describe("a request", () => {
  it("is the same for one column as for all, and none is made for other streams", async () => {
    await withPortal({ data: { seed: 1, days: 2 } }, async (portal) => {
      const settings = { start_date: iso(now - 3 * day) };
      await runWell({ url: portal.url, streams: ["logins"], config: settings });
      const whole = targetsOf(portal);
      portal.requests.length = 0;
      const select = ["logins.ipAddress"];
      const run = await runWell({ url: portal.url, config: settings, select });
      expect(Object.keys(run.records("logins")[0] ?? {}).toSorted()).toEqual([
        "_event_key",
        "ipAddress",
        "timestamp",
      ]);
      expect(targetsOf(portal)).toEqual(whole);
      expect(whole.every((target) => target.startsWith("events/login?"))).toBe(true);
    });
  });
});
