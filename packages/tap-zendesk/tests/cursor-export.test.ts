import { pages } from "@chorale/sandbox";
import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { queriesOf, readsOf, withAccount } from "./support/account.ts";
import { now, type Run, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";
import { startSmallPages } from "./support/small-pages.ts";

const epoch = (text: string): number => Date.parse(text) / 1000;
const january = epoch("2026-01-01T00:00:00Z");

interface PageOptions {
  readonly after_cursor: string | null;
  readonly end_of_stream: boolean;
}

/** A page of tickets, with ids and seconds after the first of January. */
function ticketPage(tickets: readonly (readonly [id: number, second: number])[], rest: PageOptions) {
  const rows = tickets.map(([id, second]) => ({ id, generated_timestamp: january + second, status: "open" }));
  return { tickets: rows, after_url: null, before_url: null, before_cursor: null, ...rest };
}

function userPage(users: readonly (readonly [id: number, updated: string])[], rest: PageOptions) {
  return { users: users.map(([id, updated_at]) => ({ id, updated_at })), ...rest };
}

const ticketState = (bookmark: Readonly<Record<string, unknown>>): State => ({
  bookmarks: { tickets: bookmark },
});

describe("the cursor export", () => {
  it("asks for start_time once, then for cursors, and notes each page in the state", async () => {
    const script = pages(
      ticketPage(
        [
          [1, 1],
          [2, 2],
        ],
        { after_cursor: "A", end_of_stream: false },
      ),
      ticketPage([[3, 2]], { after_cursor: "B", end_of_stream: false }),
      ticketPage([[4, 9]], { after_cursor: "C", end_of_stream: true }),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["tickets"] });
      expect(server.targets()).toEqual([
        `incremental/tickets/cursor?start_time=${epoch("2020-01-01T00:00:00Z")}`,
        "incremental/tickets/cursor?cursor=A",
        "incremental/tickets/cursor?cursor=B",
      ]);
      expect(run.messages.map(({ type }) => type)).toEqual([
        "SCHEMA",
        "RECORD",
        "RECORD",
        "STATE",
        "RECORD",
        "STATE",
        "RECORD",
        "STATE",
        "STATE",
      ]);
      const bookmark = (second: string, after_cursor: string) => ({
        tickets: { generated_timestamp: `2026-01-01T00:00:0${second}Z`, after_cursor },
      });
      expect(run.states).toEqual([
        { bookmarks: bookmark("2", "A"), currently_syncing: "tickets" },
        { bookmarks: bookmark("2", "B"), currently_syncing: "tickets" },
        { bookmarks: bookmark("9", "C"), currently_syncing: "tickets" },
        { bookmarks: bookmark("9", "C") },
      ]);
    });
  });

  it("goes on after an empty page that is not the last", async () => {
    const script = pages(
      ticketPage([[1, 1]], { after_cursor: "A", end_of_stream: false }),
      ticketPage([], { after_cursor: "B", end_of_stream: false }),
      ticketPage([[2, 5]], { after_cursor: "C", end_of_stream: true }),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["tickets"] });
      expect(run.ids("tickets")).toEqual([1, 2]);
      expect(server.requests.length).toBe(3);
    });
  });

  it("keeps the cursor before it where the last page has none", async () => {
    const script = pages(
      userPage([[1, "2026-01-02T00:00:00Z"]], { after_cursor: "A", end_of_stream: false }),
      userPage([], { after_cursor: null, end_of_stream: true }),
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["users"] });
      expect(server.targets()[1]).toBe("incremental/users/cursor?cursor=A");
      expect(run.states.at(-1)).toEqual({
        bookmarks: { users: { updated_at: "2026-01-02T00:00:00Z", after_cursor: "A" } },
      });
    });
  });

  it("keeps the state as it was where nothing is new", async () => {
    const state: State = {
      bookmarks: { users: { updated_at: "2026-01-02T00:00:00Z", after_cursor: "A" } },
    };
    const script = pages(userPage([], { after_cursor: null, end_of_stream: true }));
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["users"], state });
      expect(server.targets()).toEqual(["incremental/users/cursor?cursor=A"]);
      expect(run.states.at(-1)).toEqual(state);
    });
  });

  it("fails where more is promised but no cursor is given", async () => {
    const script = pages(ticketPage([[1, 1]], { after_cursor: null, end_of_stream: false }));
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, streams: ["tickets"] });
      expect(String(run.error)).toContain('says by "end_of_stream" that there is more');
      expect(run.ids("tickets")).toEqual([1]);
      expect(run.states.at(-1)?.bookmarks ?? {}).toEqual({});
    });
  });

  it("fails where a cursor comes back", async () => {
    const page = ticketPage([[1, 1]], { after_cursor: "A", end_of_stream: false });
    await withScript(pages(page, page, page), async (server) => {
      const run = await runTap({ url: server.url, streams: ["tickets"] });
      expect(String(run.error)).toContain("handed out the same cursor a second time");
      expect(server.requests.length).toBe(2);
    });
  });

  it("emits tickets whose updated_at lies before the bookmark", async () => {
    const ticket = { id: 5, updated_at: "2025-01-01T00:00:00Z", generated_timestamp: january + 60 };
    const script = pages({ tickets: [ticket], after_cursor: "B", end_of_stream: true });
    await withScript(script, async (server) => {
      const state = ticketState({ generated_timestamp: "2026-01-01T00:00:00Z", after_cursor: "A" });
      const run = await runWell({ url: server.url, streams: ["tickets"], state });
      expect(run.ids("tickets")).toEqual([5]);
    });
  });

  it("drops what repeats custom_fields", async () => {
    const ticket = { id: 5, generated_timestamp: january, fields: [{ id: 1, value: 2 }], brand_new: true };
    const script = pages({ tickets: [ticket], after_cursor: "B", end_of_stream: true });
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["tickets"] });
      expect(run.records("tickets")).toEqual([{ id: 5, generated_timestamp: january }]);
    });
  });
});

