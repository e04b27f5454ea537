import type { ZendeskSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { queriesOf, withAccount } from "./support/account.ts";
import { now, type Run, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const sources = [
  { ticket_comments_source: "comments" },
  { ticket_comments_source: "audits" },
  { ticket_comments_source: "events" },
  { ticket_comments_source: "audits", ticket_audits_source: "events" },
] as const;

const compared = ["ticket_id", "audit_id", "body", "type", "public", "author_id", "created_at"];

/** Comments by id, the last one of an id winning as in a target. */
function commentsOf(run: Run, living: ReadonlySet<unknown>): ReadonlyMap<unknown, unknown> {
  return new Map(
    run
      .records("ticket_comments")
      .filter(({ ticket_id: ticket }) => living.has(ticket))
      .map((comment) => [comment["id"], compared.map((key) => comment[key])]),
  );
}

function livingOf(account: ZendeskSandbox): ReadonlySet<unknown> {
  return new Set(
    account
      .shown("tickets")
      .filter(({ status }) => status !== "deleted")
      .map(({ id }) => id),
  );
}

describe("ticket_comments", () => {
  it.each(sources)("are the same from $ticket_comments_source, voice comments among them", async (config) => {
    await withAccount({}, async (account) => {
      const living = livingOf(account);
      const usual = await runWell({ url: account.url, streams: ["ticket_comments"] });
      const run = await runWell({ url: account.url, streams: ["ticket_comments"], config });
      const expected = commentsOf(usual, living);
      expect(commentsOf(run, living)).toEqual(expected);
      expect(expected.size).toBe(account.shown("ticket_comments").length);
      const voice = run.records("ticket_comments").filter(({ type }) => type === "VoiceComment");
      expect(voice.length).toBeGreaterThan(0);
      expect(voice[0]).toMatchObject({ data: { call_duration: 60 }, formatted_from: "+1 (555) 123-4567" });
      for (const comment of run.records("ticket_comments")) {
        expect(comment["via"]).toMatchObject({ channel: expect.any(String) });
      }
    });
  });

  it.each([
    { config: sources[0], paths: [/^tickets\/\d+\/comments$/, /^incremental\/tickets\/cursor$/] },
    { config: sources[1], paths: [/^tickets\/\d+\/audits$/, /^incremental\/tickets\/cursor$/] },
    { config: sources[2], paths: [/^incremental\/ticket_events$/] },
  ])("from $config.ticket_comments_source are asked for there alone", async ({ config, paths }) => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, streams: ["ticket_comments"], config });
      const asked = account.requests.map(({ path }) => path.replace("/api/v2/", ""));
      expect(asked.filter((path) => !paths.some((pattern) => pattern.test(path)))).toEqual([]);
    });
  });

  it.each(sources)("from $ticket_comments_source follow a redaction", async (config) => {
    let time = now;
    await withAccount({ clock: () => time }, async (account) => {
      const streams = ["ticket_comments"];
      const first = await runWell({ url: account.url, streams, config });
      const [ticket = 0] = [...livingOf(account)].map(Number);
      const [comment] = account.store.comments(ticket);
      time += 86_400_000;
      account.store.redactComment({ ticketId: ticket, commentId: comment?.id ?? 0, text: "▇▇▇▇ gone" });
      time += 120_000;
      const state = first.states.at(-1);
      const second = await runWell({ url: account.url, streams, config, state, at: time });
      const found = second.records("ticket_comments").findLast(({ id }) => id === comment?.id);
      expect(found).toMatchObject({ ticket_id: ticket, body: "▇▇▇▇ gone" });
      const state2 = second.states.at(-1);
      const third = await runWell({ url: account.url, streams, config, state: state2, at: time });
      // A time export begins with the second of its bookmark.
      expect(third.ids("ticket_comments").length).toBeLessThanOrEqual(second.ids("ticket_comments").length);
    });
  });
});

