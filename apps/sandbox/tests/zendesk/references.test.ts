import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/json.ts";
import type { ZendeskSandbox } from "../../src/zendesk/sandbox.ts";
import { objects, withZendesk } from "../zendesk-client.ts";

const data = { kind: "generated", seed: 9, tickets: 120, users: 60, organizations: 25 } as const;

/** Rows, the keys in them, and the rows whose ids those keys hold. */
const references = [
  ["tickets", ["requester_id", "submitter_id", "assignee_id"], "users"],
  ["tickets", ["organization_id"], "organizations"],
  ["tickets", ["brand_id"], "brands"],
  ["tickets", ["ticket_form_id"], "ticket_forms"],
  ["tickets", ["custom_status_id"], "custom_statuses"],
  ["users", ["organization_id"], "organizations"],
  ["users", ["custom_role_id"], "custom_roles"],
  ["ticket_audits", ["ticket_id"], "tickets"],
  ["ticket_audits", ["author_id"], "users"],
  ["ticket_comments", ["author_id"], "users"],
  ["ticket_metrics", ["ticket_id"], "tickets"],
  ["ticket_metric_events", ["ticket_id"], "tickets"],
  ["ticket_events", ["ticket_id"], "tickets"],
  ["user_identities", ["user_id"], "users"],
  ["satisfaction_ratings", ["ticket_id"], "tickets"],
  ["satisfaction_ratings", ["assignee_id", "requester_id"], "users"],
  ["satisfaction_ratings", ["reason_id"], "satisfaction_reasons"],
  ["ticket_skips", ["ticket_id"], "tickets"],
  ["ticket_skips", ["user_id"], "users"],
  ["ticket_activities", ["user_id", "actor_id"], "users"],
  ["side_conversations", ["ticket_id"], "tickets"],
  ["email_notifications", ["ticket_id"], "tickets"],
  ["group_memberships", ["user_id"], "users"],
  ["organization_memberships", ["user_id"], "users"],
  ["organization_memberships", ["organization_id"], "organizations"],
  ["organization_subscriptions", ["organization_id"], "organizations"],
  ["triggers", ["category_id"], "trigger_categories"],
  ["workspaces", ["ticket_form_id"], "ticket_forms"],
  ["ticket_form_statuses", ["ticket_form_id"], "ticket_forms"],
  ["ticket_form_statuses", ["custom_status_id"], "custom_statuses"],
  ["brand_agents", ["brand_id"], "brands"],
  ["recipient_addresses", ["brand_id"], "brands"],
  ["audit_logs", ["actor_id"], "users"],
  ["routing_attribute_values", ["attribute_id"], "routing_attributes"],
  ["routing_instance_values", ["attribute_value_id"], "routing_attribute_values"],
  ["talk_calls", ["agent_id", "customer_id"], "users"],
  ["talk_calls", ["ticket_id"], "tickets"],
  ["talk_calls", ["phone_number_id"], "talk_phone_numbers"],
  ["talk_call_legs", ["call_id"], "talk_calls"],
  ["talk_greetings", ["category_id"], "talk_greeting_categories"],
  ["sections", ["category_id"], "categories"],
  ["articles", ["section_id"], "sections"],
  ["articles", ["author_id"], "users"],
  ["article_attachments", ["article_id"], "articles"],
  ["article_comments", ["source_id"], "articles"],
  ["article_votes", ["item_id"], "articles"],
  ["article_comment_votes", ["item_id"], "article_comments"],
  ["posts", ["topic_id"], "topics"],
  ["post_comments", ["post_id"], "posts"],
  ["post_votes", ["item_id"], "posts"],
  ["post_comment_votes", ["item_id"], "post_comments"],
  ["post_subscriptions", ["content_id"], "posts"],
] as const;

function idsOf(rows: readonly JsonObject[], keys: readonly string[]): Json[] {
  return rows.flatMap((row) => keys.map((key) => row[key] ?? null)).filter((id) => id !== null);
}