const noTickets = ticketPage([], { after_cursor: null, end_of_stream: true });
const noUsers = userPage([], { after_cursor: null, end_of_stream: true });

describe("where the cursor export begins", () => {
  const begins: readonly {
    name: string;
    stream: "tickets" | "users";
    bookmark?: Readonly<Record<string, unknown>>;
    startDate?: string;
    begins: string;
  }[] = [
    { name: "at the start date", stream: "tickets", begins: `start_time=${epoch("2020-01-01T00:00:00Z")}` },
    {
      name: "at the cursor of the state, without start_time",
      stream: "tickets",
      bookmark: { generated_timestamp: "2026-01-02T03:04:05Z", after_cursor: "abc" },
      begins: "cursor=abc",
    },
    {
      name: "at singer-io's bookmark of tickets",
      stream: "tickets",
      bookmark: { generated_timestamp: "2026-01-02T03:04:05.000000Z" },
      begins: `start_time=${epoch("2026-01-02T03:04:05Z")}`,
    },
    {
      name: "at singer-io's bookmark of users",
      stream: "users",
      bookmark: { updated_at: "2026-01-02T03:04:05Z" },
      begins: `start_time=${epoch("2026-01-02T03:04:05Z")}`,
    },
    {
      name: "at the Meltano SDK's bookmark",
      stream: "users",
      bookmark: { replication_key: "updated_at", replication_key_value: "2026-01-02T03:04:05+00:00" },
      begins: `start_time=${epoch("2026-01-02T03:04:05Z")}`,
    },
    {
      name: "at a bookmark in seconds",
      stream: "tickets",
      bookmark: { generated_timestamp: 1767323045 },
      begins: "start_time=1767323045",
    },
    {
      name: "at a bookmark in seconds, as text",
      stream: "users",
      bookmark: { updated_at: "1767323045" },
      begins: "start_time=1767323045",
    },
    {
      name: "at a bookmark without a zone, as UTC",
      stream: "users",
      bookmark: { updated_at: "2026-01-02T03:04:05" },
      begins: `start_time=${epoch("2026-01-02T03:04:05Z")}`,
    },
    {
      name: "at a bookmark of parts of a second, before it",
      stream: "users",
      bookmark: { updated_at: "2026-01-02T03:04:05.900Z" },
      begins: `start_time=${epoch("2026-01-02T03:04:05Z")}`,
    },
    {
      name: "at the start date where it is later than the bookmark, cursor or not",
      stream: "users",
      bookmark: { updated_at: "2026-01-02T03:04:05Z", after_cursor: "abc" },
      startDate: "2026-01-10T00:00:00Z",
      begins: `start_time=${epoch("2026-01-10T00:00:00Z")}`,
    },
    {
      name: "61 seconds ago where the bookmark is newer",
      stream: "tickets",
      bookmark: { generated_timestamp: new Date(now - 5000).toISOString() },
      begins: `start_time=${now / 1000 - 61}`,
    },
    {
      name: "61 seconds ago where the start date lies ahead",
      stream: "users",
      startDate: "2030-01-01T00:00:00Z",
      begins: `start_time=${now / 1000 - 61}`,
    },
    {
      name: "in 1970 where the start date is before it",
      stream: "users",
      startDate: "1960-01-01T00:00:00Z",
      begins: "start_time=0",
    },
  ];

  it.each(begins)("$name", async ({ stream, bookmark, startDate, begins: expected }) => {
    await withScript(pages(stream === "tickets" ? noTickets : noUsers), async (server) => {
      await runWell({
        url: server.url,
        streams: [stream],
        state: bookmark === undefined ? undefined : { bookmarks: { [stream]: bookmark } },
        ...(startDate === undefined ? {} : { config: { start_date: startDate } }),
      });
      expect(server.targets()).toEqual([`incremental/${stream}/cursor?${expected}`]);
    });
  });

  it("nowhere where the bookmark is no moment", async () => {
    await withScript(pages(noUsers), async (server) => {
      const state: State = { bookmarks: { users: { updated_at: "yesterday" } } };
      const run = await runTap({ url: server.url, streams: ["users"], state });
      expect(String(run.error)).toBe(
        'ConfigError: state: the bookmark "yesterday" is no date-time. Correct it, or remove the stream\'s bookmark to read all of it.',
      );
      expect(server.requests).toEqual([]);
    });
  });
});

