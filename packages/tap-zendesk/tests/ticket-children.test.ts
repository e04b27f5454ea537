import type { Script } from "@chorale/sandbox";
import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";
import { startSmallPages } from "./support/small-pages.ts";

const family = ["tickets", "ticket_audits", "ticket_comments"];
const january = Date.parse("2026-01-01T00:00:00Z") / 1000;

/** An account of a few tickets: each has one audit and one comment, or what `children` answers for it. */
function tickets(
  rows: readonly { readonly id: number; readonly status: string }[],
  children?: (id: number, path: string) => ReturnType<Script> | undefined,
): Script {
  return ({ path }) => {
    const [, id = "", kind = ""] = /\/tickets\/(\d+)\/(audits|comments)$/.exec(path) ?? [];
    if (kind === "") {
      const all = rows.map((row, index) => ({ ...row, generated_timestamp: january + index }));
      return { body: { tickets: all, after_cursor: "end", end_of_stream: true } };
    }
    const usual = { body: { [kind]: [{ id: Number(id) * 10, author_id: 1 }], meta: { has_more: false } } };
    return children?.(Number(id), kind) ?? usual;
  };
}

describe("the children of tickets", () => {
  it("are asked for ticket by ticket, but never for a deleted one", async () => {
    const script = tickets([
      { id: 1, status: "open" },
      { id: 2, status: "deleted" },
      { id: 3, status: "closed" },
    ]);
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: family });
      expect(server.targets().slice(1).toSorted()).toEqual([
        "tickets/1/audits?page[size]=100",
        "tickets/1/comments?page[size]=100",
        "tickets/3/audits?page[size]=100",
        "tickets/3/comments?page[size]=100",
      ]);
      expect(run.ids("tickets")).toEqual([1, 2, 3]);
      expect(run.ids("ticket_audits").toSorted()).toEqual([10, 30]);
      expect(run.records("ticket_comments")).toEqual(
        expect.arrayContaining([
          { id: 10, author_id: 1, ticket_id: 1 },
          { id: 30, author_id: 1, ticket_id: 3 },
        ]),
      );
    });
  });

  it("are all there, deleted tickets apart", async () => {
    await withAccount({}, async (account) => {
      const gateway = await startSmallPages(account.url);
      try {
        const run = await runWell({ url: gateway.url, streams: family });
        const living = run.records("tickets").filter(({ status }) => status !== "deleted");
        expect(living.length).toBeLessThan(run.records("tickets").length);
        const comments = living.flatMap(({ id }) => account.store.comments(Number(id)));
        expect(run.ids("ticket_comments").toSorted()).toEqual(comments.map(({ id }) => id).toSorted());
        const audited = new Set(run.records("ticket_audits").map(({ ticket_id }) => ticket_id));
        expect(audited).toEqual(new Set(living.map(({ id }) => id)));
        expect(account.requests.filter(({ status }) => status !== 200)).toEqual([]);
      } finally {
        await gateway.close();
      }
    });
  });

  it("come before the state of their tickets' page", async () => {
    await withAccount({}, async (account) => {
      const gateway = await startSmallPages(account.url);
      try {
        const { messages } = await runWell({ url: gateway.url, streams: family });
        const announced = new Set<unknown>();
        let isCommitted = false;
        for (const message of messages) {
          if (message.type === "STATE") isCommitted = true;
          if (message.type !== "RECORD") continue;
          if (message.stream === "tickets" && isCommitted) {
            announced.clear();
            isCommitted = false;
          }
          if (message.stream === "tickets") announced.add(message.record["id"]);
          else expect([...announced]).toContain(message.record["ticket_id"]);
        }
      } finally {
        await gateway.close();
      }
    });
  });

  it("of an archived ticket come in one page without meta", async () => {
    const audits = Array.from({ length: 150 }, (_, index) => ({ id: index, ticket_id: 1 }));
    const script = tickets([{ id: 1, status: "closed" }], (_id, kind) =>
      kind === "audits" ? { body: { audits, next_page: null, previous_page: null, count: 150 } } : undefined,
    );
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["ticket_audits"] });
      expect(run.records("ticket_audits").length).toBe(150);
      expect(server.requests.length).toBe(2);
    });
  });

  const refusals: readonly { name: string; status: number; body: string }[] = [
    { name: "404", status: 404, body: '{"error":"RecordNotFound","description":"Not found"}' },
    { name: "403", status: 403, body: '{"error":"Forbidden"}' },
    { name: "403 without a word", status: 403, body: "" },
  ];

  it.each(refusals)(
    "of one ticket may be refused ($name): they are left out and counted",
    async ({ status, body }) => {
      const script = tickets(
        [1, 2, 3].map((id) => ({ id, status: "open" })),
        (id) => (id === 2 ? { status, body } : undefined),
      );
      await withScript(script, async (server) => {
        const run = await runWell({ url: server.url, streams: family });
        expect(run.ids("ticket_audits").toSorted()).toEqual([10, 30]);
        expect(run.ids("ticket_comments").toSorted()).toEqual([10, 30]);
        expect(run.logs).toContainEqual({
          level: "warn",
          message: "answers were skipped",
          fields: { skipped: { ticket_audits: 1, ticket_comments: 1 } },
        });
        expect(run.states.at(-1)?.bookmarks?.["ticket_audits"]).toEqual({
          generated_timestamp: "2026-01-01T00:00:02Z",
          after_cursor: "end",
        });
      });
    },
  );

  it("that fail for another reason hold back the state of the page", async () => {
    const script = tickets([{ id: 1, status: "open" }], () => ({
      status: 400,
      body: '{"error":"BadRequest"}',
    }));
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, streams: family });
      expect(String(run.error)).toContain("tickets/1/");
      expect(run.states.at(-1) ?? {}).toEqual({});
    });
  });

  it("say that they follow their tickets", async () => {
    await withScript(tickets([]), async (server) => {
      const run = await runWell({ url: server.url, streams: family });
      expect(run.messages.filter(({ type }) => type === "SCHEMA").map((message) => Object(message))).toEqual([
        expect.objectContaining({ stream: "tickets", bookmark_properties: ["generated_timestamp"] }),
        expect.not.objectContaining({ bookmark_properties: expect.anything() }),
        expect.not.objectContaining({ bookmark_properties: expect.anything() }),
      ]);
    });
  });
});