describe("ticket_audits", () => {
  it("are the same from the export of events, a thousand a request", async () => {
    await withAccount({}, async (account) => {
      const config = { ticket_audits_source: "events" };
      const usual = await runWell({ url: account.url, streams: ["ticket_audits"] });
      const before = account.requests.length;
      const run = await runWell({ url: account.url, streams: ["ticket_audits"], config });
      const living = livingOf(account);
      const ofLiving = run.records("ticket_audits").filter(({ ticket_id: id }) => living.has(id));
      const brief = ({ id, ticket_id, created_at, author_id }: Readonly<Record<string, unknown>>) =>
        JSON.stringify([id, ticket_id, created_at, author_id]);
      expect(ofLiving.map(brief).toSorted()).toEqual(usual.records("ticket_audits").map(brief).toSorted());
      expect(account.requests.length - before).toBe(1);
      expect(queriesOf(account, "incremental/ticket_events")[0]).toMatchObject({ include: "comment_events" });
    });
  });
});

describe("ticket_events", () => {
  it("are asked for without the text of comments where nobody wants it", async () => {
    await withAccount({}, async (account) => {
      const run = await runWell({
        url: account.url,
        streams: ["ticket_events"],
        deselected: ["child_events"],
      });
      expect(run.ids("ticket_events").length).toBe(account.shown("ticket_events").length);
      expect(queriesOf(account, "incremental/ticket_events").map(({ include }) => include)).toEqual([
        undefined,
      ]);
    });
  });
});

describe("a ticket whose children are refused", () => {
  it.each(["comments", "audits"])("is counted and skipped, and the state moves on: %s", async (source) => {
    await withAccount({}, async (account) => {
      const [lost] = livingOf(account);
      const last = source === "comments" ? "comments" : "audits";
      account.faults.add({
        path: `/api/v2/tickets/${String(lost)}/${last}`,
        fault: { kind: "status", status: 403, body: "", content_type: "text/html" },
      });
      const run = await runWell({
        url: account.url,
        streams: ["ticket_comments"],
        config: { ticket_comments_source: source },
      });
      const missing = new Set(account.store.comments(Number(lost)).map(({ id }) => id));
      expect(run.ids("ticket_comments").length).toBe(account.shown("ticket_comments").length - missing.size);
      const stream = source === "comments" ? "ticket_comments" : "ticket_audits";
      expect(run.logs).toContainEqual({
        level: "warn",
        message: "answers were skipped",
        fields: { skipped: { [stream]: 1 } },
      });
      expect(run.states.at(-1)?.bookmarks).toHaveProperty("ticket_comments");
    });
  });
});

it("a via that is a text becomes an object, and one that is missing stays away", async () => {
  const event = {
    id: 1,
    ticket_id: 5,
    timestamp: 1767225600,
    created_at: "2026-01-01T00:00:00Z",
    updater_id: 9,
    via: "Web form",
    child_events: [
      { id: 2, event_type: "Comment", via: "Mail", body: "hello" },
      { id: 3, event_type: "Change", via: { channel: "rule" } },
      { id: 4, event_type: "Comment", body: "bye" },
    ],
  };
  const script = () => ({ body: { ticket_events: [event], end_of_stream: true, end_time: 1767225600 } });
  await withScript(script, async (server) => {
    const config = { ticket_comments_source: "events", ticket_audits_source: "events" };
    const streams = ["ticket_comments", "ticket_audits"];
    const run = await runWell({ url: server.url, streams, config });
    expect(run.records("ticket_comments")).toEqual([
      expect.objectContaining({ id: 2, via: { channel: "Mail" }, ticket_id: 5, audit_id: 1 }),
      expect.objectContaining({ id: 4, via: { channel: "Web form" }, created_at: event.created_at }),
    ]);
    expect(run.records("ticket_audits")).toEqual([
      expect.objectContaining({ id: 1, author_id: 9, via: { channel: "Web form" } }),
    ]);
    expect(server.requests.length).toBe(1);
  });
});