describe("a start_time that the export finds too recent", () => {
  const tooRecent = {
    status: 422,
    body: {
      error: "InvalidValue",
      description: "Too recent start_time. Use a start_time older than 5 minutes",
    },
  };

  it.each([
    { stream: "tickets", bookmark: { generated_timestamp: "2026-01-15T11:58:00Z" } },
    { stream: "users", bookmark: { updated_at: "2026-01-15T11:58:00Z" } },
    { stream: "organizations", bookmark: { updated_at: "2026-01-15T11:58:00Z" } },
  ])("ends $stream well, and its state stays", async ({ stream, bookmark }) => {
    await withScript(
      () => tooRecent,
      async (server) => {
        const state = { bookmarks: { [stream]: bookmark } };
        const run = await runWell({ url: server.url, streams: [stream], state });
        expect(server.requests.length).toBe(1);
        expect(run.records(stream)).toEqual([]);
        expect(run.states.at(-1)).toEqual(state);
        expect(run.logs).toContainEqual({
          level: "warn",
          message: "answers were skipped",
          fields: { skipped: { [stream]: 1 } },
        });
      },
    );
  });

  it("is not what another 422 is taken for", async () => {
    const script = () => ({ status: 422, body: { error: "InvalidValue", description: "Bad start_time" } });
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, streams: ["tickets"] });
      expect(String(run.error)).toContain("answered 422");
    });
  });

  it("is never asked for, however new the data is", async () => {
    await withAccount({}, async (account) => {
      account.store.users.update(account.store.users.add({ name: "new" }).id, {
        updated_at: new Date(now - 61_000).toISOString().replace(".000Z", "Z"),
      });
      const first = await runWell({ url: account.url, streams: ["users"] });
      // Another tap's state: no cursor, and a bookmark of a minute ago.
      const state: State = {
        bookmarks: { users: { updated_at: new Date(now - 10_000).toISOString() } },
      };
      await runWell({ url: account.url, streams: ["users"], state });
      expect(first.ids("users").length).toBe(21);
      expect(queriesOf(account, "incremental/users/cursor").at(-1)).toEqual({
        start_time: String(now / 1000 - 61),
      });
      expect(readsOf(account).map(({ status }) => status)).toEqual([200, 200]);
    });
  });
});

describe("a run that was stopped", () => {
  it.each(["tickets", "users", "organizations"])("goes on from each state of %s", async (stream) => {
    const data = { kind: "generated", seed: 7, tickets: 30, users: 20, organizations: 40 } as const;
    await withAccount({ data }, async (account) => {
      const gateway = await startSmallPages(account.url);
      try {
        const whole = await runWell({ url: gateway.url, streams: [stream] });
        expect(whole.states.length).toBeGreaterThan(3);
        for (const state of whole.states) {
          const rest = await runWell({ url: gateway.url, streams: [stream], state });
          const before = idsBefore(whole, whole.states.indexOf(state));
          expect(new Set([...before, ...rest.ids(stream)])).toEqual(new Set(whole.ids(stream)));
          // A cursor repeats nothing; a time export repeats the bookmark's second.
          if (stream !== "organizations") {
            expect(rest.ids(stream)).toEqual(whole.ids(stream).slice(before.length));
          }
        }
      } finally {
        await gateway.close();
      }
    });
  });
});

/** The keys of all records that came before a state, counted from 0. */
function idsBefore({ messages }: Run, stateIndex: number): readonly unknown[] {
  let left = stateIndex + 1;
  const end = messages.findIndex(({ type }) => type === "STATE" && --left === 0);
  return messages
    .slice(0, end)
    .flatMap((message) => (message.type === "RECORD" ? [message.record["id"]] : []));
}