describe("the choice among the family", () => {
  it("of whole tickets reads all children, and leaves no bookmark", async () => {
    const script = tickets([1, 2].map((id) => ({ id, status: "open" })));
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: family, fullTable: ["tickets"] });
      expect(server.targets()[0]).toBe("incremental/tickets/cursor?start_time=0");
      expect(run.ids("ticket_audits").toSorted()).toEqual([10, 20]);
      expect(run.states.at(-1)).toEqual({});
    });
  });

  it("of children alone reads tickets and emits none", async () => {
    const script = tickets([{ id: 1, status: "open" }]);
    await withScript(script, async (server) => {
      const run = await runWell({ url: server.url, streams: ["ticket_comments"] });
      expect(run.messages.map((message) => ("stream" in message ? message.stream : message.type))).toEqual([
        "ticket_comments",
        "ticket_comments",
        "STATE",
        "STATE",
      ]);
      expect(Object.keys(run.states.at(-1)?.bookmarks ?? {})).toEqual(["ticket_comments"]);
      expect(server.targets().filter((target) => target.includes("audits"))).toEqual([]);
    });
  });

  const bookmarks: readonly { name: string; bookmark: Readonly<Record<string, unknown>> }[] = [
    { name: "with a cursor", bookmark: { generated_timestamp: "2026-01-01T00:00:02Z", after_cursor: "end" } },
    { name: "as another tap left it", bookmark: { generated_timestamp: "2026-01-01T00:00:02Z" } },
    { name: "in seconds", bookmark: { generated_timestamp: january + 2 } },
  ];

  it.each(bookmarks)(
    "of a child that came later reads it from the start and no ticket again, state $name",
    async ({ bookmark }) => {
      const script = tickets([1, 2, 3].map((id) => ({ id, status: "open" })));
      await withScript(script, async (server) => {
        const state: State = { bookmarks: { tickets: bookmark } };
        const run = await runWell({ url: server.url, streams: ["tickets", "ticket_audits"], state });
        expect(server.targets()[0]).toBe(
          `incremental/tickets/cursor?start_time=${Date.parse("2020-01-01T00:00:00Z") / 1000}`,
        );
        expect(run.ids("ticket_audits").toSorted()).toEqual([10, 20, 30]);
        // The bookmark's own second is read again, as always.
        expect(run.ids("tickets")).toEqual([3]);
        const last = { generated_timestamp: "2026-01-01T00:00:02Z", after_cursor: "end" };
        expect(run.states.at(-1)).toEqual({ bookmarks: { tickets: last, ticket_audits: last } });
      });
    },
  );
});