/** How often each value stands under a key. */
function counts(rows: readonly JsonObject[], key: string): Map<Json, number> {
  const found = new Map<Json, number>();
  for (const { [key]: value = null } of rows) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

function sums(rows: readonly JsonObject[], key: string): Map<Json, number> {
  const found = new Map<Json, number>();
  for (const { [key]: owner = null, value } of rows)
    found.set(owner, (found.get(owner) ?? 0) + Number(value));
  return found;
}

describe("ids", () => {
  it.each(references)("of %s in %j name rows of %s", async (name, keys, target) => {
    await withZendesk({ data }, async ({ sandbox }) => {
      const ids = idsOf(sandbox.shown(name), keys);
      const known = new Set(idsOf(sandbox.shown(target), ["id"]));
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.filter((id) => !known.has(id))).toEqual([]);
    });
  });

  it("are unique in everything that can be shown", async () => {
    await withZendesk({ data }, async ({ sandbox }) => {
      const keyless = new Set(["tags", "attribute_definitions", "custom_objects"]);
      for (const name of sandbox.shownNames) {
        if (keyless.has(name)) continue;
        const key =
          { talk_agents_activity: "agent_id", email_notifications: "notification_id" }[name] ?? "id";
        const ids = idsOf(sandbox.shown(name), [key]);
        expect([name, new Set(ids).size, ids.length > 0]).toEqual([name, sandbox.shown(name).length, true]);
      }
    });
  });

  it("of ratings on tickets are those of the list, with the same words", async () => {
    await withZendesk({ data: { ...data, lists: { satisfaction_ratings: 90 } } }, async ({ sandbox }) => {
      const ratings = new Map(sandbox.shown("satisfaction_ratings").map((row) => [row["id"], row]));
      const rated = sandbox
        .shown("tickets")
        .flatMap(({ id, satisfaction_rating: rating }) =>
          typeof rating === "object" && rating !== null && "id" in rating ? [{ ticket: id, rating }] : [],
        );
      expect(rated.length).toBeGreaterThan(5);
      const { tickets } = sandbox.store;
      for (let added = 0; added < 6; added += 1) {
        expect(Object.keys(tickets.add()["satisfaction_rating"] ?? {})).not.toContain("id");
      }
      for (const { ticket, rating } of rated) {
        expect(ratings.get(rating["id"])).toMatchObject({ ...rating, ticket_id: ticket });
      }
    });
  });

  it("of custom objects' users are strings, and records carry the fields of their object", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const users = new Set(sandbox.shown("users").map(({ id }) => String(id)));
      const records = sandbox.shown("custom_object_records");
      expect(records.every(({ created_by_user_id: id }) => typeof id === "string" && users.has(id))).toBe(
        true,
      );
      expect(records.every(({ id }) => /^[0-9A-HJKMNP-TV-Z]{26}$/u.test(String(id)))).toBe(true);
      for (const { key } of sandbox.shown("custom_objects")) {
        const { body } = await get(`/api/v2/custom_objects/${String(key)}/fields?page[size]=100`);
        const keys = new Set(objects(body, "custom_object_fields").map((field) => field["key"]));
        for (const record of records.filter((row) => row["custom_object_key"] === key)) {
          expect(new Set(Object.keys(record["custom_object_fields"] ?? {}))).toEqual(keys);
        }
      }
    });
  });
});

function expectCounts(sandbox: ZendeskSandbox, row: readonly [string, string, string, string, string]): void {
  const [name, key, childName, childKey, measure] = row;
  const children = sandbox.shown(childName);
  const counted = measure === "sum" ? sums(children, childKey) : counts(children, childKey);
  for (const parent of sandbox.shown(name)) {
    expect([name, parent["id"], parent[key]]).toEqual([
      name,
      parent["id"],
      counted.get(parent["id"] ?? null) ?? 0,
    ]);
  }
}

describe("counts", () => {
  it.each([
    ["posts", "comment_count", "post_comments", "post_id", "count"],
    ["posts", "vote_count", "post_votes", "item_id", "count"],
    ["posts", "vote_sum", "post_votes", "item_id", "sum"],
    ["posts", "follower_count", "post_subscriptions", "content_id", "count"],
    ["post_comments", "vote_count", "post_comment_votes", "item_id", "count"],
    ["articles", "vote_count", "article_votes", "item_id", "count"],
    ["articles", "vote_sum", "article_votes", "item_id", "sum"],
    ["article_comments", "vote_count", "article_comment_votes", "item_id", "count"],
    ["topics", "follower_count", "topic_subscriptions", "content_id", "count"],
  ] as const)("of %s: %s is that of %s", async (...row) => {
    await withZendesk({ data }, async ({ sandbox }) => {
      expectCounts(sandbox, row);
      const { lists } = sandbox.store;
      const post = lists.posts.all()[0];
      const article = lists.articles.all()[0];
      const before = sandbox.shown("post_comments");
      lists.post_comments.add({ post_id: post?.id ?? 0, body: "late" });
      lists.post_votes.add({ item_id: post?.id ?? 0, value: -1 });
      lists.article_votes.add({ item_id: article?.id ?? 0, value: 1 });
      lists.post_comments.delete(Number(before[1]?.["id"]));
      expectCounts(sandbox, row);
      const gone = before[1]?.["id"];
      const left = before.filter(({ id }) => id !== gone).map(({ id }) => id);
      const shown = sandbox.shown("post_comments").filter((comment) => comment["body"] !== "late");
      expect(shown.map(({ id }) => id)).toEqual(left);
      expect(sandbox.shown("post_comments")).toHaveLength(before.length);
    });
  });
});
