import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { first, nowSeconds, number, objects, withZendesk } from "../zendesk-client.ts";
import { withClock } from "./clocks.ts";
import { onceById, sortedById, walkTimes } from "./walks.ts";

const data = { kind: "generated", seed: 3, tickets: 80, users: 40, organizations: 12 } as const;

function children(event: JsonObject): JsonObject[] {
  return objects(event, "child_events");
}

describe("the export of ticket events", () => {
  const path = "/api/v2/incremental/ticket_events";

  it("has an event for every audit, in the order of their times", async () => {
    await withZendesk({ data }, async (client) => {
      const events = await walkTimes(client, `${path}.json?start_time=0&per_page=50`, "ticket_events");
      const stamps = events.map((event) => number(event, "timestamp"));
      expect(stamps).toEqual(stamps.toSorted((left, right) => left - right));
      expect(sortedById(onceById(events))).toEqual(sortedById(client.sandbox.shown("ticket_events")));
      const audits = client.sandbox.shown("ticket_audits");
      const known = new Map(events.map((event) => [event["id"], event]));
      for (const { id, ticket_id, created_at, author_id } of audits) {
        expect(known.get(id ?? null)).toMatchObject({ ticket_id, created_at, updater_id: author_id });
      }
    });
  });

  it("carries comments only where they are asked for, voice comments too", async () => {
    await withZendesk({ data }, async (client) => {
      const plain = await walkTimes(client, `${path}?start_time=0`, "ticket_events");
      const flags = plain.flatMap(children).filter((child) => child["event_type"] === "Comment");
      expect(new Set(flags.flatMap((child) => Object.keys(child)))).toEqual(
        new Set(["id", "via", "via_reference_id", "event_type", "comment_present", "comment_public"]),
      );
      const full = onceById(
        await walkTimes(client, `${path}?start_time=0&include=comment_events`, "ticket_events"),
      );
      const comments = full.flatMap(children).filter((child) => child["event_type"] === "Comment");
      const byId = new Map(comments.map((comment) => [comment["id"], comment]));
      const listed = client.sandbox.shown("ticket_comments");
      for (const { id, type, body, public: isPublic, created_at, audit_id, author_id } of listed) {
        expect(byId.get(id)).toMatchObject({ type, body, public: isPublic, created_at, audit_id, author_id });
      }
      expect(listed.some(({ type }) => type === "VoiceComment")).toBe(true);
      expect(plain.flatMap(children).some((child) => child["event_type"] === "Create")).toBe(true);
    });
  });

  it("tells of new comments, redactions and new tickets a minute later", async () => {
    await withClock(data, async (client, pass) => {
      const { store } = client.sandbox;
      const ticket = first(store.tickets.all().filter((row) => row["status"] === "open"));
      const comment = store.addComment(ticket.id, { body: "late words" });
      store.redactComment({ ticketId: ticket.id, commentId: comment.id });
      const added = store.tickets.add({ description: "brand new" });
      const since = `${path}?include=comment_events&start_time=${nowSeconds - 90}`;
      expect((await client.get(since)).body).toMatchObject({ ticket_events: [], end_of_stream: true });
      pass(60);
      const events = await walkTimes(client, since, "ticket_events");
      expect(events.map((event) => event["ticket_id"]).toSorted()).toEqual(
        [ticket.id, ticket.id, added.id, added.id].toSorted(),
      );
      const kinds = events.flatMap(children).map((child) => child["event_type"]);
      expect(kinds).toContain("CommentRedactionEvent");
      const bodies = events.flatMap(children).flatMap((child) => child["body"] ?? []);
      expect(bodies.toSorted()).toEqual(["brand new", "▇▇▇▇"].toSorted());
    });
  });

  it.each([
    ["start_time=x", 400],
    ["", 400],
    [`start_time=${nowSeconds - 59}`, 422],
    [`start_time=${nowSeconds - 60}`, 200],
  ])("answers ?%s with %i", async (query, status) => {
    await withZendesk({ data }, async ({ get }) => {
      expect((await get(`${path}?${query}`)).status).toBe(status);
    });
  });
});

describe("a redacted comment", () => {
  it("is redacted in the event that it came with", async () => {
    await withZendesk({ data }, async (client) => {
      const { store } = client.sandbox;
      const ticket = first(store.tickets.all().filter(({ id }) => store.comments(id).length > 2));
      const comment = first(store.comments(ticket.id).slice(1));
      store.redactComment({ ticketId: ticket.id, commentId: comment.id, text: "gone" });
      const path = "/api/v2/incremental/ticket_events?start_time=0&include=comment_events";
      const events = (await walkTimes(client, path, "ticket_events")).flatMap(children);
      expect(events.find(({ id }) => id === comment.id)).toMatchObject({ body: "gone" });
    });
  });
});
